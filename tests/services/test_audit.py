"""Who did what is written with it, found again, and given out in a form that harms nobody."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta

import pytest

from provisioner.accounts import Accounts
from provisioner.audit import EXPORT_MOST, Audit, AuditFilter, as_csv, as_json
from provisioner.database import Database
from provisioner.errors import Forbidden, InvalidInput
from provisioner.people import People
from provisioner.stores import StoreService
from provisioner.tokens import Tokens
from provisioner.views import Actor

pytestmark = pytest.mark.anyio


@pytest.fixture
def audit(database: Database) -> Audit:
    return Audit(database)


async def test_what_an_administrator_does_to_anothers_store_is_found_by_its_owner(
    audit: Audit, stores: StoreService, owner: Actor, administrator: Actor
) -> None:
    theirs = await stores.create(owner, name="Tea", engine="medusa")
    await stores.create(administrator, name="Own", engine="medusa")
    await stores.delete(administrator, theirs.id)
    # nothing of it was ever made, so that it is gone with the wish
    lines = await audit.lines(administrator, AuditFilter(for_others=True))
    assert [line.kind for line in lines] == ["gone", "delete"]
    assert {(line.actor, line.owner) for line in lines} == {(administrator.email, owner.email)}
    assert all(line.is_for_another for line in lines)
    found = await audit.lines(administrator, AuditFilter(who=owner.email, source="store"))
    assert [line.kind for line in found] == ["gone", "delete", "created"]


async def test_accounts_are_audited_from_invitation_to_the_end(
    audit: Audit,
    accounts: Accounts,
    people: People,
    tokens: Tokens,
    administrator: Actor,
) -> None:
    made = await people.invite(administrator, email="new@example.com")
    came = await accounts.register(
        link=made.path.rpartition("/")[2],
        email="new@example.com",
        password="four words and more",
        address="192.0.2.7",
        user_agent="",
    )
    _, token = await tokens.create(came.actor, name="Script", days=1)
    await tokens.delete(came.actor, token.id)
    user_id = came.actor.user_id
    await people.set_limit(administrator, user_id, limit=3)
    await people.set_role(administrator, user_id, role="administrator")
    await people.set_role(administrator, user_id, role="administrator")
    await people.set_role(administrator, user_id, role="user")
    await people.sign_out(administrator, user_id)
    await people.set_disabled(administrator, user_id, is_disabled=True)
    lines = await audit.lines(administrator, AuditFilter(source="account", who="new@example.com"))
    assert [line.kind for line in reversed(lines)] == [
        *("invited", "signed in", "token", "token", "limit", "role", "role"),
        *("signed out", "disabled"),
    ]
    assert "192.0.2.7" in lines[-2].message


@pytest.mark.parametrize(
    ("words", "is_found"),
    [("te", True), ("TEA asked", True), ("shop asked", False), ("t%a", False), ("_ea", False)],
)
async def test_words_are_taken_as_they_are(
    audit: Audit,
    stores: StoreService,
    owner: Actor,
    administrator: Actor,
    words: str,
    is_found: bool,
) -> None:
    await stores.create(owner, name="Tea", engine="medusa")
    assert bool(await audit.lines(administrator, AuditFilter(words=words))) is is_found


async def test_a_range_of_time_and_a_part_of_it(
    audit: Audit, stores: StoreService, owner: Actor, administrator: Actor
) -> None:
    for name in ("One", "Two", "Three"):
        await stores.create(owner, name=name, engine="medusa")
    now = datetime.now(UTC)
    assert await audit.lines(administrator, AuditFilter(since=now + timedelta(hours=1))) == ()
    assert await audit.lines(administrator, AuditFilter(until=now - timedelta(hours=1))) == ()
    (second,) = await audit.lines(administrator, AuditFilter(), first=1, most=1)
    assert second.subject == "Two"
    with pytest.raises(InvalidInput):
        await audit.lines(administrator, AuditFilter(), most=EXPORT_MOST + 2)


async def test_nobody_else_reads_it(audit: Audit, owner: Actor) -> None:
    with pytest.raises(Forbidden):
        await audit.lines(owner, AuditFilter())


async def test_an_export_holds_no_formula(
    audit: Audit, stores: StoreService, owner: Actor, administrator: Actor
) -> None:
    await stores.create(owner, name='=HYPERLINK("x"), "y"', engine="medusa")
    lines = await audit.lines(administrator, AuditFilter())
    (row,) = csv.DictReader(io.StringIO(as_csv(lines)))
    assert row["subject"] == '\'=HYPERLINK("x"), "y"'
    (line,) = json.loads(as_json(lines))["lines"]
    assert line["subject"] == '=HYPERLINK("x"), "y"'
    assert line["actor"] == owner.email
