"""Addresses and ports of a cluster, real or simulated."""

from __future__ import annotations

from dataclasses import dataclass

NODE_NAME = "storeweaver"
NODE_ADDRESS = "10.200.0.2"
NODE_NETWORK_BITS = 24
POD_NETWORK = "10.244.0.0/16"
SERVICE_NETWORK = "10.96.0.0/16"
API_SERVICE_ADDRESS = "10.96.0.1"
DNS_SERVICE_ADDRESS = "10.96.0.10"
CLUSTER_DOMAIN = "cluster.local"
LOOPBACK = "127.0.0.1"

UNREACHABLE_ADDRESS = "192.0.2.1"
"""What a simulated API server calls its own: it may not be loopback, and nothing
in a simulated cluster ever dials it. From the range that RFC 5737 keeps for
documentation."""


@dataclass(frozen=True)
class Addresses:
    """Where the control plane listens.

    Attributes:
        bind: the address on which the API server listens.
        advertise: the address that the API server publishes as its own.
        api, etcd, etcd_peer, etcd_health, controller_manager, scheduler: TCP ports.
    """

    bind: str = "0.0.0.0"  # noqa: S104 - inside the cluster's own network namespace
    advertise: str = NODE_ADDRESS
    api: int = 6443
    etcd: int = 2379
    etcd_peer: int = 2380
    etcd_health: int = 2381
    controller_manager: int = 10257
    scheduler: int = 10259

    @property
    def api_url(self) -> str:
        """The API server as the other parts reach it."""
        return f"https://{LOOPBACK}:{self.api}"
