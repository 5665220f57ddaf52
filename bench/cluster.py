"""Figures of the local cluster: `python -m bench.cluster`.

Runs on a cluster of its own in a state folder beside the user's, with the shared cache,
and removes it afterwards. Nothing here fails for being slow: figures are for reading.
"""

from __future__ import annotations

import io
import os
import signal
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bench.ingress import changes
from bench.shop import IMAGES as SHOP_IMAGES
from bench.shop import life
from cluster import bringup, cleaning, lifecycle, simulated, toolchain
from cluster.home import Home
from cluster.node import NODE_READY
from cluster.processes import processes
from cluster.progress import Progress

IMAGES = ("pause", *SHOP_IMAGES)
IDLE_SECONDS = 30.0
ROUNDS = 3

LIFE = (
    ("pod started after `helm install` returned (target 1.5 s)", "first_pod"),
    ("  every pod of a Medusa shop", "last_pod"),
    ("  the shop sells, after `helm install` began", "answers"),
    ("namespace gone after `helm uninstall`, pods running (target 10 s)", "gone"),
)
TICKS = os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Print the figures."""
    users = Home.from_environment()
    with tempfile.TemporaryDirectory(prefix="storeweaver-bench-") as folder:
        home = Home(root=Path(folder) / "home", cache=users.cache)
        quiet = Progress(stream=io.StringIO())
        try:
            measure(home, quiet)
        finally:
            cleaning.clean(home, note=lambda _: None)


def measure(home: Home, progress: Progress) -> None:
    """One run of everything."""
    show("simulated cluster up, of three side by side (target 5 s)", simulated_up(home, progress))
    show("first up, programs and images there", timed(lambda: up(home, progress)))
    show("up on a running cluster (target: nothing to import)", timed(lambda: up(home, progress)))
    starts, nodes, stops = [], [], []
    for _ in range(ROUNDS):
        stops.append(timed(lambda: lifecycle.stop(home)))
        begun = time.time()
        starts.append(timed(lambda: up(home, progress)))
        nodes.append(node_ready_at(home) - begun)
    show("warm up until the node is Ready (target 6 s)", statistics.median(nodes))
    show("  until every part is, metrics-server included", statistics.median(starts))
    show("orderly stop (target 15 s)", statistics.median(stops))
    backs: list[float] = []
    lives = [
        life(
            home,
            up(home, progress),
            f"sbench{number:06}",
            meanwhile=lambda: backs.append(control_plane_back(home)),
        )
        for number in range(ROUNDS)
    ]
    for what, figure in LIFE:
        show(what, statistics.median(getattr(one, figure) for one in lives))
    show("control plane back under running pods (target 6 s)", statistics.median(backs))
    effects = changes(home, up(home, progress), ROUNDS * 10)
    show("ingress change in effect after its event (target 0.1 s)", statistics.median(effects))
    show("  the slowest of them", max(effects))
    found = idle(home)
    print(f"{'idle: share of one core (target 10 %)':70}{found.share * 100:8.1f} %")
    print(f"{'idle: memory of all parts (target 1400 MB)':70}{found.resident / 1e6:8.0f} MB")
    print(f"{'  with what they share counted once':70}{found.proportional / 1e6:8.0f} MB")
    for name, memory in sorted(found.parts.items(), key=lambda item: -item[1]):
        print(f"{'    ' + name:70}{memory / 1e6:8.0f} MB")


def up(home: Home, progress: Progress) -> lifecycle.Running:
    return bringup.up(home, progress=progress, names=IMAGES).running


def simulated_up(home: Home, progress: Progress) -> float:
    """Seconds from nothing to a simulated cluster; the median of three that live at once."""
    with tempfile.TemporaryDirectory(prefix="storeweaver-sim-") as name, ExitStack() as living:
        folder = Path(name)
        # logs of a build would make the real cluster's folder look like somebody else's
        place = Home(root=folder / "programs", cache=home.cache)
        built = toolchain.build(place, ("kubernetes", "addons", "kwok"), progress=progress)
        programs = simulated.Programs(built["kubernetes"], built["addons"], built["kwok"])
        clusters = [simulated.simulated(folder / str(number), programs) for number in range(3)]
        taken = [timed(partial(living.enter_context, one)) for one in clusters]
    return statistics.median(taken)


def node_ready_at(home: Home) -> float:
    """Unix time at which the node became Ready in this run of the cluster."""
    found = lifecycle.running(home)
    return next(part.since for part in found.parts if part.name == NODE_READY) if found else 0.0


def control_plane_back(home: Home) -> float:
    """Seconds from killing etcd and the control plane until every part is ready again."""
    parts = {"etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler"}
    found = lifecycle.running(home)
    killed = {p.name: p.pid for p in found.parts if p.name in parts} if found else {}
    begun = time.monotonic()
    for pid in killed.values():
        os.kill(pid, signal.SIGKILL)
    while True:
        now = lifecycle.running(home)
        if now is not None and now.is_ready:
            pids = {part.name: part.pid for part in now.parts}
            if all(pids[name] != pid for name, pid in killed.items()):
                return time.monotonic() - begun
        time.sleep(0.02)


@dataclass(frozen=True)
class Idle:
    """What supervisor and parts use while nothing happens.

    Attributes:
        share: of one core.
        resident: bytes of memory, by process; the parts' common program counts in each.
        proportional: bytes of memory, where what several have is divided among them.
        parts: bytes of memory of each, by name.
    """

    share: float
    resident: int
    proportional: int
    parts: dict[str, int]


def idle(home: Home) -> Idle:
    """Measured over `IDLE_SECONDS`, after as long a rest."""
    time.sleep(IDLE_SECONDS)
    cluster = lifecycle.running(home)
    names = {process.pid: process.part for process in processes(home)}
    if cluster:
        names[cluster.supervisor] = "supervisor"
    before = {pid: _ticks(pid) for pid in names}
    time.sleep(IDLE_SECONDS)
    used = sum(_ticks(pid) - ticks for pid, ticks in before.items())
    parts: dict[str, int] = {}
    for pid, name in names.items():
        parts[name] = parts.get(name, 0) + _memory(pid, "Rss")
    return Idle(
        share=used / TICKS / IDLE_SECONDS,
        resident=sum(parts.values()),
        proportional=sum(_memory(pid, "Pss") for pid in before),
        parts=parts,
    )


def _ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


def _memory(pid: int, kind: str) -> int:
    """Bytes of memory that a process has; `kind` as in smaps_rollup."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith(f"{kind}:"))) * 1024


def timed(work: Callable[[], object]) -> float:
    begun = time.monotonic()
    work()
    return time.monotonic() - begun


def show(what: str, seconds: float) -> None:
    print(f"{what:70}{seconds:8.2f} s", flush=True)


if __name__ == "__main__":
    main()
