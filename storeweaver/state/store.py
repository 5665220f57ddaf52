"""One store."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from provisioner.errors import NotFound
from provisioner.views import StoreView
from storeweaver.acting import acting
from storeweaver.platform import PLATFORM
from storeweaver.state.handlers import handler, latest
from storeweaver.state.rows import EventRow, StoreRow, event_row, moment, store_row
from storeweaver.state.shell import Shell, entering, reporting, tell
from storeweaver.state.store_inside import Inside
from storeweaver.state.store_rows import WaterfallRow, waterfall
from storeweaver.state.texts import argument

TABS = ("overview", "resources", "events", "logs", "configuration", "danger")
"""As the page's address names them, in `?tab=`."""


@dataclass(frozen=True)
class CredentialRow:
    """A revealed value of a store's own sign-in."""

    label: str
    value: str
    is_secret: bool


NOTHING = StoreRow("", "", "", "", "", "ready", "", "", "", "", "", False, False, False, [], "", "")


class Store(rx.State):
    """What its page shows. Credentials are here only while they are shown."""

    row: StoreRow = NOTHING
    tab: str = TABS[0]
    steps: list[WaterfallRow] = []
    timeline: list[EventRow] = []
    credentials: list[CredentialRow] = []
    is_loaded: bool = False
    is_gone: bool = False
    admin_url: str = ""
    namespace: str = ""
    versions: str = ""
    error: str = ""
    error_hint: str = ""
    evidence: str = ""
    ready: str = ""

    _wanted: str = ""

    @rx.var
    def is_shown(self) -> bool:
        """Whether what is held here is of the store in the page's address: where another address
        was typed, the page begins with what the tab held before."""
        return self.is_loaded and self._wanted == argument(self.router.url.path, after="stores")

    @handler
    async def enter(self) -> None:
        """The page was opened, perhaps after another store's."""
        wanted = argument(self.router.url.path, after="stores")
        if wanted != self._wanted:
            self.reset()  # type: ignore[no-untyped-call]  # Reflex left its type out
            self._wanted = wanted
        tab = self.router.url.query_parameters.get("tab", "")
        self.tab = tab if tab in TABS else TABS[0]
        async with entering(self):
            await (await self.get_state(Shell))._arrive("store", subject=wanted)
            await self._read()
            if not self.is_gone:
                await (await self.get_state(Inside))._open(wanted, self.tab)

    @latest
    async def pushed(self) -> None:
        """Sent by the server when this store changed."""
        async with entering(self):
            await self._read()
            if not self.is_gone:
                await (await self.get_state(Inside))._open(self._wanted, self.tab)

    @handler
    async def retry(self) -> None:
        """Start it anew, after it failed."""
        async with reporting(self):
            store = await PLATFORM.runtime.stores.retry(acting(), self._wanted)
            await tell(self, f"{store.name} starts anew.", "It begins empty, with new secrets.")

    @handler
    async def repair(self) -> None:
        """Have its release applied again."""
        async with reporting(self):
            store = await PLATFORM.runtime.stores.repair(acting(), self._wanted)
            await tell(
                self,
                f"{store.name} is being repaired.",
                "Its Secrets and volumes stay as they are.",
            )

    @handler
    async def reveal(self) -> None:
        """Show the shop's own sign-in; the timeline keeps that it was seen."""
        async with reporting(self):
            shown = await PLATFORM.runtime.stores.credentials(acting(), self._wanted)
            self.credentials = [CredentialRow(v.label, v.value, v.is_secret) for v in shown]
            await self._read_timeline()

    @handler
    async def hide(self) -> None:
        """Take the values out of this page again."""
        self.credentials = []

    async def _read(self) -> None:
        try:
            self._show(await PLATFORM.runtime.stores.get(acting(), self._wanted))
            await self._read_timeline()
        except NotFound:
            self.is_gone, self.is_loaded, self.credentials = True, True, []

    async def _read_timeline(self) -> None:
        lines = await PLATFORM.runtime.stores.timeline(acting(), self._wanted)
        self.timeline = [event_row(line) for line in lines]
        # of a failure that is over, only the timeline tells
        told = (line.evidence for line in self.timeline if line.kind in {"failed", "blocked"})
        self.evidence = next(told, "") if self.row.status in {"failed", "deleting"} else ""

    def _show(self, store: StoreView) -> None:
        self.row, self.is_loaded, self.is_gone = store_row(store), True, False
        self.steps = waterfall(store.steps)
        self.admin_url, self.namespace = store.admin_url, store.namespace
        self.error, self.error_hint = store.error_message, store.error_hint
        self.ready = moment(store.ready_at)
        self.versions = ", ".join(f"{name} {version}" for name, version in store.versions.items())
        if store.status == "deleting":
            self.credentials = []


async def leave_store(state: rx.State) -> None:
    """Another page was opened. Else the next store's page would begin with the last one's, and
    its delete button would mean that one, until it has read its own."""
    store = await state.get_state(Store)
    if store._wanted:
        store.reset()  # type: ignore[no-untyped-call]  # Reflex left its type out
