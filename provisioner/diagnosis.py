"""From what the cluster shows to a cause and a next step in plain words. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from provisioner import placement, refusals
from provisioner.causes import TRIES, Diagnosis, diagnosis
from provisioner.observed import ContainerSeen, EventSeen, Observed, PodSeen, VolumeSeen
from provisioner.refusals import quoted

UNKNOWN = diagnosis("deadline", "It did not become ready in time, and the cluster names no cause.")

_PULL_FAILS = frozenset(
    {"ImagePullBackOff", "ErrImagePull", "RegistryUnavailable", "ImageInspectError"}
)
_NEVER_PULLED = frozenset({"InvalidImageName", "ErrImageNeverPull"})
_NOT_MADE = frozenset({"CreateContainerConfigError", "CreateContainerError", "RunContainerError"})
_PULL_REFUSED = ("denied", "unauthorized", "authoriz", "authenticat", "forbidden", "403", "401")
_IMAGE_MISSING = ("not found", "manifest unknown", "not exist", "404")
_REGISTRY_AWAY = (
    "no such host",
    "connection refused",
    "connection reset",
    "i/o timeout",
    "tls handshake",
    "network is unreachable",
    "no route to host",
    "deadline exceeded",
    "server misbehaving",
    "x509",
    "unexpected status: 5",
)


def trouble(seen: Observed) -> Diagnosis | None:
    """What keeps a store from becoming ready, the nearest to the root first.

    None where everything only takes its time.
    """
    looks = (
        *(_namespace, _refused_pods, _images, _not_made, _memory, _crashes, _jobs),
        *(_volumes, placement.troubles, _slow_volumes, _mounts, _workloads),
    )
    for look in looks:
        found = next(look(seen), None)
        if found is not None:
            return found
    return None


def diagnose(seen: Observed) -> Diagnosis | None:
    """The likeliest cause of a store's not being ready, slowness included; None where it is."""
    return trouble(seen) or next(_between_crashes(seen), None) or next(_not_ready(seen), None)


def restless(seen: Observed) -> Diagnosis | None:
    """What ends again and again, and runs just now: without a probe it even counts as ready.

    Only for a store that is on its way: of one that is old, ends of long ago are counted as well.
    """
    for pod, container in _containers(seen):
        if _runs_again(container) and container.restarts > 1:
            return _ended(pod, container, seen)
    return None


def unclaimed(seen: Observed, host: str) -> Diagnosis:
    """Why no ingress controller serves the host."""
    found = next((each for each in seen.ingresses if host in each.hosts), None)
    if found is None:
        return diagnosis(
            "ingress-not-taken", f"No Ingress for the host {host} is there; the chart makes none."
        )
    if not found.ingress_class:
        return diagnosis(
            "ingress-no-class",
            "No ingress controller serves the shop: its Ingress names no class, and the cluster "
            "has no default one.",
        )
    return diagnosis(
        "ingress-not-taken",
        f"No ingress controller of the class {found.ingress_class} has taken up the shop's host "
        "yet.",
    )


def _namespace(seen: Observed) -> Iterator[Diagnosis]:
    if seen.namespace is not None and seen.namespace.is_terminating:
        yield diagnosis(
            "namespace-deleted",
            "Its namespace is being deleted by somebody outside of the platform.",
        )


def _refused_pods(seen: Observed) -> Iterator[Diagnosis]:
    """Pods that the API server did not let a workload make."""
    for workload in seen.workloads:
        found = refusals.read(workload.problem) if workload.problem else None
        if found is not None:
            yield replace(found, tries=_times(seen, "FailedCreate"))
    for event in reversed(seen.events):
        if event.reason == "FailedCreate" and not _is_over(event, seen):
            found = refusals.read(event.message)
            # what is not known may heal within the second, as a missing service account does;
            # controllers try ten times in that time, so that their tries tell nothing
            yield (
                replace(found, tries=event.count)
                if found is not None
                else diagnosis("refused", f"{_named(event)}: {quoted(event.message)}")
            )


def _images(seen: Observed) -> Iterator[Diagnosis]:
    for pod, container in _containers(seen):
        if container.state != "waiting":
            continue
        said = container.message or container.reason
        image = f"The image {container.image} of {pod.component or pod.name}"
        if container.reason in _NEVER_PULLED:
            yield diagnosis("image-name", f"{image} cannot be used: {quoted(said)}")
        elif container.reason in _PULL_FAILS:
            code, words = _pull_failure(_pull_words(seen, pod, said))
            tries = _times(seen, "Failed", of=pod.name, saying="failed to pull")
            yield diagnosis(code, f"{image} {words}: {quoted(said)}", tries=tries)


def _pull_failure(said: str) -> tuple[str, str]:
    said = said.lower()
    if any(sign in said for sign in _REGISTRY_AWAY):
        return "registry-unreachable", "cannot be pulled, as its registry is out of reach"
    if any(sign in said for sign in _PULL_REFUSED):
        return "pull-refused", "may not be pulled"
    if any(sign in said for sign in _IMAGE_MISSING):
        return "image-not-found", "cannot be pulled, as it is not there"
    return "pull-failed", "cannot be pulled"


def _pull_words(seen: Observed, pod: PodSeen, said: str) -> str:
    """What was said of a pull; between two tries the kubelet says no more than that it waits."""
    told = [
        event.message
        for event in seen.events
        if event.name == pod.name and event.reason in {"Failed", "InspectFailed"}
    ]
    return " ".join((said, *told))


def _not_made(seen: Observed) -> Iterator[Diagnosis]:
    for pod, container in _containers(seen):
        if container.state == "waiting" and container.reason in _NOT_MADE:
            yield diagnosis(
                "container-not-made",
                f"The container of {pod.component or pod.name} cannot be made: "
                f"{quoted(container.message or container.reason)}",
            )


def _memory(seen: Observed) -> Iterator[Diagnosis]:
    for pod, container in _containers(seen):
        is_back = container.state == "running" and container.is_ready
        if not is_back and _lacked_memory(container):
            yield _ended(pod, container, seen)


def _crashes(seen: Observed) -> Iterator[Diagnosis]:
    for pod, container in _containers(seen):
        is_crashing = container.reason == "CrashLoopBackOff" or (
            container.state == "terminated" and container.exit_code not in {0, None}
        )
        if is_crashing:
            yield _ended(pod, container, seen)


def _between_crashes(seen: Observed) -> Iterator[Diagnosis]:
    for pod, container in _containers(seen):
        if _runs_again(container) and not container.is_ready:
            yield _ended(pod, container, seen)


def _runs_again(container: ContainerSeen) -> bool:
    return container.state == "running" and container.exit_code not in {0, None}


def _lacked_memory(container: ContainerSeen) -> bool:
    return "OOMKilled" in {container.last_reason, container.reason}


def _ended(pod: PodSeen, container: ContainerSeen, seen: Observed) -> Diagnosis:
    """How a container ended the last time."""
    who = pod.component or pod.name
    if _lacked_memory(container):
        return diagnosis(
            "out-of-memory",
            f"{who} was ended because it used more memory than its limit.",
            tries=container.restarts + 1,
            pod=pod.name,
            container=container.name,
        )
    said = container.last_message or (container.message if container.state == "terminated" else "")
    code = "" if container.exit_code is None else f" with status {container.exit_code}"
    return diagnosis(
        "crash",
        f"{who} keeps ending{code}" + (f": {quoted(said)}" if said else "."),
        tries=TRIES if _has_given_up(pod, seen) else container.restarts + 1,
        pod=pod.name,
        container=container.name,
    )


def _has_given_up(pod: PodSeen, seen: Observed) -> bool:
    """Whether the pod's Job makes no further one."""
    return any(
        workload.kind == "Job" and workload.problem and pod.name.startswith(workload.name + "-")
        for workload in seen.workloads
    )


def _jobs(seen: Observed) -> Iterator[Diagnosis]:
    for workload in seen.workloads:
        if workload.kind == "Job" and workload.problem:
            yield diagnosis(
                "job-failed",
                f"The job {workload.name} has failed: {quoted(workload.problem)}",
                tries=TRIES,
            )


def _volumes(seen: Observed) -> Iterator[Diagnosis]:
    for volume in seen.volumes:
        found = _volume_trouble(volume, _last(seen, "PersistentVolumeClaim", volume.name))
        if found is not None and not volume.is_terminating:
            yield found


def _volume_trouble(volume: VolumeSeen, said: str) -> Diagnosis | None:
    what = _volume_name(volume)
    if volume.phase == "Bound":
        return None
    if volume.phase == "Lost":
        return diagnosis("volume-lost", f"{what} is lost: what held its data is gone.")
    if "not found" in said and "storageclass" in said.lower():
        return diagnosis(
            "volume-no-class",
            f"{what} is not there yet: the storage class {volume.storage_class} does not exist.",
        )
    if "no storage class is set" in said or not (said or volume.storage_class):
        return diagnosis(
            "volume-no-class",
            f"{what} is not there yet: it names no storage class, and the cluster has no default "
            "one.",
        )
    if said:
        return refusals.read(said) or diagnosis(
            "volume-failed", f"{what} is not there yet: {quoted(said)}"
        )
    return None


def _slow_volumes(seen: Observed) -> Iterator[Diagnosis]:
    """Volumes of which nobody says why they are not there: their provisioner's silence."""
    for volume in seen.volumes:
        if volume.phase != "Bound" and not volume.is_terminating:
            maker = (
                f"its provisioner {volume.provisioner}"
                if volume.provisioner
                else f"the provisioner of the class {volume.storage_class}"
            )
            yield diagnosis(
                "volume-no-provisioner",
                f"{_volume_name(volume)} is not there yet: {maker} has not made it.",
            )


def _volume_name(volume: VolumeSeen) -> str:
    return f"The volume {volume.name} ({volume.requested})"


def _mounts(seen: Observed) -> Iterator[Diagnosis]:
    waiting = {pod.name for pod in seen.pods if not pod.is_ready}
    for event in reversed(seen.events):
        if event.name in waiting and event.reason in {"FailedMount", "FailedAttachVolume"}:
            yield diagnosis("volume-failed", f"{_named(event)}: {quoted(event.message)}")


def _workloads(seen: Observed) -> Iterator[Diagnosis]:
    for workload in seen.workloads:
        if workload.problem:
            yield diagnosis("not-ready", f"{workload.name}: {quoted(workload.problem)}")


def _not_ready(seen: Observed) -> Iterator[Diagnosis]:
    for event in reversed(seen.events):
        pod = next((pod for pod in seen.pods if pod.name == event.name), None)
        if event.reason == "Unhealthy" and pod is not None and not pod.is_ready:
            yield diagnosis(
                "probe-failing",
                f"{pod.component or pod.name} does not answer its probe: {quoted(event.message)}",
                pod=pod.name,
            )
    for workload in seen.workloads:
        if not workload.is_rolled_out:
            unready = (
                pod.name
                for pod in seen.pods
                if pod.component == workload.component and not pod.is_ready
            )
            yield diagnosis(
                "not-ready",
                f"{workload.component or workload.name} is not ready: "
                f"{workload.ready} of {workload.wanted} pods are.",
                pod=next(unready, ""),
            )


def _containers(seen: Observed) -> Iterator[tuple[PodSeen, ContainerSeen]]:
    for pod in seen.pods:
        if not pod.is_terminating:
            for container in pod.containers:
                yield pod, container


def _is_over(event: EventSeen, seen: Observed) -> bool:
    """Whether what could not be made is there now: its pods bear its name."""
    return any(pod.name.startswith(event.name + "-") for pod in seen.pods)


def _times(seen: Observed, reason: str, *, of: str = "", saying: str = "") -> int:
    """How often a warning was given, at the most of all that are alike; at least once."""
    counts = (
        event.count
        for event in seen.events
        if event.reason == reason
        and (not of or event.name == of)
        and saying in event.message.lower()
    )
    return max(counts, default=1)


def _last(seen: Observed, kind: str, name: str) -> str:
    """What was said last of an object."""
    about = (
        event.message
        for event in reversed(seen.events)
        if event.kind == kind and event.name == name
    )
    return next(about, "")


def _named(event: EventSeen) -> str:
    return f"{event.kind} {event.name}"
