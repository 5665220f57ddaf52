"""What keeps a namespace from being gone, in the words of the namespace controller."""

from __future__ import annotations

from typing import Any

import pytest

from provisioner.holding import holder
from provisioner.observed import Observed, VolumeSeen
from tests.unit.provisioner.worlds import namespace, pod

REMAINING = "Some resources are remaining: configmaps. has 1 resource instances"
FINALIZERS = (
    "Some content in the namespace has finalizers remaining: example.com/stuck in 1 resource "
    "instances"
)
PODS = "Some resources are remaining: pods. has 1 resource instances"


def gone(*blocked_by: str, **things: Any) -> Observed:
    return Observed(namespace=namespace(is_terminating=True, blocked_by=blocked_by), **things)


CASES = [
    (
        gone(REMAINING, FINALIZERS),
        "held-by-finalizer",
        "configmaps (1) waits for the finalizer example.com/stuck, which only its owner, the "
        "controller of example.com, takes away",
    ),
    (
        gone(PODS, pods=(pod(is_terminating=True, finalizers=("example.com/drain",)),)),
        "held-by-finalizer",
        "The pod shop-1 waits for the finalizer example.com/drain",
    ),
    (
        gone(PODS, pods=(pod(is_terminating=True, node="far"),)),
        "held-by-pod",
        "The pod shop-1 on the node far has not ended",
    ),
    (
        gone(
            volumes=(
                VolumeSeen(
                    name="data",
                    phase="Bound",
                    requested="1Gi",
                    is_terminating=True,
                    finalizers=("kubernetes.io/pvc-protection",),
                ),
            )
        ),
        "held-by-volume",
        "The volume claim data is still there: it waits for kubernetes.io/pvc-protection",
    ),
    (
        gone(
            "Failed to delete all resource types, 1 remaining: Internal error occurred: failed "
            'calling webhook "guard.example.com": failed to call webhook: timeout'
        ),
        "held-by-webhook",
        "The admission webhook guard.example.com stops deletions",
    ),
    (
        gone(
            'Failed to delete all resource types, 1 remaining: configmaps "a" is forbidden: '
            "ValidatingAdmissionPolicy 'keep' with binding 'keep' denied request: kept"
        ),
        "held-by-webhook",
        "The admission policy keep stops deletions",
    ),
    (
        gone(
            "Discovery failed for some groups, 1 failing: unable to retrieve the complete list of "
            "server APIs: stale.example.com/v1: stale GroupVersion discovery: stale.example.com/v1"
        ),
        "held-by-api-service",
        "The API service v1.stale.example.com does not answer",
    ),
    (gone("Something new"), "held-up", "The namespace store-tea is still there: Something new"),
]


@pytest.mark.parametrize(("seen", "code", "words"), CASES, ids=[code for _, code, _ in CASES])
def test_it_is_named_with_the_way_out(seen: Observed, code: str, words: str) -> None:
    found = holder(seen)
    assert found is not None
    assert (found.code, found.hint != "") == (code, True)
    assert words in found.cause


def test_what_is_left_is_kept_as_evidence() -> None:
    stuck = pod(is_terminating=True, finalizers=("example.com/drain",))
    found = holder(gone(PODS, pods=(stuck,)))
    assert found is not None
    assert found.evidence == (
        f"Namespace store-tea: {PODS}",
        "Pod shop-1: being deleted, held by example.com/drain",
    )


def test_where_nothing_is_said_nothing_is_named() -> None:
    assert holder(gone()) is None
    assert holder(Observed()) is None
