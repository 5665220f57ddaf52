"""Accounts for tests, without the cost of a password."""

from __future__ import annotations

from sqlalchemy.dialects.postgresql import insert

from provisioner.database import Database
from provisioner.models import User
from provisioner.naming import new_id
from provisioner.views import Actor, Role


async def person(database: Database, email: str, *, role: Role = "user") -> Actor:
    """An account that nobody can sign in to, and who it acts as."""
    actor = Actor(user_id=new_id(), email=email, role=role)
    async with database.transaction() as session:
        await session.execute(
            insert(User).values(id=actor.user_id, email=email, password_hash="-", role=role)
        )
    return actor
