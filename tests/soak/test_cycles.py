"""Stores made and deleted by the hundred while their workers are killed at random."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import psycopg
import pytest
from anyio.to_thread import run_sync

from provisioner.runtime import Runtime
from tests.cluster.faults import Stage, environment_of, services, stage
from tests.cluster.simulated_shops import World
from tests.postgresql import Server

pytestmark = pytest.mark.anyio

CYCLES = int(os.environ.get("CYCLES", "1000"))
AT_ONCE = 24
WORKERS = 2
BETWEEN_KILLS = (2.0, 8.0)
_CHANCE = random.SystemRandom()

PATIENCE = 900.0
"""Seconds after which a store is stuck."""


@dataclass
class Workers:
    """Processes of workers, each replaced when it is killed."""

    stage: Stage
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    killed: int = 0

    def start(self) -> None:
        settings = self.stage.world.settings
        with (self.stage.folder / "log").open("ab") as log:
            self.processes.append(
                subprocess.Popen(
                    [sys.executable, "-m", "tests.cluster.faulty_worker"],
                    env={**os.environ, **environment_of(settings)},
                    stdout=log,
                    stderr=log,
                    cwd=Path(__file__).parents[2],
                )
            )

    async def kill_for_ever(self) -> None:
        while True:
            await anyio.sleep(_CHANCE.uniform(*BETWEEN_KILLS))
            victim = self.processes.pop(_CHANCE.randrange(len(self.processes)))
            victim.send_signal(signal.SIGKILL)
            await run_sync(victim.wait)
            self.killed += 1
            self.start()


@contextmanager
def workers(at: Stage) -> Iterator[Workers]:
    started = Workers(at)
    for _ in range(WORKERS):
        started.start()
    try:
        yield started
    finally:
        for process in started.processes:
            process.kill()
            process.wait()


async def test_nothing_is_stuck_lost_or_left(
    world: World, postgresql: Server, tmp_path: Path
) -> None:
    async with stage(world.images(), postgresql, tmp_path / "cycles") as at:
        many = at.world.with_settings(
            max_stores=10_000,
            max_stores_per_user=10_000,
            new_user_stores=10_000,
            max_concurrent_provisions=AT_ONCE,
        )
        at = Stage(many, at.database, at.api, at.folder)
        made: list[str] = []
        limiter = anyio.CapacityLimiter(AT_ONCE)
        async with services(at) as runtime, anyio.create_task_group() as tasks:
            with workers(at) as started:
                tasks.start_soon(started.kill_for_ever)
                async with anyio.create_task_group() as cycles:
                    for number in range(CYCLES):
                        cycles.start_soon(_cycle, at, runtime, number, limiter, made)
                tasks.cancel_scope.cancel()
        assert len(made) == CYCLES
        assert await _left(at) == ""
        assert await _ends(at) == dict.fromkeys(made, 1)
        print(f"{CYCLES} cycles, {started.killed} workers killed")


async def _cycle(
    at: Stage, runtime: Runtime, number: int, limiter: anyio.CapacityLimiter, made: list[str]
) -> None:
    """One store, deleted when it is ready or, one time in three, at any moment before."""
    async with limiter:
        store = await at.world.create(runtime, f"Cycle {number}")
        made.append(store.id)
        with anyio.fail_after(PATIENCE):
            if _CHANCE.random() < 1 / 3:
                await anyio.sleep(_CHANCE.uniform(0, 6))
            else:
                await at.world.until(runtime, store, "ready")
            await runtime.stores.delete(at.world.owner, store.id)
            await at.world.until(runtime, store, "gone")


async def _left(at: Stage) -> str:
    """What the cluster still has of any store."""
    found = await run_sync(
        lambda: at.world.cluster.kubectl(
            *("get", "namespaces", "-l", "storeweaver.dev/store", "-o", "name")
        )
    )
    volumes = await run_sync(
        lambda: at.world.cluster.kubectl("get", "persistentvolumes", "-o", "name")
    )
    return (found + volumes).strip()


async def _ends(at: Stage) -> dict[str, int]:
    """How often each store is told to be gone."""
    async with await psycopg.AsyncConnection.connect(at.world.settings.database_url) as connection:
        cursor = await connection.execute(
            "select store_id, count(*) from store_events where kind = 'gone' group by store_id"
        )
        return dict(await cursor.fetchall())
