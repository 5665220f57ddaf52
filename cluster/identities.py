"""Who each part is: its certificates, and the kubeconfig by which it signs in."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cluster.addresses import (
    API_SERVICE_ADDRESS,
    CLUSTER_DOMAIN,
    LOOPBACK,
    NODE_ADDRESS,
    NODE_NAME,
    Addresses,
)
from cluster.home import Home
from cluster.parts import ConfigFile
from cluster.pki import Authority, Leaf, Pair, service_account_key, utc_now

API_SERVER = Leaf(
    "kube-apiserver",
    "kube-apiserver",
    hosts=(
        "localhost",
        "kubernetes",
        "kubernetes.default",
        "kubernetes.default.svc",
        f"kubernetes.default.svc.{CLUSTER_DOMAIN}",
        LOOPBACK,
        NODE_ADDRESS,
        API_SERVICE_ADDRESS,
    ),
    client=False,
)
API_SERVER_TO_KUBELET = Leaf("kube-apiserver-kubelet-client", "kube-apiserver-kubelet-client")
CONTROLLER_MANAGER = Leaf(
    "kube-controller-manager", "system:kube-controller-manager", hosts=("localhost", LOOPBACK)
)
SCHEDULER = Leaf("kube-scheduler", "system:kube-scheduler", hosts=("localhost", LOOPBACK))
KUBELET = Leaf("kubelet", f"system:node:{NODE_NAME}", "system:nodes")
KUBELET_SERVER = Leaf(
    "kubelet-server",
    f"system:node:{NODE_NAME}",
    "system:nodes",
    hosts=(NODE_NAME, LOOPBACK, NODE_ADDRESS),
    client=False,
)
KUBE_PROXY = Leaf("kube-proxy", "system:kube-proxy")
DNS = Leaf("dns", "storeweaver:dns")
INGRESS = Leaf("ingress", "storeweaver:ingress")
STORAGE = Leaf("storage", "storeweaver:storage")
METRICS = Leaf(
    "metrics",
    "storeweaver:metrics",
    hosts=("metrics-server.kube-system.svc", LOOPBACK, NODE_ADDRESS),
)
KWOK = Leaf("kwok", "storeweaver:kwok", "system:masters")
PROVISIONER = Leaf("provisioner", "storeweaver:provisioner")
ADMINISTRATOR = Leaf("administrator", "storeweaver-administrator", "system:masters")

CONTROL_PLANE = (
    API_SERVER,
    API_SERVER_TO_KUBELET,
    CONTROLLER_MANAGER,
    SCHEDULER,
    PROVISIONER,
    ADMINISTRATOR,
)
NODE = (KUBELET, KUBELET_SERVER, KUBE_PROXY)
ADDONS = (DNS, INGRESS, STORAGE, METRICS)

ETCD_SERVER = Leaf("server", "etcd", hosts=("localhost", LOOPBACK))
ETCD_CLIENT = Leaf("kube-apiserver", "kube-apiserver")
FRONT_PROXY_CLIENT = Leaf("client", "front-proxy-client")


@dataclass(frozen=True)
class Identities:
    """The issued certificates of one cluster."""

    cluster: Authority
    etcd: Authority
    front_proxy: Authority
    service_accounts: Pair

    @classmethod
    def issue(
        cls, home: Home, leaves: tuple[Leaf, ...], *, now: Callable[[], datetime] = utc_now
    ) -> Identities:
        """Make the authorities and `leaves` where they are missing or due at `now`."""
        home.pki.mkdir(mode=0o700, parents=True, exist_ok=True)
        identities = cls(
            cluster=Authority(home.pki / "cluster", name="storeweaver", now=now),
            etcd=Authority(home.pki / "etcd", name="storeweaver-etcd", now=now),
            front_proxy=Authority(
                home.pki / "front-proxy", name="storeweaver-front-proxy", now=now
            ),
            service_accounts=service_account_key(home.pki),
        )
        identities.cluster.issue(leaves)
        identities.etcd.issue((ETCD_SERVER, ETCD_CLIENT))
        identities.front_proxy.issue((FRONT_PROXY_CLIENT,))
        return identities

    @property
    def authority(self) -> Path:
        """The certificate by which every part checks the others."""
        return self.cluster.pair.certificate

    def kubeconfig(self, home: Home, leaf: Leaf, addresses: Addresses) -> ConfigFile:
        """A kubeconfig that names the certificate's files, so that a renewed one is read."""
        return ConfigFile(
            home.config / f"{leaf.name}.kubeconfig",
            _kubeconfig(
                server=addresses.api_url,
                authority=self.authority,
                pair=self.cluster.path(leaf.name),
                user=leaf.name,
            ),
        )


def write_administrator(home: Home, identities: Identities, *, server: str) -> None:
    """Write the administrator's kubeconfig for the host, readable by its owner only."""
    content = _kubeconfig(
        server=server,
        authority=identities.authority,
        pair=identities.cluster.path(ADMINISTRATOR.name),
        user=ADMINISTRATOR.name,
    )
    temporary = home.kubeconfig.with_suffix(".new")
    with open(temporary, "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as sink:
        sink.write(content)
    temporary.replace(home.kubeconfig)


def _kubeconfig(*, server: str, authority: Path, pair: Pair, user: str) -> str:
    return f"""apiVersion: v1
kind: Config
clusters:
- name: storeweaver
  cluster:
    server: {server}
    certificate-authority: {authority}
users:
- name: {user}
  user:
    client-certificate: {pair.certificate}
    client-key: {pair.key}
contexts:
- name: storeweaver
  context:
    cluster: storeweaver
    user: {user}
current-context: storeweaver
"""
