"""Stores and clusters as values, for tests of the pure core."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from provisioner.causes import Diagnosis
from provisioner.observed import (
    IngressSeen,
    NamespaceSeen,
    Observed,
    PodSeen,
    VolumeSeen,
    WorkloadSeen,
)
from provisioner.reconciler import Wanted
from provisioner.views import Status

STORE = "tabcdefghijk"
HOST = "tea.localhost"
RELEASE = "0123456789abcdef"
SECRETS = ("shop-secret", "storeweaver-copy")


def wanted(
    status: Status = "provisioning",
    *,
    generation: int = 1,
    was_ready: bool = False,
    is_overdue: bool = False,
    is_repair: bool = False,
    is_held_up: bool = False,
    problem: Diagnosis | None = None,
    slowest: str = "",
    lacking: str = "",
) -> Wanted:
    return Wanted(
        store_id=STORE,
        namespace="store-tea",
        host=HOST,
        status=status,
        generation=generation,
        was_ready=was_ready or status == "ready",
        components=("database", "shop"),
        database=("database",),
        secrets=("shop-secret",),
        release=RELEASE,
        is_overdue=is_overdue,
        is_repair=is_repair,
        is_held_up=is_held_up,
        problem=problem,
        slowest=slowest,
        lacking=lacking,
    )


def namespace(
    *,
    store_id: str = STORE,
    generation: int = 1,
    credentials: str = "sealed",
    release: str = RELEASE,
    stopped: str = "",
    is_terminating: bool = False,
    blocked_by: tuple[str, ...] = (),
) -> NamespaceSeen:
    kept = {
        "generation": str(generation),
        "credentials": credentials,
        "release": release,
        "stopped": stopped,
    }
    return NamespaceSeen(
        name="store-tea",
        store_id=store_id,
        annotations=tuple((key, value) for key, value in kept.items() if value),
        is_terminating=is_terminating,
        blocked_by=blocked_by,
    )


def workload(component: str, *, is_rolled_out: bool = True) -> WorkloadSeen:
    return WorkloadSeen(
        kind="Deployment",
        name=component,
        component=component,
        wanted=1,
        ready=int(is_rolled_out),
        is_rolled_out=is_rolled_out,
    )


def pod(name: str = "shop-1", **details: Any) -> PodSeen:
    plain: dict[str, Any] = {
        "component": "shop",
        "phase": "Running",
        "is_ready": False,
        "is_terminating": False,
    }
    return PodSeen(name=name, **(plain | details))


def seen(
    space: NamespaceSeen | None,
    *,
    ready: tuple[str, ...] = (),
    starting: tuple[str, ...] = (),
    pods: tuple[PodSeen, ...] = (),
    volumes: tuple[VolumeSeen, ...] = (),
    is_routed: bool = False,
    has_ingress: bool = True,
    secrets: Collection[str] = SECRETS,
    is_stale: bool = False,
) -> Observed:
    return Observed(
        namespace=space,
        workloads=(
            *(workload(name) for name in ready),
            *(workload(name, is_rolled_out=False) for name in starting),
        ),
        pods=pods,
        volumes=volumes,
        secrets=frozenset(secrets),
        ingresses=(
            (IngressSeen(name="shop", hosts=(HOST,), is_taken=is_routed),) if has_ingress else ()
        ),
        is_stale=is_stale,
    )
