"""Long work shown as phases, with the time each took."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, TextIO

State = Literal["running", "done", "failed"]


@dataclass(frozen=True)
class Phase:
    """One stretch of work as a reader sees it.

    `seconds` is the time since its start, or what it took once it ended; `note`
    is the latest word on how far it is.
    """

    name: str
    state: State
    seconds: float
    note: str = ""


class Progress:
    """Phases that several threads may open side by side.

    Each change is printed to `stream` and, where `file` is given, the whole list
    is written there as JSON, so that another process can show it. `changed` is called
    after it, from whichever thread.
    """

    def __init__(
        self,
        *,
        stream: TextIO | None = None,
        file: Path | None = None,
        changed: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stream = sys.stderr if stream is None else stream
        self._file = file
        self._changed = changed
        self._clock = clock
        self._begun = clock()
        self._started: dict[str, float] = {}
        self._phases: dict[str, Phase] = {}
        self._lock = threading.Lock()

    @property
    def phases(self) -> list[Phase]:
        with self._lock:
            return list(self._phases.values())

    @contextmanager
    def phase(self, name: str) -> Iterator[Callable[[str], None]]:
        """A stretch of work; the value is a function that notes how far it is."""
        with self._lock:
            self._started[name] = self._clock()
        self._record(name, "running")
        try:
            yield lambda note: self._record(name, "running", note)
        except BaseException:
            self._record(name, "failed")
            raise
        self._record(name, "done")

    def _record(self, name: str, state: State, note: str = "") -> None:
        with self._lock:
            now = self._clock()
            phase = Phase(name, state, round(now - self._started[name], 1), note)
            self._phases[name] = phase
            mark = {"running": "…", "done": "✓", "failed": "✗"}[state]
            took = "" if state == "running" else f" ({phase.seconds:.1f} s)"
            print(
                f"{now - self._begun:7.1f} s  {mark} {name}{': ' + note if note else ''}{took}",
                file=self._stream,
                flush=True,
            )
            if self._file is not None:
                self._file.parent.mkdir(parents=True, exist_ok=True)
                temporary = self._file.with_suffix(".tmp")
                temporary.write_text(json.dumps([asdict(p) for p in self._phases.values()]))
                temporary.replace(self._file)
        self._changed()
