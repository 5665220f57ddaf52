"""Orphans on a real control plane: found by the watch, removed or adopted by a click alone."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import anyio
import psycopg
import pytest
from anyio.to_thread import run_sync

from provisioner.errors import Conflict, Forbidden, NotFound
from provisioner.naming import new_id
from provisioner.runtime import Runtime
from provisioner.views import Actor, OrphanView, StoreView
from tests.cluster.faulted import cluster, world
from tests.cluster.faults import Stage, stage
from tests.cluster.simulated_shops import World
from tests.cluster.waiting import PATIENCE
from tests.postgresql import Server
from tests.services.people import person

__all__ = ["cluster", "world"]

pytestmark = pytest.mark.anyio


@pytest.fixture
async def at(world: World, postgresql: Server, tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(world.images(), postgresql, tmp_path / "stage") as made:
        yield made


async def administrator(runtime: Runtime) -> Actor:
    return await person(runtime.database, "administrator@example.com", role="administrator")


async def until_listed(runtime: Runtime, actor: Actor, kind: str, name: str) -> OrphanView:
    """Wait until the watch shows it."""
    with anyio.fail_after(PATIENCE):
        while True:
            for orphan in await runtime.orphans.list(actor):
                if (orphan.kind, orphan.name) == (kind, name):
                    return orphan
            await anyio.sleep(0.1)


async def until_live(runtime: Runtime, actor: Actor) -> None:
    """Wait until the cluster was read once."""
    with anyio.fail_after(PATIENCE):
        while True:
            try:
                await runtime.orphans.list(actor)
            except Exception:
                await anyio.sleep(0.1)
            else:
                return


async def forgotten(at: Stage, runtime: Runtime, name: str) -> StoreView:
    """A ready store whose row was lost, as by an older backup of the database."""
    store = await at.world.create(runtime, name)
    await at.world.until(runtime, store, "ready", health="ok")
    async with await psycopg.AsyncConnection.connect(at.world.settings.database_url) as connection:
        await connection.execute("delete from stores where id = %s", (store.id,))
    return store


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    with anyio.fail_after(PATIENCE):
        while not await condition():
            await anyio.sleep(0.1)


async def test_a_namespace_without_a_row_is_adopted_with_its_data(at: Stage) -> None:
    async with at.survivor() as runtime:
        actor = await administrator(runtime)
        store = await forgotten(at, runtime, "Lost and found")
        before = await at.objects(store)
        orphan = await until_listed(runtime, actor, "namespace", store.namespace)
        assert orphan.size == 2**30
        assert orphan.created_at
        with pytest.raises(Forbidden):
            await runtime.orphans.adopt(at.world.owner, "namespace", store.namespace)
        await runtime.orphans.adopt(actor, "namespace", store.namespace)
        adopted = await at.world.until(runtime, store, "ready", health="ok")
        assert (adopted.user_id, adopted.url) == (actor.user_id, store.url)
        assert await at.objects(store) == before
        with pytest.raises(NotFound):
            await runtime.orphans.adopt(actor, "namespace", store.namespace)


async def test_a_namespace_without_a_row_is_removed_as_a_store_is(at: Stage) -> None:
    async with at.survivor() as runtime:
        actor = await administrator(runtime)
        store = await forgotten(at, runtime, "Left behind")
        await until_listed(runtime, actor, "namespace", store.namespace)
        await runtime.orphans.remove(actor, "namespace", store.namespace)
        await at.world.until(runtime, store, "gone")
        assert await at.namespaces(store) == []
        assert await at.volumes(store) == []
        kinds = [kind for kind, _ in await at.timeline(store)]
        assert kinds[-1] == "gone"


async def test_a_store_whose_namespace_was_deleted_waits_for_a_click(at: Stage) -> None:
    async with at.survivor() as runtime:
        actor = await administrator(runtime)
        store = await at.world.create(runtime, "Wiped")
        await at.world.until(runtime, store, "ready", health="ok")
        before = await runtime.stores.credentials(at.world.owner, store.id)
        await run_sync(at.world.cluster.kubectl, "delete", "namespace", store.namespace)
        degraded = await at.world.until(runtime, store, "ready", health="degraded")
        await until_listed(runtime, actor, "store", store.id)
        assert degraded.can_repair
        assert await at.namespaces(store) == []
        await runtime.orphans.adopt(actor, "store", store.id)
        await at.world.until(runtime, store, "ready", health="ok")
        after = await runtime.stores.credentials(at.world.owner, store.id)
        assert before != after


async def test_a_namespace_deleted_while_nobody_watched_is_noticed(at: Stage) -> None:
    async with at.survivor() as runtime:
        store = await at.world.create(runtime, "Wiped at night")
        await at.world.until(runtime, store, "ready", health="ok")
    await run_sync(at.world.cluster.kubectl, "delete", "namespace", store.namespace)
    async with at.survivor() as runtime:
        degraded = await at.world.until(runtime, store, "ready", health="degraded")
        assert "deleted by somebody" in degraded.health_message


async def test_a_release_elsewhere_is_listed_with_the_way_out(at: Stage) -> None:
    store_id = new_id()
    deployment = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": store_id, "labels": {"storeweaver.dev/store": store_id}},
        "spec": {
            "replicas": 0,
            "selector": {"matchLabels": {"a": "b"}},
            "template": {
                "metadata": {"labels": {"a": "b"}},
                "spec": {"containers": [{"name": "a", "image": "example.test/a:1"}]},
            },
        },
    }
    await run_sync(
        lambda: at.world.cluster.kubectl(
            "create", "-n", "default", "-f", "-", stdin=json.dumps(deployment).encode()
        )
    )
    async with at.survivor() as runtime:
        actor = await administrator(runtime)
        await until_live(runtime, actor)
        orphan = await until_listed(runtime, actor, "release", f"default/{store_id}")
        assert f"helm uninstall {store_id}" in orphan.hint
        with pytest.raises(Conflict):
            await runtime.orphans.remove(actor, "release", orphan.name)
        await run_sync(
            lambda: at.world.cluster.kubectl("delete", "deployment", store_id, "-n", "default")
        )


@pytest.mark.parametrize("policy", ["Retain", "Delete"])
async def test_a_volume_left_behind_is_removed_by_a_click(at: Stage, policy: str) -> None:
    name = f"left-{new_id()}"
    volume = {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": name},
        "spec": {
            "capacity": {"storage": "3Gi"},
            "accessModes": ["ReadWriteOnce"],
            "persistentVolumeReclaimPolicy": "Retain",
            "storageClassName": "by-hand",
            "hostPath": {"path": f"/nonexistent/{name}"},
            "claimRef": {"namespace": "store-long-gone", "name": "data", "uid": new_id()},
        },
    }
    kubectl = at.world.cluster.kubectl
    await run_sync(lambda: kubectl("create", "-f", "-", stdin=json.dumps(volume).encode()))
    async with at.survivor() as runtime:
        actor = await administrator(runtime)
        await until_live(runtime, actor)
        orphan = await until_listed(runtime, actor, "volume", name)
        assert orphan.size == 3 * 2**30
        if policy == "Delete":
            patch = '{"spec": {"persistentVolumeReclaimPolicy": "Delete"}}'
            await run_sync(lambda: kubectl("patch", "persistentvolume", name, "-p", patch))
        await runtime.orphans.remove(actor, "volume", name)
        shown = await run_sync(
            lambda: kubectl(
                *("get", "persistentvolume", name, "--ignore-not-found"),
                *("-o", "jsonpath={.spec.persistentVolumeReclaimPolicy}"),
            )
        )
        # what clears its storage is the storage's own; here nobody answers for hostPath
        assert shown in {"", "Delete"}
    await run_sync(lambda: kubectl("delete", "persistentvolume", name, "--ignore-not-found"))


async def test_a_ready_store_is_put_right(at: Stage) -> None:
    """An Ingress removed by hand comes back by itself; drift waits for a click."""
    kubectl = at.world.cluster.kubectl
    async with at.survivor() as runtime:
        store = await at.world.create(runtime, "Put right")
        await at.world.until(runtime, store, "ready", health="ok")
        secrets = await runtime.stores.credentials(at.world.owner, store.id)
        await run_sync(lambda: kubectl("delete", "ingress", "shop", "-n", store.namespace))
        await until(lambda: _has_ingress(at, store))
        await at.world.until(runtime, store, "ready", health="ok")
        told = [message for kind, message in await at.timeline(store) if kind == "health"]
        assert any("Ingress was removed" in message for message in told)
        volumes = await at.volumes(store)
    newer = replace(at, world=at.world.with_settings(ingress_class="simulated"))
    async with newer.survivor() as runtime:
        await until(lambda: _can_repair(runtime, store))
        for _ in range(3):
            repaired = await runtime.stores.repair(at.world.owner, store.id)
        assert not repaired.can_repair
        await until(lambda: _is_current(runtime, store))
        assert await runtime.stores.credentials(at.world.owner, store.id) == secrets
        assert await at.volumes(store) == volumes
        kinds = [kind for kind, _ in await at.timeline(store)]
        assert kinds.count("repair") == 1


async def _has_ingress(at: Stage, store: StoreView) -> bool:
    return "Ingress/shop" in await at.objects(store)


async def _can_repair(runtime: Runtime, store: StoreView) -> bool:
    (view,) = await runtime.stores.views([store.id])
    return view.can_repair and "another release" in view.drift and view.health == "ok"


async def _is_current(runtime: Runtime, store: StoreView) -> bool:
    (view,) = await runtime.stores.views([store.id])
    return view.drift == "" and view.health == "ok"
