"""Which browser looks at what, and what the stores are like: plain values, no Reflex, no I/O."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from provisioner.views import Actor, StoreView

Page = Literal[
    "stores",
    "store",
    "account",
    "admin",
    "admin-people",
    "admin-queue",
    "admin-cluster",
    "admin-audit",
    "admin-settings",
]


@dataclass(frozen=True, kw_only=True)
class Watcher:
    """A tab: who is signed in there, and what it shows; `subject` is a store's id."""

    actor: Actor
    page: Page
    subject: str = ""

    def may_still_see(self, now: datetime) -> bool:
        """Whether the session behind it is not over by itself."""
        return self.actor.expires_at is None or now < self.actor.expires_at


class Watchers:
    """The tabs of this process, by their client token."""

    def __init__(self) -> None:
        self._by_token: dict[str, Watcher] = {}

    def __iter__(self) -> Iterator[tuple[str, Watcher]]:
        return iter(tuple(self._by_token.items()))

    def get(self, token: str) -> Watcher | None:
        """What this tab shows; None where nobody is signed in there."""
        return self._by_token.get(token)

    def put(self, token: str, watcher: Watcher) -> None:
        """This tab shows something from now on."""
        self._by_token[token] = watcher

    def forget(self, token: str) -> None:
        """This tab is closed, or its session is over."""
        self._by_token.pop(token, None)


@dataclass
class Board:
    """Every store as the database had it at the last change, newest first."""

    _stores: dict[str, StoreView] = field(default_factory=dict)
    _owned: dict[str, tuple[StoreView, ...]] = field(default_factory=dict)

    def owned_by(self, user_id: str) -> tuple[StoreView, ...]:
        """A user's own stores: the same tuple until one of them changes."""
        owned = self._owned.get(user_id)
        if owned is None:
            owned = self._owned[user_id] = tuple(
                store for store in self._stores.values() if store.user_id == user_id
            )
        return owned

    def all(self) -> tuple[StoreView, ...]:
        """Everybody's stores."""
        return tuple(self._stores.values())

    def shows(self, store_id: str, actor: Actor) -> bool:
        """Whether there is such a store, and it is the actor's to see."""
        store = self._stores.get(store_id)
        return store is not None and (actor.is_administrator or store.user_id == actor.user_id)

    def replace(self, stores: Collection[StoreView]) -> frozenset[str]:
        """These are all stores there are.

        Returns:
            the users whose stores changed.
        """
        return self.update(self._stores.keys() | {store.id for store in stores}, stores)

    def update(self, ids: Collection[str], stores: Collection[StoreView]) -> frozenset[str]:
        """What was found for some ids; those without a store are gone.

        Returns:
            the users whose stores changed.
        """
        known, found = self._stores, {store.id: store for store in stores}
        changed = {store_id for store_id in ids if known.get(store_id) != found.get(store_id)}
        owners = {
            store.user_id
            for each in (known, found)
            for store_id in changed
            if (store := each.get(store_id)) is not None
        }
        kept = {store_id: store for store_id, store in known.items() if store_id not in changed}
        kept |= {store_id: found[store_id] for store_id in changed if store_id in found}
        self._stores = {store.id: store for store in _newest_first(kept.values())}
        for owner in owners:
            self._owned.pop(owner, None)
        return frozenset(owners)


def _newest_first(stores: Iterable[StoreView]) -> list[StoreView]:
    return sorted(stores, key=lambda store: (store.created_at, store.id), reverse=True)


WATCHERS = Watchers()
BOARD = Board()
"""What the pump of `storeweaver.live` keeps and page states read."""


def looked_at(watchers: Watchers, board: Board) -> frozenset[str]:
    """Stores whose pages are open in a tab of somebody who may see them."""
    return frozenset(
        watcher.subject
        for _, watcher in watchers
        if watcher.page == "store" and board.shows(watcher.subject, watcher.actor)
    )
