"""Every event of every browser passes here before a handler runs.

Anybody who can open a websocket can send any event by name, so this is where it is decided
who acts; what they may do is decided by the services.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import Enum

import reflex as rx
from reflex.state import BaseState, OnLoadInternalState, State, StateUpdate
from reflex_base.event import Event
from reflex_base.event.context import EventContext
from reflex_base.utils.format import format_event_handler

from provisioner.errors import StoreWeaverError
from provisioner.secrecy import digest
from provisioner.views import Actor
from storeweaver.acting import let_act
from storeweaver.cookies import session_token
from storeweaver.platform import PLATFORM
from storeweaver.state.account import Account
from storeweaver.state.admin import Admin
from storeweaver.state.audit import AuditPage
from storeweaver.state.cluster import Cluster
from storeweaver.state.create import Create
from storeweaver.state.delete import Delete
from storeweaver.state.entry import Entry
from storeweaver.state.people import People
from storeweaver.state.queue import Queue
from storeweaver.state.selection import Selection
from storeweaver.state.settings import SettingsPage
from storeweaver.state.shell import Shell, sign_in_again
from storeweaver.state.store import Store
from storeweaver.state.store_inside import Inside
from storeweaver.state.stores import Stores
from storeweaver.watching import WATCHERS

log = logging.getLogger(__name__)


class Rule(Enum):
    """Who may send an event."""

    ANYBODY = "anybody"
    SIGNED_IN = "signed in"
    ADMINISTRATOR = "administrator"
    SERVER = "server"
    """The server's own, to a tab that it knows; sent by a browser it only repeats itself."""


SERVERS_OWN = {
    *("pushed", "seen", "sampled", "prepared", "counted", "ended", "went_wrong", "lost"),
}

STATES: Mapping[type[State], Rule] = {
    Shell: Rule.SIGNED_IN,
    Stores: Rule.SIGNED_IN,
    Create: Rule.SIGNED_IN,
    Delete: Rule.SIGNED_IN,
    Store: Rule.SIGNED_IN,
    Inside: Rule.SIGNED_IN,
    Account: Rule.SIGNED_IN,
    Selection: Rule.SIGNED_IN,
    Admin: Rule.ADMINISTRATOR,
    People: Rule.ADMINISTRATOR,
    Queue: Rule.ADMINISTRATOR,
    Cluster: Rule.ADMINISTRATOR,
    AuditPage: Rule.ADMINISTRATOR,
    SettingsPage: Rule.ADMINISTRATOR,
    Entry: Rule.ANYBODY,
}


def rules() -> dict[str, Rule]:
    """Who may send what, by the full name of the event; what is not here is refused.

    Of Reflex's own events only those of connecting and opening a page are here. Its
    `setvar`, by which a browser could set any variable of any state, is not.
    """
    own = {
        format_event_handler(state.event_handlers[name]): (
            Rule.SERVER if name in SERVERS_OWN else rule
        )
        for state, rule in STATES.items()
        for name in state.event_handlers
        if name in vars(state) and name != "setvar"
    }
    connecting = (
        *(State.event_handlers[name] for name in ("hydrate", "hydrate_and_load")),
        State.event_handlers["set_is_hydrated"],
        *(
            OnLoadInternalState.event_handlers[name]
            for name in ("on_load_internal", "set_is_hydrated")
        ),
    )
    return {format_event_handler(handler): Rule.ANYBODY for handler in connecting} | own


class Gate(rx.Middleware):
    """Finds out who acts, and lets nobody send what is not theirs to send."""

    def __init__(self, *, is_secure: bool) -> None:
        """`is_secure`: whether browsers reach the dashboard by https."""
        self._is_secure = is_secure
        self._rules = rules()

    async def preprocess(
        self,
        app: rx.App,  # noqa: ARG002 - Reflex's signature
        state: BaseState,
        event: Event,
    ) -> StateUpdate | None:
        """None lets the event go on; an update is sent instead of it."""
        let_act(None)
        rule = self._rules.get(event.name)
        if rule is None:
            log.warning("an event that is not known was refused: %.100r", event.name)
            return StateUpdate()
        token = EventContext.get().token
        if rule is Rule.SERVER:
            return await self._pass_servers_own(state, token)
        cookie = session_token(state.router.headers.cookie, is_secure=self._is_secure)
        shell = await state.get_state(Shell)
        if shell._session_id and shell._session_id != digest(cookie):
            # the client token outlives a session: what the last person saw is not the next
            # one's, also where the database cannot say who that is
            state._get_root_state().reset()
            WATCHERS.forget(token)
        who = await _who(cookie)
        if isinstance(who, StoreWeaverError):
            # the handler's first question for the actor says so on the page
            let_act(who)
            return None
        if who is None and shell._session_id:
            state._get_root_state().reset()
            WATCHERS.forget(token)
        shell._session_id = who.session_id if who else ""
        let_act(who)
        if rule is Rule.ANYBODY:
            return None
        if who is None:
            return await _sent_away(state, _onward(state))
        if rule is Rule.ADMINISTRATOR and not who.is_administrator:
            return await _sent_away(state, "/")
        return None

    async def _pass_servers_own(self, state: BaseState, token: str) -> StateUpdate | None:
        watcher = WATCHERS.get(token)
        if watcher is None:
            return StateUpdate()
        if not watcher.may_still_see(datetime.now(UTC)):
            WATCHERS.forget(token)
            onward = _onward(state)
            state._get_root_state().reset()
            return await _sent_away(state, onward)
        let_act(watcher.actor)
        return None


async def _who(cookie: str) -> Actor | StoreWeaverError | None:
    if not cookie:
        return None
    try:
        return await PLATFORM.runtime.accounts.session(cookie)
    except StoreWeaverError as error:
        return error


def _onward(state: BaseState) -> str:
    """Where to sign in, to come back to the page that was open."""
    url = state.router.url
    return sign_in_again(url.path, url.query_parameters)


async def _sent_away(state: BaseState, path: str) -> StateUpdate:
    root = state._get_root_state()
    delta = await root._get_resolved_delta()
    root._clean()
    return StateUpdate(delta=delta, events=Event.from_event_type(rx.redirect(path)))
