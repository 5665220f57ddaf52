"""What a person may do with stores, and what happens when many do it at once."""

from __future__ import annotations

from dataclasses import replace

import anyio
import pytest
from sqlalchemy import text

from provisioner.database import Database
from provisioner.engines import ENGINES
from provisioner.errors import (
    Conflict,
    Forbidden,
    InvalidInput,
    NotFound,
    QuotaReached,
    StoreWeaverError,
    Unavailable,
)
from provisioner.settings import Settings
from provisioner.stores import StoreService
from provisioner.views import Actor, StoreView
from tests.services.conftest import EVERYTHING_READY, service
from tests.services.people import person

pytestmark = pytest.mark.anyio


async def change(database: Database, store: StoreView, values: str) -> None:
    """Do to a row what a worker does in time."""
    async with database.transaction() as session:
        await session.execute(
            text(f"update stores set {values} where id = :id"),  # noqa: S608 - our own
            {"id": store.id},
        )


async def test_a_new_store_is_on_its_way_at_once(stores: StoreService, owner: Actor) -> None:
    made = await stores.create(owner, name="Tea & Pots", engine="medusa")
    assert (made.status, made.health) == ("provisioning", "unknown")
    assert made.namespace == "store-tea-pots"
    assert made.url == "http://tea-pots.localhost"
    assert made.admin_url == "http://tea-pots.localhost/app"
    assert {step.state for step in made.steps} == {"waiting"}
    assert await stores.list(owner) == (made,)
    assert [line.kind for line in await stores.timeline(owner, made.id)] == ["created"]


async def test_the_same_name_gets_another_address(stores: StoreService, owner: Actor) -> None:
    first = await stores.create(owner, name="Tea", engine="medusa")
    second = await stores.create(owner, name="tea", engine="medusa")
    assert first.namespace == "store-tea"
    assert second.namespace.startswith("store-tea-")
    assert (await stores.check_name(owner, "TEA")).host == "tea-….localhost"


async def test_a_name_without_letters_for_dns_gets_its_id(
    stores: StoreService, owner: Actor
) -> None:
    made = await stores.create(owner, name="茶壶", engine="medusa")
    assert made.namespace == f"store-{made.id}"
    assert made.name == "茶壶"


async def test_unknown_and_unavailable_engines_are_refused(
    stores: StoreService, owner: Actor
) -> None:
    with pytest.raises(InvalidInput, match="no engine 'prestashop'") as refusal:
        await stores.create(owner, name="Tea", engine="prestashop")
    assert "medusa" in refusal.value.hint
    for engine in await stores.engines():
        if not engine.is_available:
            with pytest.raises(Conflict, match="not available"):
                await stores.create(owner, name="Tea", engine=engine.key)


async def test_an_engine_whose_image_lacks_what_it_sells_with_is_refused_with_the_reason(
    database: Database, settings: Settings, owner: Actor
) -> None:
    sentence = "WooCommerce is not in the image. Set WOOCOMMERCE_RELEASE and run `make up`."
    image = ENGINES["woocommerce"].images["wordpress"]
    lacking = {image: replace(EVERYTHING_READY.images[image], lacks=sentence)}
    prepared = replace(EVERYTHING_READY, images={**EVERYTHING_READY.images, **lacking})
    stores = service(database, settings, preparation=prepared)
    shown = {engine.key: engine for engine in await stores.engines()}
    assert not shown["woocommerce"].is_available
    assert shown["woocommerce"].reason == sentence
    assert shown["medusa"].is_available
    with pytest.raises(Conflict) as refusal:
        await stores.create(owner, name="Tea", engine="woocommerce")
    assert sentence in refusal.value.message
    assert await stores.list(owner) == ()


async def test_quotas_hold_under_two_hundred_creates_at_once(
    database: Database, settings: Settings
) -> None:
    limited = replace(settings, max_stores=25, new_user_stores=10)
    service_ = service(database, limited)
    people = [await person(database, f"p{number}@example.com") for number in range(4)]
    outcomes: list[str] = []

    async def create(number: int) -> None:
        try:
            await service_.create(people[number % 4], name=f"Shop {number}", engine="medusa")
            outcomes.append("made")
        except QuotaReached:
            outcomes.append("refused")

    async with anyio.create_task_group() as tasks:
        for number in range(200):
            tasks.start_soon(create, number)
    assert outcomes.count("made") == 25
    assert len(outcomes) == 200
    for each in people:
        assert (await service_.quota(each)).used <= 10
    assert (await service_.quota(people[0])).platform_used == 25


async def test_the_limit_of_a_user_is_named_with_the_way_out(
    database: Database, settings: Settings, owner: Actor
) -> None:
    limited = service(database, replace(settings, new_user_stores=1))
    await limited.create(owner, name="Tea", engine="medusa")
    with pytest.raises(QuotaReached, match="1 of 1") as refusal:
        await limited.create(owner, name="Coffee", engine="medusa")
    assert "administrator" in refusal.value.hint
    async with database.transaction() as session:
        await session.execute(text("update users set max_stores = 2"))
    await limited.create(owner, name="Coffee", engine="medusa")


async def test_an_override_cannot_exceed_the_ceiling(
    database: Database, settings: Settings, owner: Actor
) -> None:
    limited = service(database, replace(settings, max_stores_per_user=3))
    async with database.transaction() as session:
        await session.execute(text("update users set max_stores = 99"))
    assert (await limited.quota(owner)).limit == 3


async def test_a_repeated_request_makes_one_store(stores: StoreService, owner: Actor) -> None:
    made: list[StoreView] = []

    async def create() -> None:
        made.append(
            await stores.create(owner, name="Tea", engine="medusa", idempotency_key="click-1")
        )

    async with anyio.create_task_group() as tasks:
        for _ in range(20):
            tasks.start_soon(create)
    assert {store.id for store in made} == {made[0].id}
    assert len(await stores.list(owner)) == 1


async def test_a_key_is_good_for_one_wish_of_one_user(
    stores: StoreService, owner: Actor, stranger: Actor
) -> None:
    first = await stores.create(owner, name="Tea", engine="medusa", idempotency_key="k")
    with pytest.raises(Conflict, match="another store"):
        await stores.create(owner, name="Coffee", engine="medusa", idempotency_key="k")
    other = await stores.create(stranger, name="Tea", engine="medusa", idempotency_key="k")
    assert other.id != first.id


async def test_a_key_is_kept_for_a_day(
    database: Database, stores: StoreService, owner: Actor
) -> None:
    first = await stores.create(owner, name="Tea", engine="medusa", idempotency_key="k")
    async with database.transaction() as session:
        await session.execute(
            text("update idempotency_keys set created_at = now() - interval '25 hours'")
        )
    second = await stores.create(owner, name="Tea", engine="medusa", idempotency_key="k")
    assert second.id != first.id


async def test_the_store_of_somebody_else_is_not_found(
    stores: StoreService, owner: Actor, stranger: Actor
) -> None:
    made = await stores.create(owner, name="Tea", engine="medusa")
    for ask in (
        stores.get,
        stores.retry,
        stores.delete,
        stores.credentials,
        stores.timeline,
    ):
        with pytest.raises(NotFound) as refusal:
            await ask(stranger, made.id)
        with pytest.raises(NotFound) as unknown:
            await ask(stranger, "aaaaaaaaaaaa")
        # what is not one's own cannot be told from what does not exist
        assert refusal.value.message == unknown.value.message
    assert await stores.list(stranger) == ()
    with pytest.raises(Forbidden):
        await stores.list_all(stranger)
    assert (await stores.get(owner, made.id)).status == "provisioning"


async def test_an_administrator_sees_and_may_delete_every_store(
    stores: StoreService, owner: Actor, administrator: Actor
) -> None:
    made = await stores.create(owner, name="Tea", engine="medusa")
    assert [view.id for view in await stores.list_all(administrator)] == [made.id]
    assert (await stores.get(administrator, made.id)).owner == owner.email
    assert await stores.list(administrator) == ()


async def test_only_a_failed_store_can_be_retried(
    database: Database, stores: StoreService, owner: Actor
) -> None:
    made = await stores.create(owner, name="Tea", engine="medusa")
    with pytest.raises(Conflict, match="has not failed"):
        await stores.retry(owner, made.id)
    await change(database, made, "status = 'failed', error_message = 'x', started_at = now()")
    assert (await stores.get(owner, made.id)).can_retry
    again = await stores.retry(owner, made.id)
    assert (again.status, again.error_message) == ("provisioning", "")
    assert (again.id, again.url) == (made.id, made.url)


async def test_a_retry_asked_for_twice_at_once_happens_once(
    database: Database, stores: StoreService, owner: Actor
) -> None:
    made = await stores.create(owner, name="Tea", engine="medusa")
    await change(database, made, "status = 'failed', started_at = now()")
    outcomes: list[str] = []

    async def retry() -> None:
        try:
            await stores.retry(owner, made.id)
            outcomes.append("retried")
        except Conflict:
            outcomes.append("refused")

    async with anyio.create_task_group() as tasks:
        for _ in range(5):
            tasks.start_soon(retry)
    assert sorted(outcomes) == ["refused"] * 4 + ["retried"]


async def test_delete_is_final(database: Database, stores: StoreService, owner: Actor) -> None:
    made = await stores.create(owner, name="Tea", engine="medusa")
    await change(database, made, "started_at = now()")
    assert (await stores.delete(owner, made.id)).status == "deleting"
    assert (await stores.delete(owner, made.id)).status == "deleting"
    with pytest.raises(Conflict, match="a delete is final"):
        await stores.retry(owner, made.id)
    kinds = [line.kind for line in await stores.timeline(owner, made.id)]
    assert kinds == ["delete", "created"]


async def test_what_never_began_is_gone_at_once(stores: StoreService, owner: Actor) -> None:
    made = await stores.create(owner, name="Tea", engine="medusa")
    assert (await stores.delete(owner, made.id)).status == "deleting"
    assert await stores.list(owner) == ()
    assert (await stores.quota(owner)).used == 0


async def test_a_store_that_ends_while_it_is_read_is_not_found(
    database: Database, stores: StoreService, owner: Actor
) -> None:
    answers: list[str] = []

    async def read(store: StoreView) -> None:
        while True:
            try:
                answers.append((await stores.get(owner, store.id)).id)
            except NotFound:
                return

    async def end(store: StoreView) -> None:
        async with database.transaction() as session:
            await session.execute(text("delete from stores where id = :id"), {"id": store.id})

    for _ in range(30):
        made = await stores.create(owner, name="Tea", engine="medusa")
        async with anyio.create_task_group() as tasks:
            for _ in range(4):
                tasks.start_soon(read, made)
            tasks.start_soon(end, made)
    assert answers


async def test_places_in_the_queue_are_shown(database: Database, settings: Settings) -> None:
    prepared = service(database, settings, preparation=EVERYTHING_READY)
    somebody = await person(database, "q@example.com")
    made = [await prepared.create(somebody, name=f"Q{n}", engine="medusa") for n in range(3)]
    await change(database, made[0], "started_at = now()")
    waiting = {view.id: view.waiting_for for view in await prepared.list(somebody)}
    assert waiting[made[0].id] == ""
    assert "next" in waiting[made[1].id]
    assert "place 2" in waiting[made[2].id]


async def test_a_store_says_what_the_platform_still_prepares(
    stores: StoreService, owner: Actor
) -> None:
    made = await stores.create(owner, name="Tea", engine="medusa")
    assert "medusa-backend" in made.waiting_for


async def test_credentials_need_the_cluster_and_a_store_that_lives(
    database: Database, stores: StoreService, owner: Actor
) -> None:
    made = await stores.create(owner, name="Tea", engine="medusa")
    with pytest.raises(Unavailable):
        await stores.credentials(owner, made.id)
    await change(database, made, "started_at = now()")
    await stores.delete(owner, made.id)
    with pytest.raises(Conflict, match="being deleted"):
        await stores.credentials(owner, made.id)


async def test_nothing_secret_is_in_any_row(
    database: Database, stores: StoreService, owner: Actor
) -> None:
    made = await stores.create(owner, name="Tea", engine="medusa")
    async with database.transaction() as session:
        row = (
            await session.execute(
                text("select to_jsonb(s) from stores s where id = :id"), {"id": made.id}
            )
        ).scalar_one()
    assert not [key for key in row if "password" in key or "secret" in key]


async def test_an_unreachable_database_says_so(settings: Settings, owner: Actor) -> None:
    away = Database("postgresql://nobody@/none?host=/nonexistent")
    with pytest.raises(Unavailable) as refusal:
        await service(away, settings).list(owner)
    assert isinstance(refusal.value, StoreWeaverError)
    assert "Traceback" not in refusal.value.message
    await away.close()


async def test_a_repair_is_one_wish_however_often_it_is_asked_for(
    database: Database, stores: StoreService, owner: Actor, stranger: Actor
) -> None:
    store = await stores.create(owner, name="Tea", engine="medusa")
    with pytest.raises(Conflict, match="nothing to repair"):
        await stores.repair(owner, store.id)
    async with database.transaction() as session:
        await session.execute(
            text(
                "update stores set status = 'ready', ready_at = now(), health = 'degraded', "
                "settled_generation = generation, not_before = null"
            )
        )
    assert (await stores.get(owner, store.id)).can_repair
    with pytest.raises(NotFound):
        await stores.repair(stranger, store.id)
    for _ in range(3):
        assert not (await stores.repair(owner, store.id)).can_repair
    kinds = [line.kind for line in await stores.timeline(owner, store.id)]
    assert kinds == ["repair", "created"]
    await stores.delete(owner, store.id)
    with pytest.raises(Conflict, match="nothing to repair"):
        await stores.repair(owner, store.id)
