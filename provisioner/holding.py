"""What keeps a namespace from being gone, and the way out. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from provisioner import cleaning
from provisioner.causes import Diagnosis, diagnosis
from provisioner.observed import NamespaceSeen, Observed
from provisioner.refusals import quoted

_FINALIZERS = re.compile(r"(\S+/\S+|\S+) in (\d+) resource instances?")
_REMAINING = re.compile(r"([a-z0-9.-]+?)\.? has (\d+) resource instances?")
_WEBHOOK = re.compile(r'(?:calling|admission) webhook "([^"]+)"')
_POLICY = re.compile(r"ValidatingAdmissionPolicy '([^']+)'")
_API_SERVICE = re.compile(r"([a-z0-9.-]+)/(v[a-z0-9]+)")

_MOST = 10
"""Pods and claims that are listed."""

_BUILT_IN = ("kubernetes", "foregroundDeletion", "orphan")


def holder(seen: Observed) -> Diagnosis | None:
    """What holds the deletion of a store's namespace up; None where nothing says so.

    The namespace's conditions are not current from one moment to the next: the controller
    renews them at each of its rounds. So they tell after a while, and not at once.
    """
    namespace = seen.namespace
    if namespace is None:
        return None
    looks = (_webhooks(namespace), _api_services(namespace), _finalizers(seen), _pods(seen))
    for look in (*looks, _claims(seen), _others(namespace)):
        found = next(look, None)
        if found is not None:
            return replace(found, evidence=tuple(cleaning.line(each) for each in _told(seen)))
    return None


def _told(seen: Observed) -> Iterator[str]:
    """All that is known of what is left."""
    if seen.namespace is not None:
        yield from (
            f"Namespace {seen.namespace.name}: {said}" for said in seen.namespace.blocked_by
        )
    for kind, things in (("Pod", seen.pods[:_MOST]), ("Volume claim", seen.volumes[:_MOST])):
        for each in things:
            held = f", held by {', '.join(each.finalizers)}" if each.finalizers else ""
            yield (
                f"{kind} {each.name}: "
                + ("being deleted" if each.is_terminating else "there")
                + held
            )


def _webhooks(namespace: NamespaceSeen) -> Iterator[Diagnosis]:
    for said in namespace.blocked_by:
        webhook, policy = _WEBHOOK.search(said), _POLICY.search(said)
        if webhook is not None:
            yield _held("webhook", f"The admission webhook {webhook[1]} stops deletions", said)
        elif policy is not None:
            yield _held("webhook", f"The admission policy {policy[1]} stops deletions", said)


def _api_services(namespace: NamespaceSeen) -> Iterator[Diagnosis]:
    for said in namespace.blocked_by:
        if "Discovery failed" in said:
            group = _API_SERVICE.search(said)
            name = f"{group[2]}.{group[1]}" if group else "of this cluster"
            yield _held("api-service", f"The API service {name} does not answer", said)


def _finalizers(seen: Observed) -> Iterator[Diagnosis]:
    # what is seen names the object itself; the conditions name all kinds, and no object
    named = (
        *(("pod", pod.name, pod.finalizers) for pod in seen.pods if pod.is_terminating),
        *(
            ("volume claim", volume.name, volume.finalizers)
            for volume in seen.volumes
            if volume.is_terminating
        ),
    )
    for kind, name, finalizers in named:
        for finalizer in finalizers:
            if not _is_built_in(finalizer):
                yield _held_by_finalizer(f"The {kind} {name} waits", finalizer)
    if seen.namespace is None:
        return
    for said in seen.namespace.blocked_by:
        if "finalizers remaining" not in said:
            continue
        for finalizer, number in _FINALIZERS.findall(said):
            if not _is_built_in(finalizer):
                what = _kinds(seen.namespace) or "something in its namespace"
                verb = "waits" if number == "1" else f"({number} objects) waits"
                yield _held_by_finalizer(f"{what} {verb}", finalizer)


def _pods(seen: Observed) -> Iterator[Diagnosis]:
    for pod in seen.pods:
        node = f" on the node {pod.node}" if pod.node else ""
        yield _held("pod", f"The pod {pod.name}{node} has not ended", pod.message or pod.reason)


def _claims(seen: Observed) -> Iterator[Diagnosis]:
    for volume in seen.volumes:
        waiting = f"it waits for {', '.join(volume.finalizers)}" if volume.finalizers else ""
        yield _held("volume", f"The volume claim {volume.name} is still there", waiting)


def _others(namespace: NamespaceSeen) -> Iterator[Diagnosis]:
    for said in namespace.blocked_by:
        yield _held("up", f"The namespace {namespace.name} is still there", said)


def _kinds(namespace: NamespaceSeen) -> str:
    """Of what something remains, as the namespace controller counts it."""
    found = [
        f"{kind} ({number})"
        for said in namespace.blocked_by
        if "are remaining" in said
        for kind, number in _REMAINING.findall(said)
    ]
    return ", ".join(found)


def _held_by_finalizer(what: str, finalizer: str) -> Diagnosis:
    owner = finalizer.partition("/")[0]
    return diagnosis(
        "held-by-finalizer",
        f"It is not gone yet: {what} for the finalizer {finalizer}, which only its owner, the "
        f"controller of {owner}, takes away.",
    )


def _held(by: str, what: str, said: str) -> Diagnosis:
    code = "held-up" if by == "up" else f"held-by-{by}"
    words = f": {quoted(said)}" if said else "."
    return diagnosis(code, f"It is not gone yet: {what}{words}")


def _is_built_in(finalizer: str) -> bool:
    return finalizer.startswith(_BUILT_IN)
