"""From what the cluster shows to a cause in plain words."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from provisioner.diagnosis import diagnose
from provisioner.observed import ContainerSeen, EventSeen, Observed, PodSeen, VolumeSeen
from tests.unit.provisioner.recorded import FOLDER, recorded
from tests.unit.provisioner.worlds import namespace, workload


def container(**details: object) -> ContainerSeen:
    made = {
        "name": "shop",
        "image": "localhost/shop:1",
        "is_ready": False,
        "restarts": 0,
        "state": "waiting",
        **details,
    }
    return ContainerSeen(**made)  # type: ignore[arg-type]


def pod(*containers: ContainerSeen, unschedulable: str = "") -> PodSeen:
    return PodSeen(
        name="shop-1",
        component="shop",
        phase="Pending",
        is_ready=False,
        is_terminating=False,
        unschedulable=unschedulable,
        containers=containers,
    )


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (
            pod(container(reason="ImagePullBackOff", message="not found")),
            "localhost/shop:1 of shop cannot be pulled, as it is not there: not found",
        ),
        (
            pod(container(reason="ErrImagePull", message="403 Forbidden")),
            "localhost/shop:1 of shop may not be pulled: 403 Forbidden",
        ),
        (
            pod(container(reason="CreateContainerConfigError", message='secret "x" not found')),
            'cannot be made: secret "x" not found',
        ),
        (
            pod(container(reason="CrashLoopBackOff", exit_code=3, last_message="no licence")),
            "shop keeps ending with status 3: no licence",
        ),
        (
            pod(container(reason="CrashLoopBackOff", exit_code=137, last_reason="OOMKilled")),
            "more memory than its limit",
        ),
        (
            pod(container(state="running", restarts=1, exit_code=3, last_message="no licence")),
            "shop keeps ending with status 3: no licence",
        ),
        (pod(unschedulable="0/1 nodes: Insufficient memory"), "No node has enough memory for shop"),
    ],
)
def test_pods(trouble: PodSeen, words: str) -> None:
    found = diagnose(Observed(namespace=namespace(), pods=(trouble,)))
    assert found is not None
    assert words in found.cause
    assert found.hint


def test_a_volume_that_does_not_come_quotes_the_provisioner() -> None:
    event = EventSeen(
        at=datetime(2026, 1, 1, tzinfo=UTC),
        kind="PersistentVolumeClaim",
        name="data",
        reason="ProvisioningFailed",
        message="no storage class",
        count=3,
    )
    volume = VolumeSeen(name="data", phase="Pending", requested="1Gi")
    found = diagnose(Observed(namespace=namespace(), volumes=(volume,), events=(event,)))
    assert found is not None
    assert "no storage class" in found.cause


def test_the_root_stands_before_its_consequences() -> None:
    """A pod that is missing its image also leaves its workload unready; the image is named."""
    found = diagnose(
        Observed(
            namespace=namespace(),
            workloads=(workload("shop", is_rolled_out=False),),
            pods=(pod(container(reason="ErrImagePull", message="not found")),),
        )
    )
    assert found is not None
    assert "pulled" in found.cause


def test_a_well_store_has_no_diagnosis() -> None:
    assert diagnose(Observed(namespace=namespace(), workloads=(workload("shop"),))) is None


def test_what_is_quoted_stays_short_and_on_one_line() -> None:
    said = "line\n" * 500
    found = diagnose(Observed(pods=(pod(container(reason="ErrImagePull", message=said)),)))
    assert found is not None
    assert len(found.cause) < 500
    assert "\n" not in found.cause


RECORDED = {
    "image-missing": ("image-not-found", "cannot be pulled, as it is not there"),
    "image-forbidden": ("pull-refused", "may not be pulled"),
    "registry-away": ("registry-unreachable", "its registry is out of reach"),
    "image-name": ("image-name", "cannot be used"),
    "no-secret": ("container-not-made", 'secret "shop-licence" not found'),
    "crash": ("crash", "shop keeps ending with status 1: Error: the shop's database"),
    "memory": ("out-of-memory", "used more memory than its limit"),
    "needs-cpu": ("unschedulable-cpu", "No node has enough CPU for shop"),
    "needs-memory": ("unschedulable-memory", "No node has enough memory for shop"),
    "tainted": ("unschedulable-taint", "Every node keeps shop out by a taint"),
    "class-missing": ("volume-no-class", "the storage class none-such does not exist"),
    "class-empty": ("volume-no-class", "it names no storage class"),
    "no-provisioner": ("volume-no-provisioner", "example.com/nobody has not made it"),
    "quota": ("quota", "The quota shop of its namespace is used up"),
    "limits": ("limit-range", "maximum memory usage per Container is 16Mi"),
    "privileged": ("pod-security", "The Pod Security level restricted"),
}
"""What stores looked like: the control plane's own words, and a kubelet's as kwok plays them."""


@pytest.mark.parametrize("name", RECORDED)
def test_what_kubernetes_really_showed(name: str) -> None:
    code, words = RECORDED[name]
    found = diagnose(recorded(name))
    assert found is not None
    assert (found.code, found.hint != "") == (code, True)
    assert words in found.cause


def test_every_recording_is_looked_at() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == set(RECORDED)
