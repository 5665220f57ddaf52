"""A shop whose database a Job prepares, with two backends: what `init.mode=job` is for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from provisioner.engines import ENGINES
from tests.cluster.browsing import Customer
from tests.cluster.conftest import LocalCluster, describe
from tests.cluster.shops import Shop, run_helm
from tests.cluster.trading import BUYER, QUANTITY, MedusaTrade, Place, buy
from tests.cluster.waiting import until


@pytest.fixture
def shop(cluster: LocalCluster, helm: Path, request: pytest.FixtureRequest) -> Iterator[Shop]:
    made = Shop.new(ENGINES["medusa"], id="sjob12345678", name="By a Job")
    made.prepare(cluster)
    made.install(cluster, helm, "init.mode=job", "backend.replicas=2")
    yield made
    if getattr(request.node, "has_failed", False):
        describe(cluster, made.namespace)
    run_helm(cluster, helm, "uninstall", made.id, "--namespace", made.namespace)
    cluster.kubectl("delete", "namespace", made.namespace, "--wait=false")


def test_a_job_prepares_the_shop_for_all_backends(shop: Shop, cluster: LocalCluster) -> None:
    customer = Customer(shop.host, cluster.http_port)
    until("the storefront shows a product", lambda: MedusaTrade.product in customer.get("/").text)
    cluster.kubectl(
        *("rollout", "status", f"deployment/{shop.id}-medusa", "-n", shop.namespace),
        "--timeout=180s",
    )
    job = cluster.json("get", "jobs", "-n", shop.namespace)["items"][0]
    assert job["status"]["succeeded"] == 1
    customer.client.close()
    place = Place(shop.host, cluster.http_port, shop.values)
    buy(MedusaTrade(), place)
    owner = MedusaTrade().owner(place)
    assert owner.orders() == [(BUYER, QUANTITY)]
    owner.close()
