"""Waits until a file in one of several folders is replaced, without looking at a clock."""

from __future__ import annotations

import ctypes
import os
import select
from pathlib import Path

MOVED_TO = 0x80
CREATED = 0x100
DELETED = 0x200
CLOSED_AFTER_WRITE = 0x8
CLOSE_ON_EXEC = 0o2000000
NON_BLOCKING = 0o4000


class Watch:
    """Linux's own notices about folders, of a process's end, and of `wake`."""

    def __init__(self) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._notices = self._checked(
            self._libc.inotify_init1(CLOSE_ON_EXEC | NON_BLOCKING), "inotify_init1"
        )
        self._waker = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)

    def add(self, folder: Path) -> None:
        """Notice what appears in, or goes from, `folder`; twice the same is once.

        Raises:
            OSError: it does not exist, or the user's watches are used up.
        """
        self._checked(
            self._libc.inotify_add_watch(
                self._notices,
                os.fsencode(folder),
                MOVED_TO | CREATED | DELETED | CLOSED_AFTER_WRITE,
            ),
            str(folder),
        )

    def wake(self) -> None:
        """Let `wait` return; from any thread, and from signal handlers."""
        os.eventfd_write(self._waker, 1)

    def wait(self, *, process: int = 0) -> None:
        """Return when something happened since the last call, or when `process` has ended."""
        watched = [self._notices, self._waker]
        try:
            ending = os.pidfd_open(process) if process else -1
        except ProcessLookupError:
            return
        if ending >= 0:
            watched.append(ending)
        try:
            select.select(watched, [], [])
        finally:
            if ending >= 0:
                os.close(ending)
        self._forget()

    def _forget(self) -> None:
        for descriptor in (self._notices, self._waker):
            try:
                while os.read(descriptor, 65536):
                    pass
            except BlockingIOError:
                pass

    def _checked(self, result: int, what: str) -> int:
        if result < 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), what)
        return result
