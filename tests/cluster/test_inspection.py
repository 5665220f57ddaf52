"""What is shown of a store's namespace, and to whom: a real control plane with played pods."""

from __future__ import annotations

import json
import secrets
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import anyio
import anyio.to_thread
import pytest

from provisioner.database import Database
from provisioner.errors import Conflict, InvalidInput, NotFound, StoreWeaverError
from provisioner.inspected import LogQuery
from provisioner.runtime import Runtime
from provisioner.usage import UNMEASURED
from provisioner.views import StoreView
from tests.cluster.simulated_shops import World
from tests.cluster.simulated_world import cluster, settings, shops, world
from tests.cluster.waiting import PATIENCE
from tests.services.people import person

__all__ = ["cluster", "settings", "shops", "world"]

pytestmark = pytest.mark.anyio


@pytest.fixture
async def runtime(world: World) -> AsyncIterator[Runtime]:
    async with world.platform() as runtime:
        yield runtime


@pytest.fixture
async def store(world: World, runtime: Runtime) -> StoreView:
    # the cluster is the module's, and a namespace has one store
    made = await world.create(runtime, f"Tea {secrets.token_hex(4)}")
    return await world.until(runtime, made, "ready")


async def test_an_owner_sees_what_a_store_is_made_of(
    world: World, runtime: Runtime, store: StoreView
) -> None:
    inspection = runtime.inspection
    running = await inspection.running(world.owner, store.id)
    assert (running.replicas_ready, running.replicas_wanted) == (2, 2)
    assert (running.pods_running, running.restarts) == (2, 0)
    assert running.usage.volumes == {"data": 1024**3}

    resources = await inspection.resources(world.owner, store.id)
    shown = {(each.kind, each.name): (each.state, each.tone) for each in resources}
    assert shown["Deployment", "shop"] == ("1 of 1 ready", "good")
    assert shown["PersistentVolumeClaim", "data"][0].startswith("Bound")
    assert ("Secret", "shop-secret") in shown
    assert all(each.created_at for each in resources)

    configuration = await inspection.configuration(world.owner, store.id)
    assert configuration.chart == "shop"
    assert (configuration.revision, configuration.status) == (1, "deployed")
    assert f"host: {urlsplit(store.url).hostname}" in configuration.values


async def test_no_secret_leaves_the_cluster(
    world: World, runtime: Runtime, store: StoreView
) -> None:
    shown = {c.label: c.value for c in await runtime.stores.credentials(world.owner, store.id)}
    for resource in await runtime.inspection.resources(world.owner, store.id):
        detail = await runtime.inspection.resource(
            world.owner, store.id, kind=resource.kind, name=resource.name
        )
        assert shown["Password"] not in detail.manifest
        if resource.kind == "Secret":
            assert "\ndata:" not in detail.manifest


async def test_events_begin_with_those_there_are_and_go_on(
    world: World, runtime: Runtime, store: StoreView
) -> None:
    async with runtime.inspection.events(world.owner, store.id) as events:
        with anyio.fail_after(PATIENCE):
            seen = await events.receive()
            assert seen.kind
            manifest = {
                "apiVersion": "v1",
                "kind": "Event",
                "metadata": {"name": "played", "namespace": store.namespace},
                "involvedObject": {"kind": "Pod", "name": "shop", "namespace": store.namespace},
                "reason": "Played",
                "message": "a word that is new",
                "type": "Normal",
            }
            text = json.dumps(manifest).encode()
            await anyio.to_thread.run_sync(
                lambda: world.cluster.kubectl("create", "--filename=-", stdin=text)
            )
            while seen.reason != "Played":
                seen = await events.receive()
    assert (seen.message, seen.type) == ("a word that is new", "Normal")


async def test_usage_is_sampled_for_whoever_is_looked_at_and_says_where_nothing_measures(
    world: World, runtime: Runtime, store: StoreView
) -> None:
    assert (await runtime.inspection.running(world.owner, store.id)).usage.reason == ""
    async with runtime.changes.subscribe() as changes:
        runtime.attention.turn_to({store.id})
        with anyio.fail_after(PATIENCE):
            async for change in changes:
                if store.id in change.sampled:
                    break
    running = await runtime.inspection.running(world.owner, store.id)
    assert running.usage.reason == UNMEASURED
    assert running.usage.samples == ()


async def test_a_stranger_finds_no_such_store(
    runtime: Runtime, database: Database, store: StoreView
) -> None:
    stranger = await person(database, "stranger@example.com")
    inspection = runtime.inspection
    with pytest.raises(NotFound):
        await inspection.running(stranger, store.id)
    with pytest.raises(NotFound):
        await inspection.resources(stranger, store.id)
    with pytest.raises(NotFound):
        await inspection.resource(stranger, store.id, kind="Pod", name="shop")
    with pytest.raises(NotFound):
        await inspection.configuration(stranger, store.id)
    with pytest.raises(NotFound):
        async with inspection.logs(stranger, store.id, LogQuery(), follow=False):
            pass
    with pytest.raises(NotFound):
        async with inspection.events(stranger, store.id):
            pass


@pytest.mark.parametrize(
    ("kind", "name", "error"),
    [
        ("Node", "simulated", InvalidInput),
        ("Pod", "", InvalidInput),
        ("Pod", "x" * 300, InvalidInput),
        ("Pod", "../../../../nodes/simulated", StoreWeaverError),
        ("Pod", "gone", NotFound),
    ],
)
async def test_nothing_else_of_the_cluster_is_shown(
    world: World,
    runtime: Runtime,
    store: StoreView,
    kind: str,
    name: str,
    error: type[StoreWeaverError],
) -> None:
    with pytest.raises(error):
        await runtime.inspection.resource(world.owner, store.id, kind=kind, name=name)


async def test_a_namespace_that_is_not_the_stores_own_is_never_looked_into(
    world: World, runtime: Runtime
) -> None:
    """Its name may have been taken by something else before the store was made."""
    world.cluster.kubectl("create", "namespace", "store-taken")
    made = await world.create(runtime, "taken")
    assert made.namespace == "store-taken"
    failed = await world.until(runtime, made, "failed")
    assert await runtime.inspection.resources(world.owner, failed.id) == ()
    with pytest.raises(Conflict, match="Nothing of taken"):
        await runtime.inspection.configuration(world.owner, failed.id)
    with pytest.raises(Conflict):
        async with runtime.inspection.logs(world.owner, failed.id, LogQuery(), follow=False):
            pass
    with pytest.raises(Conflict):
        async with runtime.inspection.events(world.owner, failed.id):
            pass
