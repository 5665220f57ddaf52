"""Queue, workers, cluster and settings, as an administrator sees them; and sign-ins."""

from __future__ import annotations

import pytest

from provisioner.access import Cluster
from provisioner.accounts import Accounts
from provisioner.bulk import MOST, for_each
from provisioner.claims import Claims
from provisioner.database import Database
from provisioner.engines import ENGINES
from provisioner.errors import Conflict, Forbidden, InvalidInput, NotFound, Unavailable
from provisioner.in_force import settings_in_force
from provisioner.overview import Overview
from provisioner.people import People
from provisioner.preparation import ImageReady, Preparation
from provisioner.sessions import Sessions
from provisioner.settings import Settings
from provisioner.stores import StoreService
from provisioner.views import Actor
from tests.services.conftest import EVERYTHING_READY, service

pytestmark = pytest.mark.anyio


def overview(database: Database, stores: StoreService, preparation: Preparation) -> Overview:
    def no_cluster() -> Cluster:
        raise Unavailable("Kubernetes cannot be reached just now.", hint="Wait.")

    return Overview(
        database,
        Settings(max_concurrent_provisions=1),
        engines=ENGINES,
        cluster=no_cluster,
        preparation=lambda: preparation,
        stores=stores,
    )


async def test_the_queue_tells_who_works_on_what_and_who_waits_for_what(
    database: Database, owner: Actor, administrator: Actor
) -> None:
    stores = service(database, Settings(), preparation=EVERYTHING_READY)
    for name in ("One", "Two", "Three"):
        await stores.create(owner, name=name, engine="medusa")
    await Claims(database, worker="worker-1", seconds=30).take(
        places=1, room=9, engines=list(ENGINES), woken=(), known=ENGINES
    )
    queue = await overview(database, stores, EVERYTHING_READY).queue(administrator)
    (claim,) = queue.claims
    assert (claim.worker, claim.name, claim.owner) == ("worker-1", "One", owner.email)
    (waiting,) = queue.waiting
    assert [store.name for store in waiting.stores] == ["Two", "Three"]
    assert "free place" in waiting.reason


async def test_a_cluster_that_is_away_is_said_and_images_are_told_all_the_same(
    database: Database, stores: StoreService, administrator: Actor
) -> None:
    preparation = Preparation(
        images={"postgres": ImageReady(reference="", reason="The image postgres is being built.")}
    )
    seen = await overview(database, stores, preparation).cluster(administrator)
    assert "cannot be reached" in seen.problem
    images = {image.name: image for image in seen.images}
    assert "being built" in images["postgres"].reason
    assert images["medusa-backend"].reason == "It is not known yet."
    assert images["postgres"].engines == ("Medusa",)


async def test_nobody_else_sees_any_of_it(
    database: Database, stores: StoreService, owner: Actor
) -> None:
    service_ = overview(database, stores, EVERYTHING_READY)
    for ask in (service_.queue, service_.cluster, service_.settings):
        with pytest.raises(Forbidden):
            await ask(owner)


def test_settings_tell_their_source_and_keep_their_secrets() -> None:
    environment = {"ADMIN_PASSWORD": "four words and more", "MAX_STORES": "7"}
    shown = {
        view.variable: view
        for view in settings_in_force(Settings.from_environment(environment), environment)
    }
    assert (shown["MAX_STORES"].value, shown["MAX_STORES"].source) == ("7", "environment")
    assert shown["PORT"].source == "default"
    assert shown["ADMIN_PASSWORD"].value == "(set, not shown)"
    assert shown["DATABASE_URL"].value == ""


async def test_many_at_once_are_each_decided_by_themselves(
    stores: StoreService, owner: Actor, stranger: Actor
) -> None:
    mine = await stores.create(owner, name="Mine", engine="medusa")
    theirs = await stores.create(stranger, name="Theirs", engine="medusa")
    outcome = await for_each(stores.delete, owner, [mine.id, theirs.id, mine.id, "nothing"])
    assert outcome.done == ("Mine",)
    assert [refusal.store_id for refusal in outcome.refused] == [theirs.id, "nothing"]
    with pytest.raises(InvalidInput):
        await for_each(stores.delete, owner, [str(number) for number in range(MOST + 1)])


async def test_options_are_kept_with_the_store_and_part_of_the_wish(
    stores: StoreService, owner: Actor
) -> None:
    wish = {"name": "Tea", "engine": "medusa", "idempotency_key": "key"}
    made = await stores.create(owner, **wish, options={"currency": "EUR", "size": "standard"})
    assert made.options == {"currency": "EUR"}
    again = await stores.create(owner, **wish, options={"currency": "EUR"})
    assert again.id == made.id
    with pytest.raises(Conflict):
        await stores.create(owner, **wish, options={"currency": "GBP"})
    with pytest.raises(InvalidInput):
        await stores.create(owner, name="Tea", engine="medusa", options={"currency": "?"})


async def test_a_person_ends_one_of_their_sessions_and_no_other_persons(
    database: Database, accounts: Accounts, people: People, administrator: Actor
) -> None:
    link = (await people.invite(administrator)).path.rpartition("/")[2]
    password = "four words and more"
    first = await accounts.register(
        link=link, email="ada@example.com", password=password, address="192.0.2.1", user_agent="A"
    )
    second = await accounts.sign_in(
        email="ada@example.com", password=password, address="192.0.2.2", user_agent="B"
    )
    sessions = Sessions(database)
    mine, other = await sessions.list(first.actor)
    assert (mine.is_this, mine.address, other.address) == (True, "192.0.2.1", "192.0.2.2")
    with pytest.raises(NotFound):
        await sessions.end(administrator, other.id)
    await sessions.end(first.actor, other.id)
    assert await accounts.session(second.token) is None
    assert await accounts.session(first.token) is not None
    (user,) = [u for u in await people.users(administrator) if u.email == "ada@example.com"]
    assert (user.sessions, user.seen_at is not None) == (1, True)


async def test_two_administrators_at_one_limit_do_not_overwrite_each_other(
    people: People, administrator: Actor, owner: Actor
) -> None:
    await people.set_limit(administrator, owner.user_id, limit=5, before=None)
    with pytest.raises(Conflict, match="to 5 meanwhile"):
        await people.set_limit(administrator, owner.user_id, limit=9, before=None)
    await people.set_limit(administrator, owner.user_id, limit=9, before=5)
