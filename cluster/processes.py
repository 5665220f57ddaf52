"""Processes of one installation, found by a mark in their environment.

The mark needs no file, so nothing goes stale: after a crash or a reboot the
kernel's own list of processes says what is left.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cluster.home import Home

MARK = "STOREWEAVER_CLUSTER"
PART_MARK = "STOREWEAVER_PART"
SUPERVISOR = "supervisor"
SHIM_PREFIX = "containerd-shim"


@dataclass(frozen=True)
class Process:
    """A living process of an installation.

    Attributes:
        pid: its id.
        started: clock ticks between boot and its start; tells it from a later
            process with the same id.
        part: the part that started it.
        command: its program's short name.
    """

    pid: int
    started: int
    part: str
    command: str

    @property
    def is_shim(self) -> bool:
        """Whether it keeps containers, which outlive the parts."""
        return self.command.startswith(SHIM_PREFIX)

    def is_alive(self) -> bool:
        """Whether the very same process still runs (a zombie does not)."""
        found = _stat(self.pid)
        return found is not None and found[1] == self.started

    def signal(self, number: signal.Signals) -> None:
        """Send a signal; a process that is gone by now is no error."""
        if self.is_alive():
            try:
                os.kill(self.pid, number)
            except ProcessLookupError:
                pass


def marks(home: Home, part: str) -> dict[str, str]:
    """Variables that make a process findable as `part` of the installation."""
    return {MARK: f"{home.name}:{home.root}", PART_MARK: part}


def processes(home: Home) -> list[Process]:
    """Every living process of the installation but this one."""
    wanted = f"{MARK}={home.name}:{home.root}".encode()
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            variables = (entry / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if wanted not in variables:
            continue
        stat = _stat(int(entry.name))
        if stat is None:
            continue
        prefix = f"{PART_MARK}=".encode()
        part = next((v[len(prefix) :].decode() for v in variables if v.startswith(prefix)), "")
        found.append(Process(int(entry.name), stat[1], part, stat[0]))
    return found


def find(pids: Iterable[int]) -> list[Process]:
    """Those of `pids` that are alive."""
    stats = ((pid, _stat(pid)) for pid in pids)
    return [Process(pid, stat[1], "", stat[0]) for pid, stat in stats if stat is not None]


def children(pids: Iterable[int]) -> list[Process]:
    """The living children of `pids`."""
    parents = set(pids)
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            stat = _stat(int(entry.name))
            if stat is not None and stat[2] in parents:
                found.append(Process(int(entry.name), stat[1], "", stat[0]))
    return found


def end(targets: Iterable[Process], *, grace: float) -> None:
    """Ask `targets` to stop, and kill those that are still there after `grace` seconds."""
    targets = list(targets)
    for target in targets:
        target.signal(signal.SIGTERM)
    if not wait_gone(targets, timeout=grace):
        for target in targets:
            target.signal(signal.SIGKILL)
        wait_gone(targets, timeout=5)


def wait_gone(targets: Iterable[Process], *, timeout: float) -> bool:
    """Whether all of `targets` ended within `timeout` seconds."""
    deadline = time.monotonic() + timeout
    remaining = list(targets)
    while True:
        remaining = [target for target in remaining if target.is_alive()]
        if not remaining:
            return True
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)


def _stat(pid: int) -> tuple[str, int, int] | None:
    """Short name, start time in ticks and parent's id; None for a process that is gone."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except OSError:
        return None
    opening, closing = text.index("("), text.rindex(")")
    fields = text[closing + 2 :].split()
    if fields[0] in {"Z", "X"}:
        return None
    return text[opening + 1 : closing], int(fields[19]), int(fields[1])
