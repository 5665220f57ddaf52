"""The stores that a person has chosen in their list, and what is done with all of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import reflex as rx

from provisioner import bulk
from provisioner.bulk import Outcome
from provisioner.errors import StoreWeaverError
from provisioner.views import StoreView
from storeweaver.acting import acting
from storeweaver.platform import PLATFORM
from storeweaver.state.handlers import handler
from storeweaver.state.rows import host
from storeweaver.state.shell import Shell, reporting
from storeweaver.state.texts import field, text

WORD = "delete"
"""What is typed to confirm the end of several stores."""

_NAMED = 3


@dataclass(frozen=True)
class ChosenRow:
    """A store in the confirmation."""

    id: str
    name: str
    host: str


class Selection(rx.State):
    """Which stores are chosen, and the confirmation of their end."""

    ids: list[str] = []
    count: int = 0
    can_retry: int = 0
    can_delete: int = 0
    is_asking: bool = False
    chosen: list[ChosenRow] = []
    problem: str = ""

    _stores: tuple[StoreView, ...] = ()

    @handler
    async def toggle(self, wanted: str) -> None:
        """Choose a store, or no longer."""
        async with reporting(self):
            self._flip(text(wanted))

    @handler
    async def clear(self) -> None:
        """Choose none."""
        self._set([])

    @handler
    async def retry(self) -> None:
        """Start every chosen store that has failed anew."""
        async with reporting(self):
            wanted = [store.id for store in self._chosen if store.can_retry]
            stores = PLATFORM.runtime.stores
            outcome = await bulk.for_each(stores.retry, acting(), wanted)
            self._set([])
            await self._tell(outcome, "starts anew", "start anew")

    @handler
    async def ask(self) -> None:
        """Show what would be deleted, all of it."""
        self.problem = ""
        self.chosen = [
            ChosenRow(store.id, store.name, host(store.url)) for store in self._deletable
        ]
        self.is_asking = bool(self.chosen)

    @handler
    async def set_asking(self, is_open: bool) -> None:
        """Close without deleting."""
        if not is_open:
            self.is_asking = False

    @handler
    async def delete(self, form: dict[str, object]) -> None:
        """Delete what the confirmation showed, where the word was typed."""
        if not self.is_asking:
            return
        async with reporting(self):
            if field(form, "word").strip().casefold() != WORD:
                self.problem = f"Type the word {WORD} to confirm."
                return
            # what was confirmed goes, also where the selection has changed meanwhile
            wanted = [row.id for row in self.chosen]
            try:
                outcome = await bulk.for_each(PLATFORM.runtime.stores.delete, acting(), wanted)
            except StoreWeaverError as error:
                self.problem = f"{error.message} {error.hint}".strip()
                return
            self.is_asking = False
            self._set([])
            await self._tell(outcome, "is being deleted", "are being deleted")

    @property
    def _chosen(self) -> list[StoreView]:
        wanted = set(self.ids)
        return [store for store in self._stores if store.id in wanted]

    @property
    def _deletable(self) -> list[StoreView]:
        return [store for store in self._chosen if store.status != "deleting"]

    def _keep(self, stores: tuple[StoreView, ...]) -> None:
        """The stores changed: what is gone is no longer chosen."""
        self._stores = stores
        if self.count:
            there = {store.id for store in stores}
            self._set([each for each in self.ids if each in there])

    def _choose(self, ids: Sequence[str], stores: tuple[StoreView, ...]) -> None:
        self._stores = stores
        self._set(list(ids)[: bulk.MOST])

    def _turn(self, ids: Collection[str], stores: tuple[StoreView, ...]) -> None:
        """Choose all of these as well, or none of them where all are chosen."""
        self._stores = stores
        chosen, wanted = set(self.ids), set(ids)
        if wanted <= chosen:
            self._set([each for each in self.ids if each not in wanted])
        else:
            self._set([*self.ids, *(each for each in ids if each not in chosen)])

    def _flip(self, wanted: str) -> None:
        if wanted in self.ids:
            self._set([each for each in self.ids if each != wanted])
        elif any(store.id == wanted for store in self._stores):
            self._set([*self.ids, wanted])

    def _set(self, ids: list[str]) -> None:
        self.ids, self.count = ids, len(ids)
        self.can_retry = sum(store.can_retry for store in self._chosen)
        self.can_delete = len(self._deletable)

    async def _tell(self, outcome: Outcome, one: str, several: str) -> None:
        shell = await self.get_state(Shell)
        done = outcome.done
        if done:
            others = len(done) - _NAMED
            names = ", ".join(done[:_NAMED]) + (f" and {others} others" if others > 0 else "")
            shell._tell("good", f"{names} {one if len(done) == 1 else several}.")
        if outcome.refused:
            shell._tell(
                "bad",
                f"{len(outcome.refused)} stores were left as they are.",
                outcome.refused[0].message,
            )
