"""A time limit that can stand still."""

from __future__ import annotations

import time
from collections.abc import Callable


class Countdown:
    """Counts seconds down while it runs. It begins standing still."""

    def __init__(self, seconds: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._left = seconds
        self._clock = clock
        self._since: float | None = None

    @property
    def is_running(self) -> bool:
        return self._since is not None

    @property
    def left(self) -> float:
        """Seconds that remain; below 0 once they are used up."""
        return self._left - (0.0 if self._since is None else self._clock() - self._since)

    def run(self, is_running: bool) -> None:
        """Let it run, or stand still."""
        if not is_running:
            self.stop()
        elif self._since is None:
            self._since = self._clock()

    def stop(self) -> None:
        """Let it stand still."""
        self._left = self.left
        self._since = None
