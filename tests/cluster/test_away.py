"""Cluster or database away for longer than a store may take: nothing fails, and all goes on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest

from provisioner.runtime import Runtime
from provisioner.views import StoreView
from tests.cluster.faulted import cluster, world
from tests.cluster.faults import Stage, services, stage
from tests.cluster.simulated_shops import World
from tests.cluster.waiting import PATIENCE
from tests.postgresql import Server

__all__ = ["cluster", "world"]

pytestmark = pytest.mark.anyio

MAY_TAKE = 20.0
"""Seconds in which a store has to become Ready; it is away for longer."""


@pytest.fixture
async def at(world: World, postgresql: Server, tmp_path: Path) -> AsyncIterator[Stage]:
    folder = tmp_path / "stage"
    async with stage(world.images(), postgresql, folder, provision_timeout=MAY_TAKE) as made:
        yield made


@pytest.mark.parametrize("gone", ["API server", "database"])
async def test_what_is_away_for_longer_than_a_store_may_take_fails_none(
    at: Stage, gone: str
) -> None:
    away = at.api if gone == "API server" else at.database
    async with services(at) as runtime:
        waiting = await at.world.create(runtime, f"{gone} waiting", is_open=False)
        async with at.victim("") as worker:
            await until_asked(at, waiting)
            ending = await at.world.create(runtime, f"{gone} ending")
            await at.world.until(runtime, ending, "ready", health="ok")
            await away.cut()
            await runtime.stores.delete(at.world.owner, ending.id)
            late = await at.world.create(runtime, f"{gone} late")
            if gone == "API server":
                await until_told(runtime, waiting, "Kubernetes is not answering")
            await anyio.sleep(MAY_TAKE + 2)
            views = {view.id: view.status for view in await runtime.stores.list(at.world.owner)}
            assert views == {
                waiting.id: "provisioning",
                ending.id: "deleting",
                late.id: "provisioning",
            }
            assert worker.process.poll() is None, worker.log
            await away.mend()
            await at.world.until(runtime, ending, "gone")
            await at.world.until(runtime, late, "ready", health="ok")
            at.world.storefronts.open(waiting)
            await at.world.until(runtime, waiting, "ready", health="ok")
        for store in (waiting, late):
            kinds = [kind for kind, _ in await at.timeline(store)]
            assert "failed" not in kinds


async def until_asked(at: Stage, store: StoreView) -> None:
    """Wait until all of the shop is there, and only its page is missing."""
    host = store.url.split("/")[2].partition(":")[0]
    with anyio.fail_after(PATIENCE):
        while host not in at.world.storefronts.asked:
            await anyio.sleep(0.1)


async def until_told(runtime: Runtime, store: StoreView, words: str) -> None:
    """Wait until a step of the store says so."""
    with anyio.fail_after(PATIENCE):
        async with runtime.changes.subscribe() as changes:
            async for _ in changes:
                (view,) = await runtime.stores.views([store.id])
                if any(words in step.message for step in view.steps):
                    return
