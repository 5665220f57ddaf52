"""Who did what, to which store or account, and when: written with what it tells of, and read
by administrators."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from provisioner.claims import PLATFORM
from provisioner.database import Database, query
from provisioner.errors import Forbidden, InvalidInput
from provisioner.models import AccountEvent
from provisioner.views import Actor

PAGE = 50
EXPORT_MOST = 20_000
"""Lines of one export; what is older is reached by its `until`."""

Source = Literal["", "store", "account"]

COLUMNS = ("at", "actor", "kind", "source", "subjectId", "subject", "owner", "message")


@dataclass(frozen=True, kw_only=True)
class AuditFilter:
    """Which lines; what is empty does not count.

    Attributes:
        who: an email: who did it, or whose store or account it was.
        words: all of the text must hold them, in their order.
        for_others: only what an administrator did to somebody else's store.
    """

    source: Source = ""
    kind: str = ""
    who: str = ""
    words: str = ""
    for_others: bool = False
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class AuditLine:
    """One line.

    Attributes:
        subject: the store's name, or its id once it is gone; or the account's email.
        owner: whose store or account it is.
    """

    source: Source
    at: datetime
    actor: str
    kind: str
    message: str
    subject_id: str
    subject: str
    owner: str

    @property
    def is_for_another(self) -> bool:
        """Whether a person did it to another person's store or account."""
        return self.actor not in {self.owner, PLATFORM}


class Audit:
    """The service behind the administrator's audit; every call is refused to others."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def lines(
        self, actor: Actor, wanted: AuditFilter, *, first: int = 0, most: int = PAGE
    ) -> tuple[AuditLine, ...]:
        """Lines, newest first, from the `first` on.

        Raises:
            Forbidden: the actor is not an administrator.
            InvalidInput: the range cannot be used.
        """
        if not actor.is_administrator:
            raise Forbidden("Only an administrator reads the audit.")
        if not 0 <= first <= 10_000_000 or not 1 <= most <= EXPORT_MOST + 1:
            raise InvalidInput("That part of the audit cannot be shown.", field="first")
        values = {
            "source": wanted.source,
            "kind": wanted.kind,
            "who": wanted.who.strip().lower(),
            "words": _pattern(wanted.words),
            "for_others": wanted.for_others,
            "platform": PLATFORM,
            "since": wanted.since,
            "until": wanted.until,
            "first": first,
            "most": most,
        }
        async with self._database.transaction() as session:
            found = await session.execute(query("audit"), values)
            return tuple(
                AuditLine(
                    source=line.source,
                    at=line.at,
                    actor=line.actor,
                    kind=line.kind,
                    message=line.message,
                    subject_id=line.subject_id,
                    subject=line.subject,
                    owner=line.owner,
                )
                for line in found
            )


async def record(
    session: AsyncSession, actor: Actor, *, user_id: str, email: str, kind: str, message: str
) -> None:
    """Write down what was done to an account, in a transaction of the caller's."""
    await session.execute(
        insert(AccountEvent).values(
            user_id=user_id, email=email, actor=actor.email, kind=kind, message=message
        )
    )


def as_json(lines: Sequence[AuditLine]) -> str:
    """An export for programs."""
    return json.dumps(
        {"lines": [dict(zip(COLUMNS, _cells(line), strict=True)) for line in lines]},
        ensure_ascii=False,
    )


def as_csv(lines: Sequence[AuditLine]) -> str:
    """An export for spreadsheets, after RFC 4180."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([_inert(cell) for cell in _cells(line)] for line in lines)
    return text.getvalue()


def _cells(line: AuditLine) -> Iterator[str]:
    yield line.at.isoformat(timespec="milliseconds")
    yield from (line.actor, line.kind, line.source, line.subject_id, line.subject, line.owner)
    yield line.message


def _inert(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: a store's name is anybody's text."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def _pattern(words: str) -> str:
    """The words as LIKE wants them, with what is special to it taken literally."""
    parts = words.lower().split()
    for special in "\\%_":
        parts = [part.replace(special, "\\" + special) for part in parts]
    return f"%{'%'.join(parts)}%" if parts else ""
