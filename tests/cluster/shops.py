"""A store without the platform: what it does before Helm, and the release it would make."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from provisioner.engines import Engine
from provisioner.preparation import ImageReady, Preparation
from provisioner.release import Release, make_secrets, release_for
from provisioner.settings import Settings
from tests.cluster.conftest import LocalCluster


@dataclass(frozen=True)
class Shop:
    """A store of any engine: its id, host, and the Secrets it is made with."""

    engine: Engine
    id: str
    name: str
    secrets: Mapping[str, Mapping[str, str]]

    @classmethod
    def new(cls, engine: Engine, *, id: str, name: str) -> Shop:  # noqa: A002 - as the field
        """A store with new secrets, of the owner owner@example.com."""
        host, email = f"{id}.localhost", "owner@example.com"
        secrets = make_secrets(engine, store_id=id, name=name, host=host, email=email)
        return cls(engine, id, name, secrets)

    @property
    def namespace(self) -> str:
        return f"store-{self.id}"

    @property
    def host(self) -> str:
        return f"{self.id}.localhost"

    @property
    def values(self) -> dict[str, str]:
        """What its Secrets hold, of all together."""
        return {key: value for keys in self.secrets.values() for key, value in keys.items()}

    def given(self) -> list[dict[str, Any]]:
        """What is there before the release: the namespace, under the engine's Pod Security
        level, and the Secrets."""
        labels = {
            "storeweaver.dev/store": self.id,
            "pod-security.kubernetes.io/enforce": self.engine.pod_security,
        }
        return [
            {
                "apiVersion": "v1",
                "kind": "Namespace",
                "metadata": {"name": self.namespace, "labels": labels},
            },
            *(
                {
                    "apiVersion": "v1",
                    "kind": "Secret",
                    "metadata": {"name": name, "namespace": self.namespace},
                    "stringData": values,
                }
                for name, values in self.secrets.items()
            ),
        ]

    def prepare(self, cluster: LocalCluster) -> None:
        """Make what is there before the release."""
        for manifest in self.given():
            cluster.apply(json.dumps(manifest))

    def install(self, cluster: LocalCluster, helm: Path, *values: str) -> None:
        """Install or upgrade the release as the platform does, with further values."""
        release = self.release(cluster)
        run_helm(
            cluster,
            helm,
            *("upgrade", "--install", *release_words(release)),
            *(word for value in values for word in ("--set", value)),
            stdin=json.dumps(release.values),
        )

    def rendered(self, cluster: LocalCluster, helm: Path) -> str:
        """The manifests of the same release, each with its namespace, as YAML."""
        release = self.release(cluster)
        whole = run_helm(
            cluster,
            helm,
            *("template", *release_words(release)),
            stdin=json.dumps(release.values),
        )
        manifests = [made for made in yaml.safe_load_all(whole) if made]
        for made in manifests:
            made["metadata"]["namespace"] = self.namespace
        return yaml.safe_dump_all(manifests)

    def release(self, cluster: LocalCluster) -> Release:
        """As the platform makes it, with the images of the cluster."""
        return release_for(
            self.engine,
            store_id=self.id,
            namespace=self.namespace,
            host=self.host,
            settings=Settings(),
            preparation=Preparation(
                images={
                    name: ImageReady(reference=cluster.image(name), reason="")
                    for name in self.engine.images.values()
                },
                http_port=cluster.http_port,
            ),
        )


def release_words(release: Release) -> tuple[str, ...]:
    """Of a Helm command: name, chart, namespace and files of values; its input is the rest."""
    return (
        *(release.name, str(release.chart), "--namespace", release.namespace),
        *(f"--values={path}" for path in release.values_files),
        "--values=-",
    )


def run_helm(cluster: LocalCluster, helm: Path, *arguments: str, stdin: str = "") -> str:
    """Run Helm as administrator; its error is the assertion's message."""
    environment = {
        "KUBECONFIG": str(cluster.home.kubeconfig),
        "HOME": str(cluster.home.root),
        "PATH": "/usr/bin:/bin",
    }
    done = subprocess.run(
        [helm, *arguments],
        env=environment,
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
