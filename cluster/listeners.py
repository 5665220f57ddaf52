"""The sockets on the host's loopback by which people reach the cluster.

Each is opened outside the cluster's network namespace and handed to a part inside.
The supervisor keeps it open while that part restarts, so that nobody is refused.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from cluster.addresses import LOOPBACK
from cluster.errors import ClusterError
from cluster.home import Home

BACKLOG = 1024
TRIES = 100


@dataclass(frozen=True)
class Ports:
    """Ports on 127.0.0.1: of the API server, and of the ingress in clear and by TLS."""

    api: int = 6443
    http: int = 80
    https: int = 443


@dataclass(frozen=True)
class Listeners:
    """The open sockets behind `ports`."""

    ports: Ports
    api: socket.socket
    http: socket.socket
    https: socket.socket

    def close(self) -> None:
        """Refuse whoever comes from now on, once the parts have ended as well."""
        for opened in (self.api, self.http, self.https):
            opened.close()


def ports_file(home: Home) -> Path:
    """Remembers the chosen ports, since they stand in every shop's address."""
    return home.state / "ports.json"


def read_ports(home: Home) -> Ports | None:
    """The ports chosen at the first start; None before it."""
    try:
        return Ports(**json.loads(ports_file(home).read_text()))
    except FileNotFoundError:
        return None


def listen(home: Home) -> Listeners:
    """Open the three sockets, at first on the usual ports or the next free ones.

    Raises:
        ClusterError: a port that was chosen earlier is held by another program now.
    """
    kept = read_ports(home)
    chosen: Callable[[int, str], socket.socket] = _next_free if kept is None else _exactly
    wanted = kept or Ports()
    api = chosen(wanted.api, "the API server")
    http = chosen(wanted.http, "the shops")
    https = chosen(wanted.https, "the shops' TLS")
    ports = Ports(*(opened.getsockname()[1] for opened in (api, http, https)))
    if kept is None:
        ports_file(home).parent.mkdir(parents=True, exist_ok=True)
        temporary = ports_file(home).with_suffix(".new")
        temporary.write_text(json.dumps(asdict(ports)))
        temporary.replace(ports_file(home))
    return Listeners(ports=ports, api=api, http=http, https=https)


def _next_free(port: int, purpose: str) -> socket.socket:
    for candidate in range(port, port + TRIES):
        opened = _open(candidate)
        if opened is not None:
            return opened
    raise ClusterError(
        f"No port from {port} to {port + TRIES - 1} is free on {LOOPBACK} for {purpose}.",
        next_step="Stop a program that listens there and run `make up` again.",
    )


def _exactly(port: int, purpose: str) -> socket.socket:
    opened = _open(port)
    if opened is None:
        raise ClusterError(
            f"Port {port} on {LOOPBACK}, by which {purpose} were reached so far, "
            "is held by another program.",
            next_step=f"See which one with `ss -ltnp 'sport = :{port}'`, stop it, and run "
            "`make up` again.",
        )
    return opened


def _open(port: int) -> socket.socket | None:
    opened = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        opened.bind((LOOPBACK, port))
        opened.listen(BACKLOG)
    except OSError:
        opened.close()
        return None
    return opened
