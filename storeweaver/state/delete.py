"""The dialog that ends a store."""

from __future__ import annotations

import reflex as rx

from provisioner.errors import StoreWeaverError
from storeweaver.acting import acting
from storeweaver.platform import PLATFORM
from storeweaver.state.handlers import handler
from storeweaver.state.shell import reporting, tell
from storeweaver.state.texts import field, text


class Delete(rx.State):
    """The delete dialog of this tab."""

    is_open: bool = False
    name: str = ""
    host: str = ""
    namespace: str = ""
    problem: str = ""

    _wanted: str = ""

    @handler
    async def ask(self, wanted: str) -> None:
        """Ask whether a store is to go."""
        async with reporting(self):
            store = await PLATFORM.runtime.stores.get(acting(), text(wanted))
            self._wanted, self.name, self.namespace = store.id, store.name, store.namespace
            self.host, self.problem = store.url.partition("://")[2], ""
            self.is_open = True

    @handler
    async def set_open(self, is_open: bool) -> None:
        """Close without deleting."""
        if not is_open:
            self.is_open, self._wanted = False, ""

    @handler
    async def submit(self, form: dict[str, object]) -> None:
        """Delete, where the name was typed as it is."""
        if not self._wanted:
            return
        async with reporting(self):
            if " ".join(field(form, "name").split()) != self.name:
                self.problem = "That is not the store's name."
                return
            try:
                store = await PLATFORM.runtime.stores.delete(acting(), self._wanted)
            except StoreWeaverError as error:
                self.problem = f"{error.message} {error.hint}".strip()
                return
            self.is_open, self._wanted = False, ""
            await tell(
                self, f"{store.name} is being deleted.", "It leaves the list once it is gone."
            )
