"""What the app is told about cluster and images: one file, replaced at each change."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

from cluster.image_states import ImageState
from cluster.lifecycle import Running
from cluster.progress import Phase

ClusterState = Literal["starting", "ready", "failed", "away"]

SHARED = frozenset({"metrics-server"})
"""Parts without which stores are made, run and are reached all the same."""


@dataclass(frozen=True)
class ClusterTold:
    """How the cluster fares; `reason` is one sentence for any state but `ready`."""

    state: ClusterState = "starting"
    reason: str = "Kubernetes is being prepared."


@dataclass(frozen=True)
class IngressTold:
    """Where shops answer on this machine; `address` is HOST:PORT of the one in clear.

    Empty until it is known, and for a cluster of the user's own, whose ingress the
    settings name.
    """

    http_port: int = 0
    https_port: int = 0
    address: str = ""


@dataclass(frozen=True)
class Told:
    """Everything that stands in the file.

    Attributes:
        phases: of the preparation that runs or ran last.
        images: `ready` when pods can be started from it.
        kubeconfig: its path; empty until the cluster is there.
        helm: path of the program; empty until it is there.
    """

    phases: tuple[Phase, ...] = ()
    images: tuple[ImageState, ...] = ()
    cluster: ClusterTold = field(default_factory=ClusterTold)
    ingress: IngressTold = field(default_factory=IngressTold)
    kubeconfig: str = ""
    helm: str = ""


def begin(path: Path) -> None:
    """Say that nothing is known yet, so that the file exists before anybody reads it."""
    write(path, Told())


def write(path: Path, told: Told) -> None:
    """Replace the file, readable by everybody."""
    replace_file(path, json.dumps(asdict(told), indent=1), mode=0o644)


def replace_file(path: Path, content: str, *, mode: int, owner: int | None = None) -> None:
    """Replace a file, so that a reader sees the old or the new one whole.

    Args:
        owner: user and group it is given to; the caller's where absent.
    """
    temporary = path.with_name(path.name + ".new")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w") as sink:
        sink.write(content)
        os.fchmod(descriptor, mode)
        if owner is not None:
            os.fchown(descriptor, owner, owner)
    temporary.replace(path)


def judge(found: Running | None, *, error: str, is_preparing: bool, was_ready: bool) -> ClusterTold:
    """How the local cluster fares.

    Args:
        found: what its supervisor says; None where none lives.
        error: why the last preparation failed; empty while one runs or after it succeeded.
        was_ready: whether the cluster was ready since the platform started.
    """
    if found is not None:
        ailing = [
            part
            for part in found.parts
            if part.state not in {"ready", "done"} and part.name not in SHARED
        ]
        if found.parts and not ailing:
            return ClusterTold("ready", "")
        names = ", ".join(part.name for part in ailing) or "its supervisor"
        dying = [part.name for part in ailing if part.state == "failing"]
        if dying:
            reason = f"{dying[0]} keeps dying; `make logs PART={dying[0]}` says why."
            return ClusterTold("away" if was_ready else "failed", reason)
        if was_ready:
            return ClusterTold("away", f"Kubernetes is restarting: {names}.")
        return ClusterTold("starting", f"Kubernetes is starting: {names}.")
    if error:
        return ClusterTold("failed", error)
    if is_preparing:
        state: ClusterState = "away" if was_ready else "starting"
        return ClusterTold(state, "Kubernetes is being prepared.")
    return ClusterTold("away", "Kubernetes was stopped; `make up` starts it again.")
