"""A person's own sign-ins: where they are open, and ending each."""

from __future__ import annotations

import hashlib

from sqlalchemy import delete, func, select
from sqlmodel import col

from provisioner import audit
from provisioner.database import Database
from provisioner.errors import NotFound
from provisioner.models import Session
from provisioner.views import Actor, SessionView


class Sessions:
    """The service behind the list of sessions on the account page."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list(self, actor: Actor) -> tuple[SessionView, ...]:
        """One's own open sessions: this one first, then the youngest."""
        async with self._database.transaction() as session:
            found = await session.scalars(
                select(Session)
                .where(col(Session.user_id) == actor.user_id, col(Session.expires_at) > func.now())
                .order_by(col(Session.created_at).desc())
            )
            views = [
                SessionView(
                    id=public_id(row.id),
                    is_this=row.id == actor.session_id,
                    address=row.address,
                    user_agent=row.user_agent,
                    created_at=row.created_at,
                    expires_at=row.expires_at,
                )
                for row in found
            ]
        return tuple(sorted(views, key=lambda view: not view.is_this))

    async def end(self, actor: Actor, session_id: str) -> None:
        """End one of one's own sessions; its open tabs are told.

        Raises:
            NotFound: there is no such session, or it is over already.
        """
        async with self._database.transaction() as session:
            owned = await session.scalars(
                select(col(Session.id)).where(col(Session.user_id) == actor.user_id)
            )
            wanted = [kept for kept in owned if public_id(kept) == session_id]
            if not wanted:
                raise NotFound("That session is over already.")
            await session.execute(delete(Session).where(col(Session.id).in_(wanted)))
            await audit.record(
                session,
                actor,
                user_id=actor.user_id,
                email=actor.email,
                kind="signed out",
                message="One of their sessions was ended from the account page.",
            )


def public_id(kept: str) -> str:
    """What a browser knows a session by: not what is kept, which stands in live notices."""
    return hashlib.sha256(kept.encode()).hexdigest()[:16]
