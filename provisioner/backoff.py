"""How long to wait before what failed is tried again."""

from __future__ import annotations

import random


class Backoff:
    """Waits that double from the first to the longest, each spread by half of itself.

    The spread keeps many that failed together from trying again together.
    """

    def __init__(self, *, first: float, longest: float) -> None:
        """Both are in seconds."""
        self._first = first
        self._longest = longest
        self._next = first

    def reset(self) -> None:
        """What failed has worked: begin again with the first wait."""
        self._next = self._first

    def next(self) -> float:
        """Seconds to wait now."""
        now, self._next = self._next, min(2 * self._next, self._longest)
        return spread(now)


def spread(seconds: float) -> float:
    """A wait spread by half of itself."""
    return seconds * random.uniform(0.5, 1.5)  # noqa: S311 - spreads load, guards nothing
