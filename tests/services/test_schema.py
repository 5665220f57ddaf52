"""The tables: made by migrations, guarded by the database itself."""

from __future__ import annotations

from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError, ProgrammingError
from sqlmodel import SQLModel

from provisioner import timeline
from provisioner.changes import SESSIONS, STORES, USERS
from provisioner.database import SCHEMA, Database
from provisioner.migrating import MIGRATIONS
from provisioner.stores import StoreService
from provisioner.views import Actor

pytestmark = pytest.mark.anyio


async def test_migrations_and_models_agree(database: Database) -> None:
    def differences(connection: Connection) -> list[Any]:
        return list(compare_metadata(MigrationContext.configure(connection), SQLModel.metadata))

    async with database.transaction() as session:
        assert await (await session.connection()).run_sync(differences) == []


def test_the_version_of_the_schema_is_that_of_the_newest_migration() -> None:
    assert ScriptDirectory(str(MIGRATIONS)).get_heads() == [SCHEMA]


async def test_migrating_twice_changes_nothing(database: Database) -> None:
    await database.migrate()
    await database.migrate()


@pytest.mark.parametrize(
    "change",
    [
        "status = 'odd'",
        "status = 'deleting'",
        "desired = 'absent'",
        "status = 'failed', ready_at = now()",
        "namespace = 'kube-system'",
        "name = ''",
        "health = 'fine'",
        "observed_generation = generation + 1",
        "user_id = 'nobody'",
    ],
)
async def test_the_database_refuses_what_must_not_be(
    database: Database, stores: StoreService, owner: Actor, change: str
) -> None:
    await stores.create(owner, name="Tea", engine="medusa")
    with pytest.raises(IntegrityError):
        async with database.transaction() as session:
            await session.execute(text(f"update stores set {change}"))  # noqa: S608 - our own


async def test_a_user_with_stores_cannot_be_removed(
    database: Database, stores: StoreService, owner: Actor
) -> None:
    await stores.create(owner, name="Tea", engine="medusa")
    with pytest.raises(IntegrityError):
        async with database.transaction() as session:
            await session.execute(text("delete from users"))


async def test_what_a_person_sees_is_announced_and_claims_are_not(
    database: Database, stores: StoreService, owner: Actor
) -> None:
    store = await stores.create(owner, name="Tea", engine="medusa")
    connection = await database.listen(STORES, SESSIONS, USERS)
    async with connection, database.transaction() as session:
        await session.execute(text("update stores set fence = fence + 1, time_left = 3"))
        await session.execute(text("update stores set claimed_by = 'w', not_before = now()"))
        await session.execute(text("update stores set error_message = 'seen'"))
        await session.commit()
        heard = [notice async for notice in connection.notifies(timeout=5, stop_after=1)]
    assert [(notice.channel, notice.payload) for notice in heard] == [(STORES, store.id)]


async def test_a_visible_change_moves_updated_at(
    database: Database, stores: StoreService, owner: Actor
) -> None:
    before = await stores.create(owner, name="Tea", engine="medusa")
    async with database.transaction() as session:
        await session.execute(text("update stores set fence = fence + 1"))
    assert (await stores.get(owner, before.id)).updated_at == before.updated_at
    async with database.transaction() as session:
        await session.execute(text("update stores set step = 'Database'"))
    assert (await stores.get(owner, before.id)).updated_at > before.updated_at


@pytest.mark.parametrize(
    "statement",
    [
        "update store_events set message = 'nothing happened'",
        "delete from store_events",
        "truncate store_events",
    ],
)
async def test_a_timeline_only_grows(
    database: Database, stores: StoreService, owner: Actor, statement: str
) -> None:
    store = await stores.create(owner, name="Tea", engine="medusa")
    with pytest.raises(ProgrammingError, match="only grows"):
        async with database.transaction() as session:
            await session.execute(text(statement))
    assert [line.kind for line in await stores.timeline(owner, store.id)] == ["created"]


async def test_retention_forgets_what_is_old_and_nothing_else(
    database: Database, stores: StoreService, owner: Actor
) -> None:
    store = await stores.create(owner, name="Tea", engine="medusa")
    async with database.transaction() as session:
        await session.execute(
            text(
                "insert into store_events (store_id, user_id, actor, kind, message, at) "
                "values (:id, :owner, 'a', 'old', 'old', now() - interval '400 days')"
            ),
            {"id": store.id, "owner": owner.user_id},
        )
        await timeline.prune(session, days=401)
    assert [line.kind for line in await stores.timeline(owner, store.id)] == ["old", "created"]
    await stores.create(owner, name="Pots", engine="medusa")
    assert [line.kind for line in await stores.timeline(owner, store.id)] == ["created"]
    async with database.transaction() as session:
        await timeline.prune(session, days=1)
        with pytest.raises(ProgrammingError, match="only grows"):
            await session.execute(text("delete from store_events"))
        await session.rollback()
