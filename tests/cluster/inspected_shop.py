"""A store to look into: a row, a release of a played shop, and pods that write and crash."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from cluster.commands import run
from tests.browser.people import Person, add_store
from tests.cluster.conftest import LocalCluster
from tests.cluster.waiting import until

CHART = Path(__file__).parents[1] / "charts" / "shop"
NAME = "Tea & <b>Pots</b>"
HOSTILE = "<img src=x onerror=\"document.title='run'\"><script>document.title='run'</script>"
SECRET = "hunter2-hunter2"
MANY = 10_000
LONG = 1_000_000

WRITES = f"""
echo {json.dumps(HOSTILE).replace("$", "")}
printf '\\033[31mred\\033[0m and \\001 bell\\n'
head -c {LONG} /dev/zero | tr '\\0' 'x'; echo
i=0
while [ $i -lt {MANY} ]; do echo "request $i answered"; i=$((i+1)); done
while :; do
  n=0
  while [ $n -lt 100 ]; do echo "tick $i"; i=$((i+1)); n=$((n+1)); done
  sleep 0.1
done
"""
"""A line of each kind, ten thousand at once, and then up to a thousand a second."""

LAST_WORDS = "the words before the end"
RESTARTS = 3
CRASHES = f"""
n=$(cat /kept/starts 2>/dev/null || echo 0); echo $((n+1)) > /kept/starts
if [ $n -lt {RESTARTS} ]; then echo '{LAST_WORDS}'; sleep 1; exit 3; fi
while :; do sleep 1; done
"""
"""Crashes so many times, and then stays: what it wrote before is there for as long."""

_LABEL = "storeweaver.dev/store"
_GROUP = "rbac.authorization.k8s.io"
_SECONDS = (0.4, 0.2, 6.0, 14.0, 0.5, 2.0)
_STEPS = ("Namespace", "Secrets", "Database", "Application", "Ingress", "Storefront answers")


@dataclass(frozen=True)
class InspectedShop:
    id: str
    namespace: str
    owner: Person


@contextmanager
def inspected_shop(
    cluster: LocalCluster, helm: Path, *, database_url: str, owner: Person
) -> Iterator[InspectedShop]:
    """Made by an administrator's hand, with the rights that the worker gives itself."""
    store_id = add_store(database_url, owner, NAME)
    namespace = f"store-{store_id}"
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "update stores set namespace = %s, steps = %s, ready_at = now() where id = %s",
            (namespace, json.dumps(_steps()), store_id),
        )
    cluster.apply(_list(*_objects(store_id, namespace)))
    image = cluster.image("pause")
    run(
        [
            *(helm, "install", store_id, CHART, f"--namespace={namespace}"),
            f"--set=images.shop={image},images.database={image},host=tea.localhost",
            f"--set=adminPassword={SECRET},currency=usd",
        ],
        env={"KUBECONFIG": str(cluster.home.kubeconfig), "HOME": str(cluster.home.run)},
    )
    pods = (("writer", WRITES), ("crasher", CRASHES))
    until("the namespace has its service account", lambda: _has_account(cluster, namespace))
    cluster.apply(_list(*(_pod(cluster, store_id, namespace, *each) for each in pods)))
    until("the crasher was restarted", lambda: restarts(cluster, namespace, "crasher") > 0)
    yield InspectedShop(store_id, namespace, owner)
    cluster.kubectl("delete", "namespace", namespace, "--wait=false")


def event(shop: InspectedShop, *, name: str, message: str, kind: str = "Warning") -> str:
    """An event about the writer, as a manifest."""
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"name": name, "namespace": shop.namespace},
            "involvedObject": {
                "apiVersion": "v1",
                "kind": "Pod",
                "name": "writer",
                "namespace": shop.namespace,
            },
            "reason": "Played",
            "message": message,
            "type": kind,
            "count": 1,
            "firstTimestamp": "2026-01-31T12:00:00Z",
            "lastTimestamp": "2026-01-31T12:00:00Z",
            "source": {"component": "test"},
        }
    )


def _steps() -> list[dict[str, Any]]:
    at = 0.0
    steps = []
    for name, seconds in zip(_STEPS, _SECONDS, strict=True):
        begun, at = at, at + seconds
        steps.append(
            {
                "name": name,
                "state": "done",
                "started_at": f"2026-01-31T12:00:{begun:09.6f}+00:00",
                "ended_at": f"2026-01-31T12:00:{at:09.6f}+00:00",
                "message": "",
            }
        )
    return steps


def _objects(store_id: str, namespace: str) -> Iterator[dict[str, Any]]:
    labels = {_LABEL: store_id}
    inside = {"namespace": namespace, "labels": labels}
    yield {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {
            "name": namespace,
            "labels": {**labels, "pod-security.kubernetes.io/enforce": "restricted"},
        },
    }
    yield {
        "apiVersion": f"{_GROUP}/v1",
        "kind": "RoleBinding",
        "metadata": {"name": "storeweaver-provisioner", "namespace": namespace},
        "roleRef": {"apiGroup": _GROUP, "kind": "ClusterRole", "name": "storeweaver-store"},
        "subjects": [{"apiGroup": _GROUP, "kind": "User", "name": "storeweaver:provisioner"}],
    }
    yield {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "shop-secret", **inside},
        "stringData": {"ADMIN_PASSWORD": SECRET},
    }
    yield {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "settings", **inside},
        "data": {"GREETING": HOSTILE, "API_KEY": SECRET},
    }


def _pod(
    cluster: LocalCluster, store_id: str, namespace: str, name: str, script: str
) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "labels": {_LABEL: store_id, "app.kubernetes.io/component": name},
        },
        "spec": {
            "automountServiceAccountToken": False,
            "terminationGracePeriodSeconds": 1,
            "securityContext": {
                "runAsNonRoot": True,
                "runAsUser": 999,
                "fsGroup": 999,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "volumes": [{"name": "kept", "emptyDir": {}}],
            "containers": [
                {
                    "name": name,
                    "image": cluster.image("postgres"),
                    "command": ["sh", "-c", script],
                    "env": [{"name": "ADMIN_PASSWORD", "value": SECRET}],
                    "volumeMounts": [{"name": "kept", "mountPath": "/kept"}],
                    "resources": {
                        "requests": {"cpu": "10m", "memory": "16Mi"},
                        "limits": {"memory": "64Mi"},
                    },
                    "securityContext": {
                        "allowPrivilegeEscalation": False,
                        "capabilities": {"drop": ["ALL"]},
                    },
                }
            ],
        },
    }


def _list(*objects: dict[str, Any]) -> str:
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": objects})


def _has_account(cluster: LocalCluster, namespace: str) -> bool:
    asked = ("get", "serviceaccounts", "default", "--ignore-not-found", "-o", "name")
    return bool(cluster.kubectl(*asked, "-n", namespace))


def restarts(cluster: LocalCluster, namespace: str, pod: str) -> int:
    status = cluster.json("get", "pod", pod, "-n", namespace)["status"]
    return max((each["restartCount"] for each in status.get("containerStatuses", ())), default=0)
