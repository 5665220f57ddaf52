"""A store's life from the click to the last trace, on a real control plane with played pods."""

from __future__ import annotations

import json
from typing import cast

import anyio
import psycopg
import pytest
from anyio.to_thread import run_sync

from provisioner.errors import Conflict
from provisioner.naming import SECRETS_COPY
from provisioner.runtime import Runtime
from provisioner.views import StoreView
from tests.cluster.simulated_shops import World
from tests.cluster.simulated_world import cluster, settings, shops, world
from tests.cluster.waiting import PATIENCE
from tests.quietness import last_asked

__all__ = ["cluster", "settings", "shops", "world"]

pytestmark = pytest.mark.anyio

QUIET_FOR = 10.0
"""Seconds; whatever asks at an interval that matters does so within them."""


async def test_from_the_click_to_nothing_left(world: World) -> None:
    async with world.platform() as runtime:
        store = await world.create(runtime, "Tea & Pots")
        ready = await world.until(runtime, store, "ready")
        assert ready.health == "ok"
        assert [step.state for step in ready.steps] == ["done"] * 6
        assert all(step.started_at and step.ended_at for step in ready.steps)
        namespace = json.loads(
            world.cluster.kubectl("get", "namespace", ready.namespace, "-o", "json")
        )
        labels = namespace["metadata"]["labels"]
        assert labels["storeweaver.dev/store"] == store.id
        assert labels["pod-security.kubernetes.io/enforce"] == "restricted"
        shown = {c.label: c.value for c in await runtime.stores.credentials(world.owner, store.id)}
        assert shown["Email"] == world.owner.email
        assert len(shown["Password"]) == 24
        volume = world.cluster.kubectl(
            *("get", "pvc", "data", "-n", ready.namespace, "-o", "jsonpath={.spec.volumeName}")
        )
        assert world.exists("persistentvolume", volume)

        await runtime.stores.delete(world.owner, store.id)
        await world.until(runtime, store, "gone")
        assert not world.exists("namespace", ready.namespace)
        assert not world.exists("persistentvolume", volume)
    kinds = await timeline_kinds(world, store.id)
    wishes_and_outcomes = [kind for kind in kinds if kind not in {"action", "step"}]
    assert wishes_and_outcomes == ["created", "ready", "credentials", "delete", "gone"]
    assert kinds.count("action") == 5
    assert kinds.count("step") == 6


async def timeline_kinds(world: World, store_id: str) -> list[str]:
    """Of a store that may be gone, oldest first."""
    async with await psycopg.AsyncConnection.connect(world.settings.database_url) as connection:
        cursor = await connection.execute(
            "select kind from store_events where store_id = %s order by id", (store_id,)
        )
        return [kind for (kind,) in await cursor.fetchall()]


async def test_no_password_is_in_release_values_or_rows(world: World) -> None:
    async with world.platform() as runtime:
        store = await world.create(runtime, "Secretive")
        ready = await world.until(runtime, store, "ready")
        shown = await runtime.stores.credentials(world.owner, store.id)
        password = next(c.value for c in shown if c.is_secret)
        values = world.cluster.kubectl(
            "get", "configmaps,deployments", "-n", ready.namespace, "-o", "yaml"
        )
        assert password not in values
        async with await psycopg.AsyncConnection.connect(world.settings.database_url) as connection:
            for table in ("stores", "store_events"):
                cursor = await connection.execute(
                    f"select to_jsonb(t)::text from {table} t"  # noqa: S608 - our own names
                )
                assert all(password not in text for (text,) in await cursor.fetchall())


async def test_a_shop_that_does_not_sell_is_not_ready(world: World) -> None:
    async with world.platform() as runtime:
        store = await world.create(runtime, "Closed", is_open=False)
        host = store.url.split("/")[2]
        while host not in world.storefronts.asked:
            await anyio.sleep(0.05)
        world.storefronts.pages[host] = "<h1>Closed</h1> coming soon"
        await until_a_step_says(runtime, store, "shows no product")
        world.storefronts.pages[host] = "<h1>Another shop</h1><a data-product>"
        await until_a_step_says(runtime, store, "Something else answers")
        world.storefronts.open(store)
        await world.until(runtime, store, "ready")


async def until_a_step_says(runtime: Runtime, store: StoreView, words: str) -> None:
    with anyio.fail_after(PATIENCE):
        async with runtime.changes.subscribe() as changes:
            async for _ in changes:
                (view,) = await runtime.stores.views([store.id])
                assert view.status == "provisioning"
                if any(words in step.message for step in view.steps):
                    return


@pytest.mark.parametrize(
    ("tag", "words"),
    [
        ("image-not-found", "cannot be pulled"),
        ("image-forbidden", "may not be pulled"),
        ("crash", "keeps ending with status 1: Error: the shop's database has no table"),
        ("out-of-memory", "more memory than its limit"),
    ],
)
async def test_a_failure_keeps_its_cause_and_leaves_nothing(
    world: World, tag: str, words: str
) -> None:
    failing = world.images(shop=tag).with_settings(provision_timeout=3.0)
    async with failing.platform() as runtime:
        store = await world.create(runtime, f"Failing {tag}")
        failed = await world.until(runtime, store, "failed")
        assert words in failed.error_message
        assert failed.error_hint
        assert failed.can_retry
        assert [step.state for step in failed.steps].count("failed") == 1
        await until_gone(world, failed.namespace)


async def until_gone(world: World, namespace: str) -> None:
    with anyio.fail_after(120):
        while await run_sync(world.exists, "namespace", namespace):
            await anyio.sleep(0.1)


async def test_a_retry_begins_empty_with_new_secrets_under_the_same_address(world: World) -> None:
    failing = world.images(shop="crash").with_settings(provision_timeout=3.0)
    async with failing.platform() as runtime:
        store = await world.create(runtime, "Second try")
        failed = await world.until(runtime, store, "failed")
    async with world.platform() as runtime:
        await runtime.stores.retry(world.owner, store.id)
        ready = await world.until(runtime, store, "ready")
        assert (ready.id, ready.url, ready.namespace) == (
            failed.id,
            failed.url,
            failed.namespace,
        )
        annotations = json.loads(
            world.cluster.kubectl("get", "namespace", ready.namespace, "-o", "json")
        )["metadata"]["annotations"]
        assert annotations["storeweaver.dev/generation"] == "2"
        with pytest.raises(Conflict, match="has not failed"):
            await runtime.stores.retry(world.owner, store.id)


async def test_a_delete_during_create_wins(world: World) -> None:
    async with world.images(shop="slow-start").platform() as runtime:
        store = await world.create(runtime, "Changed mind")
        with anyio.fail_after(60):
            while not await run_sync(world.exists, "namespace", store.namespace):
                await anyio.sleep(0.05)
        await runtime.stores.delete(world.owner, store.id)
        await world.until(runtime, store, "gone")
        assert not world.exists("namespace", store.namespace)
    assert "ready" not in await timeline_kinds(world, store.id)


async def test_no_more_are_on_their_way_than_there_are_places(world: World) -> None:
    slow = world.images(shop="slow-start").with_settings(max_concurrent_provisions=2)
    most = 0
    async with slow.platform() as runtime:
        made = [await world.create(runtime, f"Queued {number}") for number in range(5)]
        with anyio.fail_after(120):
            async with runtime.changes.subscribe() as changes:
                async for _ in changes:
                    views = await runtime.stores.views([store.id for store in made])
                    under_way = [
                        view
                        for view in views
                        if view.status == "provisioning"
                        and any(step.state != "waiting" for step in view.steps)
                    ]
                    most = max(most, len(under_way))
                    if all(view.status == "ready" for view in views):
                        break
        in_order = sorted(views, key=lambda view: view.created_at)
        ready_at = [view.ready_at for view in in_order if view.ready_at]
    assert most == 2
    assert max(ready_at[:2]) < ready_at[4]


async def test_two_workers_share_the_work_and_one_may_leave(world: World) -> None:
    slow = world.images(shop="slow-start").with_settings(max_concurrent_provisions=6)
    async with slow.platform() as first:
        made = [await world.create(first, f"Shared {number}") for number in range(4)]
        async with slow.platform():
            await world.until(first, made[0], "ready")
        for store in made:
            await world.until(first, store, "ready")


async def test_a_ready_store_shows_how_it_fares(world: World) -> None:
    async with world.platform() as runtime:
        store = await world.create(runtime, "Looked after")
        ready = await world.until(runtime, store, "ready", health="ok")
        await play(world, ready, "crash")
        degraded = await world.until(runtime, store, "ready", health="degraded")
        assert "shop" in degraded.health_message
        await play(world, ready, "ready")
        well = await world.until(runtime, store, "ready", health="ok")
        assert well.health_message == ""


async def test_news_that_come_while_a_claim_is_given_back_are_not_lost(world: World) -> None:
    async with await psycopg.AsyncConnection.connect(world.settings.database_url) as connection:
        await connection.execute("""
            create function given_back_slowly() returns trigger language plpgsql as
            $$ begin perform pg_sleep(1.5); return new; end $$;
            create trigger given_back_slowly before update on stores for each row
            when (old.claimed_by is not null and new.claimed_by is null and new.health = 'degraded')
            execute function given_back_slowly()
        """)
    async with world.platform() as runtime:
        store = await world.create(runtime, "Slowly given back")
        ready = await world.until(runtime, store, "ready", health="ok")
        await play(world, ready, "crash")
        await world.until(runtime, store, "ready", health="degraded")
        await play(world, ready, "ready")
        await world.until(runtime, store, "ready", health="ok")


async def play(world: World, store: StoreView, trouble: str) -> None:
    """Replace the shop's pods by ones that are played otherwise."""
    change = {
        "spec": {
            "strategy": {"type": "Recreate", "rollingUpdate": None},
            "template": {"metadata": {"labels": {"storeweaver.dev/simulate": trouble}}},
        }
    }
    await run_sync(
        world.cluster.kubectl,
        *("patch", "deployment", "shop", "-n", store.namespace, "--type=merge"),
        *("-p", json.dumps(change)),
    )


async def test_a_ready_store_whose_release_was_removed_by_hand_is_repaired(world: World) -> None:
    async with world.platform() as runtime:
        store = await world.create(runtime, "Repaired")
        ready = await world.until(runtime, store, "ready", health="ok")
        before = await runtime.stores.credentials(world.owner, store.id)
        world.cluster.kubectl("delete", "deployment", "shop", "-n", ready.namespace)
        with anyio.fail_after(120):
            while not await run_sync(
                world.cluster.kubectl,
                *("get", "deployment", "shop", "-n", ready.namespace, "--ignore-not-found"),
            ):
                await anyio.sleep(0.1)
        await world.until(runtime, store, "ready", health="ok")
        assert await runtime.stores.credentials(world.owner, store.id) == before


@pytest.mark.parametrize("removed", ["shop-secret", SECRETS_COPY])
async def test_a_secret_that_was_removed_by_hand_is_put_back(world: World, removed: str) -> None:
    async with world.platform() as runtime:
        store = await world.create(runtime, f"Robbed of {removed}")
        ready = await world.until(runtime, store, "ready", health="ok")
        before = {name: secret(world, ready, name) for name in ("shop-secret", SECRETS_COPY)}
        world.cluster.kubectl("delete", "secret", removed, "-n", ready.namespace)
        await told(runtime, world, store, f"{removed} was removed; it is put back")
        await world.until(runtime, store, "ready", health="ok")
        assert {name: secret(world, ready, name) for name in before} == before


async def test_secrets_that_are_lost_are_made_anew_by_repair(world: World) -> None:
    async with world.platform() as runtime:
        store = await world.create(runtime, "Robbed of all")
        ready = await world.until(runtime, store, "ready", health="ok")
        before, pods = secret(world, ready, "shop-secret"), pods_of(world, ready)
        world.cluster.kubectl("delete", "secret", "--all", "-n", ready.namespace)
        await world.until(runtime, store, "ready", health="degraded")
        await told(runtime, world, store, "that makes new values and starts it anew")
        await runtime.stores.repair(world.owner, store.id)
        await told(runtime, world, store, "Rights, Secrets and release were put right")
        await world.until(runtime, store, "ready", health="ok")
        after = secret(world, ready, "shop-secret")
        assert after.keys() == before.keys()
        assert after["ADMIN_PASSWORD"] != before["ADMIN_PASSWORD"]
        assert not pods & pods_of(world, ready)


def secret(world: World, store: StoreView, name: str) -> dict[str, str]:
    found = world.cluster.kubectl("get", "secret", name, "-n", store.namespace, "-o", "json")
    return cast("dict[str, str]", json.loads(found)["data"])


def pods_of(world: World, store: StoreView) -> set[str]:
    """Their UIDs."""
    shown = ("-o", "jsonpath={.items[*].metadata.uid}")
    return set(world.cluster.kubectl("get", "pods", "-n", store.namespace, *shown).split())


async def told(runtime: Runtime, world: World, store: StoreView, words: str) -> None:
    """Wait until the store's timeline says so."""
    with anyio.fail_after(PATIENCE):
        async with runtime.changes.subscribe() as changes:
            async for _ in changes:
                timeline = await runtime.stores.timeline(world.owner, store.id)
                if any(words in event.message for event in timeline):
                    return


async def test_a_namespace_of_somebody_else_is_left_alone(world: World) -> None:
    world.cluster.kubectl("create", "namespace", "store-taken")
    async with world.platform() as runtime:
        store = await world.create(runtime, "Taken")
        failed = await world.until(runtime, store, "failed")
        assert "store-taken" in failed.error_message
        await runtime.stores.delete(world.owner, store.id)
        await world.until(runtime, store, "gone")
    assert world.exists("namespace", "store-taken")


async def test_while_nothing_changes_nothing_is_asked(world: World, database_url: str) -> None:
    async with world.platform() as runtime:
        store = await world.create(runtime, "Quiet")
        await world.until(runtime, store, "ready", health="ok")
        with anyio.fail_after(60):
            before: object = None
            while before != (before := await run_sync(last_asked, database_url)):
                await anyio.sleep(2)
        await anyio.sleep(QUIET_FOR)
        assert await run_sync(last_asked, database_url) == before
