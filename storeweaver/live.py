"""From what changed to the browsers that may see it: no timer, one event a tab."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property

import anyio
import anyio.lowlevel
import reflex as rx
from reflex.state import OnLoadInternalState
from reflex_base.config import get_config
from reflex_base.event import Event
from reflex_base.utils.format import format_event_handler

from provisioner.changes import Change
from provisioner.errors import Unavailable
from provisioner.runtime import Runtime
from provisioner.views import PreparationView
from storeweaver.state.account import Account
from storeweaver.state.admin import Admin
from storeweaver.state.audit import AuditPage
from storeweaver.state.cluster import Cluster
from storeweaver.state.people import People
from storeweaver.state.queue import Queue
from storeweaver.state.shell import Shell
from storeweaver.state.store import Store
from storeweaver.state.store_inside import Inside
from storeweaver.state.stores import Stores
from storeweaver.watching import BOARD, WATCHERS, Page, Watcher, looked_at

log = logging.getLogger(__name__)

_LOOK_AGAIN_AFTER = 1.0
_SAMPLED_EVERY = 15.0
"""Seconds; as often as Kubernetes' own metrics change."""


class Live:
    """The one task of this process that reads what changed and tells the tabs."""

    def __init__(self, app: rx.App) -> None:
        self._app = app
        self._is_away = False
        self._ground: PreparationView | None = None

    async def run(self, runtime: Runtime) -> None:
        """Follow the changes until cancelled; a database that is away is waited for."""
        async with anyio.create_task_group() as tasks, runtime.changes.subscribe() as changes:
            tasks.start_soon(self._keep_states)
            tasks.start_soon(self._sample)
            async for change in changes:
                try:
                    await self._pass_on(runtime, change)
                except Unavailable:
                    await self._wait(runtime)
                except Exception:
                    # one change that cannot be told must not end the telling of all others
                    log.exception("a change could not be passed on")
                    await self._wait(runtime)

    async def _pass_on(self, runtime: Runtime, change: Change) -> None:
        self._forget_closed()
        owners = await _read(runtime, change)
        runtime.attention.turn_to(looked_at(WATCHERS, BOARD))
        self._is_away = False
        if change.preparation:
            ground, self._ground = self._ground, runtime.preparation()
            change = replace(change, preparation=ground != self._ground)
        if change.everything:
            # each open page is loaded anew, as after a reconnect, by whoever is signed in there
            for token in self._open_tabs:
                await self._send(token, self._events["load"])
            return
        now = datetime.now(UTC)
        for token, watcher in WATCHERS:
            for name in due(change, watcher, owners=owners, now=now):
                await self._send(token, self._events[name])
            # the first tabs have theirs while those of the last ones are still being made
            await anyio.lowlevel.checkpoint()

    async def _wait(self, runtime: Runtime) -> None:
        """Say that the database is away, once, and read all anew a little later."""
        if not self._is_away:
            self._is_away = True
            await self._send_all(self._events["lost"])
        await anyio.sleep(_LOOK_AGAIN_AFTER)
        runtime.changes.announce(Change(everything=True))

    @cached_property
    def _events(self) -> dict[str, str]:
        handlers = {
            "stores": Stores.event_handlers["pushed"],
            "store": Store.event_handlers["pushed"],
            "inside": Inside.event_handlers["seen"],
            "usage": Inside.event_handlers["sampled"],
            "account": Account.event_handlers["pushed"],
            "admin": Admin.event_handlers["pushed"],
            "admin-people": People.event_handlers["pushed"],
            "admin-queue": Queue.event_handlers["pushed"],
            "admin-cluster": Cluster.event_handlers["pushed"],
            "admin-audit": AuditPage.event_handlers["pushed"],
            "counted": Shell.event_handlers["counted"],
            "prepared": Shell.event_handlers["prepared"],
            "ended": Shell.event_handlers["ended"],
            "lost": Shell.event_handlers["lost"],
            "load": OnLoadInternalState.event_handlers["on_load_internal"],
        }
        return {name: format_event_handler(handler) for name, handler in handlers.items()}

    @property
    def _open_tabs(self) -> list[str]:
        namespace = self._app.event_namespace
        return [] if namespace is None else list(namespace.token_to_sid)

    def _forget_closed(self) -> None:
        are_open = set(self._open_tabs)
        for token, _ in WATCHERS:
            if token not in are_open:
                WATCHERS.forget(token)

    async def _send_all(self, name: str) -> None:
        for token, _ in WATCHERS:
            await self._send(token, name)

    async def _send(self, token: str, name: str) -> None:
        await self._app.event_processor.enqueue(token, Event(name=name, payload={}))

    async def _sample(self) -> None:
        """What nodes use has no watch: it is read again for tabs that show it, and no others."""
        while True:
            await anyio.sleep(_SAMPLED_EVERY)
            self._forget_closed()
            for token, watcher in WATCHERS:
                if watcher.page == "admin-cluster":
                    await self._send(token, self._events["admin-cluster"])

    async def _keep_states(self) -> None:
        """Touch what belongs to open tabs: it is dropped after a while without events, and the
        next push would then show an empty page."""
        while True:
            await anyio.sleep(get_config().redis_token_expiration / 3)
            for token in self._open_tabs:
                await self._app.state_manager.get_state(
                    rx.BaseStateToken(ident=token, cls=rx.State)
                )


async def _read(runtime: Runtime, change: Change) -> frozenset[str]:
    """Bring the board up to date; returns whose stores changed."""
    if change.everything or change.preparation:
        # what a store waits for depends on the preparation
        return BOARD.replace(await runtime.stores.views())
    if not change.store_ids:
        return frozenset()
    # and on its place in the queue, which others leave
    ids = change.store_ids | {store.id for store in BOARD.all() if store.waiting_for}
    return BOARD.update(ids, await runtime.stores.views(ids))


def due(
    change: Change, watcher: Watcher, *, owners: frozenset[str], now: datetime
) -> Iterable[Page | str]:
    """What a tab is told: its page's own event, the preparation, or that its session ended."""
    if watcher.actor.session_id in change.ended_sessions or not watcher.may_still_see(now):
        return ["ended"]
    if watcher.actor.user_id in change.users:
        return ["load"]
    events: list[str] = ["prepared"] if change.preparation else []
    if watcher.actor.user_id in owners and watcher.page != "stores":
        events.append("counted")
    is_administrator = watcher.actor.is_administrator
    match watcher.page:
        case "stores" if watcher.actor.user_id in owners:
            events.append("stores")
        case "store" if watcher.subject in change.store_ids or change.preparation:
            events.append("store")
        case "store" if watcher.subject in change.seen:
            events.append("inside")
        case "store" if watcher.subject in change.sampled:
            events.append("usage")
        case "account" if change.ended_sessions:
            events.append("account")
        case "admin" if is_administrator and change.store_ids:
            events.append("admin")
        case "admin-queue" if is_administrator and (change.store_ids or change.preparation):
            events.append("admin-queue")
        case "admin-cluster" if is_administrator and change.preparation:
            events.append("admin-cluster")
        case "admin-people" | "admin-audit" if is_administrator and (
            change.store_ids or change.users or change.ended_sessions
        ):
            events.append(watcher.page)
    return events
