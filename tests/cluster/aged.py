"""A cluster that says it is of another version: its own API server behind a small proxy."""

from __future__ import annotations

import json
import re
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import yaml

from cluster.identities import ADMINISTRATOR
from cluster.simulated import SimulatedCluster


@contextmanager
def aged(cluster: SimulatedCluster, kubeconfig: Path, *, version: str) -> Iterator[Path]:
    """A kubeconfig, written to `kubeconfig`, by which `cluster` is of `version` (`v1.29.14`).

    Everything but its version is answered by the cluster. It is gone at the end.
    """
    config = yaml.safe_load(cluster.home.kubeconfig.read_text())
    pki = cluster.home.pki / "cluster"
    trusting = ssl.create_default_context(cafile=pki / "ca.crt")
    trusting.load_cert_chain(pki / f"{ADMINISTRATOR.name}.crt", pki / f"{ADMINISTRATOR.name}.key")
    server = config["clusters"][0]["cluster"]["server"]
    with httpx.Client(base_url=server, verify=trusting, timeout=60) as api:
        proxy = ThreadingHTTPServer(("127.0.0.1", 0), _handler(api, version))
        serving = threading.Thread(target=proxy.serve_forever)
        serving.start()
        address = f"http://127.0.0.1:{proxy.server_port}"
        config["clusters"][0]["cluster"] = {"server": address}
        config["users"][0]["user"] = {}
        kubeconfig.write_text(yaml.safe_dump(config))
        try:
            yield kubeconfig
        finally:
            proxy.shutdown()
            serving.join()
            proxy.server_close()


def _handler(api: httpx.Client, version: str) -> type[BaseHTTPRequestHandler]:
    numbers = re.match(r"v(\d+)\.(\d+)", version)
    assert numbers
    said = {"major": numbers[1], "minor": numbers[2], "gitVersion": version}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._pass_on()

        def do_POST(self) -> None:
            self._pass_on()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the parent's
            pass

        def _pass_on(self) -> None:
            kept = {"accept", "content-type"}
            answer = api.request(
                self.command,
                self.path,
                headers={k: v for k, v in self.headers.items() if k.lower() in kept},
                content=self.rfile.read(int(self.headers.get("content-length", 0))),
            )
            content = answer.content
            if self.path.partition("?")[0] == "/version":
                content = json.dumps({**answer.json(), **said}).encode()
            self.send_response(answer.status_code)
            self.send_header("content-type", answer.headers["content-type"])
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    return Handler
