"""The cluster as a whole, for administrators: its nodes, what is requested of them and used.

Read when somebody looks, since metrics have no watch and nodes seldom change.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from provisioner.decoding import STORE_LABEL, Condition, Listed, Metadata
from provisioner.errors import ActionFailed
from provisioner.kube import Kube
from provisioner.quantities import amount

_PAGE = 500
_METRICS = "/apis/metrics.k8s.io/v1beta1/nodes"

T = TypeVar("T")


class _Read(msgspec.Struct, rename="camel", gc=False):
    """As in `provisioner.decoding`: only what is shown."""


class _NodeInfo(_Read):
    kubelet_version: str = ""
    container_runtime_version: str = ""
    os_image: str = ""
    architecture: str = ""


class _NodeStatus(_Read):
    allocatable: dict[str, str] | None = None
    conditions: list[Condition] | None = None
    node_info: _NodeInfo | None = None


class _NodeSpec(_Read):
    unschedulable: bool = False


class _Node(_Read):
    metadata: Metadata
    spec: _NodeSpec | None = None
    status: _NodeStatus | None = None


class _Requests(_Read):
    requests: dict[str, str] | None = None


class _Container(_Read):
    resources: _Requests | None = None


class _PodSpec(_Read):
    node_name: str = ""
    containers: list[_Container] | None = None


class _PodStatus(_Read):
    phase: str = ""


class _Pod(_Read):
    metadata: Metadata
    spec: _PodSpec | None = None
    status: _PodStatus | None = None


class _Usage(_Read):
    metadata: Metadata
    usage: dict[str, str] | None = None


@dataclass(frozen=True, kw_only=True)
class Amounts:
    """Cores of CPU, bytes of memory, number of pods."""

    cpu: float = 0.0
    memory: float = 0.0
    pods: int = 0

    def __add__(self, other: Amounts) -> Amounts:
        return Amounts(
            cpu=self.cpu + other.cpu,
            memory=self.memory + other.memory,
            pods=self.pods + other.pods,
        )


@dataclass(frozen=True, kw_only=True)
class NodeView:
    """One node.

    Attributes:
        problem: why it takes no pods, in a sentence, or "".
        allocatable: what pods may have of it.
        requested: what the stores' pods on it request.
        used: what everything on it uses; None where no metrics tell.
    """

    name: str
    problem: str
    version: str
    runtime: str
    system: str
    allocatable: Amounts
    requested: Amounts
    used: Amounts | None


async def nodes(kube: Kube) -> tuple[NodeView, ...]:
    """Every node, by name.

    Raises:
        Unavailable: the cluster cannot be reached.
        ActionFailed: the platform may not see nodes or pods.
    """
    found = await _all(kube, "/api/v1/nodes", _Node, doing="show its nodes")
    pods = await _all(
        kube, "/api/v1/pods", _Pod, doing="show the stores' pods", labelSelector=STORE_LABEL
    )
    requested = _requested(pods)
    used = await _used(kube)
    return tuple(
        _view(node, requested=requested, used=used)
        for node in sorted(found, key=lambda node: node.metadata.name)
    )


async def _used(kube: Kube) -> Mapping[str, Amounts]:
    """By node; nothing where the cluster has no metrics, or does not let the platform see them."""
    try:
        listed = await kube.read(_METRICS, Listed[_Usage], doing="tell what its nodes use")
    except ActionFailed:
        return {}
    return {each.metadata.name: _amounts(each.usage) for each in listed.items or ()}


async def _all(kube: Kube, path: str, kind: type[T], *, doing: str, **query: str) -> list[T]:
    items: list[T] = []
    asked = {"limit": str(_PAGE), **query}
    while True:
        page = await kube.read(path, Listed[kind], doing=doing, query=asked)  # type: ignore[valid-type]
        items += page.items or ()
        if not page.metadata.continue_:
            return items
        asked["continue"] = page.metadata.continue_


def _requested(pods: Iterable[_Pod]) -> dict[str, Amounts]:
    by_node: dict[str, Amounts] = {}
    for pod in pods:
        if pod.spec is None or not pod.spec.node_name:
            continue
        if pod.status is not None and pod.status.phase in {"Succeeded", "Failed"}:
            continue
        total = Amounts(pods=1)
        for container in pod.spec.containers or ():
            total += _amounts(container.resources.requests if container.resources else None)
        by_node[pod.spec.node_name] = by_node.get(pod.spec.node_name, Amounts()) + total
    return by_node


def _amounts(quantities: Mapping[str, str] | None) -> Amounts:
    given = quantities or {}
    return Amounts(
        cpu=_cores(given.get("cpu", "")),
        memory=amount(given.get("memory", "")),
        pods=int(amount(given.get("pods", ""))),
    )


def _cores(quantity: str) -> float:
    """Metrics tell CPU in billionths (n) or millionths (u) of a core."""
    for suffix, part in (("n", 1e-9), ("u", 1e-6)):
        if quantity.endswith(suffix):
            return amount(quantity.removesuffix(suffix)) * part
    return amount(quantity)


def _view(
    node: _Node, *, requested: Mapping[str, Amounts], used: Mapping[str, Amounts]
) -> NodeView:
    status = node.status or _NodeStatus()
    info = status.node_info or _NodeInfo()
    name = node.metadata.name
    return NodeView(
        name=name,
        problem=_problem(node.spec or _NodeSpec(), status),
        version=info.kubelet_version,
        runtime=info.container_runtime_version,
        system=" ".join(filter(None, (info.os_image, info.architecture))),
        allocatable=_amounts(status.allocatable),
        requested=requested.get(name, Amounts()),
        used=used.get(name),
    )


def _problem(spec: _NodeSpec, status: _NodeStatus) -> str:
    conditions = {condition.type: condition for condition in status.conditions or ()}
    ready = conditions.get("Ready")
    if ready is None or ready.status != "True":
        return (ready.message if ready else "") or "It does not answer the cluster."
    pressing = [
        kind
        for kind, condition in conditions.items()
        if kind.endswith("Pressure") and condition.status == "True"
    ]
    if pressing:
        return f"It is short of something: {', '.join(pressing)}."
    return "It is cordoned: it takes no new pods." if spec.unschedulable else ""
