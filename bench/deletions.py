"""Many stores deleted at once, beside the same namespaces deleted by Kubernetes alone.

`python -m bench.deletions`, with STORES=500 or another number. Runs on a simulated cluster of
its own: the control plane, Helm and the database are real, the pods are played. Of two sets of
equal stores one is deleted through the service and the other by `kubectl delete namespace`, after
its rows are gone; both are over when the API server has neither namespaces nor volumes of them.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence

import anyio
from anyio.to_thread import run_sync
from sqlalchemy import text

from bench.played import played
from cluster import simulated
from provisioner.database import Database
from provisioner.runtime import Runtime
from provisioner.settings import Settings
from provisioner.views import StoreView
from tests.cluster.simulated_shops import Storefronts, World
from tests.services.people import person

STORES = int(os.environ.get("STORES", "500"))
TARGET = 2.0
"""Times what Kubernetes itself needs."""


def main() -> None:
    """Print the two times and their ratio."""
    with played(provision_timeout=3600.0) as ground:
        anyio.run(_measure, *ground)


async def _measure(
    cluster: simulated.SimulatedCluster, shops: Storefronts, settings: Settings
) -> None:
    database = Database(settings.database_url)
    await database.migrate()
    owner = await person(database, "owner@example.com")
    world = World(cluster, shops, settings, owner).images()
    async with world.platform() as runtime:
        by_hand = await _made(world, runtime, "plain")
        async with database.transaction() as session:
            await session.execute(text("delete from stores"))
        names = [store.namespace for store in by_hand]
        began = time.monotonic()
        await run_sync(lambda: cluster.kubectl("delete", "namespace", "--wait=false", *names))
        await _until_nothing_is_left(world)
        alone = time.monotonic() - began

        stores = await _made(world, runtime, "store")
        began = time.monotonic()
        async with anyio.create_task_group() as tasks:
            for store in stores:
                tasks.start_soon(runtime.stores.delete, owner, store.id)
        await _until_no_row(runtime)
        deleted = time.monotonic() - began
        await _until_nothing_is_left(world)
    await database.close()
    print(f"{f'{STORES} namespaces deleted by Kubernetes alone':70}{alone:8.1f} s")
    print(f"{f'{STORES} stores deleted at once, to the last row':70}{deleted:8.1f} s")
    print(f"{f'  as a multiple of it (target {TARGET})':70}{deleted / alone:8.2f}")


async def _made(world: World, runtime: Runtime, kind: str) -> Sequence[StoreView]:
    made = [await world.create(runtime, f"{kind} {number}") for number in range(STORES)]
    for store in made:
        await world.until(runtime, store, "ready")
    return made


async def _until_nothing_is_left(world: World) -> None:
    kinds = "namespaces,persistentvolumes"
    while "store-" in await run_sync(
        lambda: world.cluster.kubectl(
            *("get", kinds, "-o"),
            "jsonpath={range .items[*]}{.metadata.name} {.spec.claimRef.namespace} {end}",
        )
    ):
        await anyio.sleep(0.2)


async def _until_no_row(runtime: Runtime) -> None:
    async with runtime.changes.subscribe() as changes:
        async for _ in changes:
            if not await runtime.stores.views():
                return


if __name__ == "__main__":
    main()
