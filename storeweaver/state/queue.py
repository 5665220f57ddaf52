"""Queue and workers, as administrators see them."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from provisioner.overview import ClaimView, WaitingView
from provisioner.views import Actor
from storeweaver.acting import acting
from storeweaver.platform import PLATFORM
from storeweaver.state.handlers import handler, latest
from storeweaver.state.rows import moment
from storeweaver.state.shell import Shell, entering
from storeweaver.state.store import leave_store
from storeweaver.state.words import times

_SHOWN = 20
"""Stores named of each reason to wait."""


@dataclass(frozen=True)
class ClaimRow:
    """A store that a worker has now."""

    id: str
    worker: str
    name: str
    owner: str
    step: str
    since: str
    trouble: str


@dataclass(frozen=True)
class WaiterRow:
    """A store that waits."""

    id: str
    name: str
    owner: str
    since: str


@dataclass(frozen=True)
class WaitingRow:
    """A reason to wait, and who does."""

    reason: str
    count: str
    more: str
    stores: list[WaiterRow]


class Queue(rx.State):
    """What the page shows."""

    claims: list[ClaimRow] = []
    waiting: list[WaitingRow] = []
    workers: int = 0
    taken: int = 0
    places: int = 1
    is_loaded: bool = False

    @handler
    async def enter(self) -> None:
        """The page was opened."""
        await leave_store(self)
        async with entering(self):
            await self._read(await (await self.get_state(Shell))._arrive("admin-queue"))
            self.is_loaded = True

    @latest
    async def pushed(self) -> None:
        """Sent by the server when a store or the preparation changed."""
        async with entering(self):
            await self._read(acting())

    async def _read(self, actor: Actor) -> None:
        queue = await PLATFORM.runtime.overview.queue(actor)
        self.claims = [_claim(claim) for claim in queue.claims]
        self.waiting = [_waiting(group) for group in queue.waiting]
        self.workers = len({claim.worker for claim in queue.claims})
        self.taken, self.places = queue.taken, queue.places


def _claim(claim: ClaimView) -> ClaimRow:
    return ClaimRow(
        id=claim.store_id,
        worker=claim.worker,
        name=claim.name,
        owner=claim.owner,
        step=claim.step,
        since=moment(claim.since),
        trouble=f"{times(claim.attempt, 'failed try', 'failed tries')}" if claim.attempt else "",
    )


def _waiting(group: WaitingView) -> WaitingRow:
    others = len(group.stores) - _SHOWN
    return WaitingRow(
        reason=group.reason,
        count=times(len(group.stores), "store", "stores"),
        more=f"and {others} more" if others > 0 else "",
        stores=[
            WaiterRow(store.id, store.name, store.owner, moment(store.created_at))
            for store in group.stores[:_SHOWN]
        ],
    )
