"""The list of one's own stores."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from provisioner.views import StoreView
from storeweaver.acting import acting
from storeweaver.platform import PLATFORM
from storeweaver.state.handlers import handler, latest
from storeweaver.state.listed import Listed
from storeweaver.state.listing import STATUSES
from storeweaver.state.selection import Selection
from storeweaver.state.shell import Shell, entering, reporting, tell
from storeweaver.state.store import leave_store
from storeweaver.state.texts import text
from storeweaver.watching import BOARD


@dataclass(frozen=True)
class EngineFilter:
    """An engine that some of the stores have."""

    key: str
    title: str


class Stores(Listed, rx.State):
    """One's own stores, with their number by status."""

    engines: list[EngineFilter] = []
    ready: int = 0
    provisioning: int = 0
    failed: int = 0
    deleting: int = 0

    @handler
    async def enter(self) -> None:
        """The page was opened, perhaps by an address that says what to show."""
        await leave_store(self)
        async with entering(self):
            actor = await (await self.get_state(Shell))._arrive("stores")
            self._follow_address()
            await self._show(await PLATFORM.runtime.stores.list(actor))

    @latest
    async def pushed(self) -> None:
        """Sent by the server when one of the person's stores changed."""
        actor = acting()
        await self._show(BOARD.owned_by(actor.user_id))
        (await self.get_state(Shell))._count(actor)

    @handler
    async def select_page(self) -> None:
        """Choose every store of this page, or none of it where all are chosen."""
        selection = await self.get_state(Selection)
        selection._turn([row.id for row in self.rows], self._stores)

    @handler
    async def select_found(self) -> None:
        """Choose every store that is found, on all pages."""
        selection = await self.get_state(Selection)
        selection._choose([store.id for store in self._listing.found(self._stores)], self._stores)

    @handler
    async def retry(self, wanted: str) -> None:
        """Start a failed store anew."""
        async with reporting(self):
            store = await PLATFORM.runtime.stores.retry(acting(), text(wanted))
            await tell(self, f"{store.name} starts anew.", "It begins empty, with new secrets.")

    async def _show(self, stores: tuple[StoreView, ...]) -> None:
        counts = dict.fromkeys(STATUSES, 0)
        for store in stores:
            counts[store.status] += 1
        self.ready, self.provisioning = counts["ready"], counts["provisioning"]
        self.failed, self.deleting = counts["failed"], counts["deleting"]
        titles = {store.engine: store.engine_title for store in stores}
        self.engines = [EngineFilter(key, titles[key]) for key in sorted(titles)]
        self._hold(stores)
        (await self.get_state(Selection))._keep(stores)
