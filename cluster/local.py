"""The local cluster: all of its parts, put together and supervised in one process."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import anyio

from cluster import identities
from cluster.addresses import Addresses
from cluster.cgroups import create as create_cgroup
from cluster.control_plane import API, control_plane
from cluster.errors import ClusterError
from cluster.home import Home
from cluster.identities import Identities, write_administrator
from cluster.listeners import Listeners, listen
from cluster.locks import take
from cluster.node import node
from cluster.parts import ConfigFile, Part
from cluster.pods import stop_pods
from cluster.processes import end, processes
from cluster.sandbox import enter
from cluster.supervisor import Supervisor
from cluster.system import system

PROGRAMS = ("kubernetes", "addons", "relay", "packages")
"""Names of what `Programs.names` says; a supervisor of another version may lack some."""

LEAVES = (*identities.CONTROL_PLANE, *identities.NODE, *identities.ADDONS)


@dataclass(frozen=True)
class Programs:
    """What a cluster runs: our three programs, the Debian packages, the pause image."""

    kubernetes: Path
    addons: Path
    relay: Path
    packages: Path
    pause_reference: str

    @property
    def names(self) -> dict[str, str]:
        """Where each is, as the status file says it."""
        return {
            "kubernetes": str(self.kubernetes),
            "addons": str(self.addons),
            "relay": str(self.relay),
            "packages": str(self.packages),
        }


def failure_file(home: Home) -> Path:
    """Why the latest supervisor could not begin; absent where it could."""
    return home.run / "failure.json"


def read_failure(home: Home) -> ClusterError | None:
    """What `failure_file` holds."""
    try:
        told = json.loads(failure_file(home).read_text())
    except FileNotFoundError:
        return None
    return ClusterError(told["problem"], next_step=told["next_step"], detail=told["detail"])


def supervise(home: Home, programs: Programs) -> None:
    """Run the cluster until SIGTERM; returns at once where it is run already.

    Raises:
        ClusterError: a port, the cgroups or the namespaces cannot be had.
    """
    if not take(home.supervisor_lock):
        return
    try:
        supervisor, listeners = _prepare(home, programs)
    except ClusterError as error:
        told = {"problem": error.problem, "next_step": error.next_step, "detail": error.detail}
        failure_file(home).parent.mkdir(parents=True, exist_ok=True)
        failure_file(home).write_text(json.dumps(told))
        raise
    anyio.run(supervisor.run)
    listeners.close()


def _prepare(home: Home, programs: Programs) -> tuple[Supervisor, Listeners]:
    """Everything up to the first part's start; the sockets close with their last reference."""
    end_stale_parts(home)
    listeners = listen(home)
    cgroup = create_cgroup(home.name)
    shims = [process for process in processes(home) if process.is_shim]
    if enter(home, packages=programs.packages, living=shims):
        # addresses were given out in a network that is gone
        end(shims, grace=0)
    addresses = Addresses()
    issued = Identities.issue(home, LEAVES)
    parts, files = assemble(home, programs, issued, addresses, listeners, cgroup)
    for file in files:
        file.path.parent.mkdir(parents=True, exist_ok=True)
        file.path.write_text(file.content)
    home.etcd.mkdir(mode=0o700, parents=True, exist_ok=True)
    home.volumes.mkdir(mode=0o711, parents=True, exist_ok=True)
    write_administrator(home, issued, server=f"https://127.0.0.1:{listeners.ports.api}")
    supervisor = Supervisor(
        home,
        parts,
        renew=partial(Identities.issue, home, LEAVES),
        facts={
            "ports": asdict(listeners.ports),
            **programs.names,
        },
    )
    return supervisor, listeners


def assemble(
    home: Home,
    programs: Programs,
    issued: Identities,
    addresses: Addresses,
    listeners: Listeners,
    cgroup: str,
) -> tuple[tuple[Part, ...], tuple[ConfigFile, ...]]:
    """Every part of the local cluster and every file they read."""
    administrator = issued.kubeconfig(home, identities.ADMINISTRATOR, addresses)
    kubectl = (str(programs.kubernetes), "kubectl", f"--kubeconfig={administrator.path}")
    plane = control_plane(home, program=programs.kubernetes, identities=issued, addresses=addresses)
    machine = node(
        home,
        program=programs.kubernetes,
        identities=issued,
        addresses=addresses,
        pause_reference=programs.pause_reference,
        cgroup=cgroup,
        kubectl=kubectl,
        stop_pods=partial(stop_pods, home),
    )
    services = system(
        home,
        program=programs.addons,
        relay=programs.relay,
        identities=issued,
        addresses=addresses,
        listeners=listeners,
        kubectl=kubectl,
    )
    return (
        (*plane.parts, *machine.parts, *services.parts),
        (administrator, *plane.files, *machine.files, *services.files),
    )


def end_stale_parts(home: Home) -> None:
    """End what a supervisor left that was killed; containers run on.

    The API server ends before etcd, so that it can close what it has open.
    """
    stale = [process for process in processes(home) if not process.is_shim and process.part]
    last = ("etcd",)
    plane = (API,)
    end([process for process in stale if process.part not in (*last, *plane)], grace=3)
    end([process for process in stale if process.part in plane], grace=3)
    end([process for process in stale if process.part in last], grace=5)
