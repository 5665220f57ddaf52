"""The worker's own identity on a cluster, simulated or not."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from cluster.home import Home
from cluster.identities import PROVISIONER
from cluster.platform.access import render


class AnyCluster(Protocol):
    """What issues identities and answers as administrator."""

    @property
    def home(self) -> Home: ...

    def kubectl(self, *arguments: str) -> str: ...


def workers_kubeconfig(cluster: AnyCluster, path: Path) -> Path:
    """Write a kubeconfig that has no more rights than the worker has on a local cluster."""
    server = cluster.kubectl("config", "view", "--output=jsonpath={.clusters[0].cluster.server}")
    issued = cluster.home.pki / "cluster"
    path.write_text(
        render(
            server=server,
            authority=(issued / "ca.crt").read_bytes(),
            certificate=(issued / f"{PROVISIONER.name}.crt").read_bytes(),
            key=(issued / f"{PROVISIONER.name}.key").read_bytes(),
        )
    )
    return path
