"""How soon work goes on when a worker starts, dies or is told to stop; `-m bench.durability`.

Runs on a simulated cluster of its own; the control plane, Helm, the database and the workers'
processes are real, the pods are played.
"""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import anyio
import psycopg
from anyio.to_thread import run_sync

from bench.played import played
from cluster import simulated
from provisioner.database import Database
from provisioner.runtime import Runtime, running
from provisioner.settings import Settings
from tests.cluster.faults import environment_of
from tests.cluster.simulated_shops import SHOP, Storefronts, World
from tests.services.people import person

ROWS = 1000
ROUNDS = 5
STORES = 20
"""Under way at once when their worker is told to stop."""

AT_WORK, BEYOND_CLAIM, STOPPED = 2.0, 1.0, 10.0
"""Seconds: from a worker's start to its first action; from a claim's end to another's; from
SIGTERM to the end."""


def main() -> None:
    """Print the figures beside what was promised."""
    with played() as ground:
        anyio.run(_measure, *ground)


async def _measure(
    cluster: simulated.SimulatedCluster, shops: Storefronts, settings: Settings
) -> None:
    database = Database(settings.database_url)
    await database.migrate()
    owner = await person(database, "owner@example.com")
    world = World(cluster, shops, settings, owner).images()
    idle = world.with_settings(worker="none").settings
    async with running(idle, engines={SHOP.key: SHOP}) as runtime:
        beyond = [await _taken_over(world, runtime, number) for number in range(ROUNDS)]
        stopped = await _stopped(world, runtime)
        await _add_rows(settings)
        at_work = [await _at_work(world, runtime, number) for number in range(ROUNDS)]
    await database.close()
    claim = f"{settings.claim_seconds:.0f} s"
    _show(f"a worker starts, {ROWS} rows: to its first action", at_work, AT_WORK)
    _show(f"killed: after its claim of {claim}, another has the store", beyond, BEYOND_CLAIM)
    _show(f"SIGTERM with {STORES} stores under way: gone, no claim left", [stopped], STOPPED)


def _show(what: str, seconds: list[float], target: float) -> None:
    print(
        f"{what:66}{statistics.median(seconds):7.2f} s, longest {max(seconds):.2f} "
        f"(target {target:.0f})"
    )


@contextmanager
def _worker(settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """A worker in a process of its own; its claims are under its process id."""
    with (settings.state_folder / "log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.cluster.faulty_worker"],
            env={**os.environ, **environment_of(settings)},
            stdout=log,
            stderr=log,
            cwd=Path(__file__).parents[1],
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


async def _taken_over(world: World, runtime: Runtime, number: int) -> float:
    """Seconds from the end of a killed worker's claim to the next claim."""
    store = await world.create(runtime, f"Orphaned {number}", is_open=False)
    with _worker(world.settings) as first:
        await _until_claimed(world.settings, store.id, by=first.pid)
        with _worker(world.settings) as second:
            # it is at work once it takes what comes now
            other = await world.create(runtime, f"Beside {number}")
            await world.until(runtime, other, "ready")
            first.send_signal(signal.SIGKILL)
            await run_sync(first.wait)
            ends_in = await _claim_left(world.settings, store.id)
            began = time.monotonic()
            await _until_claimed(world.settings, store.id, by=second.pid)
            taken = time.monotonic() - began - ends_in
            world.storefronts.open(store)
            await world.until(runtime, store, "ready")
    return taken


async def _stopped(world: World, runtime: Runtime) -> float:
    """Seconds from SIGTERM to the end of a worker that is busy."""
    stores = [await world.create(runtime, f"Under way {number}") for number in range(STORES)]
    with _worker(world.settings) as process:
        await _until_claimed(world.settings, stores[-1].id, by=process.pid)
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        await run_sync(process.wait)
        took = time.monotonic() - began
    async with await psycopg.AsyncConnection.connect(world.settings.database_url) as connection:
        cursor = await connection.execute(
            "select count(*) from stores where claim_expires_at > now()"
        )
        if await cursor.fetchone() != (0,):
            raise SystemExit("A worker that was told to stop has kept claims.")
    with _worker(world.settings):
        for store in stores:
            await world.until(runtime, store, "ready")
    return took


async def _at_work(world: World, runtime: Runtime, number: int) -> float:
    """Seconds from a worker's start to the namespace of a store that waits for it."""
    store = await world.create(runtime, f"First {number}")
    began = time.monotonic()
    with _worker(world.settings):
        async with runtime.changes.subscribe() as changes:
            async for _ in changes:
                (view,) = await runtime.stores.views([store.id])
                if view.steps and view.steps[0].state == "done":
                    break
        took = time.monotonic() - began
        await world.until(runtime, store, "ready")
    return took


async def _add_rows(settings: Settings) -> None:
    """Ready stores whose namespaces are gone, which each start has to notice besides."""
    async with await psycopg.AsyncConnection.connect(settings.database_url) as connection:
        await connection.execute(
            """insert into stores (id, type, name, namespace, status, url, admin_url, user_id,
                started_at, ready_at, settled_generation, health, not_before)
            select 'r' || lpad(n::text, 11, '0'), 'shop', 'Row ' || n, 'store-row-' || n, 'ready',
                '', '', users.id, now(), now(), 1, 'ok', null
            from users, generate_series(1, %s) n""",
            (ROWS,),
        )


async def _until_claimed(settings: Settings, store_id: str, *, by: int) -> None:
    async with await psycopg.AsyncConnection.connect(
        settings.database_url, autocommit=True
    ) as connection:
        while True:
            cursor = await connection.execute(
                "select 1 from stores where id = %s and claimed_by like %s",
                (store_id, f"%-{by}-%"),
            )
            if await cursor.fetchone():
                return
            await anyio.sleep(0.02)


async def _claim_left(settings: Settings, store_id: str) -> float:
    async with await psycopg.AsyncConnection.connect(settings.database_url) as connection:
        cursor = await connection.execute(
            "select extract(epoch from claim_expires_at - clock_timestamp())::float8 "
            "from stores where id = %s",
            (store_id,),
        )
        found = await cursor.fetchone()
    if found is None or found[0] is None:
        raise SystemExit("The killed worker had no claim.")
    return float(found[0])


if __name__ == "__main__":
    main()
