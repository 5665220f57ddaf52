"""Figures of the shops, for every engine of the table: `python -m bench.engines`.

Runs on a cluster of its own in a state folder beside the user's, with the shared cache and
the images as the settings make them, and removes it afterwards. In turns, so that a machine
that is slower for a while is slower for both:

store
    what a click does: the platform's service makes a row, its worker makes the shop, and the
    store is Ready when the shop answers with a product;
bare
    the same manifests and Secrets by one `kubectl apply`, and the same questions to the shop
    every tenth of a second.

Nothing here fails for being slow: figures are for reading, each beside its target.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import statistics
import tarfile
import tempfile
import time
import uuid
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import anyio
import httpx

from cluster import bringup, cleaning, clients, image_archive
from cluster.home import Home
from cluster.image_recipes import recipes
from cluster.progress import Progress
from provisioner.engines import ENGINES, Engine
from provisioner.health import ShopProbe
from provisioner.settings import Settings
from tests import postgresql
from tests.cluster.conftest import LocalCluster
from tests.cluster.identity import workers_kubeconfig
from tests.cluster.shops import Shop
from tests.cluster.waiting import until
from tests.cluster.working import Platform, settings_for, working

ROUNDS = 3
PAGES = 100
VISITORS = 20
PAGES_A_VISITOR = 10
REST_SECONDS = 75.0
"""After the last visitor, until what serves visitors alone has gone."""

IDLE_SECONDS = 60.0
FIRST = {"woocommerce": 8.0}
"""Seconds to the first page, where one was promised; likewise the other."""

IDLE = {"woocommerce": 350.0}
"""MiB of all pods."""

ASK = 0.1
"""Seconds between two questions to a bare shop."""


@dataclass(frozen=True)
class Bench:
    """What is measured with.

    Attributes:
        platform: at work on the cluster.
        helm: the program.
    """

    cluster: LocalCluster
    platform: Platform
    helm: Path

    def measure(self, engine: Engine, rounds: int) -> None:
        """Print the figures of one engine."""
        clicks: list[float] = []
        bares: list[float] = []
        deletions: list[float] = []
        for number in range(rounds):
            is_last = number == rounds - 1
            bares.append(self.bare(engine))
            with self.store(engine, deletions) as (taken, host):
                clicks.append(taken)
                if is_last:
                    self.visit(engine, host)
                    self.rest(engine, f"store-{host.partition('.')[0]}")
        click, bare = statistics.median(clicks), statistics.median(bares)
        show("click to Ready", click, "s")
        show(
            "the same manifests by kubectl apply, same questions",
            bare,
            "s",
            target=FIRST.get(engine.key),
        )
        show("  click against bare", click / bare, "×", target=1.1)
        show("delete to nothing left", statistics.median(deletions), "s", target=10)

    @contextmanager
    def store(self, engine: Engine, deletions: list[float]) -> Iterator[tuple[float, str]]:
        """A store by the platform: seconds from the click to Ready, and its host."""
        made = self.platform.create(f"Bench {uuid.uuid4().hex[:8]}", engine.key)
        ready = self.platform.until("it is Ready", made, lambda store: store.ready_at)
        took = (ready.ready_at or ready.created_at) - ready.created_at
        yield took.total_seconds(), httpx.URL(ready.url).host
        begun = time.monotonic()
        self.platform.delete(made)
        until("it is gone", lambda: self.platform.get(made) is None)
        deletions.append(time.monotonic() - begun)

    def bare(self, engine: Engine) -> float:
        """Seconds from `kubectl apply` of all there is to the shop's own answer."""
        shop = Shop.new(engine, id=f"s{uuid.uuid4().hex[:11]}", name="Bare")
        rendered = shop.rendered(self.cluster, self.helm)
        manifests = "\n---\n".join([*map(json.dumps, shop.given()), rendered])
        begun = time.monotonic()
        self.cluster.apply(manifests)
        anyio.run(partial(self._until_it_sells, shop))
        taken = time.monotonic() - begun
        self.cluster.kubectl("delete", "namespace", shop.namespace, "--timeout=120s")
        return taken

    async def _until_it_sells(self, shop: Shop) -> None:
        port = self.cluster.http_port
        url = f"http://{shop.host}" + ("" if port == 80 else f":{port}")
        async with ShopProbe() as probe:
            with anyio.fail_after(300):
                while await probe.ask(
                    shop.engine, url=url, address=f"127.0.0.1:{port}", names=(shop.name, shop.id)
                ):
                    await anyio.sleep(ASK)

    def visit(self, engine: Engine, host: str) -> None:
        """Print what visitors of a warm shop see."""
        port = self.cluster.http_port
        headers = {"host": host if port == 80 else f"{host}:{port}"}

        def pages(number: int, path: str) -> list[float]:
            with httpx.Client(
                base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=60
            ) as client:
                return [ask(client, path.format(number=each)) for each in range(number)]

        pages(10, "/")
        known = "/?number={number}" if engine.key == "woocommerce" else "/"
        show("shop page, warm, p50", statistics.median(pages(PAGES, "/")) * 1e3, "ms", target=60)
        if known != "/":
            made = statistics.median(pages(PAGES, known)) * 1e3
            show("  the same, made anew for each visitor, p50", made, "ms")
        begun = time.monotonic()
        with ThreadPoolExecutor(VISITORS) as crowd:
            waits = list(crowd.map(partial(pages, path="/"), VISITORS * [PAGES_A_VISITOR]))
        taken = [seconds for wait in waits for seconds in wait]
        each = len(taken) / (time.monotonic() - begun)
        errors = sum(seconds < 0 for seconds in taken)
        show(f"{VISITORS} visitors at once: errors of {len(taken)} pages", errors, "", target=0)
        show("  pages a second", each, "")

    def rest(self, engine: Engine, namespace: str) -> None:
        """Print what a shop uses while nobody visits it."""
        time.sleep(REST_SECONDS)
        before = self._used(namespace)
        time.sleep(IDLE_SECONDS)
        after = self._used(namespace)
        share = (after.cpu - before.cpu) / (after.at - before.at)
        show("idle: memory of all pods", after.memory / 2**20, "MiB", target=IDLE.get(engine.key))
        show("idle: share of one core", share * 100, "%", target=1)

    def _used(self, namespace: str) -> Used:
        (node,) = self.cluster.json("get", "nodes")["items"]
        path = f"/api/v1/nodes/{node['metadata']['name']}/proxy/stats/summary"
        pods = [
            pod
            for pod in json.loads(self.cluster.kubectl("get", "--raw", path))["pods"]
            if pod["podRef"]["namespace"] == namespace
        ]
        return Used(
            at=time.monotonic(),
            memory=sum(pod["memory"]["workingSetBytes"] for pod in pods),
            cpu=sum(pod["cpu"]["usageCoreNanoSeconds"] for pod in pods) / 1e9,
        )


@dataclass(frozen=True)
class Used:
    """By the pods of a namespace: bytes of memory now, and seconds of CPU since their start."""

    at: float
    memory: int
    cpu: float


def ask(client: httpx.Client, path: str) -> float:
    """Seconds that a page took; -1 where it is not the page."""
    begun = time.monotonic()
    try:
        answer = client.get(path)
    except httpx.HTTPError:
        return -1.0
    return time.monotonic() - begun if answer.status_code == 200 else -1.0


def size(archive: Path) -> int:
    """Bytes of an image's layers, unpacked."""
    total = 0
    with tarfile.open(archive) as content:
        for member in content:
            blob = content.extractfile(member) if member.name.startswith("blobs/") else None
            if blob is None or blob.read(2) != b"\x1f\x8b":
                continue
            blob.seek(0)
            with gzip.open(blob) as layer:
                while part := layer.read(1 << 20):
                    total += len(part)
    return total


def show(what: str, value: float, unit: str, *, target: float | None = None) -> None:
    """Print a figure beside its target."""
    digits = 0 if value >= 100 or not unit else 2
    beside = "" if target is None else f"   (target {target:g})"
    print(f"  {what:58}{value:9.{digits}f} {unit}{beside}", flush=True)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m bench.engines", description=__doc__)
    parser.add_argument("--engine", action="append", choices=ENGINES, help="only this; repeatable")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parsed = parser.parse_args()
    engines = [ENGINES[key] for key in parsed.engine or ENGINES]
    with ground(engines) as (cluster, settings), working(settings) as platform:
        for engine in engines:
            lacks = print_images(cluster.home, engine)
            if lacks:
                print(f"  not measured: {lacks}")
            else:
                Bench(cluster, platform, Path(settings.helm)).measure(engine, parsed.rounds)


@contextmanager
def ground(engines: Collection[Engine]) -> Iterator[tuple[LocalCluster, Settings]]:
    """A cluster that is started for one run, with these engines' images, and a database."""
    names = {name for engine in engines for name in engine.images.values()}
    with tempfile.TemporaryDirectory(prefix="storeweaver-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        home = Home(root=folder / "home", cache=Home.from_environment().cache)
        try:
            result = bringup.up(home, progress=Progress(stream=io.StringIO()), names=names)
            for error in result.failed.values():
                raise error
            cluster = LocalCluster(home)
            with postgresql.serving() as server:
                server.execute(f"create database bench template {postgresql.TEMPLATE}")
                yield (
                    cluster,
                    settings_for(
                        database_url=server.url_of("bench"),
                        kubeconfig=workers_kubeconfig(cluster, folder / "kubeconfig"),
                        helm=clients.helm(home),
                        port=cluster.http_port,
                        images={name: cluster.image(name) for name in names},
                        state=folder / "state",
                    ),
                )
        finally:
            cleaning.clean(home, note=lambda _: None)


def print_images(home: Home, engine: Engine) -> str:
    """Print the sizes of an engine's images; what they lack to sell, or ""."""
    print(engine.title)
    lacks = ""
    for name, recipe in recipes(home, engine.images.values()).items():
        archive = recipe.archive(home)
        lacks = lacks or image_archive.read(archive).lacks
        target = 420 if name == "wordpress-woocommerce" else None
        show(f"image {name}, unpacked", size(archive) / 1e6, "MB", target=target)
    return lacks


if __name__ == "__main__":
    main()
