"""The platform's own parts: database, dashboard, and what prepares the cluster."""

from __future__ import annotations

import signal
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cluster.home import Home
from cluster.parts import Part
from cluster.platform.account import Account
from cluster.platform.confine import command
from cluster.platform.place import Place
from cluster.platform.releases import Release
from cluster.probes import TIMEOUT, HttpProbe
from provisioner import postgres

DATABASE = "postgres"
DASHBOARD = "dashboard"
PREPARATION = "preparation"

ALIVE = "/api/health/live"
"""Answers 200 as soon as the app serves, whatever else is away."""

APP = "storeweaver.storeweaver:app"
LOOPBACKS = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - what people set


@dataclass(frozen=True)
class PostgresProbe:
    """Works when the server lets a client in, which it does not while it recovers."""

    socket: Path

    def ask(self) -> bool:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
            client.settimeout(TIMEOUT)
            try:
                client.connect(str(self.socket))
                client.sendall(_startup_message())
                answer = client.recv(1)
                client.sendall(b"X\0\0\0\4")
            except OSError:
                return False
        return answer == b"R"


def parts(
    home: Home,
    release: Release,
    *,
    account: Account,
    address: str,
    port: int,
    environment: Mapping[str, str],
) -> tuple[Part, ...]:
    """Every part of the platform in `home`.

    Args:
        address, port: where the dashboard listens.
        environment: the caller's variables; DATABASE_URL stands for a database of its own.
    """
    place = Place.of(home)
    has_database = not environment.get("DATABASE_URL", "").strip()
    database = (_database(place, release, account),) if has_database else ()
    return (
        *database,
        Part(
            DASHBOARD,
            command(
                account,
                (
                    *(sys.executable, "-m", "granian", "--interface", "asgi", "--factory"),
                    *("--host", address, "--port", str(port), "--workers", "1"),
                    *("--workers-kill-timeout", "3", "--no-access-log", APP),
                ),
                home=place.app,
                work=release.folder,
                show=(home.programs, place.told, place.database),
            ),
            needs=tuple(part.name for part in database),
            ready=HttpProbe(f"http://{_reachable(address)}:{port}{ALIVE}"),
            environment=app_environment(home, port=port, environment=environment),
            grace=8,
            ends_whole=True,
        ),
        Part(
            PREPARATION,
            (sys.executable, "-m", "cluster.platform.preparation"),
            # the cluster's start takes every core for a while, and people wait for the dashboard
            needs=(DASHBOARD,),
            grace=15,
            ends_whole=True,
        ),
    )


def app_environment(home: Home, *, port: int, environment: Mapping[str, str]) -> dict[str, str]:
    """The variables that the app is started with, on top of those that it inherits."""
    place = Place.of(home)
    database = environment.get("DATABASE_URL", "").strip() or postgres.url(place.socket)
    return {
        "DATABASE_URL": database,
        "PORT": str(port),
        "PREPARATION_FILE": str(place.preparation),
        "KUBECONFIG": str(place.kubeconfig),
        "STATE_FOLDER": str(place.app),
        # pages are built already; the names are internal to the pinned Reflex
        "__REFLEX_SKIP_COMPILE": "true",
        "__REFLEX_MOUNT_FRONTEND_COMPILED_APP": "true",
        "REFLEX_ENV_MODE": "prod",
        "REFLEX_CHECK_LATEST_VERSION": "false",
        "REFLEX_UPLOADED_FILES_DIR": str(place.app / "uploads"),
    }


def _database(place: Place, release: Release, account: Account) -> Part:
    return Part(
        DATABASE,
        command(
            account,
            (
                *(sys.executable, "-m", "provisioner.postgres"),
                *(f"--data={place.data}", f"--socket={place.socket}"),
            ),
            home=place.app,
            work=release.folder,
            show=(place.database,),
        ),
        ready=PostgresProbe(postgres.socket_file(place.socket)),
        # the default signal would wait for every client to leave
        stop_signal=signal.SIGINT,
        grace=20,
    )


def _reachable(address: str) -> str:
    if address in LOOPBACKS:
        return LOOPBACKS[address]
    return f"[{address}]" if ":" in address else address


def _startup_message() -> bytes:
    words = ("user", postgres.USER, "database", postgres.DATABASE, "")
    body = (3 << 16).to_bytes(4, "big") + b"".join(word.encode() + b"\0" for word in words)
    return (len(body) + 4).to_bytes(4, "big") + body
