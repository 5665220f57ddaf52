"""A delete ends when nothing is left, says what holds it up, and is never given up."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlsplit

import anyio
import anyio.to_thread
import pytest
import yaml

from provisioner.errors import Conflict
from provisioner.runtime import Runtime
from provisioner.views import StoreView
from tests.cluster.proxy import Proxy
from tests.cluster.simulated_shops import World
from tests.cluster.simulated_world import cluster, settings, shops, world
from tests.cluster.waiting import PATIENCE

__all__ = ["cluster", "settings", "shops", "world"]

pytestmark = pytest.mark.anyio


async def kubectl(world: World, *arguments: str, stdin: object = None) -> str:
    sent = None if stdin is None else json.dumps(stdin).encode()
    return await anyio.to_thread.run_sync(lambda: world.cluster.kubectl(*arguments, stdin=sent))


async def until_told(runtime: Runtime, world: World, store: StoreView, code: str) -> StoreView:
    """Wait until the page names this as what holds the deletion up."""
    view = store
    try:
        with anyio.fail_after(PATIENCE):
            while view.error_code != code:
                await anyio.sleep(0.1)
                view = await runtime.stores.get(world.owner, store.id)
    except TimeoutError:
        raise AssertionError(f"{view}\n{world.describe(store.namespace)}") from None
    return view


async def test_what_holds_it_up_is_named_and_retry_does_not_bring_it_back(world: World) -> None:
    stuck = world.images(shop="stuck-terminating")
    async with stuck.platform() as runtime:
        held = await world.create(runtime, "Held by a finalizer")
        hung = await world.create(runtime, "Held by a pod")
        for store in (held, hung):
            await world.until(runtime, store, "ready")
        kept = {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {
                "name": "kept",
                "namespace": held.namespace,
                "finalizers": ["example.com/stuck"],
            },
        }
        await kubectl(world, "apply", "--server-side", "--filename=-", stdin=kept)
        for store in (held, hung):
            await runtime.stores.delete(world.owner, store.id)
        told = await until_told(runtime, world, hung, "held-by-pod")
        assert "The pod shop-" in told.error_message
        assert "--force" not in told.error_message
        assert told.error_hint
        with pytest.raises(Conflict, match="a delete is final"):
            await runtime.stores.retry(world.owner, hung.id)
        for store in (held, hung):
            await kubectl(
                *(world, "delete", "pods", "--all", "-n", store.namespace),
                *("--force", "--grace-period=0"),
            )
        await world.until(runtime, hung, "gone")

        told = await until_told(runtime, world, held, "held-by-finalizer")
        assert "configmaps (1) waits for the finalizer example.com/stuck" in told.error_message
        timeline = await runtime.stores.timeline(world.owner, held.id)
        assert "example.com/stuck" in next(
            line.message for line in timeline if line.kind == "blocked"
        )
        await kubectl(
            *(world, "patch", "configmap", "kept", "-n", held.namespace, "--type=merge"),
            *("-p", '{"metadata": {"finalizers": null}}'),
        )
        await world.until(runtime, held, "gone")
        assert not world.exists("namespace", held.namespace)


async def test_a_store_that_was_never_made_goes_at_once(world: World) -> None:
    async with world.with_settings(worker="none").platform() as runtime:
        store = await world.create(runtime, "Never made")
        await runtime.stores.delete(world.owner, store.id)
    async with world.platform() as runtime:
        await world.until(runtime, store, "gone")


async def test_what_somebody_removed_by_hand_is_no_obstacle(world: World) -> None:
    async with world.platform() as runtime:
        store = await world.create(runtime, "By hand")
        await world.until(runtime, store, "ready", health="ok")
    await kubectl(
        world, "delete", "secrets,deployments,rolebindings", "--all", "-n", store.namespace
    )
    async with world.platform() as runtime:
        await runtime.stores.delete(world.owner, store.id)
        await world.until(runtime, store, "gone")
        assert not world.exists("namespace", store.namespace)


async def test_while_the_cluster_is_away_it_waits_and_says_so(world: World, tmp_path: Path) -> None:
    config = yaml.safe_load(Path(world.settings.kubeconfig).read_text())
    proxy = Proxy(urlsplit(config["clusters"][0]["cluster"]["server"]).port or 0)
    await proxy.mend()
    config["clusters"][0]["cluster"]["server"] = f"https://127.0.0.1:{proxy.port}"
    relayed = tmp_path / "relayed"
    relayed.write_text(yaml.safe_dump(config))
    async with world.with_settings(kubeconfig=str(relayed)).platform() as runtime:
        store = await world.create(runtime, "Patient")
        await world.until(runtime, store, "ready", health="ok")
        await proxy.cut()
        await runtime.stores.delete(world.owner, store.id)
        with anyio.fail_after(PATIENCE):
            while (
                "answer"
                not in (view := await runtime.stores.get(world.owner, store.id)).error_message
            ):
                await anyio.sleep(0.1)
        assert view.status == "deleting"
        await proxy.mend()
        await world.until(runtime, store, "gone")
        assert not world.exists("namespace", store.namespace)
    await proxy.cut()
