"""Everybody's stores, as administrators see them."""

from __future__ import annotations

import reflex as rx

from provisioner.views import StoreView
from storeweaver.acting import acting
from storeweaver.platform import PLATFORM
from storeweaver.state.handlers import handler, latest
from storeweaver.state.listed import Listed
from storeweaver.state.shell import Shell, entering, reporting, tell
from storeweaver.state.store import leave_store
from storeweaver.state.texts import text
from storeweaver.watching import BOARD


class Admin(Listed, rx.State):
    """The gate lets nobody but administrators send these events, and each service decides
    again."""

    owners: list[str] = []

    @handler
    async def enter(self) -> None:
        """The page was opened, perhaps by an address that says what to show."""
        await leave_store(self)
        async with entering(self):
            actor = await (await self.get_state(Shell))._arrive("admin")
            self._follow_address()
            self._show(await PLATFORM.runtime.stores.list_all(actor))

    @latest
    async def pushed(self) -> None:
        """Sent by the server when any store changed."""
        async with entering(self):
            if acting().is_administrator:
                self._show(BOARD.all())

    @handler
    async def retry(self, wanted: str) -> None:
        """Start anybody's failed store anew; its timeline says who did."""
        async with reporting(self):
            store = await PLATFORM.runtime.stores.retry(acting(), text(wanted))
            await tell(self, f"{store.name} starts anew.", f"It belongs to {store.owner}.")

    def _show(self, stores: tuple[StoreView, ...]) -> None:
        self.owners = sorted({store.owner for store in stores})
        self._hold(stores)
