"""What every page has: who is signed in, what is being prepared, what there is to tell."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlencode

import reflex as rx
from reflex_base.event import EventSpec
from reflex_base.event.context import EventContext

from provisioner.errors import Forbidden, NotSignedIn, StoreWeaverError, Unavailable
from provisioner.views import Actor, QuotaView, StoreView
from storeweaver.acting import acting
from storeweaver.platform import PLATFORM
from storeweaver.state.handlers import handler
from storeweaver.state.rows import PhaseRow, phase_row
from storeweaver.watching import BOARD, WATCHERS, Page, Watcher, looked_at

log = logging.getLogger(__name__)

SIGN_IN = "/login/"
_NOTICES_KEPT = 3


@dataclass(frozen=True)
class Notice:
    """Something to tell the person: `tone` is "good", "bad" or "plain"."""

    id: int
    tone: str
    title: str
    hint: str


class Shell(rx.State):
    """The frame around each page."""

    email: str = ""
    is_administrator: bool = False
    quota_used: int = 0
    quota_limit: int = 0
    platform_used: int = 0
    platform_limit: int = 0
    working: int = 0
    failed: int = 0
    person: str = ""
    problem: str = ""
    problem_hint: str = ""
    is_preparing: bool = False
    headline: str = ""
    phases: list[PhaseRow] = []
    notices: list[Notice] = []

    _session_id: str = ""
    _last_notice: int = 0
    _known: tuple[StoreView, ...] = ()
    _page: str = ""
    _subject: str = ""

    @handler
    async def prepared(self) -> None:
        """Sent by the server when cluster or images fare otherwise."""
        self._show_preparation()

    @handler
    async def ended(self) -> EventSpec:
        """Sent by the server when the session of this tab is over."""
        WATCHERS.forget(EventContext.get().token)
        onward = sign_in_again(self.router.url.path, self.router.url.query_parameters)
        self._get_root_state().reset()
        return rx.redirect(onward)

    @handler
    async def counted(self) -> None:
        """Sent by the server when the person's own stores changed: title, icon and quota follow,
        and what came to its end is told."""
        self._count(acting())

    @handler
    async def went_wrong(self) -> None:
        """Sent by the server when a handler failed in a way that nobody foresaw."""
        self._tell("bad", "Something went wrong on our side.", "It is in the log. Try again.")

    @handler
    async def lost(self) -> None:
        """Sent by the server when the database went away under an open page."""
        self.problem = "The database cannot be reached just now."
        self.problem_hint = "What you see may be old. This page goes on by itself."

    @handler
    async def dismiss(self, notice: int) -> None:
        """Take a notice away."""
        self.notices = [kept for kept in self.notices if kept.id != notice]

    async def _arrive(self, page: Page, *, subject: str = "") -> Actor:
        """The person opened a page: show who they are, and watch what it shows from now on."""
        actor = acting()
        WATCHERS.put(EventContext.get().token, Watcher(actor=actor, page=page, subject=subject))
        PLATFORM.runtime.attention.turn_to(looked_at(WATCHERS, BOARD))
        self.email, self.is_administrator = actor.email, actor.is_administrator
        self.person = actor.user_id
        self._page, self._subject = page, subject
        self._show_preparation()
        self._remember(actor)
        self._show_quota(await PLATFORM.runtime.stores.quota(actor))
        self.problem = self.problem_hint = ""
        # what was done still holds on the next page; what was refused belongs to the last one
        self.notices = [notice for notice in self.notices if notice.tone == "good"]
        return actor

    def _show_preparation(self) -> None:
        view = PLATFORM.runtime.preparation()
        self.is_preparing, self.headline = not view.is_done, view.headline
        self.phases = [] if view.is_done else [phase_row(phase) for phase in view.phases]

    def _show_quota(self, quota: QuotaView) -> None:
        self.quota_used, self.quota_limit = quota.used, quota.limit
        self.platform_used, self.platform_limit = quota.platform_used, quota.platform_limit

    def _remember(self, actor: Actor) -> tuple[StoreView, ...]:
        """How the person's stores fare now; returns them."""
        stores = BOARD.owned_by(actor.user_id)
        self.working = sum(store.status in {"provisioning", "deleting"} for store in stores)
        self.failed = sum(store.status == "failed" for store in stores)
        self._known = stores
        return stores

    def _count(self, actor: Actor) -> None:
        before = self._known
        stores = self._remember(actor)
        self.quota_used = len(stores)
        for store_id, tone, title, hint in news(before, stores):
            # the store's own page shows it already
            if self._page != "store" or store_id != self._subject:
                self._tell(tone, title, hint)

    def _tell(self, tone: str, title: str, hint: str = "") -> None:
        """Show a notice; only the last few are kept."""
        self._last_notice += 1
        shown = Notice(self._last_notice, tone, title, hint)
        self.notices = [*self.notices, shown][-_NOTICES_KEPT:]


def news(before: Sequence[StoreView], now: Sequence[StoreView]) -> list[tuple[str, str, str, str]]:
    """What a person is told of their stores: ends that they waited for, and what needs them.

    Returns:
        the store's id, and tone, title and hint of each notice.
    """
    told = []
    are_there = {store.id: store for store in now}
    for was in before:
        store = are_there.get(was.id)
        if store is was:
            continue
        match was.status, store.status if store else "gone":
            case "provisioning", "ready":
                told.append(
                    (was.id, "good", f"{was.name} is ready.", "It can take its first order.")
                )
            case "provisioning", "failed":
                told.append(
                    (was.id, "bad", f"{was.name} failed.", "Its page says why, and what to do.")
                )
            case "deleting", "gone":
                told.append((was.id, "good", f"{was.name} is deleted.", "Nothing of it is left."))
    return told


def sign_in_again(path: str, query: Mapping[str, str]) -> str:
    """Where to sign in, and to come back to what was open."""
    onward = (path.rstrip("/") or "/") + (f"?{urlencode(query)}" if query else "")
    return SIGN_IN if onward == "/" else f"{SIGN_IN}?{urlencode({'next': onward})}"


@asynccontextmanager
async def entering(state: rx.State) -> AsyncIterator[None]:
    """Around a page's first reads: what cannot be read is said on the page itself."""
    try:
        yield
    except StoreWeaverError as error:
        shell = await state.get_state(Shell)
        shell.problem, shell.problem_hint = error.message, error.hint


@asynccontextmanager
async def reporting(state: rx.State) -> AsyncIterator[None]:
    """Around an action: what was refused or failed is told as a notice."""
    try:
        yield
    except StoreWeaverError as error:
        if not isinstance(error, Unavailable | Forbidden | NotSignedIn):
            log.debug("refused: %s", error.message)
        shell = await state.get_state(Shell)
        shell._tell("bad", error.message, error.hint)


async def tell(state: rx.State, title: str, hint: str = "") -> None:
    """Say that something was done."""
    (await state.get_state(Shell))._tell("good", title, hint)
