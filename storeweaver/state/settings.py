"""The settings in force, as administrators see them."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from storeweaver.platform import PLATFORM
from storeweaver.state.handlers import handler
from storeweaver.state.shell import Shell, entering


@dataclass(frozen=True)
class SettingRow:
    """A setting."""

    variable: str
    value: str
    meaning: str
    source: str


class SettingsPage(rx.State):
    """What the page shows; settings are read once, at the start of the platform."""

    rows: list[SettingRow] = []
    is_loaded: bool = False

    @handler
    async def enter(self) -> None:
        """The page was opened."""
        async with entering(self):
            actor = await (await self.get_state(Shell))._arrive("admin-settings")
            self.rows = [
                SettingRow(view.variable, view.value, view.meaning, view.source)
                for view in await PLATFORM.runtime.overview.settings(actor)
            ]
            self.is_loaded = True
