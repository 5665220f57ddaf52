"""Engines whose stores come up against something: a chart each, made for a test."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from provisioner.engines import Engine
from provisioner.errors import NotFound
from provisioner.runtime import Runtime
from provisioner.views import Actor, StoreEventView, StoreView
from tests.cluster.simulated_shops import SHOP

Manifest = dict[str, Any]

STORE = "{{ .Release.Name }}"
"""Of a template: the store's id."""

SECURE = {
    "runAsNonRoot": True,
    "runAsUser": 999,
    "seccompProfile": {"type": "RuntimeDefault"},
}


@dataclass(frozen=True, kw_only=True)
class Staged:
    """A failure that is played.

    Attributes:
        code: of the cause that must be found.
        words: of its sentence.
        objects: what the chart makes.
        files: further files of the chart, by path.
        fails: whether it ends the store's way before the deadline.
        page: what the shop shows; None for nothing at all.
    """

    code: str
    words: str
    objects: tuple[Manifest, ...] = ()
    files: tuple[tuple[str, str], ...] = ()
    fails: bool = False
    page: str | None = None

    def engine(self, folder: Path, key: str) -> Engine:
        """An engine of one component, whose chart is written into the folder."""
        files = {
            "Chart.yaml": json.dumps({"apiVersion": "v2", "name": key, "version": "0.1.0"}),
            "values.yaml": "{}",
            "values-local.yaml": "{}",
            "templates/all.yaml": "\n---\n".join(json.dumps(each) for each in self.objects),
            **dict(self.files),
        }
        for name, text in files.items():
            path = folder / key / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return replace(
            SHOP,
            key=key,
            title=key,
            images={"shop": "shop"},
            database=(),
            application=("shop",),
            chart=folder / key,
        )


def labels(simulate: str = "ready") -> Manifest:
    return {
        "app.kubernetes.io/component": "shop",
        "storeweaver.dev/store": STORE,
        "storeweaver.dev/simulate": simulate,
    }


def deployment(
    simulate: str = "ready", *, container: Manifest | None = None, **pod: Any
) -> Manifest:
    """The shop: one container, allowed by the level restricted."""
    plain: Manifest = {
        "name": "shop",
        "image": "{{ .Values.images.shop }}",
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
        },
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "shop", "labels": labels(simulate)},
        "spec": {
            "selector": {"matchLabels": {"app.kubernetes.io/component": "shop"}},
            "template": {
                "metadata": {"labels": labels(simulate)},
                "spec": {
                    "automountServiceAccountToken": False,
                    "terminationGracePeriodSeconds": 1,
                    "securityContext": SECURE,
                    "containers": [plain | (container or {})],
                    **pod,
                },
            },
        },
    }


def ingress(simulate: str = "ready", **spec: Any) -> Manifest:
    backend = {"service": {"name": "shop", "port": {"number": 80}}}
    path = {"path": "/", "pathType": "Prefix", "backend": backend}
    rules = [{"host": "{{ .Values.host }}", "http": {"paths": [path]}}]
    return plain("networking.k8s.io/v1", "Ingress", simulate, spec={"rules": rules, **spec})


def claim(**spec: Any) -> Manifest:
    requests = {"requests": {"storage": "1Gi"}}
    whole = {"accessModes": ["ReadWriteOnce"], "resources": requests, **spec}
    return plain("v1", "PersistentVolumeClaim", "ready", spec=whole)


def plain(api: str, kind: str, simulate: str = "ready", **fields: Any) -> Manifest:
    """Any other object, by the name shop."""
    metadata = {"name": "shop", "labels": labels(simulate), **fields.pop("metadata", {})}
    return {"apiVersion": api, "kind": kind, "metadata": metadata, **fields}


def mounted(name: str = "shop") -> list[Manifest]:
    """The volumes of a pod that uses the claim."""
    return [{"name": "data", "persistentVolumeClaim": {"claimName": name}}]


async def shown(runtime: Runtime, owner: Actor, store: StoreView) -> tuple[StoreView, str]:
    """The store, and what its page says of what it waits for."""
    view = await runtime.stores.get(owner, store.id)
    return view, " ".join((view.error_message, *(step.message for step in view.steps)))


async def is_gone(runtime: Runtime, owner: Actor, store: StoreView) -> bool:
    try:
        await runtime.stores.get(owner, store.id)
    except NotFound:
        return True
    return False


def evidence(timeline: Sequence[StoreEventView], kind: str) -> str:
    """All that a line of that kind was told by."""
    return "\n".join(line for event in timeline if event.kind == kind for line in event.evidence)
