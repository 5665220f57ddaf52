"""Stores of a played shop: a real control plane, database and Helm, and a page to ask for."""

from __future__ import annotations

import html
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import anyio

from cluster.simulated import SimulatedCluster
from provisioner.engines import Credential, Engine, Probe, Random, Template
from provisioner.runtime import Runtime, running
from provisioner.settings import Settings
from provisioner.views import Actor, StoreView
from tests.cluster.waiting import PATIENCE

MARK = "data-product"

SHOP = Engine(
    key="shop",
    title="Played shop",
    summary="For tests.",
    images={"database": "database", "shop": "shop"},
    secrets={
        "shop-secret": {
            "ADMIN_EMAIL": Template("{email}"),
            "ADMIN_PASSWORD": Random(length=24),
            "STORE_NAME": Template("{name}"),
        }
    },
    credentials=(
        Credential(label="Email", key="ADMIN_EMAIL", is_secret=False),
        Credential(label="Password", key="ADMIN_PASSWORD", is_secret=True),
    ),
    database=("database",),
    application=("shop",),
    admin_path="/admin",
    probes=(Probe(path="/", mark=MARK),),
    chart=Path(__file__).parents[1] / "charts" / "shop",
    pod_security="restricted",
)
"""An engine of the tests' own, made of a chart and this entry alone, as every engine is."""


@dataclass
class Storefronts:
    """Answers for every shop on one loopback port, as the ingress would.

    Attributes:
        pages: what each host shows; a host without one gets 404.
    """

    pages: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    port: int = 0

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def open(self, store: StoreView) -> None:
        """Let the shop of this store sell."""
        host = store.url.split("/")[2].partition(":")[0]
        self.pages[host] = f"<h1>{html.escape(store.name)}</h1><a {MARK}>Kettle</a>"


@contextmanager
def storefronts() -> Iterator[Storefronts]:
    """A server for the played shops' pages."""
    shown = Storefronts()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            host = self.headers.get("Host", "").partition(":")[0]
            shown.asked.append(host)
            page = shown.pages.get(host)
            body = (page or "no such shop").encode()
            self.send_response(404 if page is None else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base's name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    shown.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield shown
    finally:
        server.shutdown()
        server.server_close()


@dataclass(frozen=True)
class World:
    """A platform on a simulated cluster, and what a test asks of it."""

    cluster: SimulatedCluster
    storefronts: Storefronts
    settings: Settings
    owner: Actor

    def images(self, **tags: str) -> World:
        """The same with pods that behave otherwise, by the tags of their images."""
        chosen = {"database": "ready", "shop": "ready", **tags}
        images = ",".join(f"{name}=example.test/{name}:{tag}" for name, tag in chosen.items())
        return replace(self, settings=replace(self.settings, images=images))

    def with_settings(self, **changes: Any) -> World:
        return replace(self, settings=replace(self.settings, **changes))

    @asynccontextmanager
    async def platform(self) -> AsyncIterator[Runtime]:
        """A runtime with a worker; ended as by SIGTERM."""
        async with running(self.settings, engines={SHOP.key: SHOP}) as runtime:
            yield runtime

    async def create(self, runtime: Runtime, name: str, *, is_open: bool = True) -> StoreView:
        store = await runtime.stores.create(self.owner, name=name, engine=SHOP.key)
        if is_open:
            self.storefronts.open(store)
        return store

    async def until(
        self, runtime: Runtime, store: StoreView, *statuses: str, health: str = ""
    ) -> StoreView:
        """Follow the store's changes until it has one of these statuses; "gone" is one too."""
        view: StoreView | None = store
        try:
            with anyio.fail_after(PATIENCE):
                async with runtime.changes.subscribe() as changes:
                    async for _ in changes:
                        view = next(iter(await runtime.stores.views([store.id])), None)
                        status = view.status if view else "gone"
                        if status in statuses and (not health or (view and view.health == health)):
                            return view or store
        except TimeoutError as error:
            raise AssertionError(
                f"{store.name} did not become {statuses} {health}: {view}\n"
                + self.describe(store.namespace)
            ) from error
        raise AssertionError("changes ended")

    def describe(self, namespace: str) -> str:
        """What a person would look at first."""
        kinds = "all,pvc,ingress,events"
        return self.cluster.kubectl("get", kinds, "-n", namespace, "-o", "wide")

    def exists(self, kind: str, name: str) -> bool:
        return bool(self.cluster.kubectl("get", kind, name, "--ignore-not-found"))
