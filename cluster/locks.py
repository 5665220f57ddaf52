"""File locks: one command at a time, one supervisor at a time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def exclusive(path: Path, *, waiting: Callable[[int], None]) -> Iterator[None]:
    """Hold the lock on `path`; `waiting` is told once who holds it, if somebody does.

    The kernel lets go of it when its holder dies, however that happens.
    """
    descriptor = _open(path)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting(_read_holder(descriptor))
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        _write_holder(descriptor)
        yield
    finally:
        os.close(descriptor)


def take(path: Path) -> bool:
    """Take the lock on `path` for as long as this process lives; False where it is held."""
    descriptor = _open(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return False
    _write_holder(descriptor)
    return True


def holder(path: Path) -> int:
    """The process that holds the lock on `path`, or 0."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return 0
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _read_holder(descriptor)
    finally:
        os.close(descriptor)
    return 0


def _open(path: Path) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _read_holder(descriptor: int) -> int:
    text = os.pread(descriptor, 20, 0)
    return int(text) if text.strip().isdigit() else 0


def _write_holder(descriptor: int) -> None:
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, str(os.getpid()).encode(), 0)
