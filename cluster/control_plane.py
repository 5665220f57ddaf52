"""etcd, API server, controller-manager and scheduler; the same for real and simulated."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from cluster.addresses import LOOPBACK, SERVICE_NETWORK, Addresses
from cluster.home import Home
from cluster.identities import (
    API_SERVER,
    API_SERVER_TO_KUBELET,
    CONTROLLER_MANAGER,
    ETCD_CLIENT,
    ETCD_SERVER,
    FRONT_PROXY_CLIENT,
    SCHEDULER,
    Identities,
)
from cluster.parts import ConfigFile, Part
from cluster.probes import HttpProbe

ETCD = "etcd"
API = "kube-apiserver"
CONTROLLERS = "kube-controller-manager"
SCHEDULING = "kube-scheduler"


@dataclass(frozen=True)
class ControlPlane:
    """The parts of a control plane and the files they read."""

    parts: tuple[Part, ...]
    files: tuple[ConfigFile, ...]


def control_plane(
    home: Home,
    *,
    program: Path,
    identities: Identities,
    addresses: Addresses,
    api_flags: tuple[str, ...] = (),
) -> ControlPlane:
    """The control plane of the cluster in `home`, run by `program`.

    Anonymous requests reach the health paths only; everyone else shows a
    certificate or a service-account token. etcd takes nobody but the API server.
    """
    controllers = identities.kubeconfig(home, CONTROLLER_MANAGER, addresses)
    scheduler = identities.kubeconfig(home, SCHEDULER, addresses)
    etcd = ConfigFile(home.config / "etcd.json", _etcd(home, identities, addresses))
    authentication = ConfigFile(home.config / "authentication.json", _AUTHENTICATION)
    return ControlPlane(
        parts=(
            Part(
                ETCD,
                (str(program), "etcd", f"--config-file={etcd.path}"),
                ready=HttpProbe(f"http://{LOOPBACK}:{addresses.etcd_health}/health"),
                grace=5,
            ),
            Part(
                API,
                (
                    str(program),
                    API,
                    *_api_server(identities, addresses, authentication.path),
                    *api_flags,
                ),
                needs=(ETCD,),
                ready=HttpProbe(f"{addresses.api_url}/readyz", identities.authority),
                grace=5,
            ),
            Part(
                CONTROLLERS,
                (
                    str(program),
                    CONTROLLERS,
                    *_client(controllers.path, identities, CONTROLLER_MANAGER.name),
                    f"--secure-port={addresses.controller_manager}",
                    "--use-service-account-credentials",
                    f"--service-account-private-key-file={identities.service_accounts.key}",
                    f"--root-ca-file={identities.authority}",
                    f"--cluster-signing-cert-file={identities.authority}",
                    f"--cluster-signing-key-file={identities.cluster.pair.key}",
                    "--allocate-node-cidrs=false",
                ),
                needs=(API,),
                ready=HttpProbe(
                    f"https://{LOOPBACK}:{addresses.controller_manager}/healthz",
                    identities.authority,
                ),
            ),
            Part(
                SCHEDULING,
                (
                    str(program),
                    SCHEDULING,
                    *_client(scheduler.path, identities, SCHEDULER.name),
                    f"--secure-port={addresses.scheduler}",
                ),
                needs=(API,),
                ready=HttpProbe(
                    f"https://{LOOPBACK}:{addresses.scheduler}/healthz", identities.authority
                ),
            ),
        ),
        files=(etcd, authentication, controllers, scheduler),
    )


_AUTHENTICATION = json.dumps(
    {
        "apiVersion": "apiserver.config.k8s.io/v1",
        "kind": "AuthenticationConfiguration",
        "anonymous": {
            "enabled": True,
            "conditions": [{"path": path} for path in ("/livez", "/readyz", "/healthz")],
        },
    }
)


def _etcd(home: Home, identities: Identities, addresses: Addresses) -> str:
    """etcd's own configuration format; it syncs every write to disk unless told otherwise."""
    server = identities.etcd.path(ETCD_SERVER.name)
    client_url = f"https://{LOOPBACK}:{addresses.etcd}"
    peer_url = f"https://{LOOPBACK}:{addresses.etcd_peer}"
    security = {
        "cert-file": str(server.certificate),
        "key-file": str(server.key),
        "trusted-ca-file": str(identities.etcd.pair.certificate),
        "client-cert-auth": True,
    }
    return json.dumps(
        {
            "name": "storeweaver",
            "data-dir": str(home.etcd),
            "listen-client-urls": client_url,
            "advertise-client-urls": client_url,
            "listen-peer-urls": peer_url,
            "initial-advertise-peer-urls": peer_url,
            "initial-cluster": f"storeweaver={peer_url}",
            "listen-metrics-urls": f"http://{LOOPBACK}:{addresses.etcd_health}",
            "client-transport-security": security,
            "peer-transport-security": security,
            "auto-compaction-mode": "periodic",
            "auto-compaction-retention": "5m",
            # milliseconds; the one member waits as long for others before it elects itself
            "heartbeat-interval": 20,
            "election-timeout": 200,
            "quota-backend-bytes": 2 * 1024**3,
            "log-level": "warn",
        },
        indent=1,
    )


def _api_server(
    identities: Identities, addresses: Addresses, authentication: Path
) -> tuple[str, ...]:
    serving = identities.cluster.path(API_SERVER.name)
    kubelet = identities.cluster.path(API_SERVER_TO_KUBELET.name)
    etcd = identities.etcd.path(ETCD_CLIENT.name)
    proxy = identities.front_proxy.path(FRONT_PROXY_CLIENT.name)
    accounts = identities.service_accounts
    return (
        f"--bind-address={addresses.bind}",
        f"--secure-port={addresses.api}",
        f"--advertise-address={addresses.advertise}",
        f"--tls-cert-file={serving.certificate}",
        f"--tls-private-key-file={serving.key}",
        f"--client-ca-file={identities.authority}",
        f"--authentication-config={authentication}",
        "--authorization-mode=Node,RBAC",
        "--enable-admission-plugins=NodeRestriction",
        "--allow-privileged=true",
        f"--etcd-servers=https://{LOOPBACK}:{addresses.etcd}",
        f"--etcd-cafile={identities.etcd.pair.certificate}",
        f"--etcd-certfile={etcd.certificate}",
        f"--etcd-keyfile={etcd.key}",
        f"--kubelet-certificate-authority={identities.authority}",
        f"--kubelet-client-certificate={kubelet.certificate}",
        f"--kubelet-client-key={kubelet.key}",
        "--kubelet-preferred-address-types=InternalIP",
        f"--proxy-client-cert-file={proxy.certificate}",
        f"--proxy-client-key-file={proxy.key}",
        f"--requestheader-client-ca-file={identities.front_proxy.pair.certificate}",
        "--requestheader-allowed-names=front-proxy-client",
        "--requestheader-extra-headers-prefix=X-Remote-Extra-",
        "--requestheader-group-headers=X-Remote-Group",
        "--requestheader-username-headers=X-Remote-User",
        "--enable-aggregator-routing=true",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={accounts.certificate}",
        f"--service-account-signing-key-file={accounts.key}",
        f"--service-cluster-ip-range={SERVICE_NETWORK}",
        "--profiling=false",
    )


def _client(kubeconfig: Path, identities: Identities, name: str) -> tuple[str, ...]:
    pair = identities.cluster.path(name)
    return (
        f"--kubeconfig={kubeconfig}",
        f"--authentication-kubeconfig={kubeconfig}",
        f"--authorization-kubeconfig={kubeconfig}",
        f"--tls-cert-file={pair.certificate}",
        f"--tls-private-key-file={pair.key}",
        f"--bind-address={LOOPBACK}",
        "--leader-elect=false",
        "--profiling=false",
    )
