"""One-time links: for the first administrator, for newcomers, for a forgotten password."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Literal, cast

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from provisioner import secrecy
from provisioner.database import Database
from provisioner.errors import NotFound
from provisioner.models import Link
from provisioner.views import LinkView

Purpose = Literal["administrator", "invitation", "password"]

LASTS: dict[Purpose, timedelta] = {
    "administrator": timedelta(days=7),
    "invitation": timedelta(days=7),
    "password": timedelta(days=1),
}


class Links:
    """Makes links, says what they are for, and uses them up."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def make(
        self, purpose: Purpose, *, email: str = "", user_id: str | None = None
    ) -> LinkView:
        """A new link; only its hash is kept."""
        token = secrecy.new_token()
        async with self._database.transaction() as session:
            await session.execute(delete(Link).where(col(Link.expires_at) <= func.now()))
            made = await session.execute(
                insert(Link)
                .values(
                    id=secrecy.digest(token),
                    purpose=purpose,
                    email=email,
                    user_id=user_id,
                    expires_at=func.now() + LASTS[purpose],
                )
                .returning(col(Link.expires_at))
            )
            expires_at = made.scalar_one()
        return LinkView(path=path(token), purpose=purpose, email=email, expires_at=expires_at)

    async def look(self, token: str) -> LinkView:
        """What a link is for, without using it.

        Raises:
            NotFound: it was used, is over, or never was.
        """
        async with self._database.transaction() as session:
            found = await session.scalar(
                select(Link).where(
                    col(Link.id) == secrecy.digest(token), col(Link.expires_at) > func.now()
                )
            )
        if found is None:
            raise _over()
        return LinkView(
            path=path(token),
            purpose=cast(Purpose, found.purpose),
            email=found.email,
            expires_at=found.expires_at,
        )

    async def use(self, session: AsyncSession, token: str, purposes: Collection[Purpose]) -> Link:
        """Use a link up, in a transaction of the caller's; of two who try, one succeeds.

        Raises:
            NotFound: it was used, is over, is for something else, or never was.
        """
        used: Link | None = await session.scalar(
            delete(Link)
            .where(
                col(Link.id) == secrecy.digest(token),
                col(Link.expires_at) > func.now(),
                col(Link.purpose).in_(purposes),
            )
            .returning(Link)
        )
        if used is None:
            raise _over()
        return used


def path(token: str) -> str:
    """Where on the dashboard a link leads."""
    return f"/welcome/{token}"


def _over() -> NotFound:
    return NotFound("This link was used or is over.", hint="Ask an administrator for a new one.")
