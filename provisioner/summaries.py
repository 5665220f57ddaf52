"""Pure: an object in a line: by what its kind is judged, and how that is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from provisioner.inspected import Manifest, ResourceView, Tone

_Judged = tuple[str, Tone]

_PHASES: Mapping[str, Tone] = {
    "Running": "good",
    "Succeeded": "good",
    "Bound": "good",
    "Pending": "busy",
    "Failed": "bad",
    "Lost": "bad",
}


def summary(manifest: Manifest) -> ResourceView:
    """The line of an object that `lookups` read."""
    kind = str(manifest.get("kind", ""))
    metadata = _part(manifest, "metadata")
    state, tone = _JUDGES.get(kind, _nothing)(manifest)
    if metadata.get("deletionTimestamp"):
        state, tone = "Terminating", "busy"
    return ResourceView(
        kind=kind,
        name=str(metadata.get("name", "")),
        state=state,
        tone=tone,
        created_at=_moment(metadata.get("creationTimestamp")),
    )


def _replicas(manifest: Manifest) -> _Judged:
    wanted = _part(manifest, "spec").get("replicas", 1)
    ready = _part(manifest, "status").get("readyReplicas", 0)
    return f"{ready} of {wanted} ready", "good" if ready >= wanted else "busy"


def _job(manifest: Manifest) -> _Judged:
    status = _part(manifest, "status")
    if any(_holds(each, "Failed") for each in status.get("conditions") or ()):
        return "Failed", "bad"
    wanted, done = _part(manifest, "spec").get("completions", 1), status.get("succeeded", 0)
    return f"{done} of {wanted} done", "good" if done >= wanted else "busy"


def _pod(manifest: Manifest) -> _Judged:
    status = _part(manifest, "status")
    containers = status.get("containerStatuses") or []
    for each in [*(status.get("initContainerStatuses") or []), *containers]:
        reason = (each.get("state", {}).get("waiting") or {}).get("reason", "")
        if reason and reason not in {"ContainerCreating", "PodInitializing"}:
            return reason, "bad"
    phase = str(status.get("phase", "Pending"))
    ready = sum(bool(each.get("ready")) for each in containers)
    if phase == "Running" and ready < len(containers):
        return f"Running, {ready} of {len(containers)} ready", "busy"
    return phase, _PHASES.get(phase, "plain")


def _phase(manifest: Manifest) -> _Judged:
    phase = str(_part(manifest, "status").get("phase", "Pending"))
    capacity = _part(_part(manifest, "status"), "capacity").get("storage", "")
    return ", ".join(filter(None, (phase, capacity))), _PHASES.get(phase, "plain")


def _service(manifest: Manifest) -> _Judged:
    spec = _part(manifest, "spec")
    ports = ", ".join(str(each.get("port")) for each in spec.get("ports") or ())
    return f"{spec.get('type', 'ClusterIP')} {ports}".strip(), "plain"


def _ingress(manifest: Manifest) -> _Judged:
    hosts = [str(each.get("host", "")) for each in _part(manifest, "spec").get("rules") or ()]
    balancer = _part(_part(manifest, "status"), "loadBalancer")
    return ", ".join(filter(None, hosts)), "good" if balancer.get("ingress") else "busy"


def _keys(manifest: Manifest) -> _Judged:
    count = len(_part(manifest, "data"))
    return "1 key" if count == 1 else f"{count} keys", "plain"


def _disruptions(manifest: Manifest) -> _Judged:
    allowed = _part(manifest, "status").get("disruptionsAllowed", 0)
    return f"{allowed} disruptions allowed", "plain"


def _nothing(_: Manifest) -> _Judged:
    return "", "plain"


_JUDGES: Mapping[str, Callable[[Manifest], _Judged]] = {
    "Deployment": _replicas,
    "StatefulSet": _replicas,
    "Job": _job,
    "Pod": _pod,
    "PersistentVolumeClaim": _phase,
    "Service": _service,
    "Ingress": _ingress,
    "ConfigMap": _keys,
    "PodDisruptionBudget": _disruptions,
}


def _part(manifest: Manifest, name: str) -> Mapping[str, Any]:
    found = manifest.get(name)
    return found if isinstance(found, Mapping) else {}


def _holds(condition: Mapping[str, Any], type_: str) -> bool:
    return condition.get("type") == type_ and condition.get("status") == "True"


def _moment(text: object) -> datetime | None:
    return datetime.fromisoformat(text) if isinstance(text, str) else None
