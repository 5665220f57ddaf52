"""The first administrator: from the settings, or by a one-time link."""

from __future__ import annotations

from sqlalchemy import delete, func, select
from sqlmodel import col

from provisioner import secrecy
from provisioner.accounts import Accounts, checked_email
from provisioner.database import Database, lock
from provisioner.errors import InvalidInput, SettingsError
from provisioner.links import Links
from provisioner.models import Link, User
from provisioner.settings import Settings
from provisioner.views import LinkView


async def ensure_administrator(database: Database, settings: Settings) -> None:
    """Make the administrator that ADMIN_EMAIL and ADMIN_PASSWORD name, where there is none.

    Raises:
        SettingsError: one of them cannot be used.
    """
    if not settings.admin_email or not settings.admin_password:
        return
    try:
        email = checked_email(settings.admin_email)
        secrecy.check_password(settings.admin_password)
    except InvalidInput as error:
        raise SettingsError(
            f"ADMIN_EMAIL and ADMIN_PASSWORD cannot be used. {error.message}",
            hint="Correct them and start again.",
        ) from None
    kept = await secrecy.hashed(settings.admin_password)
    accounts = Accounts(database, settings)
    async with database.transaction() as session:
        await lock(session, "administrators")
        administrators = await session.scalar(
            select(func.count()).select_from(User).where(col(User.role) == "administrator")
        )
        if administrators:
            return
        known = await session.scalar(select(User).where(col(User.email) == email))
        if known is None:
            await accounts.add(session, email=email, password_hash=kept, role="administrator")
        else:
            known.role = "administrator"


async def first_link(database: Database) -> LinkView | None:
    """A link by which the first administrator registers; None where there is one.

    An earlier link of this kind no longer works, so that only the last one printed does.
    """
    async with database.transaction() as session:
        await lock(session, "administrators")
        administrators = await session.scalar(
            select(func.count()).select_from(User).where(col(User.role) == "administrator")
        )
        if administrators:
            return None
        await session.execute(delete(Link).where(col(Link.purpose) == "administrator"))
    return await Links(database).make("administrator")
