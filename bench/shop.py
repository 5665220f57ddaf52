"""A Medusa shop's life on the local cluster, with Helm as the platform calls it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from bench import api
from cluster.clients import helm
from cluster.commands import run
from cluster.home import Home
from cluster.image_recipes import references
from cluster.kubectl import kubectl
from cluster.lifecycle import Running
from provisioner.engines import ENGINES
from provisioner.preparation import ImageReady, Preparation
from provisioner.release import Release, make_secrets, release_for
from provisioner.settings import Settings

ENGINE = ENGINES["medusa"]
PODS = 4
"""Backend, storefront, PostgreSQL and Valkey."""

PRODUCT = "Enamel Mug"
IMAGES = tuple(ENGINE.images.values())


@dataclass(frozen=True)
class Life:
    """Seconds of one shop's life.

    Attributes:
        first_pod, last_pod: from Helm's return until a container of one pod, of every pod,
            runs.
        answers: from Helm's start until the storefront shows a product.
        gone: from the return of `helm uninstall`, under running pods, until the API server
            has no namespace of that name; pods and claims first, as the platform deletes.
    """

    first_pod: float
    last_pod: float
    answers: float
    gone: float


def life(
    home: Home, cluster: Running, store_id: str, *, meanwhile: Callable[[], None] = lambda: None
) -> Life:
    """Install a shop, wait until it sells, do something `meanwhile`, and remove it."""
    release = _prepare(home, cluster, store_id)
    with api.client(home, cluster.ports["api"]) as asked:
        begun = time.monotonic()
        _helm(
            home,
            *("upgrade", "--install", release.name, str(release.chart)),
            *(f"--values={path}" for path in release.values_files),
            *(f"--namespace={release.namespace}", "--values=-"),
            stdin=json.dumps(release.values),
        )
        installed = time.monotonic()
        starts = _pod_starts(asked, release.namespace)
        _until_sold(cluster, f"{store_id}.localhost")
        answered = time.monotonic()
        meanwhile()
        _helm(home, "uninstall", release.name, f"--namespace={release.namespace}")
        uninstalled = time.monotonic()
        # as the platform does: what is empty before passes the namespace controller at once
        things = ("delete", "pods,persistentvolumeclaims", "--all")
        kubectl(home, *things, f"--namespace={release.namespace}", "--timeout=120s")
        kubectl(home, "delete", "namespace", release.namespace, "--timeout=120s")
        gone = time.monotonic()
    return Life(
        first_pod=max(0.0, starts[0] - installed),
        last_pod=max(0.0, starts[-1] - installed),
        answers=answered - begun,
        gone=gone - uninstalled,
    )


def _prepare(home: Home, cluster: Running, store_id: str) -> Release:
    """The namespace and its Secrets, which the platform makes before Helm; the release."""
    host, namespace = f"{store_id}.localhost", f"store-{store_id}"
    kubectl(home, "create", "namespace", namespace)
    secrets = make_secrets(
        ENGINE, store_id=store_id, name="Bench", host=host, email="owner@example.com"
    )
    for name, values in secrets.items():
        secret = {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": name, "namespace": namespace},
            "stringData": values,
        }
        kubectl(home, "create", "--filename=-", stdin=json.dumps(secret).encode())
    images = references(home)
    return release_for(
        ENGINE,
        store_id=store_id,
        namespace=namespace,
        host=host,
        settings=Settings(),
        preparation=Preparation(
            images={name: ImageReady(reference=images[name], reason="") for name in IMAGES},
            http_port=cluster.ports["http"],
        ),
    )


def _helm(home: Home, *arguments: str, stdin: str = "") -> None:
    environment = {"KUBECONFIG": str(home.kubeconfig), "HOME": str(home.root)}
    run([helm(home), *arguments], env=environment, stdin=stdin.encode())


def _pod_starts(asked: httpx.Client, namespace: str) -> Sequence[float]:
    """When a first container of each pod was seen to run, in order."""
    path = f"/api/v1/namespaces/{namespace}/pods"
    begun: dict[str, float] = {}
    with asked.stream("GET", path, params={"watch": "true"}, timeout=None) as answer:
        for line in answer.iter_lines():
            pod = json.loads(line)["object"]
            if _runs(pod):
                begun.setdefault(pod["metadata"]["name"], time.monotonic())
            if len(begun) == PODS:
                break
    return sorted(begun.values())


def _runs(pod: Any) -> bool:
    statuses = pod["status"].get("containerStatuses", [])
    return any({"running", "terminated"} & status["state"].keys() for status in statuses)


def _until_sold(cluster: Running, host: str) -> None:
    url = f"http://127.0.0.1:{cluster.ports['http']}/"
    with httpx.Client(headers={"host": host}, timeout=60) as customer:
        while PRODUCT not in customer.get(url).text:
            time.sleep(0.05)
