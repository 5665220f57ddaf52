"""What is written of a store when a step, its way to Ready or a look comes to its end. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from provisioner import steps
from provisioner.causes import Diagnosis
from provisioner.claims import Note
from provisioner.models import Store
from provisioner.observed import Observed
from provisioner.reconciler import GENERATION, Settle
from provisioner.views import StepView


def ready(store: Store, *, now: datetime) -> dict[str, Any]:
    """The shop answers."""
    everything = steps.Progress(done=frozenset(steps.STEPS), active=frozenset())
    finished = steps.advance(steps.from_json(store.steps), everything, now=now)
    return {
        "status": "ready",
        "ready_at": now,
        "health": "ok",
        "health_message": "",
        "error_message": "",
        "error_hint": "",
        "error_code": "",
        "attempt": 0,
        "step": "",
        "steps": steps.to_json(finished),
        "settled_generation": store.generation,
        "drift": "",
    }


def failed(store: Store, found: Diagnosis, *, now: datetime) -> dict[str, Any]:
    """It cannot become Ready, or not in time."""
    marked = steps.failed(steps.from_json(store.steps), found.cause, now=now)
    return {
        "status": "failed",
        "error_message": found.cause,
        "error_hint": found.hint_once_failed,
        "error_code": found.code,
        "attempt": 0,
        "steps": steps.to_json(marked),
    }


def settled(store: Store, action: Settle, seen: Observed) -> tuple[dict[str, Any], list[Note]]:
    """Nothing is left to do: how it fares, as far as that is new."""
    changes: dict[str, Any] = {
        "health": action.health,
        "health_message": action.message,
        "drift": action.drift,
    }
    namespace = seen.namespace
    if namespace and namespace.annotation(GENERATION) == str(store.generation):
        changes["settled_generation"] = store.generation
    changes = {key: value for key, value in changes.items() if getattr(store, key) != value}
    notes: list[Note] = []
    if store.status == "ready" and changes.keys() & {"health", "health_message"}:
        text = "It is well again." if action.health == "ok" else action.message
        notes = [Note("health", text)]
    return changes, notes


def finished(before: Sequence[StepView], now: Sequence[StepView]) -> Iterator[Note]:
    """A line for each step that has come to its end, with how long it took."""
    done = {step.name for step in before if step.state == "done"}
    for step in now:
        if step.state == "done" and step.name not in done:
            took = None
            if step.started_at and step.ended_at:
                took = (step.ended_at - step.started_at).total_seconds()
            yield Note("step", f"{step.name}: done.", seconds=took)
