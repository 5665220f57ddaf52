"""What a shop asks of the cluster, read from its chart's own values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from provisioner.options import laid_over
from provisioner.quantities import amount


@dataclass(frozen=True, kw_only=True)
class Needs:
    """Cores of CPU and bytes that pods request, and bytes of volumes."""

    cpu: float = 0.0
    memory: float = 0.0
    storage: float = 0.0

    def __add__(self, other: Needs) -> Needs:
        return Needs(
            cpu=self.cpu + other.cpu,
            memory=self.memory + other.memory,
            storage=self.storage + other.storage,
        )


def needs_of(chart: Path, *, environment: str, chosen: Mapping[str, Any]) -> Needs:
    """What one release asks for, with these values beside the chart's own.

    A chart's workloads are what has `resources`, times its `replicas`; its volumes are what
    has a size under `storage`.
    """
    kind = "prod" if environment == "production" else "local"
    tree = laid_over(_values(chart / "values.yaml"), _values(chart / f"values-{kind}.yaml"))
    total = Needs()
    for part in _parts(laid_over(tree, chosen)):
        requests = (part.get("resources") or {}).get("requests") or {}
        replicas = part.get("replicas", 1)
        total += Needs(
            cpu=replicas * amount(str(requests.get("cpu", 0))),
            memory=replicas * amount(str(requests.get("memory", 0))),
            storage=amount(str(part.get("storage", 0))),
        )
    return total


def _parts(tree: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield tree
    for value in tree.values():
        if isinstance(value, Mapping):
            yield from _parts(value)


@cache
def _values(file: Path) -> dict[str, Any]:
    try:
        return yaml.safe_load(file.read_text()) or {}
    except OSError:
        return {}
