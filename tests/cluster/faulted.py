"""The cluster on which faults are played: simulated, with the worker's own rights."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cluster import clients
from cluster.home import Home
from cluster.simulated import SimulatedCluster
from provisioner.settings import Settings
from provisioner.views import Actor
from tests.cluster.identity import workers_kubeconfig
from tests.cluster.simulated_shops import World, storefronts
from tests.cluster.simulated_world import cluster

__all__ = ["cluster", "world"]


@pytest.fixture(scope="module")
def world(cluster: SimulatedCluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("world")
    with storefronts() as shops:
        settings = Settings(
            kubeconfig=str(workers_kubeconfig(cluster, folder / "kubeconfig")),
            helm=str(clients.helm(Home.from_environment())),
            ingress_address=shops.address,
        )
        nobody = Actor(user_id="", email="", role="user")
        yield World(cluster, shops, settings, nobody)
