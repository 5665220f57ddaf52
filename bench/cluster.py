"""Figures of the local cluster: `python -m bench.cluster`.

Runs on a cluster of its own in a state folder beside the user's, with the shared cache,
and removes it afterwards. Nothing here fails for being slow: figures are for reading.
"""

from __future__ import annotations

import io
import json
import os
import signal
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from cluster import bringup, cleaning, lifecycle
from cluster.home import Home
from cluster.image_recipes import references
from cluster.kubectl import kubectl
from cluster.processes import processes
from cluster.progress import Progress

IMAGES = ("pause", "medusa-storefront")
IDLE_SECONDS = 30.0
ROUNDS = 3
TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")

SERVER = "require('http').createServer((q,s)=>s.end('ok')).listen(8080)"


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
    show("first up, programs and images there", timed(lambda: up(home, progress)))
    show("up on a running cluster (target: nothing to import)", timed(lambda: up(home, progress)))
    starts, stops = [], []
    for _ in range(ROUNDS):
        stops.append(timed(lambda: lifecycle.stop(home)))
        starts.append(timed(lambda: up(home, progress)))
    show("warm up until every part is ready (target 6 s)", statistics.median(starts))
    show("orderly stop (target 15 s)", statistics.median(stops))
    pods = [pod_start(home, f"start-{number}") for number in range(ROUNDS)]
    show("pod started after its Deployment was made (target 1.5 s)", statistics.median(pods))
    show("control plane back under running pods (target 6 s)", control_plane_back(home))
    cpu, memory = idle(home)
    print(f"{'idle: share of one core (target 10 %)':60}{cpu * 100:8.1f} %")
    print(f"{'idle: memory of all parts (target 1400 MB)':60}{memory / 1e6:8.0f} MB")
    gone = [namespace_gone(home, f"start-{number}") for number in range(ROUNDS)]
    show("namespace with a pod gone (Kubernetes' own floor, empty: 5.4 s)", statistics.median(gone))


def up(home: Home, progress: Progress) -> None:
    bringup.up(home, progress=progress, names=IMAGES)


def pod_start(home: Home, name: str) -> float:
    """Seconds from a Deployment's creation to its pod's first readiness."""
    kubectl(home, "create", "namespace", name)
    container = {
        "name": "web",
        "image": references(home)["medusa-storefront"],
        "command": ["node", "-e", SERVER],
        "readinessProbe": {"httpGet": {"port": 8080}, "periodSeconds": 1},
    }
    labels = {"app": name}
    template = {
        "metadata": {"labels": labels},
        "spec": {"terminationGracePeriodSeconds": 1, "containers": [container]},
    }
    made = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": name},
        "spec": {"selector": {"matchLabels": labels}, "template": template},
    }
    begun = time.monotonic()
    kubectl(home, "apply", "--filename=-", stdin=json.dumps(made).encode())
    kubectl(home, "rollout", "status", f"deployment/{name}", "-n", name, "--timeout=120s")
    return time.monotonic() - begun


def namespace_gone(home: Home, name: str) -> float:
    return timed(lambda: kubectl(home, "delete", "namespace", name, "--timeout=120s"))


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


def idle(home: Home) -> tuple[float, float]:
    """Share of one core, and bytes of memory, that the parts use while nothing happens."""
    time.sleep(IDLE_SECONDS)
    before = {process.pid: _ticks(process.pid) for process in processes(home)}
    time.sleep(IDLE_SECONDS)
    used = sum(_ticks(pid) - ticks for pid, ticks in before.items())
    memory = sum(_resident(pid) for pid in before)
    return used / TICKS / IDLE_SECONDS, memory


def _ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


def _resident(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE


def timed(work: Callable[[], object]) -> float:
    begun = time.monotonic()
    work()
    return time.monotonic() - begun


def show(what: str, seconds: float) -> None:
    print(f"{what:60}{seconds:8.2f} s", flush=True)


if __name__ == "__main__":
    main()
