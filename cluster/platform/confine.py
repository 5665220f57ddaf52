"""Become an unprivileged user, for good, and then another program.

`python -m cluster.platform.confine --number N --home FOLDER --work FOLDER [--show PATH]... --
PROGRAM ARGUMENT...`. For root this makes a mount namespace of the process's own, in which
/etc/passwd and /etc/group know the account, and in which the paths to be shown can be
reached; the host's files stay as they are. Anybody else stays who they are.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from cluster.errors import ClusterError
from cluster.platform.account import NAME, Account, group, passwd
from cluster.platform.variables import passed
from cluster.platform.veils import Veil, veils

CLONE_NEWNS = 0x00020000
MS_NOSUID_NODEV = 2 | 4
MS_BIND_RECURSIVE = 4096 | 16384
MS_PRIVATE_RECURSIVE = 1 << 18 | 16384
PR_SET_NO_NEW_PRIVS = 38
PR_CAPBSET_DROP = 24

LAST_CAPABILITY = Path("/proc/sys/kernel/cap_last_cap")
PASSWD = Path("/etc/passwd")
GROUP = Path("/etc/group")


def command(
    account: Account,
    argv: Sequence[str | Path],
    *,
    home: Path,
    work: Path,
    show: Iterable[Path] = (),
    variables: Mapping[str, str] | None = None,
) -> tuple[str, ...]:
    """The command line that runs `argv` confined to `account`.

    Args:
        home: the account's own folder.
        work: the working directory; may be its owner's only.
        show: paths that it needs to reach as well, whoever owns the folders above them.
        variables: are added to what it may see of the environment; no secrets, since
            everybody can read a command line.
    """
    shown = {*show, home, work, *python_paths()}
    return (
        *(sys.executable, "-m", "cluster.platform.confine"),
        *(f"--number={account.number}", f"--home={home}", f"--work={work}"),
        *(f"--show={path}" for path in sorted(shown)),
        *(f"--set={name}={value}" for name, value in (variables or {}).items()),
        "--",
        *map(str, argv),
    )


def python_paths() -> set[Path]:
    """Where this Python and its packages lie, by their own and by their resolved names."""
    found = {Path(sys.prefix), Path(sys.base_prefix), Path(sys.executable).resolve().parents[1]}
    return found | {path.resolve() for path in found}


def confine(account: Account, *, home: Path, show: Iterable[Path]) -> None:
    """Give up every privilege. To be called before the process has a second thread.

    Raises:
        ClusterError: the kernel refuses.
    """
    libc = _Libc()
    try:
        if not account.is_caller:
            # what is looked up in the host's files is looked up before they are covered
            covers = veils(path for path in show if path.exists())
            libc.call("unshare", CLONE_NEWNS)
            libc.mount(None, Path("/"), MS_PRIVATE_RECURSIVE)
            _name_account(libc, account, home)
            for veil in covers:
                _cover(libc, veil)
            _drop(libc, account)
        libc.call("prctl", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    except OSError as error:
        raise ClusterError(
            f"Linux refuses to run a process as an unprivileged user: {error.strerror}.",
            next_step="Run as root in a machine or a container with CAP_SYS_ADMIN (for Docker: "
            "--privileged), or as an ordinary user with a cluster named by CLUSTER_CONTEXT.",
        ) from error
    os.umask(0o077)


def _name_account(libc: _Libc, account: Account, home: Path) -> None:
    """Cover the two files by copies in memory that name the account."""
    known = passwd(PASSWD.read_text(), number=account.number, folder=home)
    groups = group(GROUP.read_text(), number=account.number)
    holder = Path("/proc/self/fd")
    libc.mount("tmpfs", home, MS_NOSUID_NODEV, kind="tmpfs", data="mode=0755")
    for target, content in ((PASSWD, known), (GROUP, groups)):
        copy = home / target.name
        copy.write_text(content)
        copy.chmod(0o644)
        descriptor = os.open(copy, os.O_PATH)
        libc.mount(str(holder / str(descriptor)), target, MS_BIND_RECURSIVE)
        os.close(descriptor)
    # the copies live on under their mounts
    libc.call("umount2", os.fsencode(home), 2)


def _cover(libc: _Libc, veil: Veil) -> None:
    """Put an empty folder over one that the account may not enter, and show paths in it."""
    opened = [os.open(path, os.O_PATH) for path in veil.shown]
    libc.mount("tmpfs", veil.folder, MS_NOSUID_NODEV, kind="tmpfs", data="mode=0755")
    for path, descriptor in zip(veil.shown, opened, strict=True):
        path.mkdir(mode=0o755, parents=True)
        libc.mount(f"/proc/self/fd/{descriptor}", path, MS_BIND_RECURSIVE)
        os.close(descriptor)


def _drop(libc: _Libc, account: Account) -> None:
    for capability in range(int(LAST_CAPABILITY.read_text()) + 1):
        libc.call("prctl", PR_CAPBSET_DROP, capability, 0, 0, 0)
    os.setgroups([])
    os.setresgid(account.number, account.number, account.number)
    # leaving user 0 for good empties the permitted and the effective set
    os.setresuid(account.number, account.number, account.number)


class _Libc:
    """Calls of the C library that raise OSError."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL(None, use_errno=True)

    def call(self, function: str, *arguments: object) -> None:
        if getattr(self._library, function)(*arguments) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))

    def mount(
        self, source: str | None, target: Path, flags: int, *, kind: str = "", data: str = ""
    ) -> None:
        self.call(
            "mount",
            source.encode() if source else None,
            os.fsencode(target),
            kind.encode() or None,
            ctypes.c_ulong(flags),
            data.encode() or None,
        )


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Confine this process and replace it by the program."""
    parser = argparse.ArgumentParser(prog="python -m cluster.platform.confine")
    parser.add_argument("--number", type=int, required=True)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--show", type=Path, action="append", default=[])
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("program", nargs="+")
    parsed = parser.parse_args(arguments)
    environment = {
        **passed(os.environ),
        **{"HOME": str(parsed.home), "USER": NAME, "LOGNAME": NAME},
        # packages lie in folders that this user cannot write
        "PYTHONPYCACHEPREFIX": str(parsed.home / "pycache"),
        **dict(pair.split("=", 1) for pair in parsed.set),
    }
    try:
        confine(Account(parsed.number), home=parsed.home, show=parsed.show)
        os.chdir(parsed.work)
        os.execvpe(parsed.program[0], parsed.program, environment)
    except (ClusterError, OSError) as error:
        print(error, file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
