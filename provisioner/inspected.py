"""What can be looked at in a store's namespace: plain values, made by `inspection`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from provisioner.observed import Allowance

Tone = Literal["good", "busy", "bad", "plain"]
"""How an object fares: as it should, on its way, not as it should, or nothing to say."""


@dataclass(frozen=True, kw_only=True)
class ResourceView:
    """An object in a list.

    Attributes:
        state: in a few words what its kind is judged by: ready replicas, phase, addresses.
    """

    kind: str
    name: str
    state: str
    tone: Tone
    created_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class ObjectEvent:
    """What Kubernetes reported about an object.

    Attributes:
        id: the event's own name; a later version of it replaces an earlier one.
        type: `Normal` or `Warning`.
    """

    id: str
    at: datetime
    type: str
    kind: str
    name: str
    reason: str
    message: str
    count: int


@dataclass(frozen=True, kw_only=True)
class ResourceDetail:
    """One object whole: YAML in which every secret is masked, and what was reported of it."""

    resource: ResourceView
    manifest: str
    events: tuple[ObjectEvent, ...]


@dataclass(frozen=True, kw_only=True)
class LogLine:
    """A line that a container wrote.

    Attributes:
        at: RFC 3339 with nine digits of a second, so that texts sort as times do.
        text: without control characters, and no longer than `loglines.LONGEST`.
        is_note: it is the platform's own word on this log, not the container's.
    """

    at: str
    pod: str
    container: str
    text: str
    is_note: bool = False


@dataclass(frozen=True, kw_only=True)
class LogQuery:
    """Which lines are wanted.

    Attributes:
        pods: names; empty for all of the store's.
        container: a name; "" for all.
        previous: of containers before their last restart; these do not go on.
        tail: lines of each container from before now.
        since: only what is later than this, in RFC 3339; "" for any.
    """

    pods: frozenset[str] = frozenset()
    container: str = ""
    previous: bool = False
    tail: int = 1000
    since: str = ""


@dataclass(frozen=True, kw_only=True)
class ConfigurationView:
    """What the release was really made with.

    Attributes:
        values: every value in force, with secrets masked, as YAML.
    """

    chart: str
    chart_version: str
    revision: int
    status: str
    applied_at: datetime | None
    values: str


@dataclass(frozen=True, kw_only=True)
class Sample:
    """What all pods of a store used at a moment: cores, and bytes; those in its volumes by
    claim, where their storage tells."""

    at: datetime
    cpu: float
    memory: int
    volumes: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class UsageView:
    """What a store uses of what it may.

    Attributes:
        samples: of the last minutes, oldest first; empty before the first.
        allowance: of all its pods together; a limit is 0 where one of them has none.
        volumes: by claim: bytes asked for.
        reason: why there are no samples, in a sentence; "" where there are or will be.
    """

    samples: tuple[Sample, ...]
    allowance: Allowance
    volumes: Mapping[str, int]
    reason: str


@dataclass(frozen=True, kw_only=True)
class ContainerView:
    """A container of a pod; `state` is `waiting`, `running` or `terminated`."""

    name: str
    image: str
    state: str
    reason: str
    restarts: int
    is_ready: bool


@dataclass(frozen=True, kw_only=True)
class PodView:
    """A pod of a store."""

    name: str
    component: str
    phase: str
    is_ready: bool
    restarts: int
    containers: tuple[ContainerView, ...]


@dataclass(frozen=True, kw_only=True)
class RunningView:
    """How what a store runs fares, as the watches have it.

    Attributes:
        replicas_ready: over Deployments and StatefulSets.
        is_stale: the cluster is out of sight, so that this may be old.
    """

    pods: tuple[PodView, ...]
    replicas_ready: int
    replicas_wanted: int
    usage: UsageView
    is_stale: bool

    @property
    def restarts(self) -> int:
        return sum(pod.restarts for pod in self.pods)

    @property
    def pods_running(self) -> int:
        return sum(pod.phase == "Running" for pod in self.pods)


Manifest = Mapping[str, Any]
"""An object as the API server has it."""
