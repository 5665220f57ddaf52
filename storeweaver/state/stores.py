"""The list of one's own stores."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import reflex as rx

from provisioner.views import StoreView
from storeweaver.acting import acting
from storeweaver.platform import PLATFORM
from storeweaver.state.handlers import handler, latest
from storeweaver.state.listing import SORTS, STATUSES, Listing, page_of, pages_of
from storeweaver.state.rows import StoreRow, store_row
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


class Stores(rx.State):
    """What the list shows of them; `address` is the same as it stands in the page's address."""

    rows: list[StoreRow] = []
    engines: list[EngineFilter] = []
    is_loaded: bool = False
    total: int = 0
    found: int = 0
    ready: int = 0
    provisioning: int = 0
    failed: int = 0
    deleting: int = 0
    wanted: str = "all"
    engine: str = "all"
    sort: str = "newest"
    layout: str = "rows"
    search: str = ""
    search_box: int = 0
    page: int = 1
    pages: int = 1
    address: str = ""

    _stores: tuple[StoreView, ...] = ()
    _listing: Listing = Listing()

    @handler
    async def enter(self) -> None:
        """The page was opened, perhaps by an address that says what to show."""
        await leave_store(self)
        async with entering(self):
            actor = await (await self.get_state(Shell))._arrive("stores")
            self._follow_address()
            await self._show(await PLATFORM.runtime.stores.list(actor))

    @handler
    async def restore(self) -> None:
        """The browser went back or forth: show what its address says now."""
        self._follow_address()
        self._arrange()

    @latest
    async def pushed(self) -> None:
        """Sent by the server when one of the person's stores changed."""
        actor = acting()
        await self._show(BOARD.owned_by(actor.user_id))
        (await self.get_state(Shell))._count(actor)

    @handler
    async def find(self, words: str) -> None:
        """Show stores whose name, address, engine or id has these words."""
        async with reporting(self):
            self._list(search=text(words), page=1)

    @handler
    async def filter_by(self, status: str) -> None:
        """Show stores of one status, or all."""
        async with reporting(self):
            self._list(status=text(status) if status in STATUSES else "all", page=1)

    @handler
    async def filter_by_engine(self, engine: str) -> None:
        """Show stores of one engine, or all."""
        async with reporting(self):
            self._list(engine=text(engine) or "all", page=1)

    @handler
    async def show_all(self) -> None:
        """Forget filters and words; the box is drawn anew, and with that empty."""
        self.search_box += 1
        self._list(status="all", engine="all", search="", page=1)

    @handler
    async def sort_by(self, order: str) -> None:
        """Put them in another order."""
        async with reporting(self):
            self._list(sort=text(order) if order in SORTS else "newest")

    @handler
    async def lay_out(self, layout: str) -> None:
        """Show rows or cards."""
        self._list(layout="cards" if layout == "cards" else "rows")

    @handler
    async def turn(self, pages: int) -> None:
        """Go some pages on, or back."""
        steps = max(-1, min(1, pages)) if isinstance(pages, int) else 0
        self._list(page=max(1, self._listing.page + steps))

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

    def _follow_address(self) -> None:
        listing = Listing.from_query(self.router.url.query_parameters)
        if listing.search != self._listing.search:
            self.search_box += 1
        self._turn_to(listing)

    def _list(self, **changes: Any) -> None:
        self._turn_to(replace(self._listing, **changes))
        self._arrange()

    def _turn_to(self, listing: Listing) -> None:
        self._listing = listing
        self.wanted, self.engine, self.sort = listing.status, listing.engine, listing.sort
        self.layout, self.search, self.page = listing.layout, listing.search, listing.page
        self.address = listing.query

    async def _show(self, stores: tuple[StoreView, ...]) -> None:
        self._stores, self.is_loaded = stores, True
        counts = dict.fromkeys(STATUSES, 0)
        for store in stores:
            counts[store.status] += 1
        self.total = len(stores)
        self.ready, self.provisioning = counts["ready"], counts["provisioning"]
        self.failed, self.deleting = counts["failed"], counts["deleting"]
        titles = {store.engine: store.engine_title for store in stores}
        self.engines = [EngineFilter(key, titles[key]) for key in sorted(titles)]
        self._arrange()
        (await self.get_state(Selection))._keep(stores)

    def _arrange(self) -> None:
        found = self._listing.found(self._stores)
        self.found, self.pages = len(found), pages_of(found)
        if self._stores and self.page > self.pages:
            self._turn_to(replace(self._listing, page=self.pages))
        self.rows = [store_row(store) for store in page_of(found, self.page)]
