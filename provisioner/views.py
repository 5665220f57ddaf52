"""What the services answer with: frozen values that pages, API and CLI show as they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Status = Literal["provisioning", "ready", "failed", "deleting"]
"""The forerunner's four values; how a ready store fares is its `Health`."""

Health = Literal["unknown", "ok", "degraded"]

StepState = Literal["waiting", "active", "done", "failed"]

OrphanKind = Literal["namespace", "release", "store", "volume"]

Role = Literal["user", "administrator"]


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who is asking: an account, by one of its sessions or tokens.

    Attributes:
        session_id: the session's hash; "" where it asks by an API token.
        expires_at: when the session or token ends by itself; None for never.
    """

    user_id: str
    email: str
    role: Role
    session_id: str = ""
    expires_at: datetime | None = None

    @property
    def is_administrator(self) -> bool:
        return self.role == "administrator"


@dataclass(frozen=True, kw_only=True)
class StepView:
    """A milestone of a store's way to Ready; times are the database's."""

    name: str
    state: StepState
    started_at: datetime | None = None
    ended_at: datetime | None = None
    message: str = ""


@dataclass(frozen=True, kw_only=True)
class StoreView:
    """A store as its owner sees it.

    Attributes:
        engine: key of the engine table.
        error_message: why it failed, or what its deletion waits for; else "".
        error_hint: what to do about it; else "".
        error_code: the same cause as a stable word (`provisioner.causes`); else "".
        waiting_for: why nothing happens yet (its place in the queue, an image that is
            being built, the cluster that is starting), or "".
        attempt: failed tries of the present step.
        can_retry: whether Retry is possible now.
        can_repair: whether Repair is possible now, and has something to mend.
        drift: how its release differs from the one that it should run, or "".
        ready_at: when it was Ready for the first time; None before.
        versions: of what the engine's images hold, by the names that people know.
        options: what its owner chose, by key; what is not here is the engine's default.
    """

    id: str
    name: str
    engine: str
    engine_title: str
    status: Status
    health: Health
    health_message: str
    namespace: str
    url: str
    admin_url: str
    error_message: str
    error_hint: str
    error_code: str = ""
    waiting_for: str
    user_id: str
    owner: str
    steps: tuple[StepView, ...]
    attempt: int
    can_retry: bool
    can_repair: bool
    drift: str
    created_at: datetime
    updated_at: datetime
    ready_at: datetime | None
    versions: Mapping[str, str]
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class CredentialView:
    """One value of a store's credentials."""

    label: str
    value: str
    is_secret: bool


@dataclass(frozen=True, kw_only=True)
class QuotaView:
    """How many stores a user has and may have, and the platform's own limit."""

    used: int
    limit: int
    platform_used: int
    platform_limit: int


@dataclass(frozen=True, kw_only=True)
class ChoiceView:
    """One answer to an option."""

    value: str
    label: str


@dataclass(frozen=True, kw_only=True)
class OptionView:
    """A question of the create dialog; its first choice is what a store gets unasked."""

    key: str
    label: str
    hint: str
    choices: tuple[ChoiceView, ...]


@dataclass(frozen=True, kw_only=True)
class EngineView:
    """An engine in the create dialog; `reason` says why it is not available, or that it waits.

    An engine that is not available cannot be chosen. One whose images are still being
    prepared can: its stores wait, and say so.

    Attributes:
        offers: what its owner gets.
        options: what its owner may choose.
        usual_seconds: the median of what its last stores took from their start to Ready;
            None where none was ready yet.
        cpu, memory, storage: what one store requests of the cluster: cores, bytes, bytes.
    """

    key: str
    title: str
    summary: str
    is_available: bool
    reason: str
    offers: tuple[str, ...] = ()
    options: tuple[OptionView, ...] = ()
    usual_seconds: float | None = None
    cpu: float = 0.0
    memory: float = 0.0
    storage: float = 0.0


@dataclass(frozen=True, kw_only=True)
class NameCheck:
    """What a name would come to: the host it would get, or why it cannot be used."""

    host: str
    problem: str
    hint: str


@dataclass(frozen=True, kw_only=True)
class StoreEventView:
    """One line of a store's timeline.

    Attributes:
        seconds: how long it took, where it has a length.
        evidence: what a failure was told by, line by line, without secrets: pods, events, the
            last lines of logs; empty where there is none.
    """

    at: datetime
    actor: str
    kind: str
    message: str
    seconds: float | None = None
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class OrphanView:
    """Something of the platform's in the cluster that no store accounts for, or a store of
    which the cluster has nothing.

    Attributes:
        kind: a labelled namespace without a store, objects of a release in a namespace
            without the label, a store without its namespace, a volume left behind.
        name: with `kind`, its key; of a store its id, of a release NAMESPACE/ID.
        namespace: where it is, or was.
        store_id: that its label names, or "".
        engine, generation: that the namespace's label and annotation name.
        cause: why it is listed, in a sentence.
        hint: what can be done about it.
        size: bytes of its volumes.
        created_at: None where that is not known.
    """

    kind: OrphanKind
    name: str
    namespace: str
    store_id: str = ""
    engine: str = ""
    generation: int = 1
    cause: str
    hint: str
    size: int
    created_at: datetime | None = None
    can_adopt: bool = False
    can_remove: bool = False


@dataclass(frozen=True, kw_only=True)
class PhaseView:
    """A stretch of the platform's own preparation, such as an image being built."""

    name: str
    state: Literal["waiting", "running", "done", "failed"]
    note: str
    seconds: float


@dataclass(frozen=True, kw_only=True)
class PreparationView:
    """How far cluster and images are; `is_done` when a store can be made from start to end."""

    is_done: bool
    headline: str
    phases: tuple[PhaseView, ...]


@dataclass(frozen=True, kw_only=True)
class UserView:
    """An account as an administrator sees it; `limit` is None where nobody has set one.

    Attributes:
        sessions: how many are open now.
        seen_at: when the youngest of them was opened; None where there is none.
    """

    id: str
    email: str
    role: Role
    is_disabled: bool
    stores: int
    limit: int | None
    created_at: datetime
    sessions: int = 0
    seen_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class SessionView:
    """One of a person's own sign-ins; `id` is good for ending it, and for nothing else."""

    id: str
    is_this: bool
    address: str
    user_agent: str
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class NewSession:
    """A sign-in that succeeded; the token is shown to the browser once and kept as a hash."""

    token: str
    actor: Actor
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class LinkView:
    """A one-time link: its path on the dashboard, and until when it works."""

    path: str
    purpose: Literal["administrator", "invitation", "password"]
    email: str
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class TokenView:
    """An API token as its owner sees it later; the token itself is shown once."""

    id: str
    name: str
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime | None
