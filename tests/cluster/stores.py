"""Stores on a simulated cluster: manifests, and waiting for what the observer shows."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import anyio
import yaml
from anyio.to_thread import run_sync

from cluster.simulated import SimulatedCluster
from provisioner.decoding import COMPONENT_LABEL, STORE_LABEL
from provisioner.observed import Observed
from provisioner.observer import Observer
from provisioner.settings import Settings
from tests.cluster.waiting import PATIENCE

Manifest = dict[str, Any]


class SimulatedStores:
    """A simulated cluster, asked from asynchronous tests."""

    def __init__(self, cluster: SimulatedCluster) -> None:
        self.cluster = cluster
        self.settings = Settings(kubeconfig=str(cluster.home.kubeconfig))

    @property
    def port(self) -> int:
        """Of the API server."""
        config = yaml.safe_load(self.cluster.home.kubeconfig.read_text())
        server: str = config["clusters"][0]["cluster"]["server"]
        port = urlsplit(server).port
        assert port
        return port

    def kubeconfig(self, path: Path, *, port: int = 0, user: Manifest | None = None) -> Path:
        """Write the administrator's kubeconfig for another port or another user."""
        config = yaml.safe_load(self.cluster.home.kubeconfig.read_text())
        if port:
            config["clusters"][0]["cluster"]["server"] = f"https://127.0.0.1:{port}"
        if user is not None:
            config["users"][0]["user"] = user
        path.write_text(yaml.safe_dump(config))
        return path

    async def kubectl(self, *arguments: str, stdin: bytes | None = None) -> str:
        return await run_sync(lambda: self.cluster.kubectl(*arguments, stdin=stdin))

    async def apply(self, *manifests: Manifest) -> None:
        whole = {"apiVersion": "v1", "kind": "List", "items": list(manifests)}
        await self.kubectl(
            "apply", "--server-side", "--filename=-", stdin=json.dumps(whole).encode()
        )

    async def create(self, *manifests: Manifest) -> None:
        """One request an object; faster than `apply` for very many."""
        whole = {"apiVersion": "v1", "kind": "List", "items": list(manifests)}
        await self.kubectl("create", "--filename=-", stdin=json.dumps(whole).encode())

    async def add(self, store_id: str, *manifests: Manifest) -> str:
        """A namespace for the store with these objects in it; its name."""
        name = f"store-{store_id}"
        await self.apply(namespace(name, store_id))
        await self.until_account(name)
        if manifests:
            await self.apply(*(placed(each, name, store_id) for each in manifests))
        return name

    async def until_account(self, namespace: str) -> None:
        """Without its service account a namespace takes no pods."""
        with anyio.fail_after(PATIENCE):
            await self.kubectl(
                "wait", "-n", namespace, "serviceaccount/default", "--for=create", "--timeout=60s"
            )


@asynccontextmanager
async def observing(
    settings: Settings, *, silence_seconds: float = 90.0
) -> AsyncIterator[Observer]:
    """An observer that runs within the context, live at its start."""
    observer = Observer(settings, silence_seconds=silence_seconds)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(observer.run)
        await until_live(observer)
        yield observer
        tasks.cancel_scope.cancel()


async def until_live(observer: Observer, *, live: bool = True) -> None:
    """Wait to be told that the observer has, or has lost, sight of the cluster."""
    with observer.changes() as changes, anyio.fail_after(PATIENCE):
        while observer.is_live != live:
            await anext(changes)


async def until_seen(
    observer: Observer, store_id: str, condition: Callable[[Observed], object]
) -> Observed:
    """Wait, by the observer's own notifications, until a store looks like that."""
    with observer.changes() as changes:
        observed = observer.observed(store_id)
        try:
            with anyio.fail_after(PATIENCE):
                while not condition(observed):
                    changed = await anext(changes)
                    if store_id in changed.store_ids or changed.is_everything:
                        observed = observer.observed(store_id)
        except TimeoutError:
            raise AssertionError(f"It was never seen; the last was {observed}") from None
    return observed


def namespace(name: str, store_id: str, **annotations: str) -> Manifest:
    return {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {
            "name": name,
            "labels": {STORE_LABEL: store_id},
            "annotations": {f"storeweaver.dev/{k}": v for k, v in annotations.items()},
        },
    }


def placed(manifest: Manifest, namespace: str, store_id: str) -> Manifest:
    """The manifest, and its pods, in a store's namespace and with its label."""
    metadata = manifest["metadata"]
    placed = {
        **manifest,
        "metadata": {
            **metadata,
            "namespace": namespace,
            "labels": {**metadata.get("labels", {}), STORE_LABEL: store_id},
        },
    }
    if "template" in placed.get("spec", {}):
        template = placed["spec"]["template"]
        labels = {**template["metadata"].get("labels", {}), STORE_LABEL: store_id}
        placed["spec"] = {
            **placed["spec"],
            "template": {**template, "metadata": {**template["metadata"], "labels": labels}},
        }
    return placed


def pod(name: str, behaviour: str = "", **spec: Any) -> Manifest:
    labels = {"storeweaver.dev/simulate": behaviour} if behaviour else {}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": labels},
        "spec": {**POD, **spec},
    }


POD: Manifest = {
    "containers": [{"name": "shop", "image": "example.test/shop:1"}],
    # the namespace controller waits as long before it looks whether the pods are gone
    "terminationGracePeriodSeconds": 1,
}


def workload(kind: str, name: str, *, replicas: int = 1, behaviour: str = "") -> Manifest:
    """A Deployment or StatefulSet whose pods are played."""
    labels = {COMPONENT_LABEL: name}
    spec: Manifest = {
        "replicas": replicas,
        "selector": {"matchLabels": labels},
        "template": {
            "metadata": {
                "labels": {
                    **labels,
                    **({"storeweaver.dev/simulate": behaviour} if behaviour else {}),
                }
            },
            "spec": POD,
        },
    }
    if kind == "StatefulSet":
        spec["serviceName"] = name
    return {
        "apiVersion": "apps/v1",
        "kind": kind,
        "metadata": {"name": name, "labels": labels},
        "spec": spec,
    }


def job(name: str) -> Manifest:
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name, "labels": {COMPONENT_LABEL: name}},
        "spec": {
            "template": {
                "metadata": {"labels": {COMPONENT_LABEL: name}},
                "spec": {**POD, "restartPolicy": "Never"},
            }
        },
    }


def claim(name: str, *, storage_class: str | None = None) -> Manifest:
    spec: Manifest = {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": "1Gi"}},
    }
    if storage_class:
        spec["storageClassName"] = storage_class
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": name},
        "spec": spec,
    }


def ingress(name: str, *hosts: str) -> Manifest:
    backend = {"service": {"name": name, "port": {"number": 80}}}
    path = {"path": "/", "pathType": "Prefix", "backend": backend}
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": name},
        "spec": {"rules": [{"host": host, "http": {"paths": [path]}} for host in hosts]},
    }
