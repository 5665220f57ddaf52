"""Cluster services outside the control plane: DNS, ingress, storage, metrics, relay."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path
from string import Template

from cluster.addresses import (
    CLUSTER_DOMAIN,
    DNS_SERVICE_ADDRESS,
    LOOPBACK,
    NODE_ADDRESS,
    NODE_NAME,
    Addresses,
)
from cluster.control_plane import API
from cluster.home import Home
from cluster.identities import DNS, INGRESS, METRICS, STORAGE, Identities
from cluster.listeners import Listeners
from cluster.parts import ConfigFile, Part
from cluster.probes import HttpProbe

DNS_PART = "dns"
INGRESS_PART = "ingress"
STORAGE_PART = "storage"
METRICS_PART = "metrics-server"
RELAY_PART = "relay"
MANIFESTS_PART = "manifests"

MANIFESTS = Path(__file__).parent / "manifests" / "system.yaml"
PROVISIONER_MANIFESTS = MANIFESTS.with_name("provisioner.yaml")
METRICS_PORT = 4443
DNS_HEALTH_PORT = 10301
INGRESS_HEALTH_PORT = 10302
STORAGE_HEALTH_PORT = 10303


@dataclass(frozen=True)
class System:
    """The parts of the cluster's services and the files they read."""

    parts: tuple[Part, ...]
    files: tuple[ConfigFile, ...]


def system(
    home: Home,
    *,
    program: Path,
    relay: Path,
    identities: Identities,
    addresses: Addresses,
    listeners: Listeners,
    kubectl: tuple[str, ...],
) -> System:
    """The services of the cluster in `home`, run by the addons `program` and by `relay`."""
    dns, ingress, storage, metrics = (
        identities.kubeconfig(home, leaf, addresses) for leaf in (DNS, INGRESS, STORAGE, METRICS)
    )
    corefile = ConfigFile(home.config / "Corefile", _corefile(dns.path))
    manifests = ConfigFile(home.config / "system.yaml", render_manifests(identities.authority))
    rights = ConfigFile(home.config / "provisioner.yaml", PROVISIONER_MANIFESTS.read_text())
    metrics_pair = identities.cluster.path(METRICS.name)
    parts = (
        Part(
            MANIFESTS_PART,
            (
                *kubectl,
                "apply",
                "--server-side",
                "--force-conflicts",
                "--field-manager=storeweaver",
                f"--filename={manifests.path}",
                f"--filename={rights.path}",
            ),
            needs=(API,),
            once=True,
        ),
        Part(
            RELAY_PART,
            (
                str(relay),
                f"--fd={listeners.api.fileno()}",
                f"--to={LOOPBACK}:{addresses.api}",
            ),
            sockets=(listeners.api.fileno(),),
            grace=1,
        ),
        Part(
            DNS_PART,
            (str(program), "dns", "-conf", str(corefile.path)),
            needs=(API,),
            ready=HttpProbe(f"http://{LOOPBACK}:{DNS_HEALTH_PORT}/ready"),
        ),
        Part(
            INGRESS_PART,
            (
                str(program),
                "ingress",
                f"--kubeconfig={ingress.path}",
                f"--listen=fd/{listeners.http.fileno()}",
                "--listen=:80",
                f"--listen-tls=fd/{listeners.https.fileno()}",
                "--listen-tls=:443",
                f"--status-address={LOOPBACK}",
                f"--health={LOOPBACK}:{INGRESS_HEALTH_PORT}",
            ),
            needs=(API,),
            ready=HttpProbe(f"http://{LOOPBACK}:{INGRESS_HEALTH_PORT}/readyz"),
            sockets=(listeners.http.fileno(), listeners.https.fileno()),
            environment={"HOME": str(home.run), "XDG_DATA_HOME": str(home.run)},
        ),
        Part(
            STORAGE_PART,
            (
                str(program),
                "storage",
                f"--kubeconfig={storage.path}",
                f"--root={home.volumes}",
                f"--node={NODE_NAME}",
                f"--health={LOOPBACK}:{STORAGE_HEALTH_PORT}",
            ),
            needs=(API,),
            ready=HttpProbe(f"http://{LOOPBACK}:{STORAGE_HEALTH_PORT}/readyz"),
        ),
        Part(
            METRICS_PART,
            (
                str(program),
                "metrics",
                f"--kubeconfig={metrics.path}",
                f"--authentication-kubeconfig={metrics.path}",
                f"--authorization-kubeconfig={metrics.path}",
                f"--kubelet-certificate-authority={identities.authority}",
                f"--kubelet-client-certificate={metrics_pair.certificate}",
                f"--kubelet-client-key={metrics_pair.key}",
                "--kubelet-preferred-address-types=InternalIP",
                f"--tls-cert-file={metrics_pair.certificate}",
                f"--tls-private-key-file={metrics_pair.key}",
                f"--secure-port={METRICS_PORT}",
                "--metric-resolution=15s",
            ),
            # its first requests would be refused before its rights are applied
            needs=(MANIFESTS_PART,),
            ready=HttpProbe(f"https://{LOOPBACK}:{METRICS_PORT}/livez", identities.authority),
        ),
    )
    return System(parts=parts, files=(dns, ingress, storage, metrics, corefile, manifests, rights))


def render_manifests(authority: Path) -> str:
    """The objects of `manifests/system.yaml` with this cluster's addresses and authority."""
    return Template(MANIFESTS.read_text()).substitute(
        dns_service=DNS_SERVICE_ADDRESS,
        node=NODE_ADDRESS,
        metrics_port=METRICS_PORT,
        authority=base64.b64encode(authority.read_bytes()).decode(),
    )


def _corefile(kubeconfig: Path) -> str:
    """No forwarding: the cluster's network has no way out, and names outside fail at once."""
    return f""".:53 {{
    bind {NODE_ADDRESS}
    errors
    health {LOOPBACK}:{DNS_HEALTH_PORT + 10}
    ready {LOOPBACK}:{DNS_HEALTH_PORT}
    kubernetes {CLUSTER_DOMAIN} in-addr.arpa {{
        kubeconfig {kubeconfig} storeweaver
        pods disabled
        ttl 5
    }}
    cache 5
}}
"""
