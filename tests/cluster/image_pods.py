"""One pod of an image, under Pod Security `restricted`, without a chart around it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.cluster.conftest import LocalCluster


@dataclass(frozen=True, kw_only=True)
class ImagePod:
    """A Deployment of one pod, and a Service with the probe's port.

    Attributes:
        user: numeric id that the image is made for.
        mounts: from each path to the name of its volume, beside /tmp.
        sizes: of volumes that are full at some size, by name; the others are as large as the disk.
        probe: of readiness; it names the port.
        before: a shell command that finds the volumes mounted, and runs as the same user first.
    """

    name: str
    namespace: str
    image: str
    user: int
    environment: Mapping[str, str]
    mounts: Mapping[str, str]
    probe: Mapping[str, Any]
    sizes: Mapping[str, str] = field(default_factory=dict)
    before: str = ""

    def manifests(self) -> str:
        labels = {"app": self.name}
        metadata = {"name": self.name, "namespace": self.namespace}
        port = next(iter(self.probe.values()))["port"]
        return "\n---\n".join(
            json.dumps(made)
            for made in (
                {
                    "apiVersion": "apps/v1",
                    "kind": "Deployment",
                    "metadata": metadata,
                    "spec": {
                        "strategy": {"type": "Recreate"},
                        "selector": {"matchLabels": labels},
                        "template": {"metadata": {"labels": labels}, "spec": self._pod()},
                    },
                },
                {
                    "apiVersion": "v1",
                    "kind": "Service",
                    "metadata": metadata,
                    "spec": {
                        "selector": labels,
                        "ports": [{"name": "http", "port": port, "targetPort": port}],
                    },
                },
            )
        )

    def _pod(self) -> dict[str, Any]:
        mounts = {"/tmp": "tmp", **self.mounts}
        container = {
            "image": self.image,
            "securityContext": {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            },
            "volumeMounts": [{"name": v, "mountPath": path} for path, v in mounts.items()],
        }
        main = {
            **container,
            "name": self.name,
            "env": [{"name": key, "value": value} for key, value in self.environment.items()],
            "readinessProbe": {**self.probe, "periodSeconds": 1},
        }
        first = {**container, "name": "before", "command": ["sh", "-ec", self.before]}
        return {
            "automountServiceAccountToken": False,
            "enableServiceLinks": False,
            # what does not stop within it is killed, and then its status is not 0
            "terminationGracePeriodSeconds": 3,
            "securityContext": {
                "runAsNonRoot": True,
                "runAsUser": self.user,
                "runAsGroup": self.user,
                "fsGroup": self.user,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "initContainers": [first] if self.before else [],
            "containers": [main],
            "volumes": [
                {"name": volume, "emptyDir": self._volume(volume)}
                for volume in dict.fromkeys(mounts.values())
            ],
        }

    def _volume(self, name: str) -> dict[str, str]:
        if name not in self.sizes:
            return {}
        return {"medium": "Memory", "sizeLimit": self.sizes[name]}


def inside(cluster: LocalCluster, namespace: str, name: str, script: str) -> str:
    """What a shell script prints in the container of a Deployment."""
    return cluster.kubectl("exec", "-n", namespace, f"deployment/{name}", "--", "sh", "-c", script)


def database_pod(
    cluster: LocalCluster, namespace: str, image: str, password: str, **more: Any
) -> ImagePod:
    """A shop's database, of an image that is configured as `docker/mysql` is."""
    return ImagePod(
        name="mysql",
        namespace=namespace,
        image=cluster.image(image),
        user=999,
        environment={
            "MYSQL_DATABASE": "wordpress",
            "MYSQL_USER": "wordpress",
            "MYSQL_PASSWORD": password,
            "MYSQL_ROOT_PASSWORD": password[::-1],
        },
        mounts={"/var/lib/mysql": "data"},
        probe={"tcpSocket": {"port": 3306}},
        **more,
    )


def restricted(name: str) -> str:
    """A namespace that takes no pod with more rights than a shop's."""
    labels = {"pod-security.kubernetes.io/enforce": "restricted"}
    metadata = {"name": name, "labels": labels}
    return json.dumps({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
