"""What a failure was told by, as lines that are kept when everything else is gone. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from provisioner import cleaning
from provisioner.causes import Diagnosis
from provisioner.observed import ContainerSeen, Observed, PodSeen

MOST_LINES = 80
"""Lines of evidence that are kept of one failure."""

MOST_PODS = 12
MOST_EVENTS = 15
MOST_LOG_LINES = 20
"""Of each kind; the newest events, and of each log its last lines."""

MOST_LOGS = 2
"""Containers whose log is read."""


def suspects(seen: Observed, found: Diagnosis) -> list[tuple[str, str, bool]]:
    """Containers whose last log lines may tell more: pod, container, whether of the last run.

    The one of the diagnosis first, then those that are not ready.
    """
    unready = [
        (pod, container)
        for pod in seen.pods
        for container in pod.containers
        if not container.is_ready and _has_run(container) and container.exit_code != 0
    ]
    unready.sort(key=lambda each: (each[0].name != found.pod, each[1].name != found.container))
    return [
        (pod.name, container.name, container.state == "waiting")
        for pod, container in unready[:MOST_LOGS]
    ]


def gather(
    seen: Observed,
    found: Diagnosis,
    *,
    logs: Mapping[str, bytes],
    secrets: Collection[str] = (),
    slowest: str = "",
) -> tuple[str, ...]:
    """The lines, the most telling first, without secrets and control codes.

    Args:
        logs: last lines of containers, by what they are shown as.
        secrets: values of the store's own Secrets.
        slowest: the step that took the longest, in a sentence, or "".
    """
    lines = [
        f"Cause: {found.code}" + (f", met {found.tries} times" if found.tries > 1 else ""),
        *([slowest] if slowest else []),
        *found.evidence,
        *_logs(logs, secrets),
        *_workloads(seen),
        *_pods(seen),
        *_volumes(seen),
        *_events(seen),
    ]
    return tuple(cleaning.line(line, secrets=secrets) for line in lines[:MOST_LINES])


def _logs(logs: Mapping[str, bytes], secrets: Collection[str]) -> Iterator[str]:
    for name, text in logs.items():
        kept = cleaning.lines(text, secrets=secrets, most=MOST_LOG_LINES)
        if kept:
            yield f"Last lines of {name}:"
            yield from (f"| {line}" for line in kept)


def _workloads(seen: Observed) -> Iterator[str]:
    for workload in seen.workloads:
        if not workload.is_rolled_out:
            yield (
                f"{workload.kind} {workload.name}: {workload.ready} of {workload.wanted} ready"
                + (f"; {workload.problem}" if workload.problem else "")
            )


def _pods(seen: Observed) -> Iterator[str]:
    unready = [pod for pod in seen.pods if not pod.is_ready and pod.phase != "Succeeded"]
    for pod in unready[:MOST_PODS]:
        yield _pod(pod)
        yield from (
            _container(pod, container) for container in pod.containers if not container.is_ready
        )


def _pod(pod: PodSeen) -> str:
    said = pod.unschedulable or pod.message or pod.reason
    place = f" on {pod.node}" if pod.node else ""
    end = ", being deleted" if pod.is_terminating else ""
    return f"Pod {pod.name}{place}: {pod.phase}{end}" + (f"; {said}" if said else "")


def _container(pod: PodSeen, container: ContainerSeen) -> str:
    parts = [f"{container.state} {container.reason}".strip(), container.message]
    if container.exit_code is not None:
        parts.append(f"last ended with status {container.exit_code} {container.last_reason}")
        parts.append(container.last_message)
    if container.restarts:
        parts.append(f"started again {container.restarts} times")
    told = "; ".join(part.strip() for part in parts if part.strip())
    return f"Container {container.name} of {pod.name}, image {container.image}: {told}"


def _volumes(seen: Observed) -> Iterator[str]:
    for volume in seen.volumes:
        if volume.phase != "Bound":
            yield (
                f"Volume claim {volume.name}: {volume.phase}, {volume.requested}, "
                f"class {volume.storage_class or '(none)'}"
            )


def _events(seen: Observed) -> Iterator[str]:
    for event in seen.events[: -MOST_EVENTS - 1 : -1]:
        times = f" ({event.count} times)" if event.count > 1 else ""
        at = event.at.strftime("%H:%M:%S")
        yield f"{at} {event.kind} {event.name}: {event.reason}{times}: {event.message}"


def _has_run(container: ContainerSeen) -> bool:
    return container.state != "waiting" or container.exit_code is not None
