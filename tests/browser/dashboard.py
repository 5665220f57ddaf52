"""The real server: pages built as `make up` builds them, and served the same way."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from cluster.home import Home
from cluster.platform import pages, releases
from tests.cluster.waiting import until

SOURCE = Path(__file__).parents[2]


@dataclass(frozen=True)
class Dashboard:
    """A server that runs, and the database behind it; `pid` is of its supervising process."""

    url: str
    database_url: str
    log: Path
    pid: int

    @property
    def host(self) -> str:
        return self.url.partition("://")[2]

    def pids(self) -> list[int]:
        """Of the server's processes: the supervising one, and those that it started."""
        started = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return [self.pid, *map(int, started)]


def built_pages() -> Path:
    """A folder with the app and its pages; built again only where its content changed."""
    workspace = Home.from_environment().cache / "pages-test"
    workspace.mkdir(parents=True, exist_ok=True)
    built = workspace / ".web" / "content"
    content = releases.content_hash(SOURCE)
    if not built.exists() or built.read_text() != content:
        staged = workspace.with_name("pages-test-source")
        # what another checkout left there would be built as well
        shutil.rmtree(staged, ignore_errors=True)
        for path in releases.files(SOURCE):
            (staged / path).parent.mkdir(parents=True, exist_ok=True)
            (staged / path).write_bytes((SOURCE / path).read_bytes())
        pages.build(staged, workspace)
        built.write_text(content)
    return workspace


@contextmanager
def serving(
    workspace: Path, *, database_url: str, log: Path, settings: Mapping[str, str], port: int = 0
) -> Iterator[Dashboard]:
    """A server of its own on `port`, or on one that is free; without a worker unless asked."""
    port = port or free_port()
    environment = {
        **os.environ,
        "DATABASE_URL": database_url,
        "PORT": str(port),
        "WORKER": "none",
        "STATE_FOLDER": str(log.parent),
        "__REFLEX_SKIP_COMPILE": "true",
        "__REFLEX_MOUNT_FRONTEND_COMPILED_APP": "true",
        "REFLEX_ENV_MODE": "prod",
        "PYTHONPATH": str(workspace),
        **settings,
    }
    command = [
        *(sys.executable, "-m", "granian", "--interface", "asgi", "--factory", "--workers", "1"),
        *("--host", "127.0.0.1", "--port", str(port), "--no-access-log"),
        "storeweaver.storeweaver:app",
    ]
    with log.open("ab") as sink:
        process = subprocess.Popen(
            command, cwd=workspace, env=environment, stdout=sink, stderr=subprocess.STDOUT
        )
    dashboard = Dashboard(f"http://localhost:{port}", database_url, log, process.pid)
    try:
        until("the dashboard serves", lambda: is_serving(dashboard))
        yield dashboard
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def is_serving(dashboard: Dashboard) -> bool:
    """Whether its process answers."""
    try:
        return httpx.get(f"{dashboard.url}/api/health/live", timeout=2).is_success
    except httpx.HTTPError:
        return False


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
