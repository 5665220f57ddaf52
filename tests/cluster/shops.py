"""What the platform does for a store before Helm: its namespace and its Secret."""

from __future__ import annotations

import json
import secrets
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from tests.cluster.conftest import LocalCluster

CHART = Path(__file__).parents[2] / "charts" / "medusa"


@dataclass(frozen=True)
class MedusaShop:
    """A Medusa store: its id, host, and the credentials it is made with."""

    id: str
    name: str
    email: str = "owner@example.com"
    password: str = field(default_factory=lambda: secrets.token_urlsafe(18))
    database_password: str = field(default_factory=lambda: secrets.token_hex(16))
    key: str = field(default_factory=lambda: "pk_" + secrets.token_hex(32))

    @property
    def namespace(self) -> str:
        return f"store-{self.id}"

    @property
    def host(self) -> str:
        return f"{self.id}.localhost"

    def prepare(self, cluster: LocalCluster) -> None:
        """Make the namespace, under Pod Security `restricted`, and the Secret."""
        labels = {
            "storeweaver.dev/store": self.id,
            "pod-security.kubernetes.io/enforce": "restricted",
        }
        values = {
            "ADMIN_EMAIL": self.email,
            "ADMIN_PASSWORD": self.password,
            "COOKIE_SECRET": secrets.token_hex(32),
            "DATABASE_URL": f"postgres://medusa:{self.database_password}@{self.id}-postgres:5432/medusa",
            "JWT_SECRET": secrets.token_hex(32),
            "POSTGRES_PASSWORD": self.database_password,
            "PUBLISHABLE_KEY": self.key,
            "REDIS_URL": f"redis://:{self.database_password}@{self.id}-redis:6379",
            "STORE_NAME": self.name,
            "VALKEY_PASSWORD": self.database_password,
        }
        objects = [
            {
                "apiVersion": "v1",
                "kind": "Namespace",
                "metadata": {"name": self.namespace, "labels": labels},
            },
            {
                "apiVersion": "v1",
                "kind": "Secret",
                "metadata": {"name": "medusa-secret", "namespace": self.namespace},
                "stringData": values,
            },
        ]
        for made in objects:
            cluster.apply(json.dumps(made))

    def install(self, cluster: LocalCluster, helm: Path, *values: str) -> None:
        """Install or upgrade the release."""
        run_helm(
            cluster,
            helm,
            *("upgrade", "--install", self.id, str(CHART), "--namespace", self.namespace),
            *("--values", str(CHART / "values-local.yaml"), "--set", f"host={self.host}"),
            *("--set", f"port={cluster.http_port if cluster.http_port != 80 else 0}"),
            *("--set", f"images.backend={cluster.image('medusa-backend')}"),
            *("--set", f"images.storefront={cluster.image('medusa-storefront')}"),
            *("--set", f"images.postgres={cluster.image('postgres')}"),
            *("--set", f"images.valkey={cluster.image('valkey')}"),
            *(word for value in values for word in ("--set", value)),
        )


def run_helm(cluster: LocalCluster, helm: Path, *arguments: str) -> str:
    """Run Helm as administrator; its error is the assertion's message."""
    environment = {
        "KUBECONFIG": str(cluster.home.kubeconfig),
        "HOME": str(cluster.home.root),
        "PATH": "/usr/bin:/bin",
    }
    done = subprocess.run(
        [helm, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
