"""Who did what, as administrators read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, cast
from urllib.parse import urlencode

import reflex as rx

from provisioner.audit import PAGE, AuditFilter, AuditLine, Source
from storeweaver.acting import acting
from storeweaver.platform import PLATFORM
from storeweaver.state.handlers import handler, latest
from storeweaver.state.rows import moment
from storeweaver.state.shell import Shell, entering, reporting
from storeweaver.state.store import leave_store
from storeweaver.state.texts import text

SOURCES = ("store", "account")


@dataclass(frozen=True)
class AuditRow:
    """A line; `link` leads to the store where there may still be one."""

    key: str
    at: str
    actor: str
    kind: str
    message: str
    subject: str
    owner: str
    link: str
    is_for_another: bool


class AuditPage(rx.State):
    """What the page shows; `address` is its filters as they stand in an address."""

    lines: list[AuditRow] = []
    source: str = ""
    who: str = ""
    words: str = ""
    since: str = ""
    until: str = ""
    for_others: bool = False
    page: int = 1
    has_more: bool = False
    boxes: int = 0
    address: str = ""
    export: str = ""
    is_loaded: bool = False

    @handler
    async def enter(self) -> None:
        """The page was opened, perhaps by an address with filters."""
        await leave_store(self)
        async with entering(self):
            await (await self.get_state(Shell))._arrive("admin-audit")
            self._follow_address()
            await self._read()
            self.is_loaded = True

    @handler
    async def restore(self) -> None:
        """The browser went back or forth."""
        async with reporting(self):
            self._follow_address()
            await self._read()

    @latest
    async def pushed(self) -> None:
        """Sent by the server when something was done; further pages stay as they are."""
        async with entering(self):
            if self.page == 1:
                await self._read()

    @latest
    async def find(self, words: str) -> None:
        """Show lines with these words."""
        await self._filter(words=text(words))

    @latest
    async def find_who(self, email: str) -> None:
        """Show what one person did, or what was done with what is theirs."""
        await self._filter(who=text(email))

    @handler
    async def filter_by(self, source: str) -> None:
        """Show lines on stores, on accounts, or all."""
        await self._filter(source=source if source in SOURCES else "")

    @handler
    async def from_day(self, day: str) -> None:
        """Show lines since the begin of a day."""
        await self._filter(since=text(day))

    @handler
    async def to_day(self, day: str) -> None:
        """Show lines until the end of a day."""
        await self._filter(until=text(day))

    @handler
    async def only_for_others(self, is_wanted: bool) -> None:
        """Show only what an administrator did with somebody else's store."""
        await self._filter(for_others=bool(is_wanted))

    @handler
    async def show_all(self) -> None:
        """Forget every filter."""
        self.boxes += 1
        await self._filter(source="", who="", words="", since="", until="", for_others=False)

    @handler
    async def turn(self, pages: int) -> None:
        """Go a page on, or back."""
        async with reporting(self):
            steps = max(-1, min(1, pages)) if isinstance(pages, int) else 0
            self.page = max(1, self.page + steps)
            await self._read()

    def _follow_address(self) -> None:
        wanted, shown = filter_of(self.router.url.query_parameters), self._wanted
        if wanted != shown:
            self.boxes += 1
        given = self.router.url.query_parameters
        self.source, self.who, self.words = wanted.source, wanted.who, wanted.words
        self.for_others, self.page = wanted.for_others, 1
        self.since = given.get("since", "") if wanted.since else ""
        self.until = given.get("until", "") if wanted.until else ""

    async def _filter(self, **changes: Any) -> None:
        async with reporting(self):
            for name, value in changes.items():
                setattr(self, name, value)
            self.page = 1
            await self._read()

    @property
    def _given(self) -> dict[str, str]:
        return {
            "q": self.words,
            "who": self.who,
            "source": self.source,
            "since": self.since,
            "until": self.until,
            "others": "1" if self.for_others else "",
        }

    @property
    def _wanted(self) -> AuditFilter:
        return filter_of(self._given)

    async def _read(self) -> None:
        first = (self.page - 1) * PAGE
        found = await PLATFORM.runtime.audit.lines(
            acting(), self._wanted, first=first, most=PAGE + 1
        )
        self.has_more = len(found) > PAGE
        self.lines = [_row(line, first + place) for place, line in enumerate(found[:PAGE])]
        chosen = {key: value for key, value in self._given.items() if value}
        self.address = f"?{urlencode(chosen)}" if chosen else ""
        self.export = urlencode(chosen)


def filter_of(given: Any) -> AuditFilter:
    """The filter that an address asks for; what makes no sense in it counts as left out."""
    source = given.get("source", "")
    until = day_of(given.get("until", ""))
    return AuditFilter(
        source=cast(Source, source if source in SOURCES else ""),
        who=given.get("who", "")[:320],
        words=given.get("q", "")[:200],
        for_others=given.get("others", "") == "1",
        since=day_of(given.get("since", "")),
        until=until + timedelta(days=1) if until else None,
    )


def day_of(text: str) -> datetime | None:
    """The begin of a day as a browser's date field gives it, in UTC; None where it is none."""
    try:
        return datetime.combine(date.fromisoformat(text), time(), UTC)
    except ValueError:
        return None


def _row(line: AuditLine, place: int) -> AuditRow:
    return AuditRow(
        key=f"{line.source}-{place}-{moment(line.at)}",
        at=moment(line.at),
        actor=line.actor,
        kind=line.kind,
        message=line.message,
        subject=line.subject or "anybody",
        owner=line.owner if line.source == "store" else "",
        link=f"/stores/{line.subject_id}" if line.source == "store" else "",
        is_for_another=line.is_for_another and line.source == "store",
    )
