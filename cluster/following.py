"""How far a program is, read from the log that it writes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

LOOK_INTERVAL = 0.2
"""Seconds between two looks; progress is for people."""


@contextmanager
def following(log: Path, on_line: Callable[[str], None]) -> Iterator[None]:
    """Hand every line that is appended to `log` inside the block to `on_line`.

    `on_line` is called from another thread, and has seen every whole line once the
    block is left. The file need not exist at the start.
    """
    position = log.stat().st_size if log.exists() else 0
    ended = threading.Event()

    def follow() -> None:
        offset, rest = position, b""
        last_look = False
        while not last_look:
            last_look = ended.wait(LOOK_INTERVAL)
            if not log.exists():
                continue
            with log.open("rb") as source:
                source.seek(offset)
                chunk = source.read()
            offset += len(chunk)
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                on_line(line.decode(errors="replace"))

    thread = threading.Thread(target=follow, name=f"following {log.name}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def sparingly(note: Callable[[str], None], *, interval: float = 5.0) -> Callable[[str], None]:
    """`note`, but for words that come within `interval` seconds of the one before."""
    last = [-interval]

    def pass_on(word: str) -> None:
        now = time.monotonic()
        if now - last[0] >= interval:
            last[0] = now
            note(word)

    return pass_on
