"""A worker that is told to stop hands its stores on, and one that starts is at work at once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import psycopg
import pytest

from tests.cluster.faulted import cluster, world
from tests.cluster.faults import Stage, services, stage
from tests.cluster.simulated_shops import World
from tests.postgresql import Server

__all__ = ["cluster", "world"]

pytestmark = pytest.mark.anyio

ROWS = 1000


@pytest.fixture
async def at(world: World, postgresql: Server, tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(world.images(), postgresql, tmp_path / "stage") as made:
        yield made


@pytest.mark.parametrize("action", ["ApplyRelease", "Wait"])
async def test_told_to_stop_it_gives_its_claims_back(at: Stage, action: str) -> None:
    async with services(at) as runtime:
        store = await at.world.create(runtime, f"Handed on {action}")
    async with at.victim(f"before {action}") as victim:
        await victim.until("reached")
        victim.go_on()
        await victim.end()
        assert victim.process.returncode == 0, victim.log
        assert await _claims(at) == []
    async with at.survivor() as runtime:
        await at.world.until(runtime, store, "ready", health="ok")


async def test_a_thousand_rows_do_not_hold_a_new_store_up(at: Stage) -> None:
    """Ready stores of which the cluster shows nothing are looked at too, after what is due."""
    async with services(at) as runtime:
        store = await at.world.create(runtime, "New one")
    async with await psycopg.AsyncConnection.connect(at.world.settings.database_url) as connection:
        await connection.execute(
            """insert into stores (id, type, name, namespace, status, url, admin_url, user_id,
                started_at, ready_at, settled_generation, health, not_before)
            select 'r' || lpad(n::text, 11, '0'), type, 'Row ' || n, 'store-row-' || n, 'ready',
                url, admin_url, user_id, now(), now(), 1, 'ok', null
            from stores, generate_series(1, %s) n""",
            (ROWS,),
        )
    async with at.survivor() as runtime:
        await at.world.until(runtime, store, "ready", health="ok")
        with anyio.fail_after(180):
            while await _ok(at) > 1:
                await anyio.sleep(0.1)


async def _ok(at: Stage) -> int:
    async with await psycopg.AsyncConnection.connect(at.world.settings.database_url) as connection:
        cursor = await connection.execute("select count(*) from stores where health = 'ok'")
        found = await cursor.fetchone()
    assert found
    return int(found[0])


async def _claims(at: Stage) -> list[str]:
    async with await psycopg.AsyncConnection.connect(at.world.settings.database_url) as connection:
        cursor = await connection.execute("select id from stores where claimed_by is not null")
        return [store_id for (store_id,) in await cursor.fetchall()]
