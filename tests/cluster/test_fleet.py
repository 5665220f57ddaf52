"""Nodes and what stores request of them, read from a real API server."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import anyio
import pytest

from provisioner import fleet
from provisioner.fleet import NodeView
from provisioner.kube import Kube
from tests.cluster.stores import SimulatedStores, namespace, placed, pod
from tests.cluster.waiting import PATIENCE

pytestmark = pytest.mark.anyio

STORE, PLACE = "fleetstore12", "store-fleet"


@pytest.fixture
async def kube(stores: SimulatedStores) -> AsyncIterator[Kube]:
    async with Kube.connected(stores.settings) as kube:
        yield kube


async def requested(kube: Kube) -> tuple[float, float, int]:
    """Cores, bytes and pods that stores request of all nodes together."""
    nodes = await fleet.nodes(kube)
    return (
        sum(node.requested.cpu for node in nodes),
        sum(node.requested.memory for node in nodes),
        sum(node.requested.pods for node in nodes),
    )


async def test_a_node_tells_what_it_has(kube: Kube, stores: SimulatedStores) -> None:
    nodes = await fleet.nodes(kube)
    shown = json.loads(await stores.kubectl("get", "nodes", "--output=json"))["items"]
    assert [node.name for node in nodes] == sorted(node["metadata"]["name"] for node in shown)
    node: NodeView = nodes[0]
    assert node.allocatable.cpu > 0
    assert node.allocatable.memory > 0
    assert node.allocatable.pods > 0
    assert node.problem == ""
    # nothing measures played nodes, and that is told apart from nothing used
    assert node.used is None


async def test_what_pods_of_stores_request_counts_and_other_pods_do_not(
    kube: Kube, stores: SimulatedStores
) -> None:
    before = await requested(kube)
    container = {
        "name": "shop",
        "image": "example.test/shop:1",
        "resources": {"requests": {"cpu": "250m", "memory": "64Mi"}},
    }
    wanted = pod("counted", containers=[container, {**container, "name": "side"}])
    await stores.apply(namespace(PLACE, STORE))
    try:
        await stores.until_account(PLACE)
        other = pod("other", containers=[container])
        other["metadata"]["namespace"] = PLACE
        await stores.apply(placed(wanted, PLACE, STORE), other)
        expected = (before[0] + 0.5, before[1] + 128 * 2**20, before[2] + 1)
        with anyio.fail_after(PATIENCE):
            while await requested(kube) != expected:
                await anyio.sleep(0.1)
    finally:
        await stores.kubectl("delete", "namespace", PLACE, "--wait=false")


async def test_a_cordoned_node_says_so(kube: Kube, stores: SimulatedStores) -> None:
    name = (await fleet.nodes(kube))[0].name
    await stores.kubectl("cordon", name)
    try:
        (node,) = [node for node in await fleet.nodes(kube) if node.name == name]
        assert "takes no new pods" in node.problem
    finally:
        await stores.kubectl("uncordon", name)
