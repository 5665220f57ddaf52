"""Stores as Kubernetes really showed them: lists of objects that `kubectl get -o json` gave."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from provisioner import decoding, seeing
from provisioner.observed import Observed

FOLDER = Path(__file__).parent / "captured" / "causes"

_KINDS: dict[str, tuple[str, type, Callable[[Any], Any]]] = {
    "Pod": ("pods", decoding.Pod, seeing.pod),
    "Deployment": ("workloads", decoding.Workload, seeing.deployment),
    "Job": ("workloads", decoding.Workload, seeing.job),
    "PersistentVolumeClaim": ("volumes", decoding.Claim, seeing.volume),
    "Ingress": ("ingresses", decoding.Ingress, seeing.ingress),
    "Event": ("events", decoding.Event, seeing.event),
}


def recorded(name: str) -> Observed:
    """What the observer would show of the store of that recording."""
    items = msgspec.json.decode((FOLDER / f"{name}.json").read_bytes())["items"]
    found: dict[str, Any] = {}
    for item in items:
        field, kind, see = _KINDS[item["kind"]]
        found.setdefault(field, []).append(see(msgspec.convert(item, kind)))
    if "events" in found:
        found["events"].sort(key=lambda event: event.at)
    whole: dict[str, Any] = {field: tuple(values) for field, values in found.items()}
    return Observed(**whole)
