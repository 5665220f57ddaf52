"""One real cluster for all tests, in a state folder of its own beside the user's."""

from __future__ import annotations

import json
import tempfile
import uuid
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cluster import bringup, cleaning, clients, toolchain
from cluster.home import Home
from cluster.image_recipes import references
from cluster.kubectl import kubectl
from cluster.lifecycle import Running, running
from cluster.listeners import Ports, read_ports
from cluster.machine import is_ours
from cluster.progress import Progress
from cluster.simulated import Programs, simulated
from tests.cluster.stores import SimulatedStores
from tests.cluster.waiting import until

IMAGES = ("pause", "postgres", "valkey", "medusa-backend", "medusa-storefront")
"""What a Medusa store needs; the other images have a test of their own."""


@dataclass(frozen=True)
class LocalCluster:
    """A running local cluster and what tests ask of it."""

    home: Home

    def kubectl(self, *arguments: str, stdin: str | None = None) -> str:
        return kubectl(self.home, *arguments, stdin=stdin.encode() if stdin else None)

    def json(self, *arguments: str) -> Any:
        return json.loads(self.kubectl(*arguments, "--output=json"))

    def apply(self, manifest: str) -> None:
        self.kubectl("apply", "--server-side", "--filename=-", stdin=manifest)

    def image(self, name: str) -> str:
        return references(self.home)[name]

    @property
    def running(self) -> Running:
        found = running(self.home)
        assert found is not None, "the cluster does not run"
        return found

    @property
    def http_port(self) -> int:
        return self._ports.http

    @property
    def https_port(self) -> int:
        return self._ports.https

    @property
    def _ports(self) -> Ports:
        """As they were chosen at the first start, whether or not anything runs."""
        found = read_ports(self.home)
        assert found is not None, "the cluster was never started"
        return found

    def until_ready(self) -> None:
        until("every part is ready", lambda: self.running.is_ready)


@pytest.fixture(scope="session")
def home() -> Home:
    """The tests' state folder; its cache is the user's, so that nothing is built twice."""
    users = Home.from_environment()
    return Home(root=users.root.with_name(users.root.name + "-test"), cache=users.cache)


@pytest.fixture
def other(home: Home) -> Iterator[Home]:
    """A second installation beside the first; the cache is shared, and not its to remove.

    In a folder with a short path, since the kubelet's sockets must fit below it.
    """
    with tempfile.TemporaryDirectory(prefix="other-") as folder:
        made = Home(root=Path(folder, "home"), cache=home.cache)
        yield made
        if is_ours(made):
            cleaning.clean(made, note=print)


@pytest.fixture(scope="session")
def cluster(home: Home) -> Iterator[LocalCluster]:
    """The cluster with every image that could be built; gone without a trace afterwards."""
    cleaning.clean(home, note=print)
    result = bringup.up(home, progress=Progress(), names=IMAGES)
    assert not result.failed, result.failed
    yield LocalCluster(home)
    cleaning.clean(home, note=print)
    assert not home.root.exists()


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Programs:
    """What a simulated cluster runs; nothing is written to the user's state folder."""
    home = Home(root=tmp_path_factory.mktemp("programs"), cache=Home.from_environment().cache)
    built = toolchain.build(home, ("kubernetes", "addons", "kwok"), progress=Progress())
    return Programs(built["kubernetes"], built["addons"], built["kwok"])


@pytest.fixture(scope="session")
def stores(
    tmp_path_factory: pytest.TempPathFactory, programs: Programs
) -> Iterator[SimulatedStores]:
    """One simulated cluster for all tests that need no cluster of their own."""
    with simulated(tmp_path_factory.mktemp("stores"), programs) as cluster:
        yield SimulatedStores(cluster)


@pytest.fixture
def namespace(cluster: LocalCluster, request: pytest.FixtureRequest) -> Iterator[str]:
    """A namespace for one test; its events and pods are printed when the test fails."""
    name = f"test-{uuid.uuid4().hex[:8]}"
    cluster.kubectl("create", "namespace", name)
    yield name
    if getattr(request.node, "has_failed", False):
        describe(cluster, name)
    cluster.kubectl("delete", "namespace", name, "--wait=false")


@pytest.fixture(scope="session")
def helm(cluster: LocalCluster) -> Path:
    return clients.helm(cluster.home)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call" and report.failed:
        item.has_failed = True  # type: ignore[attr-defined]
    return report


def describe(cluster: LocalCluster, namespace: str) -> None:
    """Print what a person would look at first: pods, events, and the last lines of each pod."""
    print(cluster.kubectl("get", "pods,pvc,ingress", "-n", namespace, "-o", "wide"))
    print(cluster.kubectl("get", "events", "-n", namespace, "--sort-by=.lastTimestamp"))
    for pod in cluster.json("get", "pods", "-n", namespace)["items"]:
        name = pod["metadata"]["name"]
        print(f"--- {name}")
        try:
            print(cluster.kubectl("logs", "-n", namespace, name, "--tail=40", "--all-containers"))
        except Exception as failure:
            print(failure)
