"""The dashboard's port, chosen once and kept, since people keep its address."""

from __future__ import annotations

import json
import socket
from pathlib import Path

from cluster.errors import ClusterError

USUAL = 8000
TRIES = 100


def choose(file: Path, *, address: str, asked: int | None) -> int:
    """The port to listen on at `address`.

    That is `asked` where it is given, else the one in `file`, else the usual one or the
    next that is free, which `file` remembers.

    Raises:
        ClusterError: the one that is asked for or was kept is held by another program, or
            none is free, or this machine has no such address.
    """
    if asked is not None:
        return _require(address, asked, "PORT names", "set PORT to another one")
    kept = _read(file)
    if kept is not None:
        return _require(
            address,
            kept,
            "the dashboard was reached by so far",
            f"remove {file} to let another one be chosen",
        )
    for port in range(USUAL, USUAL + TRIES):
        if is_free(address, port):
            temporary = file.with_suffix(".new")
            temporary.write_text(json.dumps({"port": port}))
            temporary.replace(file)
            return port
    raise ClusterError(
        f"No port from {USUAL} to {USUAL + TRIES - 1} is free on {address}.",
        next_step="Set PORT to a free one, and run `make up` again.",
    )


def is_free(address: str, port: int) -> bool:
    """Whether a program could listen there now.

    Raises:
        ClusterError: this machine has no such address.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as opened:
        # connections that ended lately do not hold a port
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            opened.bind((address, port))
            opened.listen(1)
        except (socket.gaierror, OSError) as error:
            if isinstance(error, socket.gaierror) or error.errno == 99:
                raise ClusterError(
                    f"BIND_ADDRESS is {address}, which is no address of this machine.",
                    next_step="Set BIND_ADDRESS to 127.0.0.1, or to 0.0.0.0 for all of them.",
                ) from error
            return False
    return True


def _require(address: str, port: int, whose: str, way_out: str) -> int:
    if not is_free(address, port):
        raise ClusterError(
            f"Port {port} on {address}, which {whose}, is held by another program.",
            next_step=f"See which one with `ss -ltnp 'sport = :{port}'` and stop it, or "
            f"{way_out}, and run `make up` again.",
        )
    return port


def _read(file: Path) -> int | None:
    try:
        return int(json.loads(file.read_text())["port"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None
