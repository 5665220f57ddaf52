"""From an event of the cluster to the browser that shows it: `python -m bench.visible`.

A real cluster, the real server with its worker inside, and one open list played by its
websocket. Beside it stands a watch of this program's own: that the pods of a step are ready, as
it sees it, is the cluster's event; the message in which that step is done is its sight.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
import httpx

from bench.engines import ground, show
from bench.tabs import cookie_of, opened
from cluster.home import Home
from provisioner.engines import ENGINES, Engine
from provisioner.settings import Settings
from provisioner.steps import APPLICATION, DATABASE, STEPS
from tests.browser.dashboard import Dashboard, built_pages, serving
from tests.browser.people import Person, add_person

ENGINE = ENGINES["medusa"]
STORES = 6
TARGET = 150.0
"""Milliseconds."""

PATIENCE = 240.0
"""Seconds that a store may take."""


@dataclass
class Sights:
    """When things were first seen, by the monotonic clock.

    Attributes:
        ready: namespace and component, by the watch.
        shown: store and step, in the browser; a step that is done.
        status: of each store, in the browser.
    """

    ready: dict[tuple[str, str], float] = field(default_factory=dict)
    shown: dict[tuple[str, str], float] = field(default_factory=dict)
    status: dict[str, str] = field(default_factory=dict)

    def watched(self, line: str) -> None:
        """A line of the watch: namespace, component, wanted and ready pods."""
        namespace, component, wanted, ready = line.split(" ")
        if wanted == ready:
            self.ready.setdefault((namespace, component), time.monotonic())

    def heard(self, message: str, at: float) -> None:
        """A message to the tab; what is no list of stores says nothing here."""
        start = message.find("[")
        if start < 0:
            return
        for row in rows(json.loads(message[start:])):
            self.status[row["id"]] = row["status"]
            for step, state in zip(STEPS, row["segments"], strict=False):
                if state == "done":
                    self.shown.setdefault((row["id"], step), at)

    def waits(self, engine: Engine, stores: dict[str, str]) -> Iterator[float]:
        """Seconds from each step's event to its sight.

        Args:
            stores: namespaces by id.
        """
        for store_id, namespace in stores.items():
            for step, names in ((DATABASE, engine.database), (APPLICATION, engine.application)):
                seen = self.shown.get((store_id, step))
                # once all are done the store is Ready and its row has no steps any more
                if seen is not None:
                    yield seen - max(self.ready[namespace, name] for name in names)


def rows(value: Any) -> Iterator[dict[str, Any]]:
    """Every row of a list of stores, wherever it is in a message."""
    if isinstance(value, dict):
        if "segments" in value:
            yield value
        else:
            value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from rows(each)


def main() -> None:
    """Print the figure."""
    pages = built_pages()
    with (
        ground([ENGINE]) as (cluster, settings),
        tempfile.TemporaryDirectory(prefix="storeweaver-bench-") as folder,
        serving(
            pages,
            database_url=settings.database_url,
            log=Path(folder) / "log",
            settings=environment(settings),
        ) as dashboard,
    ):
        owner = add_person(dashboard.database_url, "owner@example.com")
        sights = Sights()
        with watching(cluster.home, sights):
            stores = anyio.run(make, dashboard, owner, sights)
        waits = [seconds * 1e3 for seconds in sights.waits(ENGINE, stores)]
        show(f"ready pods to the browser, median of {len(waits)}", statistics.median(waits), "ms")
        show("  the longest", max(waits), "ms", target=TARGET)


def environment(settings: Settings) -> dict[str, str]:
    """The server's variables, its worker's among them."""
    return {
        "WORKER": "inside",
        "KUBECONFIG": settings.kubeconfig,
        "HELM": settings.helm,
        "INGRESS_ADDRESS": settings.ingress_address,
        "INGRESS_PORT": str(settings.ingress_port),
        "IMAGES": settings.images,
    }


async def make(dashboard: Dashboard, owner: Person, sights: Sights) -> dict[str, str]:
    """Make the stores, one after another, before the eyes of a tab; their namespaces by id."""
    made: dict[str, str] = {}
    cookie = await cookie_of(dashboard, owner)
    async with (
        opened(dashboard, 1, cookie=cookie, shows=owner.email) as (tab,),
        httpx.AsyncClient(
            base_url=dashboard.url, headers={"Cookie": cookie, "Origin": dashboard.url}
        ) as client,
    ):
        tab.heard = sights.heard
        for number in range(STORES):
            body = {"name": f"Seen {number}", "engine": ENGINE.key}
            answer = await client.post("/api/stores", json=body)
            answer.raise_for_status()
            store = answer.json()["store"]
            made[store["id"]] = store["namespace"]
            with anyio.fail_after(PATIENCE):
                while sights.status.get(store["id"]) != "ready":
                    await anyio.sleep(0.2)
            (await client.delete(f"/api/stores/{store['id']}")).raise_for_status()
    return made


@contextmanager
def watching(home: Home, sights: Sights) -> Iterator[None]:
    """A watch of every store's workloads, read by threads of their own."""
    fields = (
        ".object.metadata.namespace",
        r".object.metadata.labels.app\.kubernetes\.io/component",
        ".object.spec.replicas",
        ".object.status.readyReplicas",
    )
    printed = " ".join(f"{{{each}}}" for each in fields) + '{"\\n"}'
    processes = [
        subprocess.Popen(
            [
                *(sys.executable, "-m", "cluster", "kubectl", "get", kind, "--all-namespaces"),
                *("--watch", "--output-watch-events", f"--output=jsonpath={printed}"),
            ],
            env={**os.environ, "STOREWEAVER_HOME": str(home.root)},
            stdout=subprocess.PIPE,
            text=True,
        )
        for kind in ("statefulsets", "deployments")
    ]
    readers = [
        threading.Thread(target=read, args=(process, sights), daemon=True) for process in processes
    ]
    for reader in readers:
        reader.start()
    try:
        yield
    finally:
        for process in processes:
            process.terminate()
            process.wait(timeout=30)


def read(process: subprocess.Popen[str], sights: Sights) -> None:
    """Note what a watch prints until it ends."""
    for line in process.stdout or ():
        sights.watched(line.rstrip("\n"))


if __name__ == "__main__":
    main()
