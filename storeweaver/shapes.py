"""What the API answers with: the forerunner's shapes and names."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from provisioner.inspected import (
    ConfigurationView,
    LogLine,
    ObjectEvent,
    PodView,
    ResourceView,
    RunningView,
    UsageView,
)
from provisioner.views import EngineView, OrphanView, QuotaView, StepView, StoreEventView, StoreView


def store_shape(store: StoreView) -> dict[str, Any]:
    """A store in a list."""
    return {
        "id": store.id,
        "name": store.name,
        "engine": store.engine,
        "engineTitle": store.engine_title,
        "status": store.status,
        "health": store.health,
        "healthMessage": store.health_message,
        "url": store.url,
        "adminUrl": store.admin_url,
        "namespace": store.namespace,
        "errorMessage": store.error_message,
        "errorHint": store.error_hint,
        "errorCode": store.error_code,
        "waitingFor": store.waiting_for,
        "userId": store.user_id,
        "owner": store.owner,
        "canRetry": store.can_retry,
        "canRepair": store.can_repair,
        "drift": store.drift,
        "options": dict(store.options),
        "createdAt": _moment(store.created_at),
        "updatedAt": _moment(store.updated_at),
        "readyAt": _moment(store.ready_at),
    }


def detail_shape(
    store: StoreView,
    *,
    quota: QuotaView,
    timeline: tuple[StoreEventView, ...],
    running: RunningView,
    resources: tuple[ResourceView, ...],
    configuration: ConfigurationView | None,
) -> dict[str, Any]:
    """What is known of one store besides the list's facts.

    `configuration` is None while there is no release, or the cluster cannot be reached.
    """
    return {
        "versions": dict(store.versions),
        "engineVersion": next(iter(store.versions.values()), ""),
        "provisioningSteps": [step_shape(step) for step in store.steps],
        "events": [event_shape(line) for line in timeline],
        "quotas": quota_shape(quota),
        "replicas": f"{running.replicas_ready}/{running.replicas_wanted}",
        "podsRunning": running.pods_running,
        "podRestarts": running.restarts,
        "pods": [_pod(pod) for pod in running.pods],
        "usage": _usage(running.usage),
        "resources": [resource_shape(each) for each in resources],
        "configYaml": configuration.values if configuration else "",
    }


def resource_shape(resource: ResourceView) -> dict[str, Any]:
    """An object in the store's namespace."""
    return {
        "kind": resource.kind,
        "name": resource.name,
        "status": resource.state,
        "createdAt": _moment(resource.created_at),
    }


def configuration_shape(configuration: ConfigurationView) -> dict[str, Any]:
    """The release of a store."""
    return {
        "chart": configuration.chart,
        "chartVersion": configuration.chart_version,
        "revision": configuration.revision,
        "status": configuration.status,
        "appliedAt": _moment(configuration.applied_at),
        "configYaml": configuration.values,
    }


def object_event_shape(event: ObjectEvent) -> dict[str, Any]:
    """An event of Kubernetes; a later version of it has the same id."""
    return {
        "id": event.id,
        "at": _moment(event.at),
        "type": event.type,
        "kind": event.kind,
        "name": event.name,
        "reason": event.reason,
        "message": event.message,
        "count": event.count,
    }


def log_line_shape(line: LogLine) -> dict[str, Any]:
    """A line of a log; `note` marks the platform's own word on it."""
    shape: dict[str, Any] = {
        "at": line.at,
        "pod": line.pod,
        "container": line.container,
        "text": line.text,
    }
    return shape | {"note": True} if line.is_note else shape


def _pod(pod: PodView) -> dict[str, Any]:
    return {
        "name": pod.name,
        "phase": pod.phase,
        "ready": pod.is_ready,
        "restarts": pod.restarts,
        "containers": [
            {"name": each.name, "image": each.image, "state": each.state, "reason": each.reason}
            for each in pod.containers
        ],
    }


def _usage(usage: UsageView) -> dict[str, Any]:
    """Cores and bytes; null where nothing is measured, or nobody has looked yet."""
    last = usage.samples[-1] if usage.samples else None
    allowance = usage.allowance
    return {
        "cpu": last.cpu if last else None,
        "cpuRequest": allowance.cpu_request,
        "cpuLimit": allowance.cpu_limit or None,
        "memory": last.memory if last else None,
        "memoryRequest": allowance.memory_request,
        "memoryLimit": allowance.memory_limit or None,
        "volumes": {
            name: {"size": asked, "used": last.volumes.get(name) if last else None}
            for name, asked in usage.volumes.items()
        },
    }


def status_shape(store: StoreView) -> dict[str, Any]:
    """What a program that waits for a store needs."""
    return {
        "id": store.id,
        "status": store.status,
        "health": store.health,
        "url": store.url,
        "errorMessage": store.error_message,
        "errorCode": store.error_code,
        "waitingFor": store.waiting_for,
        "provisioningSteps": [step_shape(step) for step in store.steps],
    }


def step_shape(step: StepView) -> dict[str, Any]:
    """A step with its times."""
    return {
        "name": step.name,
        "state": step.state,
        "message": step.message,
        "startedAt": _moment(step.started_at),
        "endedAt": _moment(step.ended_at),
    }


def event_shape(line: StoreEventView) -> dict[str, Any]:
    """A line of the timeline."""
    return {
        "at": _moment(line.at),
        "actor": line.actor,
        "kind": line.kind,
        "message": line.message,
        "seconds": line.seconds,
        "evidence": list(line.evidence),
    }


def orphan_shape(orphan: OrphanView) -> dict[str, Any]:
    """Something that no store accounts for; `kind` and `name` are its key."""
    return {
        "kind": orphan.kind,
        "name": orphan.name,
        "namespace": orphan.namespace,
        "storeId": orphan.store_id,
        "engine": orphan.engine,
        "cause": orphan.cause,
        "hint": orphan.hint,
        "size": orphan.size,
        "createdAt": _moment(orphan.created_at),
        "canAdopt": orphan.can_adopt,
        "canRemove": orphan.can_remove,
    }


def quota_shape(quota: QuotaView) -> dict[str, Any]:
    """How much room there is."""
    return {
        "used": quota.used,
        "limit": quota.limit,
        "platformUsed": quota.platform_used,
        "platformLimit": quota.platform_limit,
    }


def engine_shape(engine: EngineView) -> dict[str, Any]:
    """An engine that can be asked for."""
    return {
        "engine": engine.key,
        "title": engine.title,
        "summary": engine.summary,
        "available": engine.is_available,
        "reason": engine.reason,
        "offers": list(engine.offers),
        "usualSeconds": engine.usual_seconds,
        "requests": {"cpu": engine.cpu, "memory": engine.memory, "storage": engine.storage},
        "options": [
            {
                "key": option.key,
                "label": option.label,
                "choices": [
                    {"value": choice.value, "label": choice.label} for choice in option.choices
                ],
            }
            for option in engine.options
        ],
    }


def _moment(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
