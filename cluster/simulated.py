"""A simulated cluster: a real control plane whose pods are played by kwok.

Scheduling, admission, quotas, garbage collection and Helm are upstream's own; only what a
kubelet would report comes from stages. Needs neither root nor a namespace: everything
listens on the loopback, on ports that are free.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, astuple, dataclass
from functools import partial
from pathlib import Path

import anyio

from cluster import identities
from cluster.addresses import LOOPBACK, UNREACHABLE_ADDRESS, Addresses
from cluster.commands import run, tail
from cluster.control_plane import API, control_plane
from cluster.errors import ClusterError
from cluster.home import Home
from cluster.identities import Identities, write_administrator
from cluster.parts import ConfigFile, Part
from cluster.probes import HttpProbe
from cluster.stages import stages as kwok_stages
from cluster.supervisor import Supervisor, read_parts, status_file
from cluster.system import PROVISIONER_MANIFESTS

LEAVES = (*identities.CONTROL_PLANE, identities.KWOK, identities.STORAGE)
KWOK = "kwok"
NODE = "node"
STORAGE = "storage"
SYSTEM = "system"

NODE_MANIFEST = """
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: simulated-storage}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: "storeweaver:storage"}]
---
apiVersion: v1
kind: Node
metadata:
  name: simulated
  labels: {kubernetes.io/hostname: simulated, kubernetes.io/os: linux, type: kwok}
  annotations: {kwok.x-k8s.io/node: fake}
status:
  allocatable: {cpu: "32", memory: 256Gi, pods: "2000"}
  capacity: {cpu: "32", memory: 256Gi, pods: "2000"}
  phase: Running
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata:
  name: simulated
  annotations: {storageclass.kubernetes.io/is-default-class: "true"}
provisioner: storeweaver.dev/folder
volumeBindingMode: WaitForFirstConsumer
---
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata:
  name: simulated
  annotations: {ingressclass.kubernetes.io/is-default-class: "true"}
spec: {controller: storeweaver.dev/simulated}
"""


@dataclass(frozen=True)
class SimulatedCluster:
    """A running simulated cluster.

    Attributes:
        home: its folder.
        program: the Kubernetes program, for kubectl.
    """

    home: Home
    program: Path

    def kubectl(self, *arguments: str, stdin: bytes | None = None) -> str:
        """Run kubectl as administrator and return what it printed."""
        return run(
            [self.program, "kubectl", *arguments],
            env={"KUBECONFIG": str(self.home.kubeconfig)},
            stdin=stdin,
        )


@dataclass(frozen=True)
class Programs:
    """What a simulated cluster runs."""

    kubernetes: Path
    addons: Path
    kwok: Path


@contextmanager
def simulated(folder: Path, programs: Programs) -> Iterator[SimulatedCluster]:
    """A cluster that lives in `folder` until the context is left, or this process dies.

    Raises:
        ClusterError: a part keeps dying; `detail` holds its last words.
    """
    home = Home(root=folder, cache=folder / "cache")
    home.logs.mkdir(parents=True, exist_ok=True)
    with (home.logs / "supervisor.log").open("ab") as log:
        child = subprocess.Popen(
            [sys.executable, "-m", "cluster.simulated", folder, *astuple(programs)],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
            start_new_session=True,
        )
    try:
        _wait_ready(home, child)
        yield SimulatedCluster(home, programs.kubernetes)
    finally:
        # its standard input ends, which tells it to stop, whoever closes it
        child.communicate()


def _wait_ready(home: Home, child: subprocess.Popen[bytes]) -> None:
    while True:
        try:
            parts = read_parts(json.loads(status_file(home).read_text()))
        except (FileNotFoundError, json.JSONDecodeError):
            parts = []
        if parts and all(part.state in {"ready", "done"} for part in parts):
            return
        failing = [part for part in parts if part.state == "failing"]
        if failing or child.poll() is not None:
            name = failing[0].name if failing else "supervisor"
            raise ClusterError(
                f"The simulated cluster's {name} does not start.",
                next_step=f"Read the logs below {home.logs}.",
                detail=tail(home.logs / f"{name}.log"),
            )
        threading.Event().wait(0.05)


def serve(folder: Path, programs: Programs) -> None:
    """Run the cluster until standard input ends or SIGTERM comes."""
    home = Home(root=folder, cache=folder / "cache")
    addresses = _free_addresses()
    issued = Identities.issue(home, LEAVES)
    parts, files = _assemble(home, programs, issued, addresses)
    for file in files:
        file.path.parent.mkdir(parents=True, exist_ok=True)
        file.path.write_text(file.content)
    home.etcd.mkdir(mode=0o700, parents=True, exist_ok=True)
    home.volumes.mkdir(parents=True, exist_ok=True)
    write_administrator(home, issued, server=addresses.api_url)
    threading.Thread(target=_stop_when_input_ends, daemon=True).start()
    supervisor = Supervisor(
        home, parts, renew=partial(Identities.issue, home, LEAVES), facts={"api": asdict(addresses)}
    )
    anyio.run(supervisor.run)


def _assemble(
    home: Home, programs: Programs, issued: Identities, addresses: Addresses
) -> tuple[tuple[Part, ...], tuple[ConfigFile, ...]]:
    plane = control_plane(home, program=programs.kubernetes, identities=issued, addresses=addresses)
    player = issued.kubeconfig(home, identities.KWOK, addresses)
    stages = ConfigFile(home.config / "stages.yaml", kwok_stages())
    volumes = issued.kubeconfig(home, identities.STORAGE, addresses)
    nodes = ConfigFile(home.config / "node.yaml", NODE_MANIFEST)
    rights = ConfigFile(home.config / "provisioner.yaml", PROVISIONER_MANIFESTS.read_text())
    port = _free_port()
    parts = (
        Part(
            KWOK,
            (
                str(programs.kwok),
                f"--kubeconfig={player.path}",
                "--manage-all-nodes=true",
                f"--config={stages.path}",
                f"--server-address={LOOPBACK}:{port}",
                "--node-ip=192.0.2.2",
            ),
            needs=(API,),
            ready=HttpProbe(f"http://{LOOPBACK}:{port}/healthz"),
            environment={"HOME": str(home.run), "KWOK_WORKDIR": str(home.run)},
        ),
        Part(
            STORAGE,
            (
                *(str(programs.addons), "storage", f"--kubeconfig={volumes.path}"),
                *(f"--root={home.volumes}", "--node=simulated"),
            ),
            needs=(SYSTEM,),
        ),
        Part(
            SYSTEM,
            (
                *(str(programs.kubernetes), "kubectl", f"--kubeconfig={player.path}"),
                *("apply", "--server-side", f"--filename={nodes.path}"),
                f"--filename={rights.path}",
            ),
            needs=(API,),
            once=True,
        ),
        Part(
            NODE,
            (
                *(str(programs.kubernetes), "kubectl", f"--kubeconfig={player.path}", "wait"),
                *("node/simulated", "--for=condition=Ready", "--timeout=60s"),
            ),
            needs=(KWOK, SYSTEM),
            once=True,
        ),
    )
    return (*plane.parts, *parts), (*plane.files, player, volumes, stages, nodes, rights)


def _free_addresses() -> Addresses:
    ports = [_free_port() for _ in range(6)]
    return Addresses(
        bind=LOOPBACK,
        advertise=UNREACHABLE_ADDRESS,
        api=ports[0],
        etcd=ports[1],
        etcd_peer=ports[2],
        etcd_health=ports[3],
        controller_manager=ports[4],
        scheduler=ports[5],
    )


def _free_port() -> int:
    with socket.socket() as opened:
        opened.bind((LOOPBACK, 0))
        return int(opened.getsockname()[1])


def _stop_when_input_ends() -> None:
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    serve(Path(sys.argv[1]), Programs(*map(Path, sys.argv[2:])))
