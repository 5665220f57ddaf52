"""Figures of the live dashboard: `python -m bench.live`.

The real server on a real database, one worker process of granian; browsers are played by their
websockets. Where a figure is absolute, the same run's reference stands beside it.
"""

from __future__ import annotations

import os
import secrets
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import anyio
import httpx
import psycopg

from bench.tabs import cookie_of, opened, seen
from provisioner.database import Database
from tests.browser.dashboard import Dashboard, built_pages, free_port, serving
from tests.browser.people import Person, add_person, add_store
from tests.cluster.waiting import until
from tests.postgresql import Server, start_server
from tests.quietness import last_asked

BROWSERS = 200
STORES = 50
CHANGES = 40
QUIET_STORES, QUIET_TABS, QUIET_SECONDS = 20, 5, 30.0
PAGES = 30
TICKS = os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Print the figures."""
    pages = built_pages()
    with tempfile.TemporaryDirectory(prefix="storeweaver-bench-") as folder, database(folder) as it:
        anyio.run(measure, pages, it, Path(folder))


async def measure(pages: Path, server: Server, folder: Path) -> None:
    """One run of everything."""
    size = 0
    for stores, browsers in ((STORES, BROWSERS), (QUIET_STORES, QUIET_TABS)):
        url = await _new_database(server)
        with serving(pages, database_url=url, log=folder / "log", settings={}) as dashboard:
            owner = add_person(url, "owner@example.com")
            ids = [add_store(url, owner, f"Shop {number}") for number in range(stores)]
            if browsers == BROWSERS:
                await page_of_stores(dashboard, owner)
                size = await pushes(dashboard, owner, ids[0])
            else:
                await idle(dashboard, owner)
    with raw_server(folder) as reference:
        await raw_pushes(reference, size)


async def page_of_stores(dashboard: Dashboard, owner: Person) -> None:
    """The list of fifty stores, as a program and as a page gets it, beside an empty answer."""
    cookie = await cookie_of(dashboard, owner)
    async with httpx.AsyncClient(base_url=dashboard.url, headers={"Cookie": cookie}) as client:
        for what, path in (
            (f"list of {STORES} stores by REST, median (target 100 ms)", "/api/stores"),
            ("the page itself, median", "/"),
            ("  an answer that asks nothing, median", "/api/health/live"),
        ):
            taken = []
            for _ in range(PAGES):
                begun = time.perf_counter()
                (await client.get(path)).raise_for_status()
                taken.append(time.perf_counter() - begun)
            show(what, statistics.median(taken))


async def pushes(dashboard: Dashboard, owner: Person, store_id: str) -> int:
    """A change of a row until every browser has it; returns the bytes of one message."""
    cookie = await cookie_of(dashboard, owner)
    taken: list[float] = []
    async with opened(dashboard, BROWSERS, cookie=cookie, shows="Shop 0") as tabs:
        before, used = tabs[0].received, processor_seconds(dashboard)
        with psycopg.connect(dashboard.database_url, autocommit=True) as connection:
            for number in range(CHANGES):
                said = f"change-{number}-{secrets.token_hex(4)}"
                for tab in tabs:
                    tab.awaited = said
                begun = time.monotonic()
                connection.execute(
                    "update stores set health = 'degraded', health_message = %s where id = %s",
                    (said, store_id),
                )
                taken += [arrival - begun for arrival in await seen(tabs, said)]
        size = (tabs[0].received - before) // CHANGES
        used = processor_seconds(dashboard) - used
    what = f"push to {BROWSERS} browsers with {STORES} stores each"
    show(f"{what}, p50 (target 60 ms)", statistics.median(taken))
    show(f"{what}, p99 (target 150 ms)", quantile(taken, 0.99))
    show("  processor time of one change", used / CHANGES)
    print(f"{'  bytes to each browser for one change':70}{size:8d}")
    print(
        f"{'memory of the app with ' + str(BROWSERS) + ' browsers':70}{memory(dashboard):8.0f} MB"
    )
    return size


async def raw_pushes(dashboard: Dashboard, size: int) -> None:
    """The same number of bytes to as many sockets by one plain emit."""
    taken: list[float] = []
    filling = "x" * max(0, size - 40)
    async with (
        opened(dashboard, BROWSERS) as tabs,
        httpx.AsyncClient(base_url=dashboard.url) as client,
    ):
        await anyio.sleep(1)
        for number in range(CHANGES):
            said = f"change-{number}-{secrets.token_hex(4)}"
            for tab in tabs:
                tab.awaited = said
            begun = time.monotonic()
            await client.post("/say", content=said + filling)
            taken += [arrival - begun for arrival in await seen(tabs, said)]
    show("  the same bytes by a plain socket.io emit, p50", statistics.median(taken))
    show("  the same, p99", quantile(taken, 0.99))


async def idle(dashboard: Dashboard, owner: Person) -> None:
    """What an app costs while nothing changes."""
    cookie = await cookie_of(dashboard, owner)
    async with opened(dashboard, QUIET_TABS, cookie=cookie, shows="Shop 0") as tabs:
        await anyio.sleep(3)
        received = sum(tab.received for tab in tabs)
        used, asked = processor_seconds(dashboard), last_asked(dashboard.database_url)
        await anyio.sleep(QUIET_SECONDS)
        used = processor_seconds(dashboard) - used
        what = f"idle, {QUIET_STORES} stores and {QUIET_TABS} tabs"
        print(f"{what + ': share of one core (target 1 %)':70}{used / QUIET_SECONDS:8.2%}")
        sessions = len(last_asked(dashboard.database_url) - asked)
        print(f"{what + ': database sessions that asked (target 0)':70}{sessions:8d}")
        bytes_ = sum(tab.received for tab in tabs) - received
        print(f"{what + ': bytes on the wire but heartbeats (target 0)':70}{bytes_:8d}")
        print(f"{what + ': memory of the app (target 250 MB)':70}{memory(dashboard):8.0f} MB")


def processor_seconds(dashboard: Dashboard) -> float:
    """Used by the server so far, its worker process included."""
    total = 0
    for pid in dashboard.pids():
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


def memory(dashboard: Dashboard) -> float:
    """Megabytes of the server's processes, what they share counted once."""
    total = 0
    for pid in dashboard.pids():
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1000


def quantile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def show(what: str, seconds: float) -> None:
    print(f"{what:70}{seconds * 1000:8.1f} ms", flush=True)


@contextmanager
def database(folder: str) -> Iterator[Server]:
    """A server of this run's own."""
    Path(folder).chmod(0o755)
    place = Path(folder) / "postgresql"
    place.mkdir()
    server = start_server(place)
    try:
        yield server
    finally:
        server.process.send_signal(signal.SIGINT)
        server.process.wait(timeout=30)


async def _new_database(server: Server) -> str:
    name = f"bench_{secrets.token_hex(4)}"
    server.execute(f"create database {name}")
    opened_ = Database(server.url_of(name))
    await opened_.migrate()
    await opened_.close()
    return server.url_of(name)


@contextmanager
def raw_server(folder: Path) -> Iterator[Dashboard]:
    """The reference behind the same server program."""
    port = free_port()
    command = [
        *(sys.executable, "-m", "granian", "--interface", "asgi", "--factory", "--workers", "1"),
        *("--host", "127.0.0.1", "--port", str(port), "--no-access-log", "bench.raw_socket:app"),
    ]
    with (folder / "raw.log").open("ab") as sink:
        process = subprocess.Popen(command, stdout=sink, stderr=subprocess.STDOUT)
    try:
        reference = Dashboard(f"http://localhost:{port}", "", folder / "raw.log", process.pid)
        until("the reference answers", lambda: _answers(reference))
        yield reference
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def _answers(reference: Dashboard) -> bool:
    try:
        return httpx.post(f"{reference.url}/say", content="x", timeout=2).is_success
    except httpx.HTTPError:
        return False


if __name__ == "__main__":
    main()
