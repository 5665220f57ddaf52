"""kubectl as administrator of the local cluster, from the host."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import NoReturn

from cluster.commands import run
from cluster.errors import ClusterError
from cluster.home import Home
from cluster.lifecycle import running
from cluster.node_images import used_by_workloads


def kubectl(home: Home, *arguments: str, stdin: bytes | None = None) -> str:
    """Run kubectl and return what it printed.

    Raises:
        ClusterError: the cluster does not run, or kubectl failed.
    """
    return run([_program(home), "kubectl", *arguments], env=_environment(home), stdin=stdin)


def become_kubectl(home: Home, arguments: list[str]) -> NoReturn:
    """Replace this process by kubectl, so that terminals and signals reach it."""
    program = _program(home)
    sys.stdout.flush()
    os.execve(program, ["kubectl", *arguments], {**os.environ, **_environment(home)})


def used_references(home: Home) -> set[str]:
    """Image references that a workload of the cluster names."""
    kinds = "pods,deployments,statefulsets,daemonsets,replicasets,jobs,cronjobs"
    return used_by_workloads(
        json.loads(kubectl(home, "get", kinds, "--all-namespaces", "--output=json"))
    )


def _program(home: Home) -> Path:
    found = running(home)
    if found is None or not found.programs:
        raise ClusterError("The local cluster does not run.", next_step="Start it with `make up`.")
    return Path(found.programs["kubernetes"])


def _environment(home: Home) -> dict[str, str]:
    return {"KUBECONFIG": str(home.kubeconfig)}
