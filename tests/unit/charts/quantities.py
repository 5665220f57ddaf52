"""Kubernetes' quantities, and what a release asks of its namespace in all."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from tests.unit.charts.rendering import Release

SUFFIXES = {
    **{"m": Decimal("0.001"), "": Decimal(1)},
    **{name: Decimal(1000**power) for power, name in enumerate("kMG", start=1)},
    **{f"{name}i": Decimal(1024**power) for power, name in enumerate("KMG", start=1)},
}


def amount(quantity: str | int) -> Decimal:
    """A quantity of Kubernetes as a number."""
    found = re.fullmatch(r"([0-9.]+)([A-Za-z]*)", str(quantity))
    assert found is not None, quantity
    return Decimal(found[1]) * SUFFIXES[found[2]]


def total(release: Release) -> dict[str, Decimal]:
    """The most that the release asks of the namespace: with every pod that an update adds."""
    sums: dict[str, Decimal] = {}

    def add(name: str, value: Decimal) -> None:
        sums[name] = sums.get(name, Decimal(0)) + value

    for component, workload in release.workloads.items():
        spec: dict[str, Any] = workload["spec"]
        is_rolling = spec.get("strategy", {}).get("type") == "RollingUpdate"
        number = Decimal(spec.get("replicas", 1) + is_rolling)
        add("pods", number)
        for bound, quantities in release.containers[component]["resources"].items():
            for name, quantity in quantities.items():
                add(f"{bound}.{name}", number * amount(quantity))
    for claim in release.all("PersistentVolumeClaim"):
        add("persistentvolumeclaims", Decimal(1))
        add("requests.storage", amount(claim["spec"]["resources"]["requests"]["storage"]))
    return sums
