"""Claims: a worker's time-limited right to reconcile a store, fenced by a rising number."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from provisioner import timeline
from provisioner.database import Database, lock, query
from provisioner.errors import ClaimLost
from provisioner.lease import Lease, uptime
from provisioner.models import Store, User

PLATFORM = "Store Weaver"
"""Who did it, in a timeline, when no person did."""


@dataclass(frozen=True, kw_only=True)
class Claimed:
    """A store that a worker has, as it was when it was claimed or last recorded."""

    store: Store
    owner_email: str
    lease: Lease

    @property
    def fence(self) -> int:
        return self.store.fence


@dataclass(frozen=True)
class Note:
    """A line for the store's timeline: how many seconds it took, and what it was told by."""

    kind: str
    message: str
    seconds: float | None = None
    evidence: tuple[str, ...] = ()


class Claims:
    """One worker's claims. Every write names the fence, and is refused when that is old or the
    claim has run out."""

    def __init__(self, database: Database, *, worker: str, seconds: float) -> None:
        """`seconds` is the length of a claim."""
        self._database = database
        self._worker = worker
        self.seconds = seconds
        self._clock = (datetime.now(UTC), time.monotonic())

    def now(self) -> datetime:
        """The database's time, as it was told with the last claims and has gone on since."""
        told, at = self._clock
        return told + timedelta(seconds=time.monotonic() - at)

    async def take(
        self,
        *,
        places: int,
        room: int,
        engines: Collection[str],
        known: Collection[str],
        woken: Collection[str],
    ) -> list[Claimed]:
        """Claim stores that are due, at most `room`.

        Args:
            places: stores that may be on their way to Ready at once, on the whole platform.
            engines: those whose stores may start now.
            known: every engine of this version; stores of others are left alone.
            woken: stores to be looked at although they are not due.
        """
        async with self._database.transaction() as session:
            await lock(session, "admit")
            # the wait for the lock is not part of a claim
            asked_at = uptime()
            if woken:
                await session.execute(query("wake"), {"ids": list(woken)})
            found = await session.scalars(
                select(Store).from_statement(query("claim")),
                {
                    "places": places,
                    "room": room,
                    "engines": list(engines),
                    "known": list(known),
                    "worker": self._worker,
                    "seconds": self.seconds,
                },
            )
            stores = found.all()
            told = await session.execute(select(func.clock_timestamp()))
            self._clock = (told.scalar_one(), time.monotonic())
            owners = await session.execute(
                select(col(User.id), col(User.email)).where(
                    col(User.id).in_({store.user_id for store in stores})
                )
            )
            emails = {owner.id: owner.email for owner in owners}
        return [
            Claimed(
                store=store,
                owner_email=emails[store.user_id],
                lease=Lease(
                    self.seconds,
                    asked_at=asked_at,
                    renew=partial(self._renew_one, store.id, store.fence),
                ),
            )
            for store in stores
        ]

    async def absent(self, seen: Collection[str]) -> set[str]:
        """Ready stores that nothing would wake although the cluster shows nothing of them."""
        async with self._database.transaction() as session:
            found = await session.scalars(
                select(col(Store.id)).where(
                    col(Store.status) == "ready",
                    col(Store.not_before).is_(None),
                    col(Store.id).not_in(list(seen)),
                )
            )
            return set(found)

    async def next_due(self) -> float | None:
        """Seconds until something is due by itself; None for never. May be below 0."""
        async with self._database.transaction() as session:
            found = await session.scalar(query("next_due"))
        return None if found is None else float(found)

    async def renew(self, held: Collection[tuple[Claimed, float]]) -> set[str]:
        """Prolong claims, each with the seconds its store has left; returns those still held."""
        asked_at = uptime()
        kept = await self._renew(
            [(claimed.store.id, claimed.fence, left) for claimed, left in held]
        )
        for claimed, _ in held:
            if claimed.store.id in kept:
                claimed.lease.extend(asked_at=asked_at)
        return kept

    async def reload(self, claimed: Claimed) -> Claimed:
        """The store as it is now.

        Raises:
            ClaimLost: it is somebody else's now, or gone.
        """
        async with self._database.transaction() as session:
            store = await session.scalar(
                select(Store).where(col(Store.id) == claimed.store.id, *self._mine(claimed))
            )
        if store is None:
            raise _lost(claimed)
        return replace(claimed, store=store)

    async def record(
        self, claimed: Claimed, changes: Mapping[str, Any], *, notes: Collection[Note] = ()
    ) -> Claimed:
        """Write down what was done; nothing is written where the owner's wish has changed.

        Raises:
            ClaimLost: it is somebody else's now, or gone.
        """
        async with self._database.transaction() as session:
            store = await session.scalar(
                update(Store)
                .where(
                    col(Store.id) == claimed.store.id,
                    col(Store.generation) == claimed.store.generation,
                    *self._mine(claimed),
                )
                .values(**(changes or {"fence": Store.fence}))
                .returning(Store)
            )
            if store is not None:
                for note in notes:
                    await self._note(session, claimed, note)
        if store is None:
            return await self.reload(claimed)
        return replace(claimed, store=store)

    async def release(self, claimed: Claimed, *, look_again_in: float | None) -> None:
        """Give the claim back; `look_again_in` is in seconds, None to wait for a change.

        A wish that came meanwhile keeps the store due.
        """
        async with self._database.transaction() as session:
            await session.execute(
                query("release"),
                {
                    "id": claimed.store.id,
                    "worker": self._worker,
                    "fence": claimed.fence,
                    "generation": claimed.store.generation,
                    "seconds": look_again_in,
                },
            )

    async def forget(self, claimed: Claimed) -> None:
        """Remove the row of a store of which nothing is left.

        Raises:
            ClaimLost: it is somebody else's now, or gone.
        """
        async with self._database.transaction() as session:
            gone = await session.scalar(
                delete(Store)
                .where(
                    col(Store.id) == claimed.store.id,
                    col(Store.desired) == "absent",
                    *self._mine(claimed),
                )
                .returning(col(Store.id))
            )
            if gone is None:
                raise _lost(claimed)
            await self._note(
                session,
                claimed,
                Note("gone", "Nothing of it is left: release, namespace, volumes."),
            )

    async def _renew_one(self, store_id: str, fence: int) -> bool:
        return bool(await self._renew([(store_id, fence, None)]))

    async def _renew(self, held: Collection[tuple[str, int, float | None]]) -> set[str]:
        ids, fences, left = zip(*held, strict=True)
        async with self._database.transaction() as session:
            found = await session.scalars(
                query("renew"),
                {
                    "worker": self._worker,
                    "ids": list(ids),
                    "fences": list(fences),
                    "left": list(left),
                    "seconds": self.seconds,
                },
            )
            return set(found)

    async def _note(self, session: AsyncSession, claimed: Claimed, note: Note) -> None:
        await timeline.record(
            session,
            claimed.store,
            actor=PLATFORM,
            kind=note.kind,
            message=note.message,
            seconds=note.seconds,
            evidence=note.evidence,
        )

    def _mine(self, claimed: Claimed) -> tuple[Any, ...]:
        return (
            col(Store.claimed_by) == self._worker,
            col(Store.fence) == claimed.fence,
            # one that has run out is over, whether or not another worker has come
            col(Store.claim_expires_at) > func.clock_timestamp(),
        )


def _lost(claimed: Claimed) -> ClaimLost:
    return ClaimLost(f"The claim on {claimed.store.id} with fence {claimed.fence} is over.")
