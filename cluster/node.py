"""The one node: containerd, kubelet, kube-proxy and the pods' network."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cluster.addresses import (
    CLUSTER_DOMAIN,
    DNS_SERVICE_ADDRESS,
    LOOPBACK,
    NODE_ADDRESS,
    NODE_NAME,
    POD_NETWORK,
    Addresses,
)
from cluster.control_plane import API
from cluster.home import Home
from cluster.identities import KUBE_PROXY, KUBELET, KUBELET_SERVER, Identities
from cluster.parts import ConfigFile, Part
from cluster.probes import HttpProbe, SocketProbe

CONTAINERD = "containerd"
KUBELET_PART = "kubelet"
PROXY = "kube-proxy"
NODE_READY = "node"

CONTAINERD_SOCKET = Path("/run/containerd/containerd.sock")
"""Inside the cluster's own mount namespace, where /run is its own."""

PAUSE_IMAGE = "localhost/storeweaver/pause"
MAX_PODS = 250


@dataclass(frozen=True)
class Node:
    """The parts of the node and the files they read."""

    parts: tuple[Part, ...]
    files: tuple[ConfigFile, ...]


def node(
    home: Home,
    *,
    program: Path,
    identities: Identities,
    addresses: Addresses,
    pause_reference: str,
    cgroup: str,
    kubectl: tuple[str, ...],
    stop_pods: Callable[[], None],
) -> Node:
    """The node of the cluster in `home`.

    Args:
        program: the Kubernetes program.
        pause_reference: the image that holds a pod's namespaces.
        cgroup: absolute path, within each hierarchy, below which pods are placed.
        kubectl: command line of kubectl as administrator.
        stop_pods: ends every container once the kubelet no longer restarts them.
    """
    kubelet = identities.kubeconfig(home, KUBELET, addresses)
    proxy = identities.kubeconfig(home, KUBE_PROXY, addresses)
    network = home.config / "cni"
    files = (
        kubelet,
        proxy,
        ConfigFile(home.config / "containerd.toml", _containerd(home, network, pause_reference)),
        ConfigFile(network / "10-storeweaver.conflist", _NETWORK),
        ConfigFile(home.config / "kubelet.json", _kubelet(home, identities, cgroup)),
        ConfigFile(home.config / "resolv.conf", ""),
        ConfigFile(home.config / "kube-proxy.json", _proxy(proxy.path)),
    )
    parts = (
        Part(
            CONTAINERD,
            ("/usr/bin/containerd", "--config", str(home.config / "containerd.toml")),
            ready=SocketProbe(CONTAINERD_SOCKET),
            # containerd's debug writer would otherwise need a folder of the host
            environment={"TMPDIR": str(home.run)},
        ),
        Part(
            KUBELET_PART,
            (
                str(program),
                "kubelet",
                f"--config={home.config / 'kubelet.json'}",
                f"--kubeconfig={kubelet.path}",
                f"--root-dir={home.kubelet}",
                f"--cert-dir={home.kubelet / 'pki'}",
                f"--hostname-override={NODE_NAME}",
                f"--node-ip={NODE_ADDRESS}",
            ),
            needs=(API, CONTAINERD),
            ready=HttpProbe(f"http://{LOOPBACK}:10248/healthz"),
            after_stop=stop_pods,
        ),
        Part(
            PROXY,
            (str(program), "kube-proxy", f"--config={home.config / 'kube-proxy.json'}"),
            needs=(API,),
            ready=HttpProbe(f"http://{LOOPBACK}:10256/healthz"),
        ),
        Part(
            NODE_READY,
            (*kubectl, "wait", f"node/{NODE_NAME}", "--for=condition=Ready", "--timeout=60s"),
            needs=(KUBELET_PART,),
            once=True,
        ),
    )
    return Node(parts=parts, files=files)


_NETWORK = json.dumps(
    {
        "cniVersion": "1.0.0",
        "name": "storeweaver",
        "plugins": [
            {
                "type": "bridge",
                "bridge": "cni0",
                "isGateway": True,
                "ipMasq": False,
                "hairpinMode": True,
                "ipam": {
                    "type": "host-local",
                    "ranges": [[{"subnet": POD_NETWORK}]],
                    "routes": [{"dst": "0.0.0.0/0"}],
                    "dataDir": "/run/cni",
                },
            }
        ],
    },
    indent=1,
)


def _containerd(home: Home, network: Path, pause_reference: str) -> str:
    """Everything below the state folder or in the private /run.

    `oom_score` 0 and `restrict_oom_score_adj`: lowering a score needs
    CAP_SYS_RESOURCE, which a machine may not give.
    """
    return f"""version = 2
root = "{home.containerd}"
state = "/run/containerd"
oom_score = 0
disabled_plugins = [
  "io.containerd.snapshotter.v1.aufs",
  "io.containerd.snapshotter.v1.btrfs",
  "io.containerd.snapshotter.v1.devmapper",
  "io.containerd.snapshotter.v1.zfs",
  "io.containerd.internal.v1.tracing",
]

[grpc]
  address = "{CONTAINERD_SOCKET}"

[plugins."io.containerd.internal.v1.opt"]
  path = "{home.containerd}/opt"

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "{pause_reference}"
  restrict_oom_score_adj = true
  stream_server_address = "{LOOPBACK}"
  max_container_log_line_size = 16384
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "{network}"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
"""


def _kubelet(home: Home, identities: Identities, cgroup: str) -> str:
    serving = identities.cluster.path(KUBELET_SERVER.name)
    return json.dumps(
        {
            "apiVersion": "kubelet.config.k8s.io/v1beta1",
            "kind": "KubeletConfiguration",
            "address": NODE_ADDRESS,
            "healthzBindAddress": LOOPBACK,
            "readOnlyPort": 0,
            "tlsCertFile": str(serving.certificate),
            "tlsPrivateKeyFile": str(serving.key),
            "authentication": {
                "anonymous": {"enabled": False},
                "webhook": {"enabled": True},
                "x509": {"clientCAFile": str(identities.authority)},
            },
            "authorization": {"mode": "Webhook"},
            "cgroupDriver": "cgroupfs",
            "cgroupRoot": cgroup,
            "enforceNodeAllocatable": [],
            "failCgroupV1": False,
            "failSwapOn": False,
            "oomScoreAdj": 0,
            "containerRuntimeEndpoint": f"unix://{CONTAINERD_SOCKET}",
            "clusterDNS": [DNS_SERVICE_ADDRESS],
            "clusterDomain": CLUSTER_DOMAIN,
            "resolvConf": str(home.config / "resolv.conf"),
            "volumePluginDir": str(home.kubelet / "volume-plugins"),
            "maxPods": MAX_PODS,
            "makeIPTablesUtilChains": False,
            "serializeImagePulls": False,
            "containerLogMaxSize": "10Mi",
            "containerLogMaxFiles": 3,
            "evictionHard": {
                "memory.available": "100Mi",
                "nodefs.available": "2%",
                "imagefs.available": "2%",
            },
            # images come from archives and cannot be pulled again
            "imageGCHighThresholdPercent": 100,
            "nodeStatusUpdateFrequency": "10s",
        },
        indent=1,
    )


def _proxy(kubeconfig: Path) -> str:
    return json.dumps(
        {
            "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
            "kind": "KubeProxyConfiguration",
            "mode": "nftables",
            "clientConnection": {"kubeconfig": str(kubeconfig)},
            "clusterCIDR": POD_NETWORK,
            "hostnameOverride": NODE_NAME,
            "healthzBindAddress": f"{LOOPBACK}:10256",
            "metricsBindAddress": f"{LOOPBACK}:10249",
            # the host's connection table is not ours to resize
            "conntrack": {"maxPerCore": 0, "min": 0},
        },
        indent=1,
    )
