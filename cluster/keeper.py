"""Keeps one part running: starts it, notices that it works, starts it again."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Literal

import anyio
import anyio.abc

from cluster import disk
from cluster.commands import tail
from cluster.parts import Part

State = Literal["waiting", "starting", "ready", "done", "restarting", "failing", "stopped"]

PROBE_INTERVAL = 0.05
"""Seconds between two questions to a part that has not answered yet."""

FAILING_AFTER = 3
"""Deaths in a row after which a part is called failing."""

STEADY_AFTER = 30.0
"""Seconds of running after which earlier deaths no longer count."""

FIRST_DELAY = 0.2
LONGEST_DELAY = 15.0
LAST_WORDS_LINES = 8

SCARCE = 1024**2
"""Bytes of free disk below which a death is put down to their want."""


@dataclass(frozen=True)
class PartState:
    """How a part fares.

    Attributes:
        name: the part.
        state: `failing` when it died several times in a row.
        pid: its process, or 0.
        restarts: how often it was started again since the supervisor began.
        since: Unix time at which it entered `state`.
        last_words: the end of its log, when it died and is not ready again.
    """

    name: str
    state: State = "waiting"
    pid: int = 0
    restarts: int = 0
    since: float = 0.0
    last_words: str = ""


def restart_delay(deaths: int) -> float:
    """Seconds to wait before a start that follows `deaths` deaths in a row."""
    return float(min(FIRST_DELAY * 2 ** max(0, deaths - 1), LONGEST_DELAY))


class CannotStart(Exception):
    """A part's program or log cannot be opened; the text says why."""


class Keeper:
    """Runs one part until it is told to stop."""

    def __init__(
        self,
        part: Part,
        *,
        log: Path,
        environment: Mapping[str, str],
        changed: Callable[[], None],
    ) -> None:
        self.part = part
        self.state = PartState(part.name, since=time.time())
        self.ready = anyio.Event()
        self._log = log
        self._environment = environment
        self._changed = changed
        self._stopping = anyio.Event()
        self._ended = anyio.Event()
        self._process: anyio.abc.Process | None = None

    async def run(self, needs: list[Keeper]) -> None:
        """Start the part once `needs` are ready, and again whenever it dies.

        A start without them would only fail, and delay the next one.
        """
        try:
            deaths = 0
            while True:
                for need in needs:
                    await self._unless_stopping(need.until_ready)
                if self._stopping.is_set():
                    return
                begun = time.monotonic()
                try:
                    code = await self._run_once()
                    words = f"It ended with status {code} and said nothing."
                except CannotStart as error:
                    code, words = -1, str(error)
                if self._stopping.is_set():
                    return
                if self.part.once and code == 0:
                    self._set(state="done", pid=0, last_words="")
                    self.ready.set()
                    return
                if self.ready.is_set():
                    self.ready = anyio.Event()
                deaths = 1 if time.monotonic() - begun > STEADY_AFTER else deaths + 1
                self._set(
                    state="failing" if deaths >= FAILING_AFTER else "restarting",
                    pid=0,
                    restarts=self.state.restarts + 1,
                    last_words=self._last_words(words),
                )
                await self._unless_stopping(partial(anyio.sleep, restart_delay(deaths)))
        finally:
            if self.state.state != "done":
                self._set(state="stopped", pid=0)
            self._ended.set()

    async def until_ready(self) -> None:
        """Return when the part does its work."""
        await self.ready.wait()

    async def stop(self) -> None:
        """End the part in order; returns when it is gone."""
        self._stopping.set()
        process = self._process
        if process is not None and process.returncode is None:
            _signal(process, self.part.stop_signal)
            with anyio.move_on_after(self.part.grace):
                await self._ended.wait()
            if process.returncode is None:
                _signal(process, signal.SIGKILL)
        await self._ended.wait()
        if self.part.after_stop is not None:
            await anyio.to_thread.run_sync(self.part.after_stop)

    async def _start(self) -> anyio.abc.Process:
        try:
            self._log.parent.mkdir(parents=True, exist_ok=True)
            with self._log.open("ab") as sink:
                return await anyio.open_process(
                    self.part.argv,
                    stdin=subprocess.DEVNULL,
                    stdout=sink,
                    stderr=subprocess.STDOUT,
                    env={**os.environ, **self._environment, **self.part.environment},
                    start_new_session=True,
                    pass_fds=self.part.sockets,
                )
        except OSError as error:
            raise CannotStart(f"It cannot be started: {error}.") from error

    async def _run_once(self) -> int:
        if self.state.state != "failing":
            self._set(state="starting")
        process = self._process = await self._start()
        self._set(pid=process.pid)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._notice_ready)
            # a signal that came between the check for stopping and the start was lost
            if self._stopping.is_set():
                _signal(process, self.part.stop_signal)
            code = await process.wait()
            tasks.cancel_scope.cancel()
        if self.part.ends_whole:
            _end_group(process.pid)
        return code

    async def _notice_ready(self) -> None:
        if self.part.once:
            return
        probe = self.part.ready
        if probe is not None:
            while not await anyio.to_thread.run_sync(probe.ask, abandon_on_cancel=True):
                await anyio.sleep(PROBE_INTERVAL)
        self._set(state="ready", last_words="")
        self.ready.set()

    def _last_words(self, otherwise: str) -> str:
        """The end of the log; `otherwise` where it is empty."""
        words = tail(self._log, lines=LAST_WORDS_LINES) or otherwise
        if disk.free(self._log.parent) < SCARCE:
            # what it wanted to say may have found no room either
            words += f"\nThe disk of {self._log.parent} is full."
        return words

    async def _unless_stopping(self, wait: Callable[[], Awaitable[None]]) -> None:
        async def first(waiting: Callable[[], Awaitable[None]]) -> None:
            await waiting()
            tasks.cancel_scope.cancel()

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(first, wait)
            tasks.start_soon(first, self._stopping.wait)

    def _set(
        self,
        *,
        state: State | None = None,
        pid: int | None = None,
        restarts: int | None = None,
        last_words: str | None = None,
    ) -> None:
        before = self.state
        after = replace(
            before,
            state=before.state if state is None else state,
            pid=before.pid if pid is None else pid,
            restarts=before.restarts if restarts is None else restarts,
            last_words=before.last_words if last_words is None else last_words,
        )
        if after.state != before.state:
            after = replace(after, since=time.time())
        if after != before:
            self.state = after
            self._changed()


def _signal(process: anyio.abc.Process, number: signal.Signals) -> None:
    try:
        process.send_signal(number)
    except ProcessLookupError:
        pass


def _end_group(leader: int) -> None:
    """Kill what is left of the process group that a part led."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except ProcessLookupError:
        pass
