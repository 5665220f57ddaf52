"""What every list of stores does: filters, words, order, pages, and all of it in the address."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import reflex as rx

from provisioner.views import StoreView
from storeweaver.state.handlers import handler
from storeweaver.state.listing import SORTS, STATUSES, Listing, page_of, pages_of
from storeweaver.state.rows import StoreRow, store_row
from storeweaver.state.shell import reporting
from storeweaver.state.texts import text


class Listed(rx.State, mixin=True):
    """What a list shows of stores; `address` is the same as it stands in the page's address."""

    rows: list[StoreRow] = []
    is_loaded: bool = False
    total: int = 0
    found: int = 0
    wanted: str = "all"
    engine: str = "all"
    owner: str = "all"
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
    async def restore(self) -> None:
        """The browser went back or forth: show what its address says now."""
        self._follow_address()
        self._arrange()

    @handler
    async def find(self, words: str) -> None:
        """Show stores in whose name, address, engine, id or owner these words are."""
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
    async def lay_out(self, layout: str) -> None:
        """Show rows or cards."""
        self._list(layout="cards" if layout == "cards" else "rows")

    @handler
    async def show_all(self) -> None:
        """Forget filters and words; the box is drawn anew, and with that empty."""
        self.search_box += 1
        self._list(status="all", engine="all", owner="all", search="", page=1)

    @handler
    async def turn(self, pages: int) -> None:
        """Go some pages on, or back."""
        steps = max(-1, min(1, pages)) if isinstance(pages, int) else 0
        self._list(page=max(1, self._listing.page + steps))

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
        self.wanted, self.engine, self.owner = listing.status, listing.engine, listing.owner
        self.sort, self.layout, self.search = listing.sort, listing.layout, listing.search
        self.page, self.address = listing.page, listing.query

    def _hold(self, stores: tuple[StoreView, ...]) -> None:
        """Show of these from now on."""
        self._stores, self.total, self.is_loaded = stores, len(stores), True
        self._arrange()

    def _arrange(self) -> None:
        found = self._listing.found(self._stores)
        self.found, self.pages = len(found), pages_of(found)
        if self._stores and self.page > self.pages:
            self._turn_to(replace(self._listing, page=self.pages))
        self.rows = [store_row(store) for store in page_of(found, self.page)]
