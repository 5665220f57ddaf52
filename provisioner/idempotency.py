"""Create requests that make one store however often they are sent."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete, func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from provisioner.errors import Conflict, InvalidInput
from provisioner.models import IdempotencyKey, Store
from provisioner.views import Actor

KEPT = timedelta(hours=24)
LONGEST_KEY = 200


def check_key(key: str) -> None:
    """Refuse a key that is too long; an empty one stands for none.

    Raises:
        InvalidInput: it has more than 200 characters.
    """
    if len(key) > LONGEST_KEY:
        raise InvalidInput(
            f"The idempotency key has more than {LONGEST_KEY} characters.",
            field="idempotency_key",
        )


async def made_before(
    session: AsyncSession, actor: Actor, key: str, *, request: Sequence[str]
) -> str | None:
    """The store that this key of this user has made already; forgets keys that are too old.

    Raises:
        Conflict: the key was used for another request, or its store is gone.
    """
    await session.execute(
        delete(IdempotencyKey).where(col(IdempotencyKey.created_at) < func.now() - KEPT)
    )
    found = await session.get(IdempotencyKey, (actor.user_id, key)) if key else None
    if found is None:
        return None
    if found.request != _digest(request):
        raise Conflict(
            "This idempotency key was used for another store.",
            hint="Send a new key with each new wish.",
        )
    if await session.get(Store, found.store_id) is None:
        raise Conflict(
            "The store that this key made is deleted.",
            hint="Send a new key to make another one.",
        )
    return found.store_id


async def remember(
    session: AsyncSession, actor: Actor, key: str, *, request: Sequence[str], store_id: str
) -> None:
    """Keep which store a key has made; nothing is kept for the empty key."""
    if key:
        await session.execute(
            insert(IdempotencyKey).values(
                user_id=actor.user_id, key=key, request=_digest(request), store_id=store_id
            )
        )


def _digest(request: Sequence[str]) -> str:
    return hashlib.sha256(json.dumps(list(request)).encode()).hexdigest()
