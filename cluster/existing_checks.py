"""What an existing cluster must offer, judged from what its API answered."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

from cluster.errors import ClusterError
from cluster.rights import Right

OLDEST_VERSION = (1, 30)
"""The oldest Kubernetes that the product is made for."""

DEFAULT_INGRESS_CLASS = "ingressclass.kubernetes.io/is-default-class"
DEFAULT_STORAGE_CLASS = "storageclass.kubernetes.io/is-default-class"

State = Literal["ok", "failed", "skipped"]


@dataclass(frozen=True)
class Check:
    """One thing that was looked at.

    Attributes:
        name: what it is about.
        state: `skipped` where an earlier failure leaves nothing to look at.
        found: what is there, when it is as needed.
        problem: what is not as needed, one sentence.
        next_step: what to do about it.
    """

    name: str
    state: State
    found: str = ""
    problem: str = ""
    next_step: str = ""


@dataclass(frozen=True)
class Report:
    """What the checks of a cluster came to.

    Attributes:
        context: as in the kubeconfig.
        checks: in the order in which they were made.
        ingress_class: the one for stores to use; empty where there is none.
    """

    context: str
    checks: tuple[Check, ...]
    ingress_class: str = ""

    @property
    def is_usable(self) -> bool:
        """Whether every check went well."""
        return all(check.state == "ok" for check in self.checks)

    def require(self) -> None:
        """Raise a ClusterError with every problem, if there is one."""
        failed = [check for check in self.checks if check.state == "failed"]
        if failed:
            raise ClusterError(
                f"The cluster of context {self.context} cannot be used: "
                + " ".join(check.problem for check in failed),
                next_step=" ".join(dict.fromkeys(check.next_step for check in failed)),
            )


def judge_context(context: str, known: list[str], kubeconfig: str) -> Check:
    """Whether the kubeconfig has the context; `known` are those that it has."""
    if context in known:
        return Check("context", "ok", found=context)
    others = f"it has {', '.join(known)}" if known else "it has none"
    return Check(
        "context",
        "failed",
        problem=f"The kubeconfig {kubeconfig} has no context {context}; {others}.",
        next_step="Correct CLUSTER_CONTEXT, or set KUBECONFIG to the file that has it (sudo "
        "keeps it with --preserve-env=KUBECONFIG).",
    )


def judge_unreachable(said: str) -> Check:
    """Why the API server gave no answer, from what kubectl printed."""
    lines = [line for line in said.splitlines() if line.strip()]
    last = lines[-1].strip().rstrip(".?") if lines else "no reason given"
    if "must be logged in" in last or "Unauthorized" in last:
        return Check(
            "reachable",
            "failed",
            problem="Its API server does not accept the kubeconfig's credentials.",
            next_step="Sign in to the cluster again, so that `kubectl get namespaces` works.",
        )
    return Check(
        "reachable",
        "failed",
        problem=f"Its API server does not answer: {last}.",
        next_step="Start that cluster, or correct or unset CLUSTER_CONTEXT.",
    )


def judge_version(answer: dict[str, Any]) -> Check:
    """Whether the API server is new enough, from its `/version`."""
    major, minor = (int(re.sub(r"\D", "", answer[part]) or 0) for part in ("major", "minor"))
    if (major, minor) >= OLDEST_VERSION:
        return Check("version", "ok", found=answer["gitVersion"])
    needed = ".".join(str(part) for part in OLDEST_VERSION)
    return Check(
        "version",
        "failed",
        problem=f"It runs Kubernetes {answer['gitVersion']}, and {needed} or later is needed.",
        next_step=f"Upgrade the cluster to Kubernetes {needed} or later, or name another.",
    )


def judge_rights(refused: list[Right]) -> Check:
    """Whether everything the product does is allowed; `refused` is what is not."""
    if not refused:
        return Check("rights", "ok", found="all that is needed")
    by_verbs: dict[tuple[str, ...], list[str]] = {}
    for right in refused:
        by_verbs.setdefault(right.verbs, []).append(right.kind)
    listed = "; ".join(f"{', '.join(v)}: {', '.join(kinds)}" for v, kinds in by_verbs.items())
    return Check(
        "rights",
        "failed",
        problem=f"The kubeconfig's user lacks rights ({listed}).",
        next_step="Have the cluster's administrator bind a ClusterRole with these rights to it.",
    )


def judge_ingress(listed: dict[str, Any], wanted: str) -> Check:
    """Which IngressClass stores will use: `wanted`, or the default where that is empty."""
    names = _names(listed)
    if wanted:
        chosen, setting = [name for name in names if name == wanted], f"no IngressClass {wanted}"
    else:
        chosen, setting = _defaults(listed, DEFAULT_INGRESS_CLASS), "no default IngressClass"
    if chosen:
        return Check("ingress class", "ok", found=chosen[0])
    if names:
        return Check(
            "ingress class",
            "failed",
            problem=f"It has {setting}; it has {', '.join(names)}.",
            next_step=f"Set INGRESS_CLASS to one of {', '.join(names)}.",
        )
    return Check(
        "ingress class",
        "failed",
        problem="It has no IngressClass, so nothing would make a store reachable.",
        next_step="Install an ingress controller in the cluster.",
    )


def judge_storage(listed: dict[str, Any]) -> Check:
    """Whether claims that name no StorageClass get a volume."""
    chosen = _defaults(listed, DEFAULT_STORAGE_CLASS)
    if chosen:
        return Check("storage class", "ok", found=chosen[0])
    names = _names(listed)
    others = f"it has {', '.join(names)}" if names else "it has none at all"
    return Check(
        "storage class",
        "failed",
        problem=f"It has no default StorageClass ({others}), so a store's data would get no "
        "volume.",
        next_step=f"Annotate one of the cluster's StorageClasses with "
        f"{DEFAULT_STORAGE_CLASS}=true.",
    )


def judge_refused(name: str, said: str) -> Check:
    """A check whose question the API server refused to answer; `said` is kubectl's output."""
    lines = said.strip().splitlines()
    last = lines[-1].rstrip(".") if lines else "no reason given"
    return Check(
        name,
        "failed",
        problem=f"The {name} cannot be looked up: {last}.",
        next_step="Have the cluster's administrator allow the kubeconfig's user to.",
    )


def _names(listed: dict[str, Any]) -> list[str]:
    return [item["metadata"]["name"] for item in listed["items"]]


def _defaults(listed: dict[str, Any], annotation: str) -> list[str]:
    return [
        item["metadata"]["name"]
        for item in listed["items"]
        if (item["metadata"].get("annotations") or {}).get(annotation) == "true"
    ]
