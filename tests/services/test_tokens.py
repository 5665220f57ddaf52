"""API tokens: how programs come in."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from provisioner.database import Database
from provisioner.errors import InvalidInput
from provisioner.tokens import Tokens
from provisioner.views import Actor

pytestmark = pytest.mark.anyio


async def test_tokens_are_shown_once_and_kept_as_hashes(
    tokens: Tokens, database: Database, owner: Actor, stranger: Actor
) -> None:
    secret, view = await tokens.create(owner, name=" ci  server ", days=1)
    assert view.name == "ci server"
    found = await tokens.bearer(secret)
    assert found is not None
    assert (found.user_id, found.session_id) == (owner.user_id, "")
    async with database.transaction() as session:
        kept = (await session.execute(text("select to_jsonb(t) from api_tokens t"))).scalar_one()
    assert secret not in str(kept)
    await tokens.delete(stranger, view.id)
    assert await tokens.bearer(secret) is not None
    await tokens.delete(owner, view.id)
    assert await tokens.bearer(secret) is None
    assert await tokens.list(owner) == ()


@pytest.mark.parametrize(
    ("name", "days"), [("", 1), ("x" * 101, 1), ("a\x00b", 1), ("ci", 0), ("ci", 3651)]
)
async def test_what_makes_no_sense_is_refused(
    tokens: Tokens, owner: Actor, name: str, days: int
) -> None:
    with pytest.raises(InvalidInput):
        await tokens.create(owner, name=name, days=days)


async def test_tokens_end_by_themselves(tokens: Tokens, database: Database, owner: Actor) -> None:
    secret, _ = await tokens.create(owner, name="ci", days=1)
    async with database.transaction() as session:
        await session.execute(text("update api_tokens set expires_at = now()"))
    assert await tokens.bearer(secret) is None
