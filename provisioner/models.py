"""The tables. Constraints are in the database; migrations make them (migrations/versions)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

MOMENT = DateTime(timezone=True)
STATUSES = ("provisioning", "ready", "failed", "deleting")
HEALTHS = ("unknown", "ok", "degraded")
ROLES = ("user", "administrator")
PURPOSES = ("administrator", "invitation", "password")


def _among(column: str, values: tuple[str, ...]) -> str:
    return f"{column} in ({', '.join(repr(value) for value in values)})"


def _moment(*, is_required: bool = False, is_now: bool = False) -> Any:
    return Column(MOMENT, nullable=not is_required, server_default=func.now() if is_now else None)


def _owner(*, nullable: bool = False) -> Any:
    return Column(Text, ForeignKey("users.id", ondelete="CASCADE"), nullable=nullable)


class User(SQLModel, table=True):
    """An account."""

    __tablename__ = "users"
    __table_args__ = (
        CheckConstraint(_among("role", ROLES), name="users_role"),
        CheckConstraint("email = lower(email)", name="users_email_lower"),
        CheckConstraint("max_stores >= 0", name="users_max_stores"),
    )

    id: str = Field(sa_column=Column(Text, primary_key=True))
    email: str = Field(sa_column=Column(Text, nullable=False, unique=True))
    password_hash: str = Field(sa_column=Column(Text, nullable=False))
    role: str = Field(sa_column=Column(Text, nullable=False, server_default="user"))
    max_stores: int | None = None
    disabled_at: datetime | None = Field(default=None, sa_column=_moment())
    created_at: datetime = Field(sa_column=_moment(is_required=True, is_now=True))


class Session(SQLModel, table=True):
    """A sign-in. `id` is the SHA-256 of its token, in hexadecimal."""

    __tablename__ = "sessions"

    id: str = Field(sa_column=Column(Text, primary_key=True))
    user_id: str = Field(sa_column=_owner())
    address: str = Field(sa_column=Column(Text, nullable=False, server_default=""))
    user_agent: str = Field(sa_column=Column(Text, nullable=False, server_default=""))
    created_at: datetime = Field(sa_column=_moment(is_required=True, is_now=True))
    expires_at: datetime = Field(sa_column=_moment(is_required=True))


class ApiToken(SQLModel, table=True):
    """A token for programs. `hash` is its SHA-256."""

    __tablename__ = "api_tokens"

    id: str = Field(sa_column=Column(Text, primary_key=True))
    hash: str = Field(sa_column=Column(Text, nullable=False, unique=True))
    user_id: str = Field(sa_column=_owner())
    name: str = Field(sa_column=Column(Text, nullable=False))
    created_at: datetime = Field(sa_column=_moment(is_required=True, is_now=True))
    last_used_at: datetime | None = Field(default=None, sa_column=_moment())
    expires_at: datetime | None = Field(default=None, sa_column=_moment())


class Link(SQLModel, table=True):
    """A one-time link. `id` is the SHA-256 of what its address holds."""

    __tablename__ = "links"
    __table_args__ = (CheckConstraint(_among("purpose", PURPOSES), name="links_purpose"),)

    id: str = Field(sa_column=Column(Text, primary_key=True))
    purpose: str = Field(sa_column=Column(Text, nullable=False))
    user_id: str | None = Field(default=None, sa_column=_owner(nullable=True))
    email: str = Field(sa_column=Column(Text, nullable=False, server_default=""))
    created_at: datetime = Field(sa_column=_moment(is_required=True, is_now=True))
    expires_at: datetime = Field(sa_column=_moment(is_required=True))


class RateLimit(SQLModel, table=True):
    """The theoretical arrival time of one limited key (GCRA, ITU-T I.371)."""

    __tablename__ = "rate_limits"

    key: str = Field(sa_column=Column(Text, primary_key=True))
    arrival: datetime = Field(sa_column=_moment(is_required=True))


class Store(SQLModel, table=True):
    """A store: what its owner wants, how far it is, and who works on it.

    Attributes:
        generation: rises with every wish of the owner; `observed_generation` follows when
            the worker has taken it up.
        options: what its owner chose besides the name (`provisioner.options`).
        steps: the milestones with their times, as JSON (`provisioner.steps`).
        step: the name of the milestone it is at.
        attempt: failed tries in a row.
        not_before: when the worker looks again without being told; None to wait for an
            event.
        queued_at: decides whose turn it is to start.
        started_at: when it took one of the places for stores on their way to Ready.
        time_left: seconds in which it has to become Ready; counted only while a worker is at it
            and the cluster answers. None before the first step.
        ready_at: the first time it was Ready.
        settled_generation: the wish that what is there was made or last repaired for; a ready
            store of a higher generation is to be repaired.
        drift: how the release that it runs differs from the one that it should; or "".
        claimed_by, claim_expires_at, fence: the claim, see `provisioner.claims`.
    """

    __tablename__ = "stores"
    __table_args__ = (
        CheckConstraint("id ~ '^[a-z][a-z0-9]{11}$'", name="stores_id"),
        CheckConstraint("char_length(name) between 1 and 63", name="stores_name"),
        CheckConstraint(
            "namespace ~ '^store-[a-z0-9]([a-z0-9-]{0,55}[a-z0-9])?$'", name="stores_namespace"
        ),
        CheckConstraint(_among("status", STATUSES), name="stores_status"),
        CheckConstraint(_among("health", HEALTHS), name="stores_health"),
        CheckConstraint("desired in ('present', 'absent')", name="stores_desired"),
        CheckConstraint(
            "(desired = 'absent') = (status = 'deleting')", name="stores_absent_is_deleting"
        ),
        CheckConstraint("status <> 'failed' or ready_at is null", name="stores_ready_never_fails"),
        CheckConstraint("observed_generation <= generation", name="stores_generations"),
        Index("stores_by_owner", "user_id", "created_at"),
        Index("stores_due", "not_before", postgresql_where=text("not_before is not null")),
        Index("stores_queue", "queued_at", postgresql_where=text("status = 'provisioning'")),
    )

    id: str = Field(sa_column=Column(Text, primary_key=True))
    type: str = Field(sa_column=Column(Text, nullable=False))
    name: str = Field(sa_column=Column(Text, nullable=False))
    namespace: str = Field(sa_column=Column(Text, nullable=False, unique=True))
    status: str = Field(sa_column=Column(Text, nullable=False, server_default="provisioning"))
    url: str = Field(sa_column=Column(Text, nullable=False))
    admin_url: str = Field(sa_column=Column(Text, nullable=False))
    error_message: str = Field(sa_column=Column(Text, nullable=False, server_default=""))
    error_hint: str = Field(sa_column=Column(Text, nullable=False, server_default=""))
    error_code: str = Field(sa_column=Column(Text, nullable=False, server_default=""))
    user_id: str = Field(
        sa_column=Column(Text, ForeignKey("users.id", ondelete="RESTRICT"), nullable=False)
    )
    created_at: datetime = Field(sa_column=_moment(is_required=True, is_now=True))
    updated_at: datetime = Field(sa_column=_moment(is_required=True, is_now=True))
    options: dict[str, str] = Field(
        sa_column=Column(JSONB, nullable=False, server_default=text("'{}'::jsonb"))
    )

    desired: str = Field(sa_column=Column(Text, nullable=False, server_default="present"))
    generation: int = Field(sa_column=Column(BigInteger, nullable=False, server_default="1"))
    observed_generation: int = Field(
        sa_column=Column(BigInteger, nullable=False, server_default="0")
    )

    health: str = Field(sa_column=Column(Text, nullable=False, server_default="unknown"))
    health_message: str = Field(sa_column=Column(Text, nullable=False, server_default=""))
    step: str = Field(sa_column=Column(Text, nullable=False, server_default=""))
    steps: list[dict[str, Any]] = Field(
        sa_column=Column(JSONB, nullable=False, server_default=text("'[]'::jsonb"))
    )
    attempt: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    not_before: datetime | None = Field(
        default=None, sa_column=Column(MOMENT, server_default=func.now())
    )
    queued_at: datetime = Field(sa_column=_moment(is_required=True, is_now=True))
    started_at: datetime | None = Field(default=None, sa_column=_moment())
    time_left: float | None = None
    ready_at: datetime | None = Field(default=None, sa_column=_moment())
    settled_generation: int = Field(
        sa_column=Column(BigInteger, nullable=False, server_default="0")
    )
    drift: str = Field(sa_column=Column(Text, nullable=False, server_default=""))

    claimed_by: str | None = Field(default=None, sa_column=Column(Text))
    claim_expires_at: datetime | None = Field(default=None, sa_column=_moment())
    fence: int = Field(sa_column=Column(BigInteger, nullable=False, server_default="0"))


class IdempotencyKey(SQLModel, table=True):
    """A create request that must make one store however often it is sent."""

    __tablename__ = "idempotency_keys"

    user_id: str = Field(
        sa_column=Column(Text, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    )
    key: str = Field(sa_column=Column(Text, primary_key=True))
    request: str = Field(sa_column=Column(Text, nullable=False))
    store_id: str = Field(sa_column=Column(Text, nullable=False))
    created_at: datetime = Field(sa_column=_moment(is_required=True, is_now=True))


class StoreEvent(SQLModel, table=True):
    """One line of a timeline; kept when the store is gone. The database refuses to change it,
    and to delete it but for retention (`provisioner.timeline.prune`).

    Attributes:
        seconds: how long it took; None for what has no length.
        evidence: what it was told by, as a list of lines (`provisioner.evidence`).
    """

    __tablename__ = "store_events"
    __table_args__ = (
        Index("store_events_by_store", "store_id", "id"),
        Index("store_events_by_age", "at"),
    )

    id: int | None = Field(
        default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True)
    )
    store_id: str = Field(sa_column=Column(Text, nullable=False))
    user_id: str = Field(sa_column=Column(Text, nullable=False))
    actor: str = Field(sa_column=Column(Text, nullable=False))
    kind: str = Field(sa_column=Column(Text, nullable=False))
    message: str = Field(sa_column=Column(Text, nullable=False))
    seconds: float | None = None
    evidence: list[str] = Field(
        sa_column=Column(JSONB, nullable=False, server_default=text("'[]'::jsonb"))
    )
    at: datetime = Field(sa_column=_moment(is_required=True, is_now=True))


class AccountEvent(SQLModel, table=True):
    """One thing that was done to an account, or with it; kept when the account is gone.

    Attributes:
        user_id: whose account; "" for an invitation that nobody has used.
        email: of that account, as it was then; "" for an invitation for anybody.
        actor: who did it, by email.
    """

    __tablename__ = "account_events"
    __table_args__ = (Index("account_events_by_time", "at"),)

    id: int | None = Field(
        default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True)
    )
    user_id: str = Field(sa_column=Column(Text, nullable=False))
    email: str = Field(sa_column=Column(Text, nullable=False))
    actor: str = Field(sa_column=Column(Text, nullable=False))
    kind: str = Field(sa_column=Column(Text, nullable=False))
    message: str = Field(sa_column=Column(Text, nullable=False))
    at: datetime = Field(sa_column=_moment(is_required=True, is_now=True))
