"""What has changed, told to whoever wants to know: one listener, any number of subscribers."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import anyio
import psycopg

from provisioner.backoff import Backoff
from provisioner.database import Database
from provisioner.errors import Unavailable

log = logging.getLogger(__name__)

STORES, SESSIONS, USERS = "storeweaver_stores", "storeweaver_sessions", "storeweaver_users"
"""Channels of NOTIFY; the triggers of the schema send the id of the row on them."""

COALESCING = 0.03
"""Seconds between two tellings, in which changes are gathered: a burst costs two updates, and a
change that comes alone is told at once."""


@dataclass(frozen=True)
class Change:
    """What changed since a subscriber was told the last time.

    Attributes:
        store_ids: stores made, changed or gone.
        ended_sessions: sessions that no longer count.
        users: accounts whose role, quota or state changed.
        preparation: whether the cluster or an image fares otherwise.
        seen: stores that somebody looks at and that look different on the cluster.
        sampled: stores that somebody looks at and whose usage was sampled.
        everything: something may have been missed; read all anew.
    """

    store_ids: frozenset[str] = frozenset()
    ended_sessions: frozenset[str] = frozenset()
    users: frozenset[str] = frozenset()
    preparation: bool = False
    everything: bool = False
    seen: frozenset[str] = frozenset()
    sampled: frozenset[str] = frozenset()

    def __or__(self, other: Change) -> Change:
        return Change(
            self.store_ids | other.store_ids,
            self.ended_sessions | other.ended_sessions,
            self.users | other.users,
            self.preparation or other.preparation,
            self.everything or other.everything,
            self.seen | other.seen,
            self.sampled | other.sampled,
        )


_NOTHING = Change()


@dataclass(eq=False)
class _Subscriber:
    pending: Change = _NOTHING
    wake: anyio.Event = field(default_factory=anyio.Event)
    told_at: float = -COALESCING

    def add(self, change: Change) -> None:
        self.pending |= change
        self.wake.set()

    async def __aiter__(self) -> AsyncIterator[Change]:
        while True:
            await self.wake.wait()
            await anyio.sleep_until(self.told_at + COALESCING)
            self.told_at = anyio.current_time()
            # the wake-up is cleared before the change is used: what comes meanwhile wakes again
            change, self.pending, self.wake = self.pending, _NOTHING, anyio.Event()
            yield change


class Changes:
    """Listens to the database while `run` runs, and passes on what others announce."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._subscribers: set[_Subscriber] = set()

    @asynccontextmanager
    async def subscribe(self) -> AsyncIterator[AsyncIterator[Change]]:
        """An endless stream of changes; the first says `everything`."""
        subscriber = _Subscriber()
        subscriber.add(Change(everything=True))
        self._subscribers.add(subscriber)
        try:
            yield aiter(subscriber)
        finally:
            self._subscribers.discard(subscriber)

    def announce(self, change: Change) -> None:
        """Tell every subscriber of this process."""
        for subscriber in self._subscribers:
            subscriber.add(change)

    async def run(self) -> None:
        """Listen for ever; a lost connection is made again, and counts as `everything`."""
        backoff = Backoff(first=0.2, longest=5.0)
        while True:
            try:
                connection = await self._database.listen(STORES, SESSIONS, USERS)
                try:
                    self.announce(Change(everything=True))
                    backoff.reset()
                    async for notice in connection.notifies():
                        self.announce(_change(notice.channel, notice.payload))
                finally:
                    # its own context would roll back first, and cancelled in that stay open
                    await connection.close()
            except (Unavailable, psycopg.Error, OSError) as error:
                log.warning("listening to the database ended: %s", error)
                # who reads now finds out that it is away, and can say so
                self.announce(Change(everything=True))
            await anyio.sleep(backoff.next())


def _change(channel: str, payload: str) -> Change:
    ids = frozenset({payload})
    match channel:
        case "storeweaver_stores":
            return Change(store_ids=ids)
        case "storeweaver_sessions":
            return Change(ended_sessions=ids)
        case _:
            return replace(_NOTHING, users=ids)
