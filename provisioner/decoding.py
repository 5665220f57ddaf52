"""What is read of Kubernetes' JSON: only the fields that are shown, decoded by msgspec.

Everything is optional, since Go leaves out what is empty or writes null for it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Generic, TypeVar

import msgspec

STORE_LABEL = "storeweaver.dev/store"
COMPONENT_LABEL = "app.kubernetes.io/component"
ENGINE_LABEL = "storeweaver.dev/engine"


class _Read(msgspec.Struct, rename="camel", gc=False):
    """Freed by reference counts alone: decoded JSON has no cycles."""


class Labels(_Read):
    store: str = msgspec.field(default="", name=STORE_LABEL)
    component: str = msgspec.field(default="", name=COMPONENT_LABEL)
    engine: str = msgspec.field(default="", name=ENGINE_LABEL)


class Metadata(_Read):
    name: str = ""
    namespace: str = ""
    uid: str = ""
    resource_version: str = ""
    generation: int = 0
    creation_timestamp: datetime | None = None
    deletion_timestamp: str | None = None
    finalizers: list[str] | None = None
    labels: Labels | None = None

    @property
    def store_id(self) -> str:
        return self.labels.store if self.labels else ""

    @property
    def component(self) -> str:
        return self.labels.component if self.labels else ""

    @property
    def engine(self) -> str:
        return self.labels.engine if self.labels else ""


class Condition(_Read):
    type: str = ""
    status: str = ""
    reason: str = ""
    message: str = ""


class Object(_Read):
    """Any object; kinds of which more is read are below."""

    metadata: Metadata


# --- namespaces


class Annotated(Metadata):
    annotations: dict[str, str] | None = None


class NamespaceStatus(_Read):
    conditions: list[Condition] | None = None


class Namespace(_Read):
    metadata: Annotated
    status: NamespaceStatus | None = None


# --- workloads


class WorkloadSpec(_Read):
    """Of a Deployment or StatefulSet (`replicas`) or a Job (`completions`)."""

    replicas: int | None = None
    completions: int | None = None


class WorkloadStatus(_Read):
    observed_generation: int = 0
    replicas: int = 0
    updated_replicas: int = 0
    ready_replicas: int = 0
    available_replicas: int = 0
    current_revision: str = ""
    update_revision: str = ""
    succeeded: int = 0
    conditions: list[Condition] | None = None


class Workload(_Read):
    metadata: Metadata
    spec: WorkloadSpec | None = None
    status: WorkloadStatus | None = None


# --- pods


class Waiting(_Read):
    reason: str = ""
    message: str = ""


class Terminated(_Read):
    exit_code: int = 0
    reason: str = ""
    message: str = ""


class Running(_Read):
    pass


class ContainerState(_Read):
    waiting: Waiting | None = None
    running: Running | None = None
    terminated: Terminated | None = None


class ContainerStatus(_Read):
    name: str = ""
    image: str = ""
    ready: bool = False
    restart_count: int = 0
    state: ContainerState | None = None
    last_state: ContainerState | None = None


class PodStatus(_Read):
    phase: str = ""
    reason: str = ""
    message: str = ""
    conditions: list[Condition] | None = None
    init_container_statuses: list[ContainerStatus] | None = None
    container_statuses: list[ContainerStatus] | None = None


class ContainerResources(_Read):
    requests: dict[str, str] | None = None
    limits: dict[str, str] | None = None


class ContainerSpec(_Read):
    resources: ContainerResources | None = None


class PodSpec(_Read):
    node_name: str = ""
    containers: list[ContainerSpec] | None = None


class Pod(_Read):
    metadata: Metadata
    spec: PodSpec | None = None
    status: PodStatus | None = None


# --- ingresses and volumes


class IngressRule(_Read):
    host: str = ""


class IngressSpec(_Read):
    ingress_class_name: str | None = None
    rules: list[IngressRule] | None = None


class Address(_Read):
    ip: str = ""
    hostname: str = ""


class LoadBalancer(_Read):
    ingress: list[Address] | None = None


class IngressStatus(_Read):
    load_balancer: LoadBalancer | None = None


class Ingress(_Read):
    metadata: Metadata
    spec: IngressSpec | None = None
    status: IngressStatus | None = None


class Resources(_Read):
    requests: dict[str, str] | None = None


class ClaimAnnotations(_Read):
    provisioner: str = msgspec.field(default="", name="volume.kubernetes.io/storage-provisioner")


class ClaimMetadata(Metadata):
    annotations: ClaimAnnotations | None = None


class ClaimSpec(_Read):
    storage_class_name: str | None = None
    resources: Resources | None = None


class ClaimStatus(_Read):
    phase: str = ""


class Claim(_Read):
    metadata: ClaimMetadata
    spec: ClaimSpec | None = None
    status: ClaimStatus | None = None


class ObjectReference(_Read):
    kind: str = ""
    namespace: str = ""
    name: str = ""


class VolumeSpec(_Read):
    claim_ref: ObjectReference | None = None
    capacity: dict[str, str] | None = None
    persistent_volume_reclaim_policy: str = ""


class VolumeStatus(_Read):
    phase: str = ""
    message: str = ""


class Volume(_Read):
    metadata: Annotated
    spec: VolumeSpec | None = None
    status: VolumeStatus | None = None

    @property
    def claimed_in(self) -> str:
        """The namespace of the claim that it was made for, or ""."""
        return (self.spec and self.spec.claim_ref and self.spec.claim_ref.namespace) or ""


# --- events


class Series(_Read):
    count: int = 0
    last_observed_time: datetime | None = None


class Event(_Read):
    """A core/v1 Event; newer reporters fill `event_time` and `series` instead of the rest."""

    metadata: Metadata
    involved_object: ObjectReference | None = None
    type: str = ""
    reason: str = ""
    message: str = ""
    count: int | None = None
    first_timestamp: datetime | None = None
    last_timestamp: datetime | None = None
    event_time: datetime | None = None
    series: Series | None = None


# --- usage


class ContainerUsage(_Read):
    name: str = ""
    usage: dict[str, str] | None = None


class PodUsage(_Read):
    """Of metrics.k8s.io: what a pod's containers used over the last moments."""

    metadata: Metadata
    containers: list[ContainerUsage] | None = None


# --- what they come in

T = TypeVar("T")


class ListMetadata(_Read):
    resource_version: str = ""
    continue_: str = msgspec.field(default="", name="continue")


class Listed(_Read, Generic[T]):
    """One page of a list."""

    metadata: ListMetadata
    items: list[T] | None = None


class Change(_Read):
    """One line of a watch. The object of an ERROR is a `Status`, of a BOOKMARK nearly empty."""

    type: str
    object: msgspec.Raw


class Status(_Read):
    """How the API server says no."""

    code: int = 0
    reason: str = ""
    message: str = ""


class Version(_Read):
    git_version: str = ""


class Secret(_Read):
    metadata: Metadata
    data: dict[str, str] | None = None


class UserInfo(_Read):
    username: str = ""


class ReviewStatus(_Read):
    """Of a SelfSubjectReview (`user_info`) or a SelfSubjectAccessReview (`allowed`)."""

    user_info: UserInfo | None = None
    allowed: bool = False


class Review(_Read):
    status: ReviewStatus | None = None
