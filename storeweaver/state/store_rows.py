"""From views of a store's inside to what its page holds: small, flat, without secrets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from provisioner.inspected import ObjectEvent, PodView, ResourceView, UsageView
from provisioner.views import StepView
from storeweaver.state.rows import moment

HISTORY = (100, 24)
"""Width and height of the drawing of a figure's last minutes."""

NEAR = 80
"""Percent of a limit from which a figure is worth a look; at 95 it is worth a step."""

_TONES = {"good": "ready", "busy": "provisioning", "bad": "failed", "plain": "plain"}


@dataclass(frozen=True)
class WaterfallRow:
    """A step beside its time.

    Attributes:
        left: where its bar begins, in percent of the whole time so far.
        width: of its bar, likewise; 0 where it has not begun.
    """

    name: str
    state: str
    message: str
    started: str
    ended: str
    left: str
    width: str


@dataclass(frozen=True)
class Figure:
    """What is used, of what may be.

    Attributes:
        value: in words, such as `412 MiB`; "" before the first sample.
        of: of how much, in words.
        percent: whole, up to 100; 0 where there is nothing to compare with.
        tone: "plain", or worse where it comes near to a limit.
        history: points of a line in a box of `HISTORY`; "" before the second sample.
    """

    label: str
    value: str
    of: str
    percent: int
    tone: str
    history: str


@dataclass(frozen=True)
class PodRow:
    """A pod in a list; `reason` says what a container of it waits for."""

    name: str
    component: str
    phase: str
    tone: str
    restarts: int
    reason: str


@dataclass(frozen=True)
class ResourceRow:
    """An object in a list."""

    kind: str
    name: str
    state: str
    tone: str
    created: str


@dataclass(frozen=True)
class ObjectEventRow:
    """What was reported of an object."""

    at: str
    tone: str
    type: str
    reason: str
    message: str
    count: int


def waterfall(steps: Sequence[StepView], *, now: datetime | None = None) -> list[WaterfallRow]:
    """Each step's place in the time since the first one began, until now or the last one's end."""
    first = min((step.started_at for step in steps if step.started_at), default=None)
    is_under_way = any(step.state == "active" for step in steps)
    last = (
        (now or datetime.now(UTC))
        if is_under_way
        else max((step.ended_at for step in steps if step.ended_at), default=first)
    )
    whole = (last - first).total_seconds() if first and last else 0.0

    def place(at: datetime | None) -> float:
        if first is None or at is None or whole <= 0:
            return 0.0
        return 100 * min(1.0, max(0.0, (at - first).total_seconds() / whole))

    return [
        WaterfallRow(
            name=step.name,
            state=step.state,
            message=step.message,
            started=moment(step.started_at),
            ended=moment(step.ended_at),
            left=f"{place(step.started_at):.2f}%",
            width=f"{place(step.ended_at or last) - place(step.started_at):.2f}%"
            if step.started_at
            else "0%",
        )
        for step in steps
    ]


def figures(usage: UsageView) -> list[Figure]:
    """CPU and memory, of all pods together."""
    allowance = usage.allowance
    return [
        figure(
            "CPU",
            [sample.cpu for sample in usage.samples],
            limit=allowance.cpu_limit,
            request=allowance.cpu_request,
            words=cores,
        ),
        figure(
            "Memory",
            [sample.memory for sample in usage.samples],
            limit=allowance.memory_limit,
            request=allowance.memory_request,
            words=size,
        ),
    ]


def figure(
    label: str,
    values: Sequence[float],
    *,
    limit: float,
    request: float,
    words: Callable[[float], str],
) -> Figure:
    """What was used, against its limit, or against what is kept for it where it has none."""
    whole = limit or request
    percent = min(100, round(100 * values[-1] / whole)) if values and whole else 0
    if limit:
        of = f"of {words(limit)}"
    else:
        of = f"of {words(request)} requested, no limit" if request else "no limit"
    tone = "failed" if percent >= 95 else "degraded" if percent >= NEAR else "provisioning"
    return Figure(
        label=label,
        value=words(values[-1]) if values else "",
        of=of,
        percent=percent,
        # more than what is kept for it is no trouble
        tone=tone if limit else "provisioning",
        history=history(values),
    )


def history(values: Sequence[float]) -> str:
    """The points of a line that ends at the right edge; its highest value is at the top."""
    if len(values) < 2:
        return ""
    width, height = HISTORY
    highest = max(values) or 1.0
    step = width / (len(values) - 1)
    return " ".join(
        f"{number * step:.1f},{height - 1 - (height - 2) * value / highest:.1f}"
        for number, value in enumerate(values)
    )


def cores(amount: float) -> str:
    """CPU as people read it: thousandths below a core."""
    if amount < 1:
        return f"{round(amount * 1000)} m"
    return f"{amount:.2f}".rstrip("0").rstrip(".") + (" core" if amount == 1 else " cores")


def size(amount: float) -> str:
    """Bytes as people read them, in powers of 1024."""
    unit = "B"
    for following in ("KiB", "MiB", "GiB", "TiB"):
        if amount < 1024:
            break
        amount, unit = amount / 1024, following
    return (
        f"{amount:.1f}".removesuffix(".0") + f" {unit}" if amount < 100 else f"{amount:.0f} {unit}"
    )


def volume_figures(usage: UsageView) -> list[Figure]:
    """How full each volume is of what was asked for."""
    return [
        figure(
            name,
            [sample.volumes[name] for sample in usage.samples if name in sample.volumes],
            limit=asked,
            request=asked,
            words=size,
        )
        for name, asked in usage.volumes.items()
    ]


def untold(usage: UsageView) -> str:
    """Said where no volume's storage tells how full it is; "" where one does, or nothing is
    measured."""
    last = usage.samples[-1] if usage.samples else None
    if last is None or last.volumes or not usage.volumes:
        return ""
    return "How full the volumes are, this cluster's storage does not tell."


def pod_row(pod: PodView) -> PodRow:
    """A pod as the overview lists it."""
    reason = next((each.reason for each in pod.containers if each.reason), "")
    is_bad = pod.phase == "Failed" or any(
        each.state == "waiting" and each.reason not in {"", "ContainerCreating", "PodInitializing"}
        for each in pod.containers
    )
    is_good = pod.is_ready or pod.phase == "Succeeded"
    return PodRow(
        name=pod.name,
        component=pod.component,
        phase=pod.phase,
        tone="failed" if is_bad else "ready" if is_good else "provisioning",
        restarts=pod.restarts,
        reason=reason if reason != "Completed" else "",
    )


def resource_row(resource: ResourceView) -> ResourceRow:
    """An object as a list shows it."""
    return ResourceRow(
        kind=resource.kind,
        name=resource.name,
        state=resource.state,
        tone=_TONES[resource.tone],
        created=moment(resource.created_at),
    )


def object_event_row(event: ObjectEvent) -> ObjectEventRow:
    """An event as an object's details show it."""
    return ObjectEventRow(
        at=moment(event.at),
        tone="degraded" if event.type == "Warning" else "plain",
        type=event.type,
        reason=event.reason,
        message=event.message,
        count=event.count,
    )
