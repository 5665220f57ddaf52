"""How long after its event an ingress change is in effect, seen by a client on the host."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx

from bench.api import client
from cluster.home import Home
from cluster.kubectl import kubectl
from cluster.lifecycle import Running

PATH = "/apis/networking.k8s.io/v1/ingresses"
NAMESPACE = "ingress-bench"
LAST = "last.test"
"""The host whose event ends the watch."""


@dataclass
class Events:
    """When the API server told of each Ingress, by the monotonic clock."""

    told: dict[str, float] = field(default_factory=dict)
    news: threading.Condition = field(default_factory=threading.Condition)

    def put(self, host: str) -> None:
        with self.news:
            self.told.setdefault(host, time.monotonic())
            self.news.notify_all()

    def of(self, host: str) -> float:
        with self.news:
            self.news.wait_for(lambda: host in self.told)
            return self.told[host]


def changes(home: Home, cluster: Running, number: int) -> list[float]:
    """Seconds between the event of each of `number` new hosts and its first answer; 0 at least.

    The hosts lead to a Service without pods: its answer is a sentence of the ingress
    controller, and any other host's is the page of unknown hosts.
    """
    kubectl(home, "create", "namespace", NAMESPACE)
    kubectl(home, "create", "service", "clusterip", "none", "-n", NAMESPACE, "--tcp=80")
    try:
        with _watch(home, cluster.ports["api"]) as (api, events), httpx.Client() as customer:
            url = f"http://127.0.0.1:{cluster.ports['http']}/"
            return [
                _change(api, events, customer, url, f"h{count}.test") for count in range(number)
            ]
    finally:
        kubectl(home, "delete", "namespace", NAMESPACE, "--wait=false")


def _change(
    api: httpx.Client, events: Events, customer: httpx.Client, url: str, host: str
) -> float:
    _make(api, host)
    while customer.get(url, headers={"host": host}).status_code == httpx.codes.NOT_FOUND:
        pass
    effective = time.monotonic()
    return max(0.0, effective - events.of(host))


def _make(api: httpx.Client, host: str) -> None:
    backend = {"service": {"name": "none", "port": {"number": 80}}}
    paths = [{"path": "/", "pathType": "Prefix", "backend": backend}]
    made = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": host, "namespace": NAMESPACE},
        "spec": {"rules": [{"host": host, "http": {"paths": paths}}]},
    }
    path = PATH.replace("ingresses", f"namespaces/{NAMESPACE}/ingresses")
    api.post(path, json=made).raise_for_status()


@contextmanager
def _watch(home: Home, port: int) -> Iterator[tuple[httpx.Client, Events]]:
    """A client of the API server, and the events of Ingresses while the block is run."""
    events, begun = Events(), threading.Event()

    def follow() -> None:
        with api.stream("GET", PATH, params={"watch": "true"}, timeout=None) as answer:
            begun.set()
            for line in answer.iter_lines():
                item = json.loads(line)["object"]
                if item["metadata"]["namespace"] == NAMESPACE:
                    events.put(item["metadata"]["name"])
                if item["metadata"]["name"] == LAST:
                    return

    with client(home, port) as api:
        thread = threading.Thread(target=follow, daemon=True)
        thread.start()
        begun.wait()
        yield api, events
        _make(api, LAST)
        thread.join()
