"""Why a pod has no node, or lost the one it had. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from provisioner.causes import Diagnosis, diagnosis
from provisioner.observed import Observed, PodSeen
from provisioner.refusals import quoted

_AWAY = (
    "node.kubernetes.io/unreachable",
    "node.kubernetes.io/not-ready",
    "node.kubernetes.io/unschedulable",
    "were unschedulable",
    "no nodes available",
)
_UNBOUND = "unbound immediate PersistentVolumeClaims"
_TAINT = re.compile(r"untolerated taints?(?:\(s\))?(?: \{([^}]*)\})?")


def troubles(seen: Observed) -> Iterator[Diagnosis]:
    """Every pod without a node, with the scheduler's reason; not those that wait for a volume,
    whose claim tells more."""
    for pod in seen.pods:
        if pod.is_terminating:
            continue
        if _UNBOUND in pod.unschedulable:
            continue
        if pod.unschedulable:
            yield _unschedulable(pod)
        elif pod.reason == "Evicted":
            yield diagnosis(
                "evicted",
                f"{_name(pod)} was put out by its node {pod.node}: {quoted(pod.message)}",
            )
        elif pod.reason in {"NodeLost", "NodeShutdown", "NodeAffinity"}:
            yield diagnosis("node-away", f"The node {pod.node} of {_name(pod)} is away.")


def _unschedulable(pod: PodSeen) -> Diagnosis:
    said = pod.unschedulable
    # what a preemption would bring is told behind, and is no cause
    reasons, _, _ = said.partition("preemption:")
    quote = quoted(reasons.rstrip(". "))
    taint = _TAINT.search(reasons)
    if "insufficient cpu" in reasons.lower():
        return diagnosis("unschedulable-cpu", f"No node has enough CPU for {_name(pod)}: {quote}")
    if "insufficient memory" in reasons.lower():
        return diagnosis(
            "unschedulable-memory", f"No node has enough memory for {_name(pod)}: {quote}"
        )
    if any(sign in reasons for sign in _AWAY):
        return diagnosis("node-away", f"No node is there to take {_name(pod)}: {quote}")
    if taint is not None:
        named = f" {taint[1].rstrip(': ')}" if taint[1] else ""
        return diagnosis(
            "unschedulable-taint", f"Every node keeps {_name(pod)} out by a taint{named}: {quote}"
        )
    return diagnosis("unschedulable", f"No node takes {_name(pod)}: {quote}")


def _name(pod: PodSeen) -> str:
    return pod.component or pod.name
