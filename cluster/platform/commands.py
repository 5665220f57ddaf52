"""What each command does, whatever prints it."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from watchfiles import watch

from cluster import cleaning, lifecycle
from cluster.errors import ClusterError
from cluster.home import Home
from cluster.locks import exclusive
from cluster.machine import check, claim, is_ours
from cluster.platform import releases, running
from cluster.platform.account import account
from cluster.platform.composition import DASHBOARD, app_environment
from cluster.platform.confine import command
from cluster.platform.place import Place
from cluster.platform.releases import INCLUDED, KEPT_FOR, Release
from cluster.platform.running import Running
from cluster.progress import Progress
from cluster.reporting import age, report, table

LINK_TIMEOUT = 30.0
"""Seconds for the command that makes the first administrator's link."""


@dataclass(frozen=True)
class Started:
    """The platform that runs, and what a person is told about it."""

    running: Running
    text: str


def up(home: Home, *, source: Path) -> Started:
    """Start the platform, or take it as it is; the cluster is prepared behind it.

    Raises:
        ClusterError: the machine cannot carry it, a setting is wrong, or a part fails.
    """
    found, release = _start(home, source=source)
    lines = [f"Dashboard   {found.url}", *_administrator(home, found, release)]
    lines.append(
        "Kubernetes and the shops' images are being prepared meanwhile; the dashboard shows how "
        "far they are, and so does `make status`."
    )
    return Started(found, "\n".join(lines))


def dev(home: Home, *, source: Path) -> None:
    """Start the platform from `source`, and anew at each change there, until interrupted.

    Code that does not start is reported, and what ran before or nothing runs on until it
    is mended.
    """
    print(up(home, source=source).text, flush=True)
    watched = [path for path in (source / name for name in INCLUDED) if path.exists()]
    for _ in watch(*watched, raise_interrupt=True):
        try:
            found, _release = _start(home, source=source, kept_for=0)
        except ClusterError as error:
            print(f"{error.detail}\n{error}", file=sys.stderr, flush=True)
        else:
            print(f"Dashboard   {found.url}", flush=True)


def down(home: Home) -> str:
    """Stop everything in order, the local cluster last; what to say of it."""
    place = Place.of(home)
    if not home.root.exists():
        return "It was not running."
    with exclusive(place.lock_file, waiting=_say_waiting):
        was_running = running.stop(place)
        if not is_named() and os.geteuid() == 0:
            with exclusive(home.lock_file, waiting=_say_waiting):
                was_running = lifecycle.stop(home) or was_running
    return "Everything is stopped; its data is kept." if was_running else "It was not running."


def status(home: Home) -> tuple[str, bool]:
    """How every part fares, and whether all of it is ready."""
    found = running.running(Place.of(home))
    lines = [f"dashboard   {found.url if found and found.url else 'stopped'}"]
    for part in found.parts if found else ():
        lines.append(f"{part.name:26}{part.state:12}{age(part.since):>8}{part.restarts:>10}")
        lines += [f"    {line}" for line in part.last_words.splitlines()]
    is_ready = found is not None and found.part(DASHBOARD).state == "ready"
    if is_named():
        lines.append(f"cluster     that of the context {os.environ['CLUSTER_CONTEXT']}")
    else:
        cluster = report(home)
        lines += ["", table(cluster)]
        is_ready = is_ready and cluster.state == "ready"
    return "\n".join(lines), is_ready


def logs(home: Home) -> dict[str, Path]:
    """The logs there are, by the part's name; the platform's own before the cluster's."""
    known, own = home.log_files, Place.of(home).log_files
    both = own.keys() & known.keys()
    return {**own, **{f"cluster/{n}" if n in both else n: path for n, path in known.items()}}


def what_is_lost(home: Home) -> str:
    """What `clean` would destroy for good, in words; empty for nothing."""
    lines = [text] if (text := cleaning.loss(home).text) else []
    if Place.of(home).data.exists():
        lines.append("This destroys the platform's database: accounts, and what they own.")
    if is_named():
        lines.append(
            f"Stores in the cluster of the context {os.environ['CLUSTER_CONTEXT']} are not "
            "removed; delete them in the dashboard first."
        )
    return "\n".join(lines)


def clean(home: Home) -> None:
    """Stop everything and remove every trace of it.

    Raises:
        ClusterError: the folder is not ours, or something holds on to it.
    """
    place = Place.of(home)
    if not is_ours(home):
        raise ClusterError(
            f"{home.root} was not made by Store Weaver, and nothing in it was removed.",
            next_step="Set STOREWEAVER_HOME to the folder that `make up` used.",
        )
    if place.root.exists():
        with exclusive(place.lock_file, waiting=_say_waiting):
            running.stop(place)
    with (
        exclusive(home.lock_file, waiting=_say_waiting),
        Progress().phase("Cleaning") as note,
    ):
        cleaning.clean(home, note=note)


def is_named() -> bool:
    """Whether the cluster is one of the user's own."""
    return bool(os.environ.get("CLUSTER_CONTEXT"))


def _start(home: Home, *, source: Path, kept_for: float = KEPT_FOR) -> tuple[Running, Release]:
    running.read_settings(os.environ)
    _claim(home)
    place, user = Place.of(home), account(home.root)
    place.make(user)
    with exclusive(place.lock_file, waiting=_say_waiting):
        release = releases.ensure(place, account=user, note=_note, source=source, kept_for=kept_for)
        return running.start(home, release), release


def _claim(home: Home) -> None:
    if not is_named():
        check(home)
    try:
        claim(home)
    except PermissionError as error:
        raise ClusterError(
            f"{home.root} cannot be made: {error.strerror}.",
            next_step="Set STOREWEAVER_HOME to a folder of your own, or run the command as root.",
        ) from error


def _administrator(home: Home, found: Running, release: Release) -> list[str]:
    """How to get the first administrator; nothing where there is one."""
    if os.environ.get("ADMIN_EMAIL") and os.environ.get("ADMIN_PASSWORD"):
        return [f"Sign in as {os.environ['ADMIN_EMAIL']}, with the password you gave."]
    place = Place.of(home)
    argv = command(
        account(home.root),
        [sys.executable, "-m", "provisioner", "first-link"],
        home=place.app,
        work=release.folder,
        show=(place.told, place.database),
    )
    environment = {
        **os.environ,
        **app_environment(home, port=found.port, environment=os.environ),
        "PYTHONPATH": str(releases.SOURCE),
    }
    try:
        done = subprocess.run(
            argv, env=environment, capture_output=True, text=True, timeout=LINK_TIMEOUT, check=False
        )
    except subprocess.TimeoutExpired:
        return ["The link for the first administrator took too long; run the command again."]
    if done.returncode != 0:
        said = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        return [f"The link for the first administrator could not be made: {said}"]
    path = done.stdout.strip()
    if not path:
        return []
    return [f"First sign-in {found.url}{path} (works once, and makes the administrator)"]


def _note(what: str) -> None:
    print(f"Dashboard: {what}", file=sys.stderr, flush=True)


def _say_waiting(pid: int) -> None:
    print(f"Waiting for process {pid}, which is at work on the same.", file=sys.stderr)
