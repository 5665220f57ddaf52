"""Questions to a part that it answers once it does its work."""

from __future__ import annotations

import socket
import ssl
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

TIMEOUT = 2.0
"""Seconds that one question may take."""


class Probe(Protocol):
    """A question that may be asked again and again, from any thread."""

    def ask(self) -> bool:
        """Whether the part works now; never raises."""
        ...


@dataclass(frozen=True)
class HttpProbe:
    """A part works when `url` answers with 200.

    `authority` is the certificate by which an https server is checked.
    """

    url: str
    authority: Path | None = None

    def ask(self) -> bool:
        try:
            context = ssl.create_default_context(cafile=self.authority) if self.authority else None
            with urllib.request.urlopen(self.url, timeout=TIMEOUT, context=context) as answer:
                return bool(answer.status == 200)
        except (OSError, ValueError):
            return False


@dataclass(frozen=True)
class SocketProbe:
    """A part works when its Unix socket accepts a connection."""

    path: Path

    def ask(self) -> bool:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
            client.settimeout(TIMEOUT)
            try:
                client.connect(str(self.path))
            except OSError:
                return False
            return True
