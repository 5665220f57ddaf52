"""API tokens: how programs come in, and as whom."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from provisioner import audit, secrecy
from provisioner.accounts import actor_of
from provisioner.database import Database
from provisioner.errors import Conflict, InvalidInput
from provisioner.models import ApiToken, User
from provisioner.naming import new_id
from provisioner.views import Actor, TokenView

MOST = 100
"""Tokens of one user."""

PREFIX = "swt_"
"""Tells what a leaked token is of."""

_USE_RECORDED = timedelta(minutes=5)


class Tokens:
    """The service behind a person's list of tokens, and what asks for who a token is."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def bearer(self, token: str) -> Actor | None:
        """Who has this API token; None where it is unknown, over, or disabled."""
        if not 0 < len(token) <= 100:
            return None
        async with self._database.transaction() as session:
            found = (
                await session.execute(
                    select(User, ApiToken)
                    .join(ApiToken, col(ApiToken.user_id) == col(User.id))
                    .where(
                        col(ApiToken.hash) == secrecy.digest(token),
                        col(User.disabled_at).is_(None),
                        or_(
                            col(ApiToken.expires_at).is_(None),
                            col(ApiToken.expires_at) > func.now(),
                        ),
                    )
                )
            ).one_or_none()
            if found is None:
                return None
            user, used = found
            # coarse, so that a program that asks often does not write as often
            await session.execute(
                update(ApiToken)
                .where(
                    col(ApiToken.id) == used.id,
                    or_(
                        col(ApiToken.last_used_at).is_(None),
                        col(ApiToken.last_used_at) < func.now() - _USE_RECORDED,
                    ),
                )
                .values(last_used_at=func.now())
            )
        return actor_of(user, session_id="", expires_at=used.expires_at)

    async def create(self, actor: Actor, *, name: str, days: int | None) -> tuple[str, TokenView]:
        """A token for programs; the first value is shown once.

        Raises:
            InvalidInput: the name is empty or too long, or `days` is not 1 to 3,650.
            Conflict: there are a hundred already.
        """
        name = " ".join(name.split())
        if not 0 < len(name) <= 100 or not name.isprintable():
            raise InvalidInput("A token needs a name of 1 to 100 characters.", field="name")
        if days is not None and not 1 <= days <= 3650:
            raise InvalidInput("A token lasts 1 to 3,650 days.", field="days")
        token = PREFIX + secrecy.new_token()
        async with self._database.transaction() as session:
            owned = await session.scalar(
                select(func.count())
                .select_from(ApiToken)
                .where(col(ApiToken.user_id) == actor.user_id)
            )
            if (owned or 0) >= MOST:
                raise Conflict(f"You have {MOST} tokens.", hint="Delete one you do not use.")
            made = await session.execute(
                insert(ApiToken)
                .values(
                    id=new_id(),
                    hash=secrecy.digest(token),
                    user_id=actor.user_id,
                    name=name,
                    expires_at=None if days is None else func.now() + timedelta(days=days),
                )
                .returning(ApiToken)
            )
            view = _token(made.scalar_one())
            await _write_down(session, actor, "token", f"The API token {name} was made.")
        return token, view

    async def list(self, actor: Actor) -> tuple[TokenView, ...]:
        """One's own tokens, newest first."""
        async with self._database.transaction() as session:
            found = await session.scalars(
                select(ApiToken)
                .where(col(ApiToken.user_id) == actor.user_id)
                .order_by(col(ApiToken.created_at).desc())
            )
            return tuple(_token(token) for token in found)

    async def delete(self, actor: Actor, token_id: str) -> None:
        """Make a token useless at once; nothing happens where it is not one's own."""
        async with self._database.transaction() as session:
            name = await session.scalar(
                delete(ApiToken)
                .where(col(ApiToken.id) == token_id, col(ApiToken.user_id) == actor.user_id)
                .returning(col(ApiToken.name))
            )
            if name is not None:
                await _write_down(session, actor, "token", f"The API token {name} was deleted.")


async def _write_down(session: AsyncSession, actor: Actor, kind: str, message: str) -> None:
    await audit.record(
        session, actor, user_id=actor.user_id, email=actor.email, kind=kind, message=message
    )


def _token(token: ApiToken) -> TokenView:
    return TokenView(
        id=token.id,
        name=token.name,
        created_at=token.created_at,
        last_used_at=token.last_used_at,
        expires_at=token.expires_at,
    )
