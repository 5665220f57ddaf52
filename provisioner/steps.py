"""The milestones of a store's way to Ready, and their times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

from provisioner.views import StepState, StepView

NAMESPACE = "Namespace"
SECRETS = "Secrets"
DATABASE = "Database"
APPLICATION = "Application"
INGRESS = "Ingress"
ANSWERS = "Storefront answers"

STEPS = (NAMESPACE, SECRETS, DATABASE, APPLICATION, INGRESS, ANSWERS)
"""In the order in which a person sees them; several may be under way at once."""


PLANNED = tuple(StepView(name=name, state="waiting") for name in STEPS)
"""The steps of a store that has not begun."""


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a store is.

    Attributes:
        done: steps that hold now.
        active: steps that are under way.
        message: what the first of them waits for, or "".
    """

    done: frozenset[str]
    active: frozenset[str]
    message: str = ""


def advance(
    steps: Sequence[StepView], progress: Progress, *, now: datetime
) -> tuple[StepView, ...]:
    """The steps after a look; a step that holds no longer is under way again."""
    known = {step.name: step for step in steps}
    current = next((name for name in STEPS if name in progress.active), "")
    return tuple(
        _moved(
            known.get(name, StepView(name=name, state="waiting")),
            state=_state(name, progress),
            message=progress.message if name == current else "",
            now=now,
        )
        for name in STEPS
    )


def failed(steps: Sequence[StepView], cause: str, *, now: datetime) -> tuple[StepView, ...]:
    """The same steps once the store has failed: what was under way has failed."""
    listed = steps or PLANNED
    first = next((step.name for step in listed if step.state == "active"), NAMESPACE)
    return tuple(
        replace(
            step,
            state="failed",
            started_at=step.started_at or now,
            ended_at=now,
            message=cause,
        )
        if step.name == first
        else replace(step, state="waiting", started_at=None, ended_at=None, message="")
        if step.state == "active"
        else step
        for step in listed
    )


def slowest(steps: Sequence[StepView], *, now: datetime) -> str:
    """The step that took the longest, in a sentence; "" where none has begun."""
    taken = [
        (((step.ended_at or now) - step.started_at).total_seconds(), step.name)
        for step in steps
        if step.started_at is not None
    ]
    if not taken:
        return ""
    seconds, name = max(taken)
    minutes, rest = divmod(round(max(0.0, seconds)), 60)
    span = f"{minutes} min {rest} s" if minutes else f"{rest} s"
    return f"The step {name} took the longest: {span}."


def _state(name: str, progress: Progress) -> StepState:
    if name in progress.done:
        return "done"
    return "active" if name in progress.active else "waiting"


def _moved(step: StepView, *, state: StepState, message: str, now: datetime) -> StepView:
    if state == step.state:
        return replace(step, message=message)
    match state:
        case "waiting":
            return StepView(name=step.name, state="waiting")
        case "active":
            return StepView(name=step.name, state="active", started_at=now, message=message)
        case _:
            return replace(
                step, state=state, started_at=step.started_at or now, ended_at=now, message=message
            )


def to_json(steps: Sequence[StepView]) -> list[dict[str, Any]]:
    """As they are kept in the database."""
    return [
        {
            "name": step.name,
            "state": step.state,
            "started_at": step.started_at.isoformat() if step.started_at else None,
            "ended_at": step.ended_at.isoformat() if step.ended_at else None,
            "message": step.message,
        }
        for step in steps
    ]


def from_json(kept: Sequence[dict[str, Any]]) -> tuple[StepView, ...]:
    """As `to_json` kept them."""
    return tuple(
        StepView(
            name=step["name"],
            state=cast(StepState, step["state"]),
            started_at=_moment(step["started_at"]),
            ended_at=_moment(step["ended_at"]),
            message=step["message"],
        )
        for step in kept
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
