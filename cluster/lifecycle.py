"""Bring the local cluster up, take it down, and say how it fares."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass

from cluster import disk, supervising
from cluster.commands import tail
from cluster.errors import ClusterError
from cluster.home import Home
from cluster.keeper import SCARCE, PartState
from cluster.local import (
    PROGRAMS,
    Programs,
    end_stale_parts,
    failure_file,
    read_failure,
)
from cluster.locks import holder
from cluster.pods import stop_pods
from cluster.supervisor import read_parts, status_file

START_TIMEOUT = 180.0
"""Seconds for every part to become ready; a cold start takes some ten on two slow cores."""


@dataclass(frozen=True)
class Running:
    """What the supervisor of a running cluster says.

    Attributes:
        supervisor: its process id.
        parts: how each part fares.
        ports: on 127.0.0.1, by purpose (`api`, `http`, `https`).
        programs: which programs it runs, by name.
    """

    supervisor: int
    parts: tuple[PartState, ...]
    ports: dict[str, int]
    programs: dict[str, str]

    @property
    def is_ready(self) -> bool:
        """Whether every part does its work."""
        return bool(self.parts) and all(part.state in {"ready", "done"} for part in self.parts)

    @property
    def failing(self) -> tuple[PartState, ...]:
        """Parts that keep dying."""
        return tuple(part for part in self.parts if part.state == "failing")


def running(home: Home) -> Running | None:
    """The running cluster of this installation; None where no supervisor lives."""
    pid = holder(home.supervisor_lock)
    if not pid:
        return None
    try:
        status = json.loads(status_file(home).read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        status = {}
    if status.get("supervisor") != pid:
        return Running(pid, (), {}, {})
    return Running(
        supervisor=pid,
        parts=tuple(read_parts(status)),
        ports=status["ports"],
        programs={name: status.get(name, "") for name in PROGRAMS},
    )


def start(home: Home, programs: Programs, *, note: Callable[[str], None]) -> Running:
    """Start the cluster, or take it as it is; returns once every part is ready.

    A cluster that runs other programs (after an upgrade) is stopped and started
    with these.

    Raises:
        ClusterError: a part keeps dying or does not become ready in time.
    """
    found = running(home)
    if found is not None and found.programs and found.programs != programs.names:
        note("stopping the version that runs")
        stop(home)
        found = None
    child = None if found else _spawn_supervisor(home, programs)
    deadline = time.monotonic() + START_TIMEOUT
    waiting = ""
    while time.monotonic() < deadline:
        if child is not None and child.poll() is not None and not holder(home.supervisor_lock):
            raise _supervisor_failed(home)
        found = running(home)
        if found is not None and found.is_ready:
            return found
        if found is not None and found.failing:
            raise _part_failed(home, found.failing[0])
        if found is not None:
            now = ", ".join(p.name for p in found.parts if p.state in {"starting", "restarting"})
            if now and now != waiting:
                note(now)
                waiting = now
        time.sleep(supervising.LOOK_INTERVAL)
    raise ClusterError(
        f"The cluster was not ready within {START_TIMEOUT:.0f} s; it was waiting for {waiting}.",
        next_step="See `python -m cluster status`, and `python -m cluster logs PART`.",
    )


def stop(home: Home) -> bool:
    """Stop the cluster in order, its pods included; whether there was one to stop.

    etcd's data and the volumes stay. After a crash it ends what is left.
    """
    was_running = supervising.end(home.supervisor_lock)
    end_stale_parts(home)
    stop_pods(home)
    status_file(home).unlink(missing_ok=True)
    return was_running


def _spawn_supervisor(home: Home, programs: Programs) -> subprocess.Popen[bytes]:
    log = home.logs / "supervisor.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    failure_file(home).unlink(missing_ok=True)
    return supervising.spawn(
        home,
        (
            *("cluster", "supervise"),
            *(f"--{name}={value}" for name, value in programs.names.items()),
            f"--pause-reference={programs.pause_reference}",
        ),
        log=log,
    )


def _supervisor_failed(home: Home) -> ClusterError:
    told = read_failure(home)
    if told is not None:
        return told
    log = home.logs / "supervisor.log"
    return ClusterError(
        "The supervisor ended while it was starting the cluster.",
        next_step=f"Read the lines above and {log}, mend the cause and run `make up` again.",
        detail=tail(log),
    )


def _part_failed(home: Home, part: PartState) -> ClusterError:
    if disk.free(home.root) < SCARCE or disk.says_full(part.last_words):
        return disk.full(home.root, purpose=f"running {part.name}", detail=part.last_words)
    return ClusterError(
        f"{part.name} keeps dying; it was started {part.restarts + 1} times.",
        next_step=f"Read its log with `python -m cluster logs {part.name}`; it is tried "
        "again until `make down`.",
        detail=tail(home.logs / f"{part.name}.log"),
    )
