"""A cluster that the user named, spoken to with kubectl.

It is used only when `CLUSTER_CONTEXT` names it, never because a kubeconfig happens to
point somewhere; and nothing is installed then.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cluster import rights
from cluster.commands import run
from cluster.errors import ClusterError, CommandFailed
from cluster.existing_checks import (
    Check,
    Report,
    judge_context,
    judge_ingress,
    judge_refused,
    judge_rights,
    judge_storage,
    judge_unreachable,
    judge_version,
)
from cluster.home import Home

REQUEST_TIMEOUT = 10
"""Seconds that one request may take."""


CHECKS = ("context", "reachable", "version", "rights", "ingress class", "storage class")
"""In the order in which they are made."""


@dataclass(frozen=True)
class ExistingCluster:
    """A cluster of the user's own kubeconfig.

    Attributes:
        context: as in the kubeconfig.
        command: kubectl's command line, without a context.
        ingress_class: the one that stores are to use; the cluster's default where empty.
    """

    context: str
    command: tuple[str, ...]
    ingress_class: str = ""

    def kubectl(self, *arguments: str, stdin: bytes | None = None) -> str:
        """Run kubectl on this cluster and return what it printed.

        Raises:
            CommandFailed: kubectl failed.
        """
        target = (f"--context={self.context}", f"--request-timeout={REQUEST_TIMEOUT}s")
        return run([*self.command, *target, *arguments], stdin=stdin)

    def check(self) -> Report:
        """Look at everything that the product needs of a cluster; changes nothing in it."""
        known = run([*self.command, "config", "get-contexts", "--output=name"]).split()
        checks = [judge_context(self.context, known, kubeconfig())]
        if checks[-1].state == "ok":
            checks.append(self._reach())
        if checks[-1].state != "ok":
            skipped = (Check(name, "skipped") for name in CHECKS[len(checks) :])
            return Report(self.context, (*checks, *skipped))
        ingress = self._ask("ingress class", self._ingress)
        checks += [
            self._ask("version", self._version),
            self._ask("rights", self._rights),
            ingress,
            self._ask("storage class", self._storage),
        ]
        return Report(self.context, tuple(checks), ingress_class=ingress.found)

    def images_on_every_node(self) -> set[str]:
        """References of images that every node says it has; a node lists its largest fifty."""
        nodes = self._json("get", "nodes", "--output=json")["items"]
        named = (
            {name for image in node["status"].get("images", ()) for name in image["names"] or ()}
            for node in nodes
        )
        return set.intersection(*named) if nodes else set()

    def _reach(self) -> Check:
        try:
            self._version()
        except ClusterError as failure:
            return judge_unreachable(failure.detail or failure.problem)
        return Check("reachable", "ok", found="its API server answers")

    def _version(self) -> Check:
        return judge_version(self._json("get", "--raw=/version"))

    def _rights(self) -> Check:
        if not self._refused(rights.EVERYTHING):
            return judge_rights([])
        return judge_rights(self._refused(*rights.NEEDED))

    def _refused(self, *asked: rights.Right) -> list[rights.Right]:
        answers = self.kubectl(
            "create", "--output=json", "--filename=-", stdin=rights.reviews(*asked)
        )
        return rights.refused(answers)

    def _ingress(self) -> Check:
        listed = self._json("get", "ingressclasses", "--output=json")
        return judge_ingress(listed, self.ingress_class)

    def _storage(self) -> Check:
        return judge_storage(self._json("get", "storageclasses", "--output=json"))

    def _ask(self, name: str, question: Callable[[], Check]) -> Check:
        try:
            return question()
        except CommandFailed as failure:
            return judge_refused(name, failure.detail)

    def _json(self, *arguments: str) -> Any:
        return json.loads(self.kubectl(*arguments))


def named(home: Home, *, environment: Mapping[str, str] | None = None) -> ExistingCluster | None:
    """The cluster that `CLUSTER_CONTEXT` names, with `INGRESS_CLASS`; None where it is unset.

    Raises:
        ClusterError: there is no kubectl to speak to it with.
    """
    found = os.environ if environment is None else environment
    context = found.get("CLUSTER_CONTEXT", "")
    if not context:
        return None
    return ExistingCluster(context, _kubectl(home), found.get("INGRESS_CLASS", ""))


def kubeconfig() -> str:
    """The kubeconfig that kubectl reads."""
    return os.environ.get("KUBECONFIG") or str(Path("~/.kube/config").expanduser())


def _kubectl(home: Home) -> tuple[str, ...]:
    """kubectl's command line: the user's own, which has their sign-in plugins, or ours."""
    found = shutil.which("kubectl")
    if found is not None:
        return (found,)
    built = sorted(home.programs.glob("kubernetes-*/kubernetes"), key=lambda p: p.stat().st_mtime)
    if built:
        return (str(built[-1]), "kubectl")
    raise ClusterError(
        "CLUSTER_CONTEXT names a cluster, and kubectl is not on the PATH.",
        next_step="Install kubectl, or unset CLUSTER_CONTEXT to use a local cluster.",
    )
