"""Changes reach every subscriber, gathered, and none is lost with a connection."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import pytest
from sqlalchemy import text

from provisioner.changes import Change, Changes
from provisioner.database import Database
from provisioner.stores import StoreService
from provisioner.views import Actor

pytestmark = pytest.mark.anyio

PATIENCE = 10.0


@asynccontextmanager
async def following(database: Database) -> AsyncIterator[AsyncIterator[Change]]:
    """A subscription to a listener that listens."""
    changes = Changes(database)
    async with anyio.create_task_group() as tasks, changes.subscribe() as stream:
        assert (await anext(stream)).everything
        tasks.start_soon(changes.run)
        assert (await anext(stream)).everything
        yield stream
        tasks.cancel_scope.cancel()


async def test_a_burst_arrives_as_one_change(
    database: Database, stores: StoreService, owner: Actor
) -> None:
    async with following(database) as stream:
        made = {(await stores.create(owner, name=f"S{n}", engine="medusa")).id for n in range(3)}
        seen: set[str] = set()
        with anyio.fail_after(PATIENCE):
            async for change in stream:
                seen |= change.store_ids
                if seen >= made:
                    break
        assert seen == made


async def test_ended_sessions_and_changed_users_are_told(database: Database, owner: Actor) -> None:
    async with following(database) as stream:
        async with database.transaction() as session:
            await session.execute(
                text(
                    "insert into sessions (id, user_id, expires_at) "
                    "values ('s', :user, now() + interval '1 hour')"
                ),
                {"user": owner.user_id},
            )
        async with database.transaction() as session:
            await session.execute(text("delete from sessions"))
            await session.execute(text("update users set max_stores = 1"))
        with anyio.fail_after(PATIENCE):
            told = await anext(stream)
        assert told.ended_sessions == {"s"}
        assert told.users == {owner.user_id}


async def test_a_lost_connection_is_made_again_and_counts_as_everything(
    database: Database, stores: StoreService, owner: Actor
) -> None:
    async with following(database) as stream:
        async with database.transaction() as session:
            await session.execute(
                text(
                    "select pg_terminate_backend(pid) from pg_stat_activity "
                    "where query like 'listen%' and datname = current_database()"
                )
            )
        # told when it is lost, so that who reads finds out, and again when it is back
        with anyio.fail_after(PATIENCE):
            for _ in range(2):
                while not (await anext(stream)).everything:
                    pass
        made = await stores.create(owner, name="After", engine="medusa")
        with anyio.fail_after(PATIENCE):
            while made.id not in (await anext(stream)).store_ids:
                pass


async def test_a_slow_subscriber_holds_nobody_up_and_misses_nothing(database: Database) -> None:
    changes = Changes(database)
    async with changes.subscribe() as slow, changes.subscribe() as quick:
        await anext(quick)
        for number in range(1000):
            changes.announce(Change(store_ids=frozenset({str(number)})))
        with anyio.fail_after(PATIENCE):
            assert len((await anext(quick)).store_ids) == 1000
            late = await anext(slow)
        assert late.everything
        assert len(late.store_ids) == 1000
