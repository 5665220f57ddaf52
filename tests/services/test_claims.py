"""Claims: one worker a store, a place for each start, and no write by a claim that is over."""

from __future__ import annotations

import anyio
import pytest
from sqlalchemy import text

from provisioner.claims import Claimed, Claims, Note
from provisioner.database import Database, lock
from provisioner.errors import ClaimLost, Unavailable
from provisioner.stores import StoreService
from provisioner.views import Actor, StoreView

pytestmark = pytest.mark.anyio

ENGINES = ("medusa",)


def claims(database: Database, worker: str, *, seconds: float = 30.0) -> Claims:
    return Claims(database, worker=worker, seconds=seconds)


async def take(
    worker: Claims, *, places: int = 100, room: int = 100, woken: tuple[str, ...] = ()
) -> list[Claimed]:
    return await worker.take(
        places=places, room=room, engines=ENGINES, known=("medusa", "later"), woken=woken
    )


async def make(stores: StoreService, owner: Actor, number: int) -> list[StoreView]:
    return [await stores.create(owner, name=f"Shop {n}", engine="medusa") for n in range(number)]


async def execute(database: Database, statement: str) -> None:
    async with database.transaction() as session:
        await session.execute(text(statement))


async def test_a_store_has_one_worker(
    database: Database, stores: StoreService, owner: Actor
) -> None:
    await make(stores, owner, 6)
    taken: list[list[Claimed]] = []

    async def work(name: str) -> None:
        taken.append(await take(claims(database, name), room=2))

    async with anyio.create_task_group() as tasks:
        for number in range(6):
            tasks.start_soon(work, f"w{number}")
    ids = [claimed.store.id for batch in taken for claimed in batch]
    assert len(ids) == len(set(ids)) == 6


async def test_no_more_start_than_there_are_places_however_many_workers(
    database: Database, stores: StoreService, owner: Actor
) -> None:
    made = await make(stores, owner, 8)
    taken: list[Claimed] = []

    async def work(name: str) -> None:
        taken.extend(await take(claims(database, name), places=3))

    async with anyio.create_task_group() as tasks:
        for number in range(8):
            tasks.start_soon(work, f"w{number}")
    assert {claimed.store.id for claimed in taken} == {store.id for store in made[:3]}
    # a crash of all of them frees no place: the rows hold it
    await execute(database, "update stores set claim_expires_at = now(), not_before = now()")
    again = await take(claims(database, "later"), places=3)
    assert {claimed.store.id for claimed in again} == {store.id for store in made[:3]}
    await execute(
        database, "update stores set status = 'ready', ready_at = now() where name = 'Shop 0'"
    )
    (next_one,) = await take(claims(database, "later"), places=3)
    assert next_one.store.id == made[3].id


async def test_deletes_are_never_held_back(
    database: Database, stores: StoreService, owner: Actor
) -> None:
    made = await make(stores, owner, 5)
    worker = claims(database, "w")
    assert len(await take(worker, places=3)) == 3
    await execute(database, "update stores set started_at = now() where name = 'Shop 4'")
    await stores.delete(owner, made[4].id)
    (claimed,) = await take(worker, places=0)
    assert (claimed.store.id, claimed.store.status) == (made[4].id, "deleting")


async def test_an_engine_that_is_not_prepared_holds_nothing_else_up(
    database: Database, stores: StoreService, owner: Actor
) -> None:
    made = await make(stores, owner, 2)
    await execute(database, "update stores set type = 'later' where name = 'Shop 0'")
    (claimed,) = await take(claims(database, "w"), places=1)
    assert claimed.store.id == made[1].id


async def test_a_late_worker_can_write_nothing(
    database: Database, stores: StoreService, owner: Actor
) -> None:
    await make(stores, owner, 1)
    slow, quick = claims(database, "slow"), claims(database, "quick")
    (old,) = await take(slow)
    await execute(database, "update stores set claim_expires_at = now(), not_before = now()")
    (new,) = await take(quick)
    assert new.fence > old.fence
    for write in (
        lambda: slow.record(old, {"status": "ready"}, notes=[Note("ready", "no")]),
        lambda: slow.forget(old),
        lambda: slow.reload(old),
    ):
        with pytest.raises(ClaimLost):
            await write()
    assert await slow.renew([(old, 10.0)]) == set()
    await slow.release(old, look_again_in=None)
    assert (await quick.reload(new)).store.status == "provisioning"


async def test_a_claim_that_has_run_out_writes_nothing_though_nobody_came(
    database: Database, stores: StoreService, owner: Actor
) -> None:
    await make(stores, owner, 1)
    worker = claims(database, "w")
    (claimed,) = await take(worker)
    await execute(database, "update stores set claim_expires_at = now(), not_before = now()")
    with pytest.raises(ClaimLost):
        await worker.record(claimed, {"step": "Database"})
    assert await worker.renew([(claimed, 10.0)]) == set()
    (again,) = await take(worker)
    assert again.fence > claimed.fence


async def test_the_same_worker_cannot_use_an_older_claim_of_its_own(
    database: Database, stores: StoreService, owner: Actor
) -> None:
    await make(stores, owner, 1)
    worker = claims(database, "w")
    (old,) = await take(worker)
    await worker.release(old, look_again_in=0.0)
    await take(worker)
    with pytest.raises(ClaimLost):
        await worker.record(old, {"step": "Database"})


async def test_a_wish_that_came_meanwhile_is_not_overwritten(
    database: Database, stores: StoreService, owner: Actor
) -> None:
    (made,) = await make(stores, owner, 1)
    worker = claims(database, "w")
    (claimed,) = await take(worker)
    await stores.delete(owner, made.id)
    after = await worker.record(claimed, {"status": "ready"}, notes=[Note("ready", "too late")])
    assert after.store.status == "deleting"
    assert after.store.generation > claimed.store.generation
    assert "ready" not in {line.kind for line in await stores.timeline(owner, made.id)}


async def test_a_wish_that_came_before_the_release_keeps_the_store_due(
    database: Database, stores: StoreService, owner: Actor
) -> None:
    (made,) = await make(stores, owner, 1)
    worker = claims(database, "w")
    (claimed,) = await take(worker)
    await stores.delete(owner, made.id)
    await worker.release(claimed, look_again_in=None)
    (again,) = await take(worker)
    assert again.store.status == "deleting"


async def test_what_waits_for_an_event_is_not_due(
    database: Database, stores: StoreService, owner: Actor
) -> None:
    (made,) = await make(stores, owner, 1)
    worker = claims(database, "w")
    (claimed,) = await take(worker)
    assert await worker.next_due() is not None
    await worker.release(claimed, look_again_in=None)
    assert await take(worker) == []
    assert await worker.next_due() is None
    (woken,) = await take(worker, woken=(made.id,))
    assert woken.store.id == made.id


async def test_events_do_not_hasten_what_has_to_wait_after_a_failure(
    database: Database, stores: StoreService, owner: Actor
) -> None:
    (made,) = await make(stores, owner, 1)
    worker = claims(database, "w")
    (claimed,) = await take(worker)
    tried = await worker.record(claimed, {"attempt": 2})
    await worker.release(tried, look_again_in=3600.0)
    assert await take(worker, woken=(made.id,)) == []
    due = await worker.next_due()
    assert due is not None
    assert 3000 < due <= 3600


async def test_renewing_keeps_the_time_that_is_left(
    database: Database, stores: StoreService, owner: Actor
) -> None:
    await make(stores, owner, 1)
    worker = claims(database, "w", seconds=60.0)
    (claimed,) = await take(worker)
    assert await worker.renew([(claimed, 123.0)]) == {claimed.store.id}
    assert (await worker.reload(claimed)).store.time_left == 123.0


async def test_only_a_deleted_store_can_be_forgotten(
    database: Database, stores: StoreService, owner: Actor
) -> None:
    (made,) = await make(stores, owner, 1)
    worker = claims(database, "w")
    (claimed,) = await take(worker)
    with pytest.raises(ClaimLost):
        await worker.forget(claimed)
    await stores.delete(owner, made.id)
    await worker.forget(await worker.reload(claimed))
    assert await stores.list(owner) == ()


async def test_a_process_that_stops_in_a_transaction_does_not_stop_all_others(
    database: Database, stores: StoreService, owner: Actor
) -> None:
    (made,) = await make(stores, owner, 1)
    stopped = Database(database.url)

    async def stop_with_the_lock() -> None:
        async with stopped.transaction() as session:
            await lock(session, "admit")
            (claimed,) = await take(claims(database, "w"))
            assert claimed.store.id == made.id
            # it goes on after its session was ended, and finds out
            await session.execute(text("select 1"))

    with pytest.raises(Unavailable):
        await stop_with_the_lock()
    await stopped.close()
