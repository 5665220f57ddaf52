"""What the cluster shows of one store: plain values, made by the observer, read by all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class NamespaceSeen:
    """A store's namespace.

    Attributes:
        name: of the namespace.
        uid: tells it from others that had or will have its name.
        store_id: its label `storeweaver.dev/store`, or "".
        engine: its label `storeweaver.dev/engine`, or "".
        is_terminating: whether its deletion has begun.
        annotations: those under `storeweaver.dev/`, without the prefix.
        blocked_by: sentences of the namespace controller on what holds its deletion up.
    """

    name: str
    store_id: str
    uid: str = ""
    engine: str = ""
    is_terminating: bool = False
    annotations: tuple[tuple[str, str], ...] = ()
    blocked_by: tuple[str, ...] = ()

    def annotation(self, key: str) -> str:
        """The value under `storeweaver.dev/KEY`, or ""."""
        return dict(self.annotations).get(key, "")


@dataclass(frozen=True, kw_only=True)
class WorkloadSeen:
    """A Deployment, StatefulSet or Job.

    Attributes:
        kind: `Deployment`, `StatefulSet` or `Job`.
        component: its label `app.kubernetes.io/component`, or "".
        wanted: pods it should have (a Job: completions).
        ready: pods of its newest version that are ready (a Job: succeeded).
        is_rolled_out: the newest version, and only it, is there and ready.
        problem: what its own conditions say is wrong (ReplicaFailure, …), or "".
    """

    kind: str
    name: str
    component: str
    wanted: int
    ready: int
    is_rolled_out: bool
    problem: str = ""


@dataclass(frozen=True, kw_only=True)
class ContainerSeen:
    """A container of a pod.

    Attributes:
        state: as the kubelet says; `reason` and `message` belong to it.
        exit_code: of its last end, or None where it never ended.
        last_reason: why it ended the last time (`OOMKilled`, `Error`), or "".
        last_message: what it said at its last end (termination message), or "".
    """

    name: str
    image: str
    is_ready: bool
    restarts: int
    state: Literal["waiting", "running", "terminated"]
    reason: str = ""
    message: str = ""
    exit_code: int | None = None
    last_reason: str = ""
    last_message: str = ""


@dataclass(frozen=True, kw_only=True)
class Allowance:
    """What a pod's containers may use together: cores, and bytes.

    Attributes:
        cpu_request: cores kept for it.
        cpu_limit: 0 where a container of it has no limit; likewise the others.
    """

    cpu_request: float = 0.0
    cpu_limit: float = 0.0
    memory_request: int = 0
    memory_limit: int = 0


@dataclass(frozen=True, kw_only=True)
class PodSeen:
    """A pod.

    Attributes:
        unschedulable: the scheduler's sentence, or "".
        node: where it was placed, or "".
        finalizers: what has to be taken away before it is gone.
    """

    name: str
    component: str
    phase: str
    is_ready: bool
    is_terminating: bool
    unschedulable: str = ""
    reason: str = ""
    message: str = ""
    node: str = ""
    finalizers: tuple[str, ...] = ()
    containers: tuple[ContainerSeen, ...] = ()
    allowance: Allowance = Allowance()


@dataclass(frozen=True, kw_only=True)
class VolumeSeen:
    """A PersistentVolumeClaim.

    Attributes:
        phase: `Pending`, `Bound` or `Lost`.
        storage_class: the class that it names, or "".
        provisioner: who was asked to make the volume, or "" where nobody was.
        finalizers: what has to be taken away before it is gone.
    """

    name: str
    phase: str
    requested: str
    is_terminating: bool = False
    storage_class: str = ""
    provisioner: str = ""
    finalizers: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class IngressSeen:
    """An Ingress.

    Attributes:
        hosts: of its rules.
        is_taken: a controller has taken it up: its status has an address.
        ingress_class: the class that it names, or "".
    """

    name: str
    hosts: tuple[str, ...]
    is_taken: bool
    ingress_class: str = ""


@dataclass(frozen=True, kw_only=True)
class SealSeen:
    """What tells that a Secret is there: a Lease that Kubernetes removes with it."""

    secret: str


@dataclass(frozen=True, kw_only=True)
class DiskSeen:
    """A PersistentVolume made for a claim in a store's namespace, which it may outlive.

    Attributes:
        namespace: of the claim.
        claim: its name.
        used: bytes that lie in it, or None where its storage does not tell.
        phase: `Available`, `Bound`, `Released` or `Failed`.
        capacity: as Kubernetes writes it, such as `1Gi`.
    """

    name: str
    namespace: str
    phase: str
    capacity: str
    created: datetime | None
    claim: str = ""
    used: int | None = None


@dataclass(frozen=True, kw_only=True)
class Found:
    """A namespace in which something carries a store's label, whether or not it does itself.

    Attributes:
        namespace: None where it does not carry the label.
        created: when the namespace was made; None where that is not known.
        store_ids: of the labelled objects in it.
        volumes: the claims in it.
    """

    name: str
    namespace: NamespaceSeen | None
    created: datetime | None
    store_ids: frozenset[str]
    volumes: tuple[VolumeSeen, ...]


@dataclass(frozen=True, kw_only=True)
class EventSeen:
    """A warning that Kubernetes gave about an object of the store."""

    at: datetime
    kind: str
    name: str
    reason: str
    message: str
    count: int


@dataclass(frozen=True, kw_only=True)
class Observed:
    """Everything the watches show of one store, at one moment.

    Attributes:
        secrets: names of those Secrets of the store that are there.
        events: warnings, newest last; at most 50.
        is_stale: a watch is disconnected, so that what is here may be old; then nothing
            is decided by it.
    """

    namespace: NamespaceSeen | None = None
    workloads: tuple[WorkloadSeen, ...] = ()
    pods: tuple[PodSeen, ...] = ()
    volumes: tuple[VolumeSeen, ...] = ()
    ingresses: tuple[IngressSeen, ...] = ()
    secrets: frozenset[str] = frozenset()
    events: tuple[EventSeen, ...] = ()
    is_stale: bool = False

    @property
    def has_ingress(self) -> bool:
        """Whether there is an Ingress, taken up or not."""
        return bool(self.ingresses)

    @property
    def ingress_hosts(self) -> frozenset[str]:
        """Hosts of those Ingresses that a controller has taken up."""
        return frozenset(host for each in self.ingresses if each.is_taken for host in each.hosts)
