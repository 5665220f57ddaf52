"""Secure as a real one: identities, rights, and what listens."""

from __future__ import annotations

import ssl
import stat
from pathlib import Path

import httpx
import pytest

from cluster import identities
from cluster.addresses import NODE_ADDRESS, Addresses
from cluster.commands import run
from cluster.errors import CommandFailed
from cluster.home import Home
from cluster.identities import Identities
from cluster.sandbox import inside
from tests.cluster.asking import ask
from tests.cluster.conftest import LocalCluster


def api(cluster: LocalCluster) -> str:
    return f"https://127.0.0.1:{cluster.running.ports['api']}"


def trusting(home: Home) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=home.pki / "cluster" / "ca.crt")


def as_identity(cluster: LocalCluster, name: str, *arguments: str) -> str:
    """kubectl as one of the cluster's own parts, inside its network."""
    prefix = inside(cluster.running.supervisor)
    program = cluster.running.programs["kubernetes"]
    kubeconfig = cluster.home.config / f"{name}.kubeconfig"
    return run([*prefix, program, "kubectl", f"--kubeconfig={kubeconfig}", *arguments])


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/healthz"])
def test_anybody_may_ask_for_health(cluster: LocalCluster, path: str) -> None:
    assert httpx.get(api(cluster) + path, verify=trusting(cluster.home)).status_code == 200


@pytest.mark.parametrize("path", ["/api", "/version", "/api/v1/namespaces", "/metrics"])
def test_anonymous_requests_get_nothing_else(cluster: LocalCluster, path: str) -> None:
    assert httpx.get(api(cluster) + path, verify=trusting(cluster.home)).status_code == 401


def test_the_administrators_kubeconfig_is_for_its_owner_only(cluster: LocalCluster) -> None:
    assert stat.S_IMODE(cluster.home.kubeconfig.stat().st_mode) == 0o600
    for key in cluster.home.pki.rglob("*.key"):
        assert stat.S_IMODE(key.stat().st_mode) == 0o600, key
    assert "insecure" not in cluster.home.kubeconfig.read_text()


@pytest.mark.parametrize(
    ("who", "may", "may_not"),
    [
        ("dns", ("list", "services"), ("list", "secrets")),
        ("ingress", ("list", "ingresses"), ("delete", "ingresses")),
        ("ingress", ("update", "ingresses", "--subresource=status"), ("create", "pods")),
        ("storage", ("create", "persistentvolumes"), ("list", "secrets")),
        ("metrics", ("list", "pods"), ("delete", "pods")),
        ("kube-proxy", ("list", "services"), ("list", "secrets")),
        ("kubelet", ("list", "services"), ("list", "persistentvolumes")),
    ],
)
def test_each_part_has_its_own_rights_and_no_more(
    cluster: LocalCluster, who: str, may: tuple[str, ...], may_not: tuple[str, ...]
) -> None:
    assert as_identity(cluster, who, "auth", "can-i", *may).strip() == "yes"
    with pytest.raises(CommandFailed):
        as_identity(cluster, who, "auth", "can-i", *may_not)


def test_the_kubelet_takes_nobody_without_rights(cluster: LocalCluster) -> None:
    folder = cluster.home.pki / "cluster"
    url = f"https://{NODE_ADDRESS}:10250/pods"
    assert ask(cluster, url, authority=folder / "ca.crt").status == 401
    assert ask(cluster, url, authority=folder / "ca.crt", pair=folder / "dns").status == 403


def test_etcd_takes_the_api_server_only(cluster: LocalCluster) -> None:
    folder = cluster.home.pki / "etcd"
    url = f"https://127.0.0.1:{Addresses().etcd}/v3/kv/range"

    def status(pair: Path | None) -> int:
        query = '{"key":"AA=="}'
        return ask(cluster, url, authority=folder / "ca.crt", pair=pair, body=query).status

    assert status(None) == 0
    assert status(cluster.home.pki / "cluster" / "dns") == 0
    assert status(folder / "kube-apiserver") == 200


def test_etcd_syncs_what_it_acknowledges(cluster: LocalCluster) -> None:
    def syncs() -> float:
        told = ask(cluster, f"http://127.0.0.1:{Addresses().etcd_health}/metrics").text
        name = "etcd_disk_wal_fsync_duration_seconds_count"
        line = next(line for line in told.splitlines() if line.startswith(name))
        return float(line.split()[1])

    assert "unsafe" not in (cluster.home.config / "etcd.json").read_text()
    before = syncs()
    for number in range(20):
        cluster.kubectl("create", "configmap", f"sync-{number}", "-n", "default")
    assert syncs() - before >= 20
    for number in range(20):
        cluster.kubectl("delete", "configmap", f"sync-{number}", "-n", "default", "--wait=false")


def test_nothing_of_the_cluster_listens_on_the_host_but_on_loopback(
    cluster: LocalCluster,
) -> None:
    ports = set(cluster.running.ports.values())
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            address, port = fields[1].split(":")
            if fields[3] == "0A" and int(port, 16) in ports:
                found.add((address, int(port, 16)))
    assert found == {("0100007F", port) for port in ports}


@pytest.mark.usefixtures("cluster")
def test_pod_addresses_do_not_exist_on_the_host() -> None:
    links = Path("/proc/net/dev").read_text()
    assert "cni0" not in links
    assert "node0" not in links


def test_a_certificate_that_is_due_is_renewed_while_the_cluster_runs(
    cluster: LocalCluster,
) -> None:
    pair = cluster.home.pki / "cluster" / "dns.crt"
    before = pair.read_bytes()
    pair.unlink()
    Identities.issue(cluster.home, identities.ADDONS)
    assert pair.read_bytes() != before
    assert as_identity(cluster, "dns", "auth", "can-i", "list", "services").strip() == "yes"
