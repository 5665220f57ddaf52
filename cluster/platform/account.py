"""The unprivileged account of an installation: a number that the host's own files do not name."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

NAME = "storeweaver"

FIRST = 1_900_000_000
COUNT = 200_000_000
"""Numbers that neither Debian nor systemd hands out: above systemd's containers
(1,879,048,191), and positive in 32 bits with a sign."""


@dataclass(frozen=True)
class Account:
    """Whom a part runs as: a user and a group of the same number."""

    number: int

    @property
    def is_caller(self) -> bool:
        """Whether this process is that user already."""
        return self.number == os.geteuid()


def account(root: Path) -> Account:
    """The account of the installation in `root`: one of its own for root, else the caller's."""
    if os.geteuid() != 0:
        return Account(os.geteuid())
    return Account(number(root))


def number(root: Path) -> int:
    """The same for an installation each time, and hardly ever that of another."""
    digest = hashlib.sha256(str(root).encode()).digest()
    return FIRST + int.from_bytes(digest[:8], "big") % COUNT


def passwd(host: str, *, number: int, folder: Path) -> str:
    """The content of /etc/passwd with the account added; `folder` is its home."""
    return _added(host, f"{NAME}:x:{number}:{number}:Store Weaver:{folder}:/usr/sbin/nologin")


def group(host: str, *, number: int) -> str:
    """The content of /etc/group with the account's group added."""
    return _added(host, f"{NAME}:x:{number}:")


def _added(host: str, entry: str) -> str:
    # a host that has an account of this name keeps it: it is another one, with another number
    name, separator, rest = entry.partition(":")
    taken = {line.partition(":")[0] for line in host.splitlines()}
    while name in taken:
        name += "-"
    end = "" if not host or host.endswith("\n") else "\n"
    return f"{host}{end}{name}{separator}{rest}\n"
