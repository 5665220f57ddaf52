"""Pure: from what was decoded to what is shown of it. One function a kind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Literal

from provisioner import decoding
from provisioner.observed import (
    Allowance,
    ContainerSeen,
    DiskSeen,
    EventSeen,
    IngressSeen,
    NamespaceSeen,
    PodSeen,
    SealSeen,
    VolumeSeen,
    WorkloadSeen,
)
from provisioner.quantities import amount

PREFIX = "storeweaver.dev/"
"""Of the annotations that are kept."""

LONGEST_TEXT = 4096
"""Characters kept of a message; a container writes its last words itself."""

_DELETION_TROUBLES = frozenset(
    {
        "NamespaceDeletionDiscoveryFailure",
        "NamespaceDeletionGroupVersionParsingFailure",
        "NamespaceDeletionContentFailure",
        "NamespaceContentRemaining",
        "NamespaceFinalizersRemaining",
    }
)


def namespace(read: decoding.Namespace) -> NamespaceSeen:
    metadata = read.metadata
    conditions = (read.status and read.status.conditions) or ()
    return NamespaceSeen(
        name=metadata.name,
        store_id=metadata.store_id,
        uid=metadata.uid,
        engine=metadata.engine,
        is_terminating=metadata.deletion_timestamp is not None,
        annotations=tuple(
            sorted(
                (key.removeprefix(PREFIX), value)
                for key, value in (metadata.annotations or {}).items()
                if key.startswith(PREFIX)
            )
        ),
        blocked_by=tuple(
            _text(each.message)
            for each in conditions
            if each.type in _DELETION_TROUBLES and each.status == "True"
        ),
    )


def deployment(read: decoding.Workload) -> WorkloadSeen:
    status = read.status or decoding.WorkloadStatus()
    wanted = _replicas(read)
    is_current = status.observed_generation >= read.metadata.generation
    # the status tells all ready pods, not the newest version's; those of older versions
    # are taken to be ready, so that the figure is never too high
    older = status.replicas - status.updated_replicas
    return _workload(
        read,
        kind="Deployment",
        wanted=wanted,
        ready=max(0, status.ready_replicas - older) if is_current else 0,
        is_rolled_out=is_current
        and status.updated_replicas == status.available_replicas == wanted
        and status.replicas == wanted,
        problem=_message(status.conditions, "ReplicaFailure", "True")
        or _message(status.conditions, "Progressing", "False"),
    )


def stateful_set(read: decoding.Workload) -> WorkloadSeen:
    status = read.status or decoding.WorkloadStatus()
    wanted = _replicas(read)
    is_current = status.observed_generation >= read.metadata.generation
    is_one_version = status.current_revision == status.update_revision
    # while one version follows another, updatedReplicas counts the new one alone; else all
    older = 0 if is_one_version else status.replicas - status.updated_replicas
    return _workload(
        read,
        kind="StatefulSet",
        wanted=wanted,
        ready=max(0, status.ready_replicas - older) if is_current else 0,
        is_rolled_out=is_current
        and is_one_version
        and status.ready_replicas == status.available_replicas == wanted
        and status.replicas == wanted,
        problem="",
    )


def job(read: decoding.Workload) -> WorkloadSeen:
    status = read.status or decoding.WorkloadStatus()
    completions = read.spec.completions if read.spec else None
    wanted = 1 if completions is None else completions
    return _workload(
        read,
        kind="Job",
        wanted=wanted,
        ready=status.succeeded,
        is_rolled_out=any(
            each.type == "Complete" and each.status == "True" for each in status.conditions or ()
        ),
        problem=_message(status.conditions, "Failed", "True"),
    )


def pod(read: decoding.Pod) -> PodSeen:
    status = read.status or decoding.PodStatus()
    conditions = status.conditions or ()
    return PodSeen(
        name=read.metadata.name,
        component=read.metadata.component,
        phase=status.phase,
        is_ready=any(each.type == "Ready" and each.status == "True" for each in conditions),
        is_terminating=read.metadata.deletion_timestamp is not None,
        unschedulable=next(
            (
                _text(each.message)
                for each in conditions
                if each.type == "PodScheduled" and each.reason == "Unschedulable"
            ),
            "",
        ),
        reason=status.reason,
        message=_text(status.message),
        node=(read.spec and read.spec.node_name) or "",
        finalizers=tuple(read.metadata.finalizers or ()),
        containers=tuple(_containers(status)),
        allowance=_allowance(read.spec),
    )


def volume(read: decoding.Claim) -> VolumeSeen:
    metadata, spec = read.metadata, read.spec
    requests = (spec and spec.resources and spec.resources.requests) or {}
    return VolumeSeen(
        name=metadata.name,
        phase=(read.status and read.status.phase) or "Pending",
        requested=requests.get("storage", ""),
        is_terminating=metadata.deletion_timestamp is not None,
        storage_class=(spec and spec.storage_class_name) or "",
        provisioner=metadata.annotations.provisioner if metadata.annotations else "",
        finalizers=tuple(metadata.finalizers or ()),
    )


def disk(read: decoding.Volume) -> DiskSeen:
    used = (read.metadata.annotations or {}).get(PREFIX + "used", "")
    return DiskSeen(
        name=read.metadata.name,
        namespace=read.claimed_in,
        phase=read.status.phase if read.status else "",
        capacity=((read.spec and read.spec.capacity) or {}).get("storage", ""),
        created=read.metadata.creation_timestamp,
        claim=(read.spec and read.spec.claim_ref and read.spec.claim_ref.name) or "",
        used=int(used) if used.isdecimal() else None,
    )


def ingress(read: decoding.Ingress) -> IngressSeen:
    balancer = read.status and read.status.load_balancer
    return IngressSeen(
        name=read.metadata.name,
        hosts=tuple(rule.host for rule in (read.spec and read.spec.rules) or () if rule.host),
        is_taken=bool(balancer and balancer.ingress),
        ingress_class=(read.spec and read.spec.ingress_class_name) or "",
    )


def seal(read: decoding.Object) -> SealSeen:
    return SealSeen(secret=read.metadata.name)


def event(read: decoding.Event) -> EventSeen:
    about = read.involved_object or decoding.ObjectReference()
    series = read.series or decoding.Series()
    return EventSeen(
        at=series.last_observed_time
        or read.last_timestamp
        or read.event_time
        or read.first_timestamp
        or read.metadata.creation_timestamp
        or datetime.fromtimestamp(0, tz=UTC),
        kind=about.kind,
        name=about.name,
        reason=read.reason,
        message=_text(read.message),
        count=series.count or read.count or 1,
    )


def _replicas(read: decoding.Workload) -> int:
    replicas = read.spec.replicas if read.spec else None
    return 1 if replicas is None else replicas


def _workload(
    read: decoding.Workload,
    *,
    kind: str,
    wanted: int,
    ready: int,
    is_rolled_out: bool,
    problem: str,
) -> WorkloadSeen:
    return WorkloadSeen(
        kind=kind,
        name=read.metadata.name,
        component=read.metadata.component,
        wanted=wanted,
        ready=ready,
        is_rolled_out=is_rolled_out,
        problem=problem,
    )


def _allowance(spec: decoding.PodSpec | None) -> Allowance:
    resources = [
        each.resources or decoding.ContainerResources() for each in (spec and spec.containers) or ()
    ]

    def together(kind: Literal["requests", "limits"], resource: str) -> float:
        amounts = [amount((getattr(each, kind) or {}).get(resource, "")) for each in resources]
        return sum(amounts) if kind == "requests" or all(amounts) else 0.0

    return Allowance(
        cpu_request=together("requests", "cpu"),
        cpu_limit=together("limits", "cpu"),
        memory_request=int(together("requests", "memory")),
        memory_limit=int(together("limits", "memory")),
    )


def _message(conditions: Sequence[decoding.Condition] | None, type_: str, status: str) -> str:
    for each in conditions or ():
        if each.type == type_ and each.status == status:
            return _text(each.message or each.reason or type_)
    return ""


def _containers(status: decoding.PodStatus) -> Iterator[ContainerSeen]:
    for each in (*(status.init_container_statuses or ()), *(status.container_statuses or ())):
        now = each.state or decoding.ContainerState()
        before = each.last_state or decoding.ContainerState()
        ended = now.terminated or before.terminated
        state, reason, message = _state(now)
        yield ContainerSeen(
            name=each.name,
            image=each.image,
            is_ready=each.ready,
            restarts=each.restart_count,
            state=state,
            reason=reason,
            message=_text(message),
            exit_code=ended.exit_code if ended else None,
            last_reason=ended.reason if ended else "",
            last_message=_text(ended.message) if ended else "",
        )


def _state(
    now: decoding.ContainerState,
) -> tuple[Literal["waiting", "running", "terminated"], str, str]:
    if now.terminated is not None:
        return "terminated", now.terminated.reason, now.terminated.message
    if now.running is not None:
        return "running", "", ""
    if now.waiting is not None:
        return "waiting", now.waiting.reason, now.waiting.message
    return "waiting", "", ""


def _text(text: str) -> str:
    """What PostgreSQL and a page can hold: no NUL, and no more than is read."""
    return text[:LONGEST_TEXT].replace("\0", "") if text else ""
