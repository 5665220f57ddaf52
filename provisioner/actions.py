"""Carries out one action of the reconciler on the cluster. Each may be done twice."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from functools import partial

import anyio

from provisioner import cleaning, reconciler, safekeeping
from provisioner import evidence as proof
from provisioner.access import Cluster
from provisioner.causes import Diagnosis, diagnosis
from provisioner.claims import Claimed
from provisioner.engines import Engine
from provisioner.errors import ActionFailed, Unavailable
from provisioner.naming import host_for
from provisioner.observed import NamespaceSeen, Observed
from provisioner.preparation import Preparation
from provisioner.refusals import quoted
from provisioner.release import Release, make_secrets, release_for
from provisioner.settings import Settings

log = logging.getLogger(__name__)

STORE_LABEL = "storeweaver.dev/store"
PREFIX = "storeweaver.dev/"

EVIDENCE_SECONDS = 5.0
"""In which the log lines of a failed store are read."""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """The store that an action is for.

    Attributes:
        namespace_uid: of the namespace that was seen; no other of its name is changed.
    """

    store_id: str
    name: str
    host: str
    owner_email: str
    generation: int
    engine: Engine
    release: Release
    namespace_uid: str = ""

    @property
    def namespace(self) -> str:
        return self.release.namespace


def subject_for(
    claimed: Claimed,
    engine: Engine,
    *,
    settings: Settings,
    preparation: Preparation,
    namespace: NamespaceSeen | None,
) -> Subject:
    """The store that a worker has claimed, with the release that it should run."""
    store = claimed.store
    host = host_for(store.namespace, suffix=settings.ingress_suffix)
    return Subject(
        store_id=store.id,
        name=store.name,
        host=host,
        owner_email=claimed.owner_email,
        generation=store.generation,
        engine=engine,
        namespace_uid=namespace.uid if namespace else "",
        release=release_for(
            engine,
            store_id=store.id,
            namespace=store.namespace,
            host=host,
            settings=settings,
            preparation=preparation,
            chosen=store.options,
        ),
    )


async def ensure_namespace(cluster: Cluster, subject: Subject) -> None:
    """Make the namespace with its isolation."""
    level = subject.engine.pod_security
    await cluster.kube.ensure_namespace(
        subject.namespace,
        labels={
            STORE_LABEL: subject.store_id,
            PREFIX + "engine": subject.engine.key,
            "pod-security.kubernetes.io/enforce": level,
            "pod-security.kubernetes.io/warn": level,
        },
        annotations={PREFIX + reconciler.GENERATION: str(subject.generation)},
    )


async def ensure_secrets(
    cluster: Cluster, subject: Subject, *, may_renew: bool, has_pods: bool
) -> None:
    """Take the right to work in the namespace, make those of the shop's Secrets that are
    missing, and note that they are there. See `safekeeping` for the arguments."""
    await cluster.kube.ensure_role_binding(subject.namespace)
    fresh = make_secrets(
        subject.engine,
        store_id=subject.store_id,
        name=subject.name,
        host=subject.host,
        email=subject.owner_email,
    )
    await safekeeping.ensure_secrets(
        cluster.kube,
        subject.namespace,
        fresh,
        labels={STORE_LABEL: subject.store_id},
        may_renew=may_renew,
        has_pods=has_pods,
    )
    await _note(cluster, subject, reconciler.CREDENTIALS, reconciler.MADE)


async def apply_release(cluster: Cluster, subject: Subject) -> None:
    """Install or upgrade the release, and note which one it is."""
    await cluster.helm.apply(subject.release)
    await _note(cluster, subject, reconciler.RELEASE, subject.release.digest)


async def repair(cluster: Cluster, subject: Subject) -> None:
    """Make the rights and Secrets that are missing, apply the release again, and note for
    which wish."""
    await ensure_secrets(cluster, subject, may_renew=True, has_pods=True)
    await apply_release(cluster, subject)
    await _note(cluster, subject, reconciler.GENERATION, str(subject.generation))


async def stop(cluster: Cluster, subject: Subject) -> None:
    """Uninstall the release, tell its pods and volumes to go, and note that it was done.

    A namespace that still has pods or claims when it is deleted takes seconds more.
    """
    name, contents = subject.namespace, cluster.kube.contents
    for telling in (
        partial(cluster.helm.uninstall, subject.release.name, namespace=name),
        partial(contents.delete_pods, name),
        partial(contents.delete_claims, name),
    ):
        try:
            await telling()
        except ActionFailed as error:
            # the namespace's own deletion takes all of it along, only slower
            log.warning("%s is not stopped in order: %s", name, error)
    await _note(cluster, subject, reconciler.STOPPED, reconciler.DONE)


async def remove(cluster: Cluster, subject: Subject) -> None:
    """Delete the namespace with all that is in it."""
    await cluster.kube.delete_namespace(
        subject.namespace, store_id=subject.store_id, uid=subject.namespace_uid
    )


async def remains(cluster: Cluster, subject: Subject) -> Diagnosis | None:
    """What is left of a store by the API server's own word; None for nothing."""
    kube, name = cluster.kube, subject.namespace
    if await kube.namespace_exists(name, store_id=subject.store_id):
        return diagnosis("held-up", f"The namespace {name} is still there.")
    for volume in await kube.contents.volumes_of(name):
        state = await kube.contents.volume_state(volume)
        if state:
            return diagnosis(
                "held-by-volume", f"The volume {volume} is not deleted yet: {quoted(state)}."
            )
    return None


async def examine(
    cluster: Cluster, subject: Subject, seen: Observed, found: Diagnosis, *, slowest: str
) -> Diagnosis:
    """The diagnosis with all that tells it, read before anything is cleaned up; no secrets.

    What cannot be read in `EVIDENCE_SECONDS` is left out: a failure is recorded in any case.
    """
    logs: dict[str, bytes] = {}
    secrets: set[str] = set()
    is_masked = False
    with anyio.move_on_after(EVIDENCE_SECONDS):
        try:
            for name in subject.engine.secrets:
                secrets |= set((await cluster.kube.read_secret(subject.namespace, name)).values())
            is_masked = True
            if found.code == "host-taken":
                found = await _with_holders(cluster, subject, found)
            for pod, container, is_previous in proof.suspects(seen, found):
                logs[f"{container} of {pod}"] = await cluster.kube.contents.last_lines(
                    subject.namespace,
                    pod,
                    container,
                    number=proof.MOST_LOG_LINES,
                    is_previous=is_previous,
                )
        except (ActionFailed, Unavailable) as error:
            log.info("evidence of %s is not whole: %s", subject.namespace, error)
    secrets -= {subject.name, subject.host, subject.owner_email, subject.store_id}
    return replace(
        found,
        cause=cleaning.masked(found.cause, secrets=secrets),
        evidence=proof.gather(
            seen,
            found,
            # without the values nothing can be told from a secret
            logs=logs if is_masked else {},
            secrets=secrets,
            slowest=slowest,
        ),
    )


async def _with_holders(cluster: Cluster, subject: Subject, found: Diagnosis) -> Diagnosis:
    """The same with who else has the store's host."""
    holders = await cluster.kube.contents.holders_of(subject.host)
    others = [name for name in holders if not name.startswith(f"{subject.namespace}/")]
    if not others:
        return found
    return replace(
        found,
        cause=f"The host {subject.host} belongs to the Ingress {others[0]} as well.",
        evidence=(*found.evidence, *(f"Ingress {name} has the same host." for name in others)),
    )


async def _note(cluster: Cluster, subject: Subject, key: str, value: str) -> None:
    await cluster.kube.annotate_namespace(
        subject.namespace, {key: value}, uid=subject.namespace_uid
    )
