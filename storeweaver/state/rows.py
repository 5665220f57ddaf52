"""From views of the services to what a browser holds: small, flat, without secrets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import reflex as rx

from provisioner.views import (
    PhaseView,
    SessionView,
    StepView,
    StoreEventView,
    StoreView,
    TokenView,
    UserView,
)
from storeweaver.state.words import browser_of, times

TONES = ("ready", "degraded", "provisioning", "queued", "failed", "deleting")
"""How a store is shown: its status, told apart further where that helps a person."""

LABELS = {
    "ready": "Ready",
    "degraded": "Degraded",
    "provisioning": "Provisioning",
    "queued": "Waiting",
    "failed": "Failed",
    "deleting": "Deleting",
}


@dataclass(frozen=True)
class StoreRow:
    """A store in a list.

    Attributes:
        tone: one of `TONES`.
        note: the one line below the name that matters now; "" where the address does.
        segments: the state of each step, in order, while it is provisioning.
        progress: the same in words.
        created: ISO 8601.
    """

    id: str
    name: str
    engine: str
    engine_title: str
    status: str
    tone: str
    label: str
    note: str
    url: str
    host: str
    owner: str
    is_open: bool
    can_retry: bool
    can_repair: bool
    segments: list[str]
    progress: str
    created: str


@rx.serializer
def as_fields(row: StoreRow) -> dict[str, Any]:
    """A row as it travels: its own fields, not a copy of them.

    A list of fifty goes to every tab that shows it at each change.
    """
    return vars(row)


@dataclass(frozen=True)
class EventRow:
    """A line of a timeline."""

    at: str
    actor: str
    kind: str
    message: str
    evidence: str


@dataclass(frozen=True)
class PhaseRow:
    """A stretch of the platform's preparation."""

    name: str
    state: str
    note: str


@dataclass(frozen=True)
class TokenRow:
    """An API token, without itself."""

    id: str
    name: str
    created: str
    used: str
    expires: str


@dataclass(frozen=True)
class SessionRow:
    """A sign-in on the account page."""

    id: str
    is_this: bool
    browser: str
    address: str
    created: str
    expires: str


@dataclass(frozen=True)
class UserRow:
    """An account on the administrator's page."""

    id: str
    email: str
    is_administrator: bool
    is_disabled: bool
    is_self: bool
    stores: str
    limit: str
    created: str
    sessions: str
    seen: str


MOST_DRAWN = 10_000
"""Rows that are kept for the next tab that shows them."""

_drawn: dict[str, tuple[StoreView, StoreRow]] = {}


def store_row(store: StoreView) -> StoreRow:
    """A store as lists show it.

    A change is told to every tab that shows the store: the row is made once for all of them.
    """
    known = _drawn.get(store.id)
    if known is None or known[0] is not store:
        _drawn.pop(store.id, None)
        known = _drawn[store.id] = (store, _row(store))
        if len(_drawn) > MOST_DRAWN:
            del _drawn[next(iter(_drawn))]
    return known[1]


def _row(store: StoreView) -> StoreRow:
    shown = tone(store)
    return StoreRow(
        id=store.id,
        name=store.name,
        engine=store.engine,
        engine_title=store.engine_title,
        status=store.status,
        tone=shown,
        label=LABELS[shown],
        note=note(store),
        url=store.url,
        host=host(store.url),
        owner=store.owner,
        is_open=store.status == "ready",
        can_retry=store.can_retry,
        can_repair=store.can_repair,
        segments=[step.state for step in store.steps] if store.status == "provisioning" else [],
        progress=progress(store.steps) if store.status == "provisioning" else "",
        created=moment(store.created_at),
    )


def tone(store: StoreView) -> str:
    """How a store is shown."""
    if store.status == "ready" and store.health == "degraded":
        return "degraded"
    if store.status == "provisioning" and store.waiting_for:
        return "queued"
    return store.status


def note(store: StoreView) -> str:
    """The line that matters most now; "" where there is none."""
    match store.status:
        case "failed":
            return store.error_message
        case "deleting":
            return store.error_message or store.waiting_for or "Everything it has is being removed."
        case "provisioning":
            return store.waiting_for
        case _:
            return store.health_message if store.health == "degraded" else store.drift


def progress(steps: tuple[StepView, ...]) -> str:
    """How far a store is: the first step under way, and how many are done."""
    done = sum(step.state == "done" for step in steps)
    current = next((step for step in steps if step.state in {"active", "failed"}), None)
    name = f"{current.name}, " if current else ""
    return f"{name}{done} of {len(steps)}"


def event_row(line: StoreEventView) -> EventRow:
    """A line of a timeline."""
    return EventRow(
        at=moment(line.at),
        actor=line.actor,
        kind=line.kind,
        message=line.message,
        evidence="\n".join(line.evidence),
    )


def phase_row(phase: PhaseView) -> PhaseRow:
    """A stretch of the preparation."""
    return PhaseRow(name=phase.name, state=phase.state, note=phase.note)


def token_row(token: TokenView) -> TokenRow:
    """An API token in its owner's list."""
    return TokenRow(
        id=token.id,
        name=token.name,
        created=moment(token.created_at),
        used=moment(token.last_used_at),
        expires=moment(token.expires_at),
    )


def user_row(user: UserView, *, own_id: str) -> UserRow:
    """An account in the administrator's list."""
    return UserRow(
        id=user.id,
        email=user.email,
        is_administrator=user.role == "administrator",
        is_disabled=user.is_disabled,
        is_self=user.id == own_id,
        stores=times(user.stores, "store", "stores"),
        limit="" if user.limit is None else str(user.limit),
        created=moment(user.created_at),
        sessions=times(user.sessions, "session", "sessions") if user.sessions else "",
        seen=moment(user.seen_at),
    )


def session_row(session: SessionView) -> SessionRow:
    """A sign-in in its owner's list."""
    return SessionRow(
        id=session.id,
        is_this=session.is_this,
        browser=browser_of(session.user_agent),
        address=session.address,
        created=moment(session.created_at),
        expires=moment(session.expires_at),
    )


def moment(at: datetime | None) -> str:
    """ISO 8601, which assets/weaver.js shows in the browser's zone and words."""
    return at.isoformat(timespec="milliseconds") if at else ""


def host(url: str) -> str:
    """A URL without its scheme: what people read."""
    return url.partition("://")[2].rstrip("/")
