"""An object in a line."""

from __future__ import annotations

from typing import Any

import pytest

from provisioner.summaries import summary


def of(kind: str, **parts: Any) -> tuple[str, str]:
    seen = summary({"kind": kind, "metadata": {"name": "shop"}, **parts})
    return seen.state, seen.tone


def waiting(reason: str) -> dict[str, Any]:
    return {"containerStatuses": [{"ready": False, "state": {"waiting": {"reason": reason}}}]}


@pytest.mark.parametrize(
    ("kind", "parts", "state", "tone"),
    [
        (
            "Deployment",
            {"spec": {"replicas": 2}, "status": {"readyReplicas": 1}},
            "1 of 2 ready",
            "busy",
        ),
        ("Deployment", {"spec": {"replicas": 0}, "status": {}}, "0 of 0 ready", "good"),
        ("StatefulSet", {"spec": {}, "status": {"readyReplicas": 1}}, "1 of 1 ready", "good"),
        ("Job", {"spec": {}, "status": {"succeeded": 1}}, "1 of 1 done", "good"),
        (
            "Job",
            {"status": {"conditions": [{"type": "Failed", "status": "True"}]}},
            "Failed",
            "bad",
        ),
        (
            "Pod",
            {"status": {"phase": "Pending", **waiting("ImagePullBackOff")}},
            "ImagePullBackOff",
            "bad",
        ),
        (
            "Pod",
            {"status": {"phase": "Pending", **waiting("ContainerCreating")}},
            "Pending",
            "busy",
        ),
        (
            "Pod",
            {"status": {"phase": "Running", "containerStatuses": [{"ready": False}]}},
            "Running, 0 of 1 ready",
            "busy",
        ),
        (
            "PersistentVolumeClaim",
            {"status": {"phase": "Bound", "capacity": {"storage": "1Gi"}}},
            "Bound, 1Gi",
            "good",
        ),
        ("Service", {"spec": {"ports": [{"port": 80}]}}, "ClusterIP 80", "plain"),
        ("ConfigMap", {"data": {"one": "1"}}, "1 key", "plain"),
        ("Secret", {}, "", "plain"),
        ("Unheard", {}, "", "plain"),
    ],
)
def test_each_kind_by_what_it_is_judged(
    kind: str, parts: dict[str, Any], state: str, tone: str
) -> None:
    assert of(kind, **parts) == (state, tone)


def test_what_is_being_deleted_says_so() -> None:
    manifest = {
        "kind": "Pod",
        "metadata": {"name": "shop", "deletionTimestamp": "2026-01-31T12:00:00Z"},
        "status": {"phase": "Running"},
    }
    assert summary(manifest).state == "Terminating"
