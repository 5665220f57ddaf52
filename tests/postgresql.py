"""A real PostgreSQL for tests: one server a run, one fresh database a test."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import anyio
import psycopg
import pytest

from provisioner import postgres
from provisioner.database import Database
from tests.cluster.waiting import until

UNPRIVILEGED = "nobody"
"""PostgreSQL refuses root; this account is on every Debian and owns nothing."""

TEMPLATE = "migrated"


@dataclass(frozen=True)
class Server:
    """A running PostgreSQL, reached by a socket in a folder of its own."""

    folder: Path
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return postgres.url(self.folder / "socket")

    def url_of(self, database: str) -> str:
        return self.url.replace(f"/{postgres.DATABASE}?", f"/{database}?")

    def execute(self, statement: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement.encode())

    def answers(self) -> bool:
        try:
            with psycopg.connect(self.url, connect_timeout=2):
                return True
        except psycopg.OperationalError:
            return False


def start_server(folder: Path) -> Server:
    """Start a server on `folder`, which it may have been on before."""
    command = [
        *(sys.executable, "-m", "provisioner.postgres"),
        *("--data", str(folder / "data"), "--socket", str(folder / "socket")),
    ]
    if os.geteuid() == 0:
        account = ["--reuid", UNPRIVILEGED, "--regid", "nogroup", "--clear-groups"]
        command = ["setpriv", *account, *command]
        shutil.chown(folder, UNPRIVILEGED)
    with (folder.parent / f"{folder.name}.log").open("ab") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
    server = Server(folder, process)
    until("PostgreSQL answers", server.answers)
    return server


@contextmanager
def serving() -> Iterator[Server]:
    """A server for a while, with the present schema in the database TEMPLATE."""
    with tempfile.TemporaryDirectory(prefix="storeweaver-test-") as parent:
        Path(parent).chmod(0o755)
        folder = Path(parent) / "postgresql"
        folder.mkdir()
        server = start_server(folder)
        try:
            server.execute(f"create database {TEMPLATE}")
            anyio.run(_migrate, server.url_of(TEMPLATE))
            yield server
        finally:
            server.process.send_signal(signal.SIGINT)
            server.process.wait(timeout=30)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """The server of this test run."""
    with serving() as server:
        yield server


async def _migrate(url: str) -> None:
    database = Database(url)
    await database.migrate()
    await database.close()


@pytest.fixture
def database_url(postgresql: Server) -> Iterator[str]:
    """A database with the present schema and nothing in it."""
    name = f"test_{secrets.token_hex(6)}"
    postgresql.execute(f"create database {name} template {TEMPLATE}")
    yield postgresql.url_of(name)
    postgresql.execute(f"drop database {name} with (force)")


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """The same, opened."""
    opened = Database(database_url)
    yield opened
    await opened.close()


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Asyncio alone: the app's server runs on nothing else."""
    return "asyncio"
