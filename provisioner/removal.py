"""How long what was told to go has been going, and what was told of it."""

from __future__ import annotations

from typing import Any

from provisioner import reconciler
from provisioner.causes import Diagnosis
from provisioner.claims import Note
from provisioner.countdown import Countdown
from provisioner.models import Store
from provisioner.observed import Observed

HELD_UP = 10.0
"""Seconds after which what was told to go should be gone, and what holds it is named."""


class Removal:
    """The end of what one store has in the cluster.

    Attributes:
        limit: time until what holds it up is named; it runs only while the cluster is seen.
    """

    def __init__(self) -> None:
        self.limit = Countdown(HELD_UP)
        self._told: set[str] = set()

    @property
    def is_held_up(self) -> bool:
        return self.limit.left <= 0

    def look(self, store: Store, seen: Observed) -> None:
        """Count the time where something was told to go."""
        namespace = seen.namespace
        is_removing = store.status in {"deleting", "failed"} or (
            namespace is not None
            and (
                namespace.is_terminating
                or namespace.annotation(reconciler.STOPPED) == reconciler.DONE
            )
        )
        if not is_removing:
            self.limit = Countdown(HELD_UP)
        self.limit.run(is_removing and not seen.is_stale)

    def told(
        self, store: Store, reason: str, held_by: Diagnosis | None
    ) -> tuple[dict[str, Any], list[Note]]:
        """What is new on the row of a store that waits for this; what holds it up comes to the
        timeline once."""
        now = {
            "error_message": reason,
            "error_hint": held_by.hint if held_by else "",
            "error_code": held_by.code if held_by else "",
        }
        notes: list[Note] = []
        if held_by is not None and held_by.code not in self._told:
            self._told.add(held_by.code)
            notes = [Note("blocked", held_by.cause, evidence=held_by.evidence)]
        return {key: value for key, value in now.items() if getattr(store, key) != value}, notes
