"""A store as an installation for customers makes it: ENVIRONMENT=production, and a worker alone.

The control plane, Helm, the chart and `python -m provisioner` are real; the pods are played.
"""

from __future__ import annotations

import json
import os
import signal
import ssl
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import anyio
import pytest

from cluster import clients
from cluster.home import Home
from cluster.pki import Authority, Leaf
from cluster.simulated import Programs, SimulatedCluster, simulated
from provisioner.database import Database
from provisioner.engines import ENGINES
from provisioner.errors import NotFound
from provisioner.runtime import Runtime, running
from provisioner.settings import Settings, variable
from provisioner.views import StoreView
from tests.cluster.identity import workers_kubeconfig
from tests.cluster.waiting import PATIENCE
from tests.services.people import person

pytestmark = pytest.mark.anyio

HOST = "tea-pots.shops.example.com"
NAME = "Tea & Pots"


@pytest.fixture(scope="module")
def cluster(
    tmp_path_factory: pytest.TempPathFactory, programs: Programs
) -> Iterator[SimulatedCluster]:
    with simulated(tmp_path_factory.mktemp("simulated"), programs) as found:
        yield found


@contextmanager
def served_by_tls(folder: Path) -> Iterator[tuple[str, Path]]:
    """A shop behind TLS on loopback: its address, and the authority that vouches for it."""
    issued = Authority(folder, name="shops")
    issued.issue([Leaf("shop", HOST, hosts=(HOST,), client=False)])
    pair = issued.path("shop")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            sells = self.headers.get("Host") == HOST
            body = b'<h1>Tea &amp; Pots</h1><a href="/products/kettle">Kettle</a>' if sells else b""
            self.send_response(200 if sells else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base's name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair.certificate, pair.key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_address[1]}", issued.pair.certificate
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def worker(settings: Settings, *, authority: Path, log: Path) -> Iterator[None]:
    """`python -m provisioner` with these settings, ended by SIGTERM."""
    given = {
        variable(name): str(getattr(settings, name))
        for name in (
            *("environment", "database_url", "prod_ingress_suffix", "ingress_address"),
            *("kubeconfig", "helm", "images", "state_folder"),
        )
    }
    with log.open("wb") as sink:
        process = subprocess.Popen(
            [sys.executable, "-m", "provisioner"],
            env={**os.environ, **given, "SSL_CERT_FILE": str(authority)},
            stdout=sink,
            stderr=sink,
        )
    try:
        yield
        assert process.poll() is None, log.read_text()
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0, log.read_text()


@pytest.fixture
async def platform(
    cluster: SimulatedCluster, database_url: str, tmp_path: Path
) -> AsyncIterator[Runtime]:
    images = ENGINES["medusa"].images.values()
    with served_by_tls(tmp_path / "tls") as (address, authority):
        settings = Settings(
            environment="production",
            prod_ingress_suffix=".shops.example.com",
            database_url=database_url,
            kubeconfig=str(workers_kubeconfig(cluster, tmp_path / "kubeconfig")),
            helm=str(clients.helm(Home.from_environment())),
            ingress_address=address,
            images=",".join(f"{name}=example.test/{name}:1" for name in images),
            state_folder=tmp_path,
            worker="none",
        )
        log = tmp_path / "worker.log"
        with worker(settings, authority=authority, log=log):
            async with running(settings) as runtime:
                yield runtime
        # shown by pytest where the test fails
        print(log.read_text()[-4000:])


async def test_production_picks_the_suffix_tls_and_the_limits(
    platform: Runtime, cluster: SimulatedCluster, database: Database
) -> None:
    owner = await person(database, "owner@example.com")
    made = await platform.stores.create(owner, name=NAME, engine="medusa")
    assert made.url == f"https://{HOST}"
    ready = await until(platform, made, "ready")
    assert ready.url == f"https://{HOST}"

    def objects(kind: str) -> Any:
        found = cluster.kubectl("get", kind, "-n", made.namespace, "-o", "json")
        return json.loads(found)["items"]

    (ingress,) = objects("ingress")
    (tls,) = ingress["spec"]["tls"]
    assert tls["hosts"] == [HOST]
    assert ingress["metadata"]["annotations"]["cert-manager.io/cluster-issuer"]
    (quota,) = objects("resourcequota")
    assert "limits.cpu" in quota["spec"]["hard"]
    assert objects("limitrange")
    # what is quoted is in use: the pods are there although every one of them is counted
    assert quota["status"]["used"]["limits.cpu"] != "0"

    await platform.stores.delete(owner, made.id)
    await until(platform, made, "gone")
    assert not cluster.kubectl("get", "namespace", made.namespace, "--ignore-not-found")


async def until(platform: Runtime, store: StoreView, status: str) -> StoreView:
    """Follow the store until it has this status; "gone" is one too."""
    owner = await person(platform.database, f"{status}@example.com", role="administrator")
    view = store
    try:
        with anyio.fail_after(PATIENCE):
            async with platform.changes.subscribe() as changes:
                async for _ in changes:
                    try:
                        view = await platform.stores.get(owner, store.id)
                    except NotFound:
                        if status == "gone":
                            return view
                        raise
                    if view.status == status:
                        return view
    except TimeoutError as error:
        raise AssertionError(f"it did not become {status}: {view}") from error
    raise AssertionError("changes ended")
