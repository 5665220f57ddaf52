"""Everybody's stores, as administrators see them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import reflex as rx

from provisioner.views import StoreView
from storeweaver.acting import acting
from storeweaver.platform import PLATFORM
from storeweaver.state.handlers import handler, latest
from storeweaver.state.listing import SORTS, STATUSES, Listing, page_of, pages_of
from storeweaver.state.rows import StoreRow, store_row
from storeweaver.state.shell import Shell, entering, reporting, tell
from storeweaver.state.store import leave_store
from storeweaver.state.texts import text
from storeweaver.watching import BOARD


class Admin(rx.State):
    """What the list shows. The gate lets nobody but administrators send these events, and each
    service decides again."""

    rows: list[StoreRow] = []
    owners: list[str] = []
    found: int = 0
    total: int = 0
    wanted: str = "all"
    owner: str = "all"
    sort: str = "newest"
    search: str = ""
    search_box: int = 0
    page: int = 1
    pages: int = 1
    address: str = ""
    is_loaded: bool = False

    _stores: tuple[StoreView, ...] = ()
    _listing: Listing = Listing()

    @handler
    async def enter(self) -> None:
        """The page was opened, perhaps by an address that says what to show."""
        await leave_store(self)
        async with entering(self):
            actor = await (await self.get_state(Shell))._arrive("admin")
            self._follow_address()
            self._show(await PLATFORM.runtime.stores.list_all(actor))
            self.is_loaded = True

    @handler
    async def restore(self) -> None:
        """The browser went back or forth: show what its address says now."""
        self._follow_address()
        self._arrange()

    @latest
    async def pushed(self) -> None:
        """Sent by the server when any store changed."""
        async with entering(self):
            if acting().is_administrator:
                self._show(BOARD.all())

    @handler
    async def find(self, words: str) -> None:
        """Show stores whose name, address, engine, id or owner has these words."""
        async with reporting(self):
            self._list(search=text(words), page=1)

    @handler
    async def filter_by(self, status: str) -> None:
        """Show stores of one status, or all."""
        async with reporting(self):
            self._list(status=text(status) if status in STATUSES else "all", page=1)

    @handler
    async def filter_by_owner(self, owner: str) -> None:
        """Show one person's stores, or everybody's."""
        async with reporting(self):
            self._list(owner=text(owner) or "all", page=1)

    @handler
    async def sort_by(self, order: str) -> None:
        """Put them in another order."""
        async with reporting(self):
            self._list(sort=text(order) if order in SORTS else "newest")

    @handler
    async def show_all(self) -> None:
        """Forget filters and words; the box is drawn anew, and with that empty."""
        self.search_box += 1
        self._list(status="all", owner="all", search="", page=1)

    @handler
    async def turn(self, pages: int) -> None:
        """Go some pages on, or back."""
        steps = max(-1, min(1, pages)) if isinstance(pages, int) else 0
        self._list(page=max(1, self._listing.page + steps))

    @handler
    async def retry(self, wanted: str) -> None:
        """Start anybody's failed store anew; its timeline says who did."""
        async with reporting(self):
            store = await PLATFORM.runtime.stores.retry(acting(), text(wanted))
            await tell(self, f"{store.name} starts anew.", f"It belongs to {store.owner}.")

    def _follow_address(self) -> None:
        listing = Listing.from_query(self.router.url.query_parameters)
        if listing.search != self._listing.search:
            self.search_box += 1
        self._listing = listing

    def _list(self, **changes: Any) -> None:
        self._listing = replace(self._listing, **changes)
        self._arrange()

    def _show(self, stores: tuple[StoreView, ...]) -> None:
        self._stores, self.total = stores, len(stores)
        self.owners = sorted({store.owner for store in stores})
        self._arrange()

    def _arrange(self) -> None:
        found = self._listing.found(self._stores)
        self.found, self.pages = len(found), pages_of(found)
        if self._stores:
            self._listing = replace(self._listing, page=min(self._listing.page, self.pages))
        shown = self._listing
        self.wanted, self.owner, self.sort = shown.status, shown.owner, shown.sort
        self.search, self.page, self.address = shown.search, shown.page, shown.query
        self.rows = [store_row(store) for store in page_of(found, self.page)]
