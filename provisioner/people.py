"""What an administrator does with people: invite, help in, promote, limit, shut out."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from provisioner import audit
from provisioner.accounts import checked_email
from provisioner.database import Database, lock
from provisioner.errors import Conflict, Forbidden, InvalidInput, NotFound
from provisioner.links import Links
from provisioner.models import Session, Store, User
from provisioner.settings import Settings
from provisioner.views import Actor, LinkView, Role, UserView


class People:
    """The service behind the administrator's list of users; each call is refused to others.

    Every method raises `Forbidden` where the actor is no administrator.
    """

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings
        self._links = Links(database)

    async def invite(self, actor: Actor, *, email: str = "") -> LinkView:
        """A link by which one person, or the person with this email, can make an account."""
        _need_administrator(actor)
        checked = checked_email(email) if email.strip() else ""
        made = await self._links.make("invitation", email=checked)
        async with self._database.transaction() as session:
            await audit.record(
                session,
                actor,
                user_id="",
                email=checked,
                kind="invited",
                message=f"An invitation for {checked or 'anybody'} was made.",
            )
        return made

    async def password_link(self, actor: Actor, user_id: str) -> LinkView:
        """A link by which a user sets a new password.

        Raises:
            NotFound: there is no such user.
        """
        _need_administrator(actor)
        async with self._database.transaction() as session:
            user = await _existing(session, user_id)
            await _write_down(
                session, actor, user, "password link", "A link for a new password was made."
            )
        return await self._links.make("password", email=user.email, user_id=user.id)

    async def users(self, actor: Actor) -> tuple[UserView, ...]:
        """Every account, by email."""
        _need_administrator(actor)
        owned = select(func.count()).where(col(Store.user_id) == col(User.id)).scalar_subquery()
        open_now = (
            col(Session.user_id) == col(User.id),
            col(Session.expires_at) > func.now(),
        )
        sessions = select(func.count()).where(*open_now).scalar_subquery()
        seen = select(func.max(col(Session.created_at))).where(*open_now).scalar_subquery()
        async with self._database.transaction() as session:
            found = await session.execute(
                select(User, owned, sessions, seen).order_by(col(User.email))
            )
            return tuple(
                UserView(
                    id=user.id,
                    email=user.email,
                    role=cast(Role, user.role),
                    is_disabled=user.disabled_at is not None,
                    stores=stores,
                    limit=user.max_stores,
                    created_at=user.created_at,
                    sessions=opened,
                    seen_at=seen_at,
                )
                for user, stores, opened, seen_at in found
            )

    async def set_role(self, actor: Actor, user_id: str, *, role: Role) -> None:
        """Make somebody an administrator, or no longer.

        Raises:
            NotFound: there is no such user.
            Conflict: nobody would be administrator any more.
        """
        _need_administrator(actor)
        async with self._database.transaction() as session:
            await lock(session, "administrators")
            user = await _existing(session, user_id)
            if role != "administrator":
                await _keep_one_administrator(session, besides=user)
            if user.role != role:
                user.role = role
                await _write_down(session, actor, user, "role", f"They are now {_ROLES[role]}.")

    async def set_disabled(self, actor: Actor, user_id: str, *, is_disabled: bool) -> None:
        """Shut an account out, which ends its sessions at once, or let it in again.

        Raises:
            NotFound: there is no such user.
            Conflict: nobody would be administrator any more.
        """
        _need_administrator(actor)
        async with self._database.transaction() as session:
            await lock(session, "administrators")
            user = await _existing(session, user_id)
            if is_disabled:
                await _keep_one_administrator(session, besides=user)
                await session.execute(delete(Session).where(col(Session.user_id) == user.id))
            user.disabled_at = func.now() if is_disabled else None  # type: ignore[assignment]
            await _write_down(
                session,
                actor,
                user,
                "disabled" if is_disabled else "enabled",
                "They were shut out at once." if is_disabled else "They were let in again.",
            )

    async def sign_out(self, actor: Actor, user_id: str) -> int:
        """End every session of a user, but the one that asks; API tokens go on.

        Returns:
            how many were ended.

        Raises:
            NotFound: there is no such user.
        """
        _need_administrator(actor)
        async with self._database.transaction() as session:
            user = await _existing(session, user_id)
            ended = await session.scalars(
                delete(Session)
                .where(col(Session.user_id) == user.id, col(Session.id) != actor.session_id)
                .returning(col(Session.id))
            )
            count = len(ended.all())
            await _write_down(
                session, actor, user, "signed out", "They were signed out everywhere."
            )
        return count

    async def set_limit(
        self, actor: Actor, user_id: str, *, limit: int | None, before: int | Any | None = ...
    ) -> None:
        """Set how many stores a user may have; None for what newcomers get.

        Args:
            before: what the limit was when it was shown; where somebody changed it since,
                nothing is done. Left out, it does not matter.

        Raises:
            NotFound: there is no such user.
            InvalidInput: it is below 0 or above the ceiling.
            Conflict: it is another one by now.
        """
        _need_administrator(actor)
        ceiling = self._settings.max_stores_per_user
        if limit is not None and not 0 <= limit <= ceiling:
            raise InvalidInput(
                f"A user's limit is a number from 0 to {ceiling}.",
                hint="The ceiling is the setting MAX_STORES_PER_USER.",
                field="limit",
            )
        async with self._database.transaction() as session:
            user = await _existing(session, user_id)
            if before is not ... and user.max_stores != before:
                raise Conflict(
                    f"Somebody set this limit to {_shown(user.max_stores)} meanwhile.",
                    hint="Nothing was changed. Save again to put yours in its place.",
                )
            user.max_stores = limit
            await _write_down(
                session, actor, user, "limit", f"Their limit of stores is {_shown(limit)}."
            )


_ROLES: dict[Role, str] = {"administrator": "an administrator", "user": "a user"}


def _shown(limit: int | None) -> str:
    return "the default" if limit is None else str(limit)


async def _write_down(
    session: AsyncSession, actor: Actor, user: User, kind: str, message: str
) -> None:
    await audit.record(
        session, actor, user_id=user.id, email=user.email, kind=kind, message=message
    )


def _need_administrator(actor: Actor) -> None:
    if not actor.is_administrator:
        raise Forbidden("Only an administrator may do this.")


async def _existing(session: AsyncSession, user_id: str) -> User:
    user = await session.get(User, user_id, with_for_update=True)
    if user is None:
        raise NotFound("There is no such user.", hint="The list may be old; look again.")
    return user


async def _keep_one_administrator(session: AsyncSession, *, besides: User) -> None:
    """Refuse to lose the last administrator; the caller holds the lock "administrators"."""
    others = await session.scalar(
        select(func.count())
        .select_from(User)
        .where(
            col(User.role) == "administrator",
            col(User.disabled_at).is_(None),
            col(User.id) != besides.id,
        )
    )
    if not others and besides.role == "administrator":
        raise Conflict(
            f"{besides.email} is the last administrator.",
            hint="Make somebody else an administrator first.",
        )
