"""Accounts and their sessions: who may come in, and as whom."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from provisioner import audit, secrecy
from provisioner.database import Database, query
from provisioner.errors import (
    Conflict,
    Forbidden,
    InvalidInput,
    NotSignedIn,
    TooManyAttempts,
)
from provisioner.links import Links
from provisioner.models import Session, User
from provisioner.naming import new_id
from provisioner.settings import Settings
from provisioner.views import Actor, LinkView, NewSession, Role

SIGN_IN_BURST = 10
SIGN_IN_INTERVAL = 30.0
"""Sign-ins that one address, or one account, may try at once; after that one each 30 seconds."""

_EMAIL = re.compile(r"[^@\s\x00-\x1f<>\"',;:\\]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)*")


class Accounts:
    """The service behind sign-in, registration and a person's own account."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings
        self.links = Links(database)

    async def sign_in(
        self, *, email: str, password: str, address: str, user_agent: str
    ) -> NewSession:
        """Open a session.

        Raises:
            NotSignedIn: there is no such account, the password is wrong, or it is disabled;
                which of them is not told.
            TooManyAttempts: too many were made from this address or for this account.
        """
        email = email.strip().lower()[:320]
        await self._limit(f"sign-in address {address}")
        await self._limit(f"sign-in account {secrecy.digest(email)}")
        async with self._database.transaction() as session:
            user = await session.scalar(select(User).where(col(User.email) == email))
        is_right = await secrecy.verified(password, user.password_hash if user else None)
        if user is None or not is_right:
            raise NotSignedIn(
                "Email and password do not belong together.",
                hint="Check both; an administrator can send you a link for a new password.",
            )
        if user.disabled_at is not None:
            raise NotSignedIn(
                "This account is disabled.", hint="Ask an administrator to enable it."
            )
        async with self._database.transaction() as session:
            return await self._open(session, user, address=address, user_agent=user_agent)

    async def sign_out(self, token: str) -> None:
        """End the session of this token; its open tabs are told."""
        async with self._database.transaction() as session:
            await session.execute(delete(Session).where(col(Session.id) == secrecy.digest(token)))

    async def session(self, token: str) -> Actor | None:
        """Who has this session token; None where it is unknown, over, or disabled."""
        if not 0 < len(token) <= 100:
            return None
        async with self._database.transaction() as session:
            found = (
                await session.execute(
                    select(User, col(Session.id), col(Session.expires_at))
                    .join(Session, col(Session.user_id) == col(User.id))
                    .where(
                        col(Session.id) == secrecy.digest(token),
                        col(Session.expires_at) > func.now(),
                        col(User.disabled_at).is_(None),
                    )
                )
            ).one_or_none()
        return (
            None if found is None else actor_of(found[0], session_id=found[1], expires_at=found[2])
        )

    async def link(self, token: str) -> LinkView:
        """What a one-time link is for.

        Raises:
            NotFound: it was used, is over, or never was.
        """
        return await self.links.look(token)

    async def register(
        self, *, link: str, email: str, password: str, address: str, user_agent: str
    ) -> NewSession:
        """Make an account by an invitation, or without one where registration is open.

        Raises:
            Forbidden: an invitation is needed.
            NotFound: the link was used or is over.
            InvalidInput: email or password cannot be used.
            Conflict: there is an account with this email.
        """
        if not link and self._settings.registration != "open":
            raise Forbidden(
                "An account needs an invitation here.", hint="Ask an administrator for a link."
            )
        await self._limit(f"register address {address}")
        email = checked_email(email)
        secrecy.check_password(password)
        kept = await secrecy.hashed(password)
        async with self._database.transaction() as session:
            role: Role = "user"
            if link:
                used = await self.links.use(session, link, {"administrator", "invitation"})
                role = "administrator" if used.purpose == "administrator" else "user"
                if used.email and used.email != email:
                    raise InvalidInput(
                        f"This invitation is for {used.email}.",
                        hint="Register with that address, or ask for another link.",
                        field="email",
                    )
            user = await self.add(session, email=email, password_hash=kept, role=role)
            return await self._open(session, user, address=address, user_agent=user_agent)

    async def reset_password(
        self, *, link: str, password: str, address: str, user_agent: str
    ) -> NewSession:
        """Set a new password by an administrator's link; every older session ends.

        Raises:
            NotFound: the link was used or is over.
            InvalidInput: the password cannot be used.
        """
        await self._limit(f"register address {address}")
        secrecy.check_password(password)
        kept = await secrecy.hashed(password)
        async with self._database.transaction() as session:
            used = await self.links.use(session, link, {"password"})
            user = await session.get_one(User, used.user_id)
            if user.disabled_at is not None:
                raise Forbidden("This account is disabled.", hint="Ask an administrator.")
            user.password_hash = kept
            await session.execute(delete(Session).where(col(Session.user_id) == user.id))
            return await self._open(session, user, address=address, user_agent=user_agent)

    async def change_password(self, actor: Actor, *, current: str, new: str) -> None:
        """Change one's own password; the other sessions end.

        Raises:
            InvalidInput: the present one is wrong, or the new one cannot be used.
        """
        await self._limit(f"password {actor.user_id}")
        secrecy.check_password(new)
        async with self._database.transaction() as session:
            user = await session.get_one(User, actor.user_id)
        if not await secrecy.verified(current, user.password_hash):
            raise InvalidInput("The present password is not right.", field="current")
        kept = await secrecy.hashed(new)
        async with self._database.transaction() as session:
            await session.execute(
                update(User).where(col(User.id) == user.id).values(password_hash=kept)
            )
            await audit.record(
                session,
                actor,
                user_id=user.id,
                email=user.email,
                kind="password",
                message="They changed their password.",
            )
            await session.execute(
                delete(Session).where(
                    col(Session.user_id) == user.id, col(Session.id) != actor.session_id
                )
            )

    async def sign_out_others(self, actor: Actor) -> None:
        """End all of one's own sessions but this one."""
        async with self._database.transaction() as session:
            await session.execute(
                delete(Session).where(
                    col(Session.user_id) == actor.user_id, col(Session.id) != actor.session_id
                )
            )

    async def add(
        self, session: AsyncSession, *, email: str, password_hash: str, role: Role
    ) -> User:
        """Insert an account in a transaction of the caller's.

        Raises:
            Conflict: there is one with this email.
        """
        user: User | None = await session.scalar(
            insert(User)
            .values(id=new_id(), email=email, password_hash=password_hash, role=role)
            .on_conflict_do_nothing(index_elements=["email"])
            .returning(User)
        )
        if user is None:
            raise Conflict(
                f"There is an account for {email} already.",
                hint="Sign in, or ask an administrator for a new password.",
            )
        return user

    async def _open(
        self, session: AsyncSession, user: User, *, address: str, user_agent: str
    ) -> NewSession:
        token = secrecy.new_token()
        await audit.record(
            session,
            actor_of(user, session_id="", expires_at=None),
            user_id=user.id,
            email=user.email,
            kind="signed in",
            message=f"They signed in from {address[:100] or 'an unknown address'}.",
        )
        await session.execute(delete(Session).where(col(Session.expires_at) <= func.now()))
        made = await session.execute(
            insert(Session)
            .values(
                id=secrecy.digest(token),
                user_id=user.id,
                address=address[:100],
                user_agent=user_agent[:300],
                expires_at=func.now() + timedelta(hours=self._settings.session_hours),
            )
            .returning(col(Session.expires_at))
        )
        expires_at = made.scalar_one()
        return NewSession(
            token=token,
            actor=actor_of(user, session_id=secrecy.digest(token), expires_at=expires_at),
            expires_at=expires_at,
        )

    async def _limit(self, key: str) -> None:
        values = {"key": key, "burst": SIGN_IN_BURST, "interval": SIGN_IN_INTERVAL}
        async with self._database.transaction() as session:
            if (await session.execute(query("limit_rate"), values)).first() is None:
                raise TooManyAttempts(
                    "Too many attempts.",
                    hint=f"Wait {SIGN_IN_INTERVAL:.0f} seconds and try again.",
                    retry_after=SIGN_IN_INTERVAL,
                )


def checked_email(text: str) -> str:
    """An email address as it is kept: trimmed, in small letters.

    Raises:
        InvalidInput: it cannot be one.
    """
    email = text.strip().lower()
    if len(email) > 254 or not _EMAIL.fullmatch(email):
        raise InvalidInput(
            "This is not an email address.", hint="It looks like name@example.com.", field="email"
        )
    return email


def actor_of(user: User, *, session_id: str, expires_at: datetime | None) -> Actor:
    """Who a user acts as, by one of their sessions or tokens."""
    return Actor(
        user_id=user.id,
        email=user.email,
        role=cast(Role, user.role),
        session_id=session_id,
        expires_at=expires_at,
    )
