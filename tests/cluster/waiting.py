"""Waiting for conditions, never for a length of time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PATIENCE = 180.0
"""Seconds after which a condition is given up; a machine may be very slow."""

PAUSE = 0.1


def until(what: str, condition: Callable[[], T], *, patience: float = PATIENCE) -> T:
    """Ask `condition` until its answer is true, and return that answer."""
    deadline = time.monotonic() + patience
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"It did not come about that {what}; the last answer: {answer!r}")
        time.sleep(PAUSE)
