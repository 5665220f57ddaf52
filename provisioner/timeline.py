"""What happened to a store, line by line; kept when the store is gone."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from provisioner.database import query
from provisioner.models import Store, StoreEvent
from provisioner.views import StoreEventView

LENGTH = 200
"""Lines that are read at once: the newest."""

PRUNED_AT_ONCE = 1000


async def record(
    session: AsyncSession,
    store: Store,
    *,
    actor: str,
    kind: str,
    message: str,
    seconds: float | None = None,
    evidence: Sequence[str] = (),
) -> None:
    """Add a line, in a transaction of the caller's; `seconds` is how long it took, `evidence`
    what it was told by."""
    await session.execute(
        insert(StoreEvent).values(
            store_id=store.id,
            user_id=store.user_id,
            actor=actor,
            kind=kind,
            message=message,
            seconds=seconds,
            evidence=list(evidence),
        )
    )


async def prune(session: AsyncSession, *, days: int) -> None:
    """Forget lines older than so many days; a bounded number at a time.

    Called at the start and with each store that is asked for, so that nothing has to look
    again and again.
    """
    await session.execute(text("select set_config('storeweaver.retention', 'on', true)"))
    await session.execute(query("prune_timeline"), {"days": days, "most": PRUNED_AT_ONCE})
    await session.execute(text("select set_config('storeweaver.retention', 'off', true)"))


async def read(session: AsyncSession, store: Store) -> tuple[StoreEventView, ...]:
    """A store's timeline, newest first."""
    found = await session.scalars(
        select(StoreEvent)
        .where(col(StoreEvent.store_id) == store.id)
        .order_by(col(StoreEvent.id).desc())
        .limit(LENGTH)
    )
    return tuple(
        StoreEventView(
            at=line.at,
            actor=line.actor,
            kind=line.kind,
            message=line.message,
            seconds=line.seconds,
            evidence=tuple(line.evidence),
        )
        for line in found
    )
