"""What an administrator does with people, and what nobody else may."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import anyio
import pytest

from provisioner.database import Database
from provisioner.errors import Conflict, Forbidden, InvalidInput, NotFound
from provisioner.people import People
from provisioner.views import Actor
from tests.services.people import person

pytestmark = pytest.mark.anyio


async def test_the_last_administrator_stays(
    administrator: Actor, owner: Actor, people: People
) -> None:
    with pytest.raises(Conflict, match="last administrator"):
        await people.set_role(administrator, administrator.user_id, role="user")
    with pytest.raises(Conflict, match="last administrator"):
        await people.set_disabled(administrator, administrator.user_id, is_disabled=True)
    await people.set_role(administrator, owner.user_id, role="administrator")
    await people.set_role(administrator, administrator.user_id, role="user")


async def test_two_administrators_cannot_remove_each_other(
    database: Database, administrator: Actor, people: People
) -> None:
    other = await person(database, "other@example.com", role="administrator")
    refused: list[Conflict] = []

    async def demote(by: Actor, whom: Actor) -> None:
        try:
            await people.set_role(by, whom.user_id, role="user")
        except Conflict as error:
            refused.append(error)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(demote, administrator, other)
        tasks.start_soon(demote, other, administrator)
    assert len(refused) == 1


async def test_only_administrators_may_administer(
    owner: Actor, stranger: Actor, people: People
) -> None:
    calls: list[Callable[[], Awaitable[object]]] = [
        lambda: people.invite(owner),
        lambda: people.password_link(owner, stranger.user_id),
        lambda: people.users(owner),
        lambda: people.set_role(owner, owner.user_id, role="administrator"),
        lambda: people.set_disabled(owner, stranger.user_id, is_disabled=True),
        lambda: people.set_limit(owner, owner.user_id, limit=99),
    ]
    for call in calls:
        with pytest.raises(Forbidden):
            await call()


async def test_limits_stay_below_the_ceiling(
    administrator: Actor, owner: Actor, people: People
) -> None:
    await people.set_limit(administrator, owner.user_id, limit=100)
    with pytest.raises(InvalidInput, match="0 to 100"):
        await people.set_limit(administrator, owner.user_id, limit=101)
    with pytest.raises(NotFound):
        await people.set_limit(administrator, "nobody", limit=1)
    users = {view.email: view for view in await people.users(administrator)}
    assert users[owner.email].limit == 100
