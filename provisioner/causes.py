"""Every cause for which a store may not be well: its code, its class and the way out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

TRIES = 4
"""Tries after which a cause of the class `after tries` fails a store. The kubelet's waits
between them are 10, 20 and 40 seconds; so it takes about a minute."""

REFUSALS = 6
"""The same for what the API server refuses, where the platform's own waits are shorter: it
takes half a minute."""

Fails = Literal["at once", "after tries", "at the deadline"]
"""When a cause ends the way to Ready: waiting cannot mend it; it may be a hiccup and is tried
again; or it may heal by itself for as long as there is time."""


@dataclass(frozen=True, kw_only=True)
class Cause:
    """A kind of failure.

    Attributes:
        code: a stable word for programs.
        fails: its class.
        sign: how the platform knows it.
        hint: what to do next, for the store's owner.
        patience: tries after which it fails a store, where its class is `after tries`.
    """

    code: str
    fails: Fails
    sign: str
    hint: str
    patience: int = TRIES


@dataclass(frozen=True, kw_only=True)
class Diagnosis:
    """Why a store is not well.

    Attributes:
        code: of the `Cause`.
        cause: one sentence for its owner.
        hint: what to do next.
        fails: the class of the cause.
        tries: how often it was met.
        evidence: what it was told by, in lines of at most a few hundred characters.
        pod, container: whose last log lines tell more, or "".
    """

    code: str
    cause: str
    hint: str
    fails: Fails
    tries: int = 1
    evidence: tuple[str, ...] = ()
    pod: str = ""
    container: str = ""

    @property
    def is_final(self) -> bool:
        """Whether the deadline need not be awaited."""
        return self.fails == "at once" or (
            self.fails == "after tries" and self.tries >= CAUSES[self.code].patience
        )

    @property
    def hint_once_failed(self) -> str:
        """What to do next when the store has failed by it, and goes on only by Retry."""
        if not self.hint.endswith(_BY_ITSELF):
            return self.hint
        return self.hint.removesuffix(_BY_ITSELF) + "then retry."


_RETRY = "Retry; where it happens again, ask an administrator."
_BY_ITSELF = "it goes on by itself."
_CLASS = "An administrator has to check the storage class; " + _BY_ITSELF

_LISTED = (
    # --- images
    Cause(
        code="image-name",
        fails="at once",
        sign="the kubelet says InvalidImageName or ErrImageNeverPull",
        hint="An administrator has to correct the image's name or provide it; then retry.",
    ),
    Cause(
        code="image-not-found",
        fails="after tries",
        sign="the registry has no such image",
        hint="An administrator has to check the image's name and tag, or build it; then retry.",
    ),
    Cause(
        code="pull-refused",
        fails="after tries",
        sign="the registry answers 401 or 403",
        hint="An administrator has to give the cluster access to the image; then retry.",
    ),
    Cause(
        code="registry-unreachable",
        fails="at the deadline",
        sign="the registry's name is not found, or it does not answer",
        hint="An administrator has to check the way from the nodes to the registry; " + _BY_ITSELF,
    ),
    Cause(
        code="pull-failed",
        fails="after tries",
        sign="the image cannot be pulled for another reason",
        hint="An administrator has to check the image and its registry; then retry.",
    ),
    # --- containers
    Cause(
        code="container-not-made",
        fails="at the deadline",
        sign="CreateContainerConfigError and its like: a Secret or a command is missing",
        hint="An administrator has to provide what is missing; " + _BY_ITSELF,
    ),
    Cause(
        code="out-of-memory",
        fails="after tries",
        sign="a container was ended with OOMKilled",
        hint="An administrator has to raise the memory limit; then retry.",
    ),
    Cause(
        code="crash",
        fails="after tries",
        sign="a container ends with a status other than 0, again and again",
        hint="Its last lines are in the timeline. " + _RETRY,
    ),
    Cause(
        code="job-failed",
        fails="at once",
        sign="a Job has used up its tries",
        hint="Its last lines are in the timeline. " + _RETRY,
    ),
    Cause(
        code="probe-failing",
        fails="at the deadline",
        sign="a container runs and does not answer its probe",
        hint="It may still be starting; its last lines are in the timeline. " + _RETRY,
    ),
    # --- places for pods
    Cause(
        code="unschedulable-cpu",
        fails="at the deadline",
        sign="no node has enough CPU left",
        hint="An administrator can add a node, or delete stores; " + _BY_ITSELF,
    ),
    Cause(
        code="unschedulable-memory",
        fails="at the deadline",
        sign="no node has enough memory left",
        hint="An administrator can add a node, or delete stores; " + _BY_ITSELF,
    ),
    Cause(
        code="unschedulable-taint",
        fails="at the deadline",
        sign="every node has a taint that the pod does not tolerate; newer Kubernetes does not "
        "tell which, so it may be that of a node that is away",
        hint="An administrator has to bring the node back, remove its taint or add a node; "
        + _BY_ITSELF,
    ),
    Cause(
        code="node-away",
        fails="at the deadline",
        sign="the node is unreachable, not ready or closed",
        hint="An administrator has to bring the node back; " + _BY_ITSELF,
    ),
    Cause(
        code="unschedulable",
        fails="at the deadline",
        sign="no node fits for another reason",
        hint="An administrator finds what the pod asks for in the chart; " + _BY_ITSELF,
    ),
    Cause(
        code="evicted",
        fails="at the deadline",
        sign="a node has put the pod out, for want of memory or disk",
        hint="An administrator has to look after the node's memory and disk; " + _BY_ITSELF,
    ),
    # --- volumes
    Cause(
        code="volume-no-class",
        fails="at the deadline",
        sign="the claim's storage class does not exist, or none is named and none is the default",
        hint="An administrator has to make the storage class or a default one; " + _BY_ITSELF,
    ),
    Cause(
        code="volume-no-provisioner",
        fails="at the deadline",
        sign="the claim is left pending by the provisioner of its class",
        hint="An administrator has to see whether the provisioner runs; " + _BY_ITSELF,
    ),
    Cause(
        code="volume-lost",
        fails="at the deadline",
        sign="the claim's volume is gone",
        hint="An administrator has to bring the volume back, or you delete the store.",
    ),
    Cause(
        code="volume-failed",
        fails="at the deadline",
        sign="a volume cannot be made, attached or mounted",
        hint=_CLASS,
    ),
    # --- refusals by the API server
    Cause(
        code="quota",
        fails="at the deadline",
        sign="a ResourceQuota is used up",
        hint="An administrator can raise the quota, or delete what uses it; " + _BY_ITSELF,
    ),
    Cause(
        code="limit-range",
        fails="at once",
        sign="a LimitRange forbids what a pod or a claim asks for",
        hint="An administrator has to change the LimitRange or the chart; then retry.",
    ),
    Cause(
        code="pod-security",
        fails="at once",
        sign="the namespace's Pod Security level forbids the pod",
        hint="An administrator has to correct the chart, or the level; then retry.",
    ),
    Cause(
        code="webhook-refused",
        fails="after tries",
        patience=REFUSALS,
        sign="an admission webhook or policy refuses",
        hint="An administrator has to ask who owns the webhook or policy; then retry.",
    ),
    Cause(
        code="webhook-away",
        fails="at the deadline",
        sign="an admission webhook does not answer in time",
        hint="An administrator has to repair the webhook or remove its configuration; "
        + _BY_ITSELF,
    ),
    Cause(
        code="rights-missing",
        fails="at once",
        sign="the API server forbids a verb on a kind",
        hint="An administrator has to give the platform this right; then retry.",
    ),
    Cause(
        code="refused",
        fails="after tries",
        patience=REFUSALS,
        sign="the API server or Helm refuses for another reason",
        hint="The whole answer is in the timeline. " + _RETRY,
    ),
    # --- Helm
    Cause(
        code="chart-schema",
        fails="at once",
        sign="the values do not fit the chart's schema",
        hint="An administrator has to correct the engine's values; then retry.",
    ),
    Cause(
        code="chart-template",
        fails="at once",
        sign="the chart cannot be loaded or rendered, or what it renders is no valid object",
        hint="An administrator has to correct the chart; then retry.",
    ),
    Cause(
        code="chart-version",
        fails="at once",
        sign="the chart asks for another version of Kubernetes or an API that the cluster lacks",
        hint="An administrator has to choose a chart that fits the cluster; then retry.",
    ),
    # --- the way to the shop
    Cause(
        code="ingress-no-class",
        fails="at the deadline",
        sign="the Ingress names no class, and no class is the default",
        hint="An administrator has to set the ingress class or a default one; then retry.",
    ),
    Cause(
        code="ingress-not-taken",
        fails="at the deadline",
        sign="no controller has taken the Ingress up",
        hint="An administrator has to see whether the ingress controller runs; " + _BY_ITSELF,
    ),
    Cause(
        code="host-taken",
        fails="at the deadline",
        sign="another Ingress or another site has the shop's host",
        hint="An administrator has to remove the other Ingress, or you choose another name.",
    ),
    Cause(
        code="shop-silent",
        fails="at the deadline",
        sign="nothing answers at the shop's address",
        hint="An administrator has to check the ingress. " + _RETRY,
    ),
    Cause(
        code="shop-wrong-answer",
        fails="at the deadline",
        sign="the shop answers with another status than 200",
        hint="What it answered and its last lines are in the timeline. " + _RETRY,
    ),
    Cause(
        code="shop-empty",
        fails="at the deadline",
        sign="the shop answers without a product",
        hint="Its last lines are in the timeline. " + _RETRY,
    ),
    # --- the rest
    Cause(
        code="namespace-taken",
        fails="at once",
        sign="the namespace is there and is not this store's",
        hint="An administrator has to remove it, or you create a store of another name.",
    ),
    Cause(
        code="namespace-deleted",
        fails="at the deadline",
        sign="somebody else deletes the store's namespace",
        hint="Find out who deletes it; then retry.",
    ),
    Cause(
        code="not-ready",
        fails="at the deadline",
        sign="pods are fewer than they should be, and nothing says why",
        hint="It may still be starting; its last lines are in the timeline. " + _RETRY,
    ),
    Cause(
        code="deadline",
        fails="at the deadline",
        sign="the time to become Ready is used up, and the cluster names no cause",
        hint="The slowest step is named in the timeline. " + _RETRY,
    ),
    # --- what holds a deletion up
    Cause(
        code="held-by-pod",
        fails="at the deadline",
        sign="a pod does not end",
        hint="An administrator has to bring its node back, or delete the pod by force; "
        + _BY_ITSELF,
    ),
    Cause(
        code="held-by-finalizer",
        fails="at the deadline",
        sign="an object waits for the owner of its finalizer",
        hint="An administrator has to bring the finalizer's owner back, or remove the finalizer; "
        + _BY_ITSELF,
    ),
    Cause(
        code="held-by-volume",
        fails="at the deadline",
        sign="a volume is not deleted",
        hint="An administrator has to see to the storage's provisioner, or delete the volume; "
        + _BY_ITSELF,
    ),
    Cause(
        code="held-by-webhook",
        fails="at the deadline",
        sign="an admission webhook refuses deletions or does not answer them",
        hint="An administrator has to repair the webhook or remove its configuration; "
        + _BY_ITSELF,
    ),
    Cause(
        code="held-by-api-service",
        fails="at the deadline",
        sign="an API service does not answer, so that nobody knows what is left",
        hint="An administrator has to repair or remove the APIService; " + _BY_ITSELF,
    ),
    Cause(
        code="held-up",
        fails="at the deadline",
        sign="something else is left",
        hint="An administrator sees more in the namespace's conditions; " + _BY_ITSELF,
    ),
)

CAUSES = {cause.code: cause for cause in _LISTED}
"""By code, in the order in which the documentation lists them."""


def diagnosis(
    code: str,
    cause: str,
    *,
    tries: int = 1,
    evidence: tuple[str, ...] = (),
    pod: str = "",
    container: str = "",
) -> Diagnosis:
    """A diagnosis of that code, with its class and hint."""
    known = CAUSES[code]
    return Diagnosis(
        code=code,
        cause=cause,
        hint=known.hint,
        fails=known.fails,
        tries=tries,
        evidence=evidence,
        pod=pod,
        container=container,
    )
