"""A simulated cluster for a module of tests, and a platform with a database for each of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from cluster import clients
from cluster.home import Home
from cluster.simulated import Programs, SimulatedCluster, simulated
from provisioner.database import Database
from provisioner.settings import Settings
from tests.cluster.identity import workers_kubeconfig
from tests.cluster.simulated_shops import Storefronts, World, storefronts
from tests.services.people import person


@pytest.fixture(scope="module")
def cluster(
    tmp_path_factory: pytest.TempPathFactory, programs: Programs
) -> Iterator[SimulatedCluster]:
    with simulated(tmp_path_factory.mktemp("simulated"), programs) as found:
        yield found


@pytest.fixture(scope="module")
def shops() -> Iterator[Storefronts]:
    with storefronts() as found:
        yield found


@pytest.fixture
def settings(
    cluster: SimulatedCluster, shops: Storefronts, database_url: str, tmp_path: Path
) -> Settings:
    """With the rights that the worker has on a local cluster."""
    return Settings(
        database_url=database_url,
        kubeconfig=str(workers_kubeconfig(cluster, tmp_path / "kubeconfig")),
        helm=str(clients.helm(Home.from_environment())),
        ingress_address=shops.address,
        state_folder=tmp_path,
        claim_seconds=2.0,
        provision_timeout=120.0,
    )


@pytest.fixture
async def world(
    cluster: SimulatedCluster, shops: Storefronts, settings: Settings, database: Database
) -> AsyncIterator[World]:
    owner = await person(database, "owner@example.com")
    yield World(cluster, shops, settings, owner).images()
    shops.pages.clear()
