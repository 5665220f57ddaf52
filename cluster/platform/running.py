"""Runs the platform's own processes, and says how they fare."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import anyio

from cluster import supervising
from cluster.commands import tail
from cluster.errors import ClusterError
from cluster.home import Home
from cluster.keeper import PartState
from cluster.locks import holder, take
from cluster.platform import port, told
from cluster.platform.account import account
from cluster.platform.composition import DASHBOARD, DATABASE, parts
from cluster.platform.place import Place
from cluster.platform.releases import Release, hold
from cluster.platform.variables import settings
from cluster.processes import end, processes
from cluster.supervisor import Supervisor, read_parts, status_file
from provisioner.errors import SettingsError
from provisioner.settings import Settings

START_TIMEOUT = 90.0
"""Seconds for the dashboard to answer; a first start makes the database and its tables."""


@dataclass(frozen=True)
class Running:
    """What the supervisor of a running platform says.

    Attributes:
        supervisor: its process id.
        parts: how each part fares.
        url: the dashboard's address as browsers know it; empty until it is known.
        port: on which it listens.
        version: tells what it was started with; see `version`.
    """

    supervisor: int
    parts: tuple[PartState, ...]
    url: str = ""
    port: int = 0
    version: str = ""

    def part(self, name: str) -> PartState:
        """How one part fares."""
        return next((part for part in self.parts if part.name == name), PartState(name))


def read_settings(environment: Mapping[str, str]) -> Settings:
    """The app's settings, checked before anything is started with them.

    Raises:
        ClusterError: a value cannot be used.
    """
    try:
        return Settings.from_environment(environment)
    except SettingsError as error:
        raise ClusterError(error.message, next_step=error.hint) from error


def version(release: Release, environment: Mapping[str, str]) -> str:
    """Differs where a running dashboard would have to be started anew: code or settings."""
    given = json.dumps(settings(environment), sort_keys=True)
    words = (release.name, str(release.folder), sys.executable, given)
    return hashlib.sha256("\0".join(words).encode()).hexdigest()


def supervise(home: Home, release: Release) -> None:
    """Run the platform until SIGTERM; returns at once where it is run already.

    Raises:
        ClusterError: a setting cannot be used, the port is taken, or the release is gone.
    """
    place = Place.of(home)
    if not take(place.supervisor_lock):
        return
    environment = dict(os.environ)
    chosen = read_settings(environment)
    hold(release)
    end_stale_parts(place)
    user = account(home.root)
    place.make(user)
    told.begin(place.preparation)
    asked = chosen.port if environment.get("PORT", "").strip() else None
    number = port.choose(place.port_file, address=chosen.bind_address, asked=asked)
    supervisor = Supervisor(
        place,
        parts(
            home,
            release,
            account=user,
            address=chosen.bind_address,
            port=number,
            environment=environment,
        ),
        renew=lambda: None,
        facts={
            "url": (chosen.public_url or f"http://localhost:{number}").rstrip("/"),
            "port": number,
            "version": version(release, environment),
        },
    )
    anyio.run(supervisor.run)


def running(place: Place) -> Running | None:
    """The running platform; None where no supervisor lives."""
    pid = holder(place.supervisor_lock)
    if not pid:
        return None
    try:
        status = json.loads(status_file(place).read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        status = {}
    if status.get("supervisor") != pid:
        return Running(pid, ())
    return Running(pid, tuple(read_parts(status)), status["url"], status["port"], status["version"])


def start(home: Home, release: Release) -> Running:
    """Start the platform, or take it as it is; returns once the dashboard answers.

    One that runs other code, or with other settings, is stopped and started anew.

    Raises:
        ClusterError: a part keeps dying or does not become ready in time.
    """
    place = Place.of(home)
    found = running(place)
    wanted = version(release, os.environ)
    if found is not None and found.version and found.version != wanted:
        stop(place)
        found = None
    log = _supervisor_log(place)
    said_before = log.stat().st_size if log.exists() else 0
    child = None if found else _spawn_supervisor(home, release)
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline:
        if child is not None and child.poll() is not None and not holder(place.supervisor_lock):
            raise _supervisor_failed(log, said_before)
        found = running(place)
        if found is not None and found.part(DASHBOARD).state == "ready":
            return found
        for name in (DATABASE, DASHBOARD):
            if found is not None and found.part(name).state == "failing":
                raise _part_failed(place, found.part(name))
        time.sleep(supervising.LOOK_INTERVAL)
    raise ClusterError(
        f"The dashboard did not answer within {START_TIMEOUT:.0f} s.",
        next_step="See `make status` and `make logs`.",
        detail=tail(place.logs / f"{DASHBOARD}.log"),
    )


def stop(place: Place) -> bool:
    """Stop the platform's own processes in order; whether there was anything to stop.

    After a crash it ends what is left. The cluster is not touched.
    """
    was_running = supervising.end(place.supervisor_lock)
    end_stale_parts(place)
    status_file(place).unlink(missing_ok=True)
    return was_running


def end_stale_parts(place: Place) -> None:
    """End what a supervisor left that was killed, the database last and in order."""
    stale = [process for process in processes(place) if process.part]
    end([process for process in stale if process.part != DATABASE], grace=5)
    servers = [process for process in stale if process.part == DATABASE]
    for server in servers:
        server.signal(signal.SIGINT)
    end(servers, grace=10)


def _spawn_supervisor(home: Home, release: Release) -> subprocess.Popen[bytes]:
    place = Place.of(home)
    place.logs.mkdir(mode=0o700, parents=True, exist_ok=True)
    return supervising.spawn(
        home,
        ("cluster.platform", "supervise", f"--release={release.name}"),
        log=_supervisor_log(place),
    )


def _supervisor_log(place: Place) -> Path:
    return place.logs / "supervisor.log"


def _supervisor_failed(log: Path, said_before: int) -> ClusterError:
    with log.open(errors="replace") as source:
        source.seek(said_before)
        said = source.read().strip()
    return ClusterError(
        "The platform did not start.",
        next_step=f"Follow the lines above (they are in {log}), and run `make up` again.",
        detail=said,
    )


def _part_failed(place: Place, part: PartState) -> ClusterError:
    return ClusterError(
        f"The {part.name} keeps dying; it was started {part.restarts + 1} times.",
        next_step=f"Read its log with `make logs PART={part.name}`; it is tried again until "
        "`make down`.",
        detail=tail(place.logs / f"{part.name}.log"),
    )
