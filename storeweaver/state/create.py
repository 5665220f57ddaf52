"""The dialog that makes a store."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

import reflex as rx
from reflex_base.event import EventSpec

from provisioner.errors import StoreWeaverError, Unavailable
from provisioner.views import EngineView, OptionView
from storeweaver.acting import acting
from storeweaver.platform import PLATFORM
from storeweaver.state.handlers import handler, latest
from storeweaver.state.shell import Shell, reporting
from storeweaver.state.texts import field, text
from storeweaver.state.words import cores, seconds, size


@dataclass(frozen=True)
class ChoiceRow:
    """One answer to an option."""

    value: str
    label: str


@dataclass(frozen=True)
class OptionRow:
    """Something that may be chosen besides name and engine; `name` is its field in the form."""

    key: str
    name: str
    label: str
    hint: str
    choices: list[ChoiceRow]


@dataclass(frozen=True)
class EngineCard:
    """An engine to choose; `reason` says why it cannot be, or what its stores wait for.

    Attributes:
        usual: how long its stores took so far, in words.
        needs: what one asks of the cluster, in words.
    """

    key: str
    title: str
    summary: str
    offers: list[str]
    usual: str
    needs: str
    is_available: bool
    reason: str


class Create(rx.State):
    """The create dialog of this tab."""

    is_open: bool = False
    engines: list[EngineCard] = []
    engine: str = ""
    options: list[OptionRow] = []
    host: str = ""
    problem: str = ""
    hint: str = ""
    is_full: bool = False
    quota: str = ""

    _key: str = ""
    _views: tuple[EngineView, ...] = ()

    @handler
    async def open_dialog(self) -> None:
        """Begin a new wish: its key makes one store of it however often it is sent."""
        async with reporting(self):
            self._views = await PLATFORM.runtime.stores.engines()
            self.engines = [engine_card(view) for view in self._views]
            first = next((view.key for view in self._views if view.is_available), "")
            self._choose(self.engine if self._is_available(self.engine) else first)
            await self._count()
            self.host = self.problem = self.hint = ""
            self._key, self.is_open = secrets.token_urlsafe(18), True

    @handler
    async def set_open(self, is_open: bool) -> None:
        """Close by Escape or a click outside; opening is `open_dialog`'s."""
        if not is_open:
            self.is_open, self._key = False, ""

    @handler
    async def choose(self, engine: str) -> None:
        """Another engine was chosen: it may have other options."""
        async with reporting(self):
            if self._is_available(text(engine)):
                self._choose(engine)

    @latest
    async def check(self, name: str) -> None:
        """Show what a name would come to, and whether there is room for one more store."""
        async with reporting(self):
            if not text(name).strip():
                self.host = self.problem = self.hint = ""
                return
            found = await PLATFORM.runtime.stores.check_name(acting(), name)
            self.host, self.problem, self.hint = found.host, found.problem, found.hint
            await self._count()

    @handler
    async def submit(self, form: dict[str, object]) -> EventSpec | None:
        """Make the store and go to it. A second click finds the dialog closed."""
        if not self._key:
            return None
        async with reporting(self):
            actor, name, engine = acting(), field(form, "name"), field(form, "engine")
            try:
                store = await PLATFORM.runtime.stores.create(
                    actor,
                    name=name,
                    engine=engine,
                    idempotency_key=self._key,
                    options=self._chosen(engine, form),
                )
            except Unavailable:
                raise
            except StoreWeaverError as error:
                self.problem, self.hint = error.message, error.hint
                return None
            self.is_open, self._key = False, ""
            return rx.redirect(f"/stores/{store.id}")
        return None

    def _is_available(self, engine: str) -> bool:
        return any(view.key == engine and view.is_available for view in self._views)

    def _choose(self, engine: str) -> None:
        self.engine = engine
        view = next((view for view in self._views if view.key == engine), None)
        self.options = [option_row(option) for option in view.options] if view else []

    def _chosen(self, engine: str, form: Mapping[str, object]) -> dict[str, str]:
        """What was chosen of the options that this engine has."""
        options = next((view.options for view in self._views if view.key == engine), ())
        given = {option.key: field(form, field_of(option.key)) for option in options}
        return {key: value for key, value in given.items() if value}

    async def _count(self) -> None:
        quota = await PLATFORM.runtime.stores.quota(acting())
        (await self.get_state(Shell))._show_quota(quota)
        is_platform_full = quota.platform_used >= quota.platform_limit
        self.is_full = quota.used >= quota.limit or is_platform_full
        self.quota = (
            f"The platform has {quota.platform_used} of {quota.platform_limit} stores."
            if is_platform_full
            else f"You have {quota.used} of {quota.limit} stores."
        )


def field_of(option: str) -> str:
    """The name of an option's field in the form."""
    return f"option_{option}"


def option_row(option: OptionView) -> OptionRow:
    """An option as the dialog asks it."""
    return OptionRow(
        key=option.key,
        name=field_of(option.key),
        label=option.label,
        hint=option.hint,
        choices=[ChoiceRow(choice.value, choice.label) for choice in option.choices],
    )


def engine_card(engine: EngineView) -> EngineCard:
    """An engine as the dialog offers it."""
    usual = engine.usual_seconds
    return EngineCard(
        key=engine.key,
        title=engine.title,
        summary=engine.summary,
        offers=list(engine.offers),
        usual=f"Usually ready in {seconds(usual)}" if usual else "",
        needs=(
            f"{cores(engine.cpu)}, {size(engine.memory)} memory, {size(engine.storage)} disk"
            if engine.memory
            else ""
        ),
        is_available=engine.is_available,
        reason=engine.reason,
    )
