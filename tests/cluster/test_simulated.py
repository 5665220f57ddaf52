"""Simulated clusters: real control planes, played pods, several side by side."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from cluster.simulated import Programs, SimulatedCluster, simulated
from cluster.stages import BEHAVIOURS, IGNORED, LABEL, STUCK, TROUBLES
from tests.cluster.waiting import until


@pytest.fixture(scope="module")
def simulation(
    tmp_path_factory: pytest.TempPathFactory, programs: Programs
) -> Iterator[SimulatedCluster]:
    with simulated(tmp_path_factory.mktemp("simulated"), programs) as cluster:
        yield cluster


def run_pod(cluster: SimulatedCluster, name: str, behaviour: str = "", **spec: Any) -> None:
    labels = {LABEL: behaviour} if behaviour else {}
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "default", "labels": labels},
        "spec": {"containers": [{"name": "shop", "image": "example.test/shop:1"}], **spec},
    }
    until(
        "the namespace has its service account",
        lambda: cluster.kubectl("get", "serviceaccounts", "default", "--ignore-not-found"),
    )
    cluster.kubectl("apply", "--filename=-", stdin=json.dumps(pod).encode())


def read(cluster: SimulatedCluster, kind: str, name: str) -> Any:
    return json.loads(cluster.kubectl("get", kind, name, "--output=json"))


def container(cluster: SimulatedCluster, pod: str) -> Any:
    """The container's status, once there is one."""
    return until(
        f"{pod} has a container status",
        lambda: (read(cluster, "pod", pod)["status"].get("containerStatuses") or [None])[0],
    )


@pytest.mark.parametrize("behaviour", ["", "slow-start"])
def test_a_pod_becomes_ready(simulation: SimulatedCluster, behaviour: str) -> None:
    name = f"ready-{behaviour or 'at-once'}"
    run_pod(simulation, name, behaviour)
    until(f"{name} is ready", lambda: container(simulation, name)["ready"])
    assert read(simulation, "pod", name)["status"]["podIP"]


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.name)
def test_a_trouble_shows_as_a_kubelet_shows_it(simulation: SimulatedCluster, trouble: Any) -> None:
    run_pod(simulation, trouble.name, trouble.name)
    status = container(simulation, trouble.name)
    assert status["state"]["waiting"] == {"reason": trouble.reason, "message": trouble.message}
    assert not status["ready"]
    assert status["restartCount"] == trouble.restarts
    if trouble.exit_code is not None:
        ended = status["lastState"]["terminated"]
        assert (ended["exitCode"], ended["reason"]) == (trouble.exit_code, trouble.exit_reason)


def test_a_pod_that_fits_no_node_stays_unscheduled(simulation: SimulatedCluster) -> None:
    wanted = [{"name": "shop", "image": "a", "resources": {"requests": {"cpu": "1000"}}}]
    run_pod(simulation, "too-large", containers=wanted)
    condition = until(
        "the scheduler says why",
        lambda: [
            c
            for c in read(simulation, "pod", "too-large")["status"].get("conditions", [])
            if c["type"] == "PodScheduled" and c["status"] == "False"
        ],
    )[0]
    assert condition["reason"] == "Unschedulable"
    assert "Insufficient cpu" in condition["message"]


@pytest.mark.parametrize(("storage_class", "phase"), [(None, "Bound"), ("absent", "Pending")])
def test_a_claim_is_bound_unless_its_class_is_missing(
    simulation: SimulatedCluster, storage_class: str | None, phase: str
) -> None:
    name = f"claim-{phase.lower()}"
    spec: dict[str, Any] = {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": "1Gi"}},
    }
    if storage_class:
        spec["storageClassName"] = storage_class
    claim = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": name, "namespace": "default"},
        "spec": spec,
    }
    simulation.kubectl("apply", "--filename=-", stdin=json.dumps(claim).encode())
    volume = {"name": "data", "persistentVolumeClaim": {"claimName": name}}
    run_pod(simulation, f"uses-{name}", volumes=[volume])
    if phase == "Bound":
        until("the pod is ready", lambda: container(simulation, f"uses-{name}")["ready"])
    else:
        until(
            "the scheduler has looked at the pod",
            lambda: read(simulation, "pod", f"uses-{name}")["status"].get("conditions"),
        )
    assert read(simulation, "pvc", name)["status"]["phase"] == phase


def test_a_pod_may_be_stuck_terminating(simulation: SimulatedCluster) -> None:
    run_pod(simulation, "stuck", STUCK)
    run_pod(simulation, "goes")
    until(
        "both are ready", lambda: all(container(simulation, n)["ready"] for n in ("stuck", "goes"))
    )
    simulation.kubectl("delete", "pod", "stuck", "goes", "--wait=false")
    until(
        "the one goes",
        lambda: not simulation.kubectl("get", "pod", "goes", "--ignore-not-found"),
    )
    assert read(simulation, "pod", "stuck")["metadata"]["deletionTimestamp"]


def test_every_behaviour_has_a_test() -> None:
    assert set(BEHAVIOURS) == {
        "slow-start",
        STUCK,
        IGNORED,
        *(trouble.name for trouble in TROUBLES),
    }


def test_several_live_side_by_side(
    tmp_path_factory: pytest.TempPathFactory, programs: Programs
) -> None:
    with ExitStack() as stack:
        clusters = [
            stack.enter_context(simulated(tmp_path_factory.mktemp(f"side-{n}"), programs))
            for n in range(2)
        ]
        for number, cluster in enumerate(clusters):
            cluster.kubectl("create", "namespace", f"only-in-{number}")
        for number, cluster in enumerate(clusters):
            listed = cluster.kubectl("get", "namespaces", "--output=name")
            assert f"only-in-{number}" in listed
            assert f"only-in-{1 - number}" not in listed
