"""What the API server really sent, decoded and shown; and what it might leave out."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

import msgspec
import pytest

from provisioner import decoding, seeing
from provisioner.observed import ContainerSeen, VolumeSeen, WorkloadSeen

CAPTURED = Path(__file__).parent / "captured"

T = TypeVar("T")


def captured(name: str, kind: type[T]) -> list[T]:
    body = (CAPTURED / f"{name}.json").read_bytes()
    return msgspec.json.decode(body, type=decoding.Listed[kind]).items or []  # type: ignore[valid-type]


def read(kind: type[T], **fields: Any) -> T:
    return msgspec.convert({"metadata": {"name": "a"}, **fields}, kind)


# --- captured


def test_a_namespace() -> None:
    body = (CAPTURED / "namespace.json").read_bytes()
    seen = seeing.namespace(msgspec.json.decode(body, type=decoding.Namespace))
    assert (seen.name, seen.store_id) == ("store-cap", "cap")
    assert not seen.is_terminating
    assert seen.blocked_by == ()


@pytest.mark.parametrize(
    ("file", "see", "expected"),
    [
        ("deployments", seeing.deployment, ("Deployment", "backend")),
        ("statefulsets", seeing.stateful_set, ("StatefulSet", "postgres")),
        ("jobs", seeing.job, ("Job", "init")),
    ],
)
def test_a_workload_that_is_rolled_out(file: str, see: Any, expected: tuple[str, str]) -> None:
    (found,) = captured(file, decoding.Workload)
    kind, name = expected
    assert see(found) == WorkloadSeen(
        kind=kind, name=name, component=name, wanted=1, ready=1, is_rolled_out=True
    )
    assert found.metadata.store_id == "cap"


def test_pods() -> None:
    seen = {each.name: each for each in map(seeing.pod, captured("pods", decoding.Pod))}
    assert seen["postgres-0"].is_ready
    assert seen["postgres-0"].component == "postgres"
    assert seen["postgres-0"].phase == "Running"
    assert seen["crash"].containers == (
        ContainerSeen(
            name="shop",
            image="example.test/shop:1",
            is_ready=False,
            restarts=4,
            state="waiting",
            reason="CrashLoopBackOff",
            message="back-off 40s restarting failed container",
            exit_code=1,
            last_reason="Error",
            last_message="Error: the shop's database has no table named store",
        ),
    )
    assert "Insufficient cpu" in seen["big"].unschedulable
    assert seen["big"].phase == "Pending"
    (ended,) = (each for name, each in seen.items() if name.startswith("init-"))
    assert ended.phase == "Succeeded"
    assert (ended.containers[0].state, ended.containers[0].reason) == ("terminated", "Completed")
    assert ended.containers[0].exit_code == 0


def test_a_volume_and_an_ingress() -> None:
    (claim,) = captured("claims", decoding.Claim)
    assert seeing.volume(claim) == VolumeSeen(
        name="data",
        phase="Pending",
        requested="1Gi",
        storage_class="simulated",
        finalizers=("kubernetes.io/pvc-protection",),
    )
    (ingress,) = captured("ingresses", decoding.Ingress)
    assert not seeing.ingress(ingress).is_taken


def test_a_warning() -> None:
    event = seeing.event(captured("events", decoding.Event)[0])
    assert (event.kind, event.name, event.reason) == ("Pod", "big", "FailedScheduling")
    assert event.count == 1
    assert event.at.tzinfo is not None
    assert event.at.year > 2000


# --- what Go leaves out or writes as null


@pytest.mark.parametrize(
    ("kind", "see"),
    [
        (decoding.Namespace, seeing.namespace),
        (decoding.Workload, seeing.deployment),
        (decoding.Workload, seeing.stateful_set),
        (decoding.Workload, seeing.job),
        (decoding.Pod, seeing.pod),
        (decoding.Claim, seeing.volume),
        (decoding.Ingress, seeing.ingress),
        (decoding.Event, seeing.event),
    ],
)
def test_nothing_but_a_name_is_enough(kind: Any, see: Any) -> None:
    see(read(kind))


def test_nulls_are_nothing() -> None:
    page = msgspec.json.decode(
        b'{"metadata": {}, "items": null}', type=decoding.Listed[decoding.Pod]
    )
    assert page.items is None
    pod = read(
        decoding.Pod,
        status={"conditions": None, "containerStatuses": None, "initContainerStatuses": None},
    )
    assert seeing.pod(pod).containers == ()


# --- when a workload is rolled out


@pytest.mark.parametrize(
    ("wanted", "generation", "status", "ready", "is_rolled_out"),
    [
        (2, 1, {}, 0, False),
        (0, 1, {"observedGeneration": 1}, 0, True),
        (0, 1, {}, 0, False),
        (1, 1, dict.fromkeys(["replicas", "updatedReplicas"], 1), 0, False),
        # the new version is there, the old one not gone yet
        (1, 2, {"replicas": 2, "updatedReplicas": 1, "readyReplicas": 2}, 1, False),
        # what is ready is the old version
        (1, 2, {"replicas": 2, "updatedReplicas": 1, "readyReplicas": 1}, 0, False),
        # scaled down, more run than are wanted
        (1, 2, {"replicas": 2, "updatedReplicas": 2, "readyReplicas": 2}, 2, False),
    ],
)
def test_a_deployment_under_way(
    wanted: int, generation: int, status: dict[str, int], ready: int, is_rolled_out: bool
) -> None:
    status = {"observedGeneration": generation, **status} if status else {}
    status.setdefault("availableReplicas", status.get("readyReplicas", 0))
    found = read(
        decoding.Workload,
        metadata={"name": "a", "generation": generation},
        spec={"replicas": wanted},
        status=status,
    )
    seen = seeing.deployment(found)
    assert (seen.ready, seen.is_rolled_out) == (ready, is_rolled_out)


def test_a_deployments_status_of_an_older_generation_counts_for_nothing() -> None:
    counts = ("replicas", "updatedReplicas", "readyReplicas", "availableReplicas")
    found = read(
        decoding.Workload,
        metadata={"name": "a", "generation": 3},
        spec={"replicas": 1},
        status={"observedGeneration": 2, **dict.fromkeys(counts, 1)},
    )
    assert (seeing.deployment(found).ready, seeing.deployment(found).is_rolled_out) == (0, False)


def test_a_stateful_set_between_two_versions_is_not_rolled_out() -> None:
    counts = ("replicas", "updatedReplicas", "readyReplicas", "availableReplicas")
    status = {**dict.fromkeys(counts, 1), "currentRevision": "a", "updateRevision": "b"}
    found = read(decoding.Workload, spec={"replicas": 1}, status=status)
    assert not seeing.stateful_set(found).is_rolled_out


def test_conditions_tell_what_is_wrong() -> None:
    quota = {
        "type": "ReplicaFailure",
        "status": "True",
        "reason": "FailedCreate",
        "message": "exceeded quota: store",
    }
    failed = {
        "type": "Failed",
        "status": "True",
        "reason": "BackoffLimitExceeded",
        "message": "Job has reached the specified backoff limit",
    }
    stopped = {
        "type": "NamespaceFinalizersRemaining",
        "status": "True",
        "reason": "SomeFinalizersRemain",
        "message": "Some content has finalizers remaining: example.test/stuck in 1 instances",
    }
    deployment = seeing.deployment(read(decoding.Workload, status={"conditions": [quota]}))
    assert deployment.problem == "exceeded quota: store"
    job = seeing.job(read(decoding.Workload, status={"conditions": [failed]}))
    assert job.problem == failed["message"]
    assert not job.is_rolled_out
    namespace = read(decoding.Namespace, status={"conditions": [stopped]})
    assert seeing.namespace(namespace).blocked_by == (stopped["message"],)


def test_an_ingress_shows_its_hosts_once_it_has_an_address() -> None:
    spec = {"rules": [{"host": "a.localhost"}, {}, {"host": "b.localhost"}]}
    for address in ({"ip": "192.0.2.1"}, {"hostname": "lb.example.com"}):
        found = read(decoding.Ingress, spec=spec, status={"loadBalancer": {"ingress": [address]}})
        seen = seeing.ingress(found)
        assert seen.hosts == ("a.localhost", "b.localhost")
        assert seen.is_taken


def test_last_words_are_bounded_and_fit_into_a_database() -> None:
    ended = {"exitCode": 1, "reason": "Error", "message": "a\0b" + "c" * 100_000}
    found = read(
        decoding.Pod,
        status={"containerStatuses": [{"name": "shop", "state": {"terminated": ended}}]},
    )
    (container,) = seeing.pod(found).containers
    assert container.last_message.startswith("abc")
    assert len(container.last_message) <= seeing.LONGEST_TEXT


def test_a_series_of_events_counts_all() -> None:
    event = read(
        decoding.Event,
        eventTime="2026-01-01T00:00:00.000001Z",
        series={"count": 7, "lastObservedTime": "2026-01-02T00:00:00.000001Z"},
    )
    seen = seeing.event(event)
    assert (seen.count, seen.at.day) == (7, 2)
