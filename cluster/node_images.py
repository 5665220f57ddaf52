"""Images in the containerd of the local cluster's node."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from cluster.image_recipes import PREFIX
from cluster.images import BuiltImage

NAMESPACE = "k8s.io"
"""Containerd's namespace that the kubelet uses."""

Run = Callable[[Sequence[str]], str]
"""Runs a program where containerd's socket is, and returns what it printed."""


class NodeImages:
    """The images that pods on the node can use."""

    def __init__(self, run: Run, *, socket: Path) -> None:
        self._run = run
        self._socket = socket

    def present(self) -> dict[str, str]:
        """Digest of the manifest by reference, of every named image."""
        lines = self._ctr("images", "list").splitlines()[1:]
        rows = (line.split() for line in lines)
        return {row[0]: row[2] for row in rows if len(row) > 2}

    def import_missing(
        self, images: Iterable[BuiltImage], *, note: Callable[[str], None]
    ) -> list[str]:
        """Import the images that are not there with the same content.

        Returns:
            The references that were imported; nothing is read or written for the others.

        Raises:
            CommandFailed: containerd does not answer or refuses an archive.
        """
        present = self.present()
        imported = []
        for image in images:
            if present.get(image.reference) != image.digest:
                note(image.name)
                self._ctr("images", "import", str(image.archive))
                imported.append(image.reference)
        return imported

    def remove_outdated(self, *, keep: Iterable[str]) -> list[str]:
        """Remove our images under other names than `keep`; containerd frees their layers.

        Args:
            keep: references that are current, or named by a workload: the image could
                not be pulled again.

        Returns:
            The references that were removed.
        """
        kept = set(keep)
        outdated = [
            reference
            for reference in self.present()
            if reference.startswith(f"{PREFIX}/") and reference not in kept
        ]
        if outdated:
            self._ctr("images", "remove", *outdated)
        return outdated

    def _ctr(self, *arguments: str) -> str:
        return self._run(
            ["ctr", f"--address={self._socket}", f"--namespace={NAMESPACE}", *arguments]
        )


def used_by_workloads(listed: dict[str, Any]) -> set[str]:
    """References that workloads name, whether or not their pods run.

    Args:
        listed: what `kubectl get pods,deployments,statefulsets,daemonsets,replicasets,jobs,
            cronjobs --all-namespaces --output=json` printed.
    """
    found: set[str] = set()
    for item in listed["items"]:
        spec = item.get("spec", {})
        # a cron job holds a job's template, which holds a pod's; a pod is its own
        while "template" in spec or "jobTemplate" in spec:
            spec = spec.get("jobTemplate", spec.get("template"))["spec"]
        for kind in ("initContainers", "containers"):
            found.update(container["image"] for container in spec.get(kind) or ())
    return found
