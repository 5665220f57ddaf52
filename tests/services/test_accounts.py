"""Who may come in, and as whom."""

from __future__ import annotations

from dataclasses import replace

import anyio
import pytest
from sqlalchemy import text

from provisioner.accounts import SIGN_IN_BURST, Accounts
from provisioner.administration import ensure_administrator, first_link
from provisioner.database import Database
from provisioner.errors import (
    Conflict,
    Forbidden,
    InvalidInput,
    NotFound,
    NotSignedIn,
    SettingsError,
    TooManyAttempts,
)
from provisioner.people import People
from provisioner.settings import Settings
from provisioner.tokens import Tokens
from provisioner.views import Actor, LinkView, NewSession

pytestmark = pytest.mark.anyio

PASSWORD = "correct horse battery"
BROWSER = {"address": "127.0.0.1", "user_agent": "a test"}


def token(link: LinkView) -> str:
    return link.path.rsplit("/", 1)[1]


async def register(accounts: Accounts, people: People, by: Actor, email: str) -> NewSession:
    link = await people.invite(by)
    return await accounts.register(link=token(link), email=email, password=PASSWORD, **BROWSER)


async def test_an_invited_person_registers_and_signs_in(
    accounts: Accounts, people: People, administrator: Actor
) -> None:
    made = await register(accounts, people, administrator, " New@Example.com ")
    assert (made.actor.email, made.actor.role) == ("new@example.com", "user")
    again = await accounts.sign_in(email="NEW@example.com", password=PASSWORD, **BROWSER)
    assert again.token != made.token
    assert await accounts.session(again.token) == again.actor


async def test_neither_wrong_password_nor_unknown_account_tells_which(
    accounts: Accounts, people: People, administrator: Actor
) -> None:
    await register(accounts, people, administrator, "new@example.com")
    said = set()
    for email, password in (("new@example.com", "wrong password"), ("no@example.com", PASSWORD)):
        with pytest.raises(NotSignedIn) as refusal:
            await accounts.sign_in(email=email, password=password, **BROWSER)
        said.add(refusal.value.message)
    assert len(said) == 1


async def test_no_invitation_no_account(accounts: Accounts) -> None:
    with pytest.raises(Forbidden, match="invitation"):
        await accounts.register(link="", email="x@example.com", password=PASSWORD, **BROWSER)


async def test_registration_can_be_open(database: Database, settings: Settings) -> None:
    accounts = Accounts(database, replace(settings, registration="open"))
    made = await accounts.register(link="", email="x@example.com", password=PASSWORD, **BROWSER)
    assert made.actor.role == "user"
    with pytest.raises(Conflict, match="already"):
        await accounts.register(link="", email="X@example.com", password=PASSWORD, **BROWSER)


async def test_an_invitation_works_once_even_for_two_at_once(
    accounts: Accounts, administrator: Actor, people: People
) -> None:
    link = token(await people.invite(administrator))
    outcomes: list[str] = []

    async def try_it(number: int) -> None:
        try:
            await accounts.register(
                link=link, email=f"x{number}@example.com", password=PASSWORD, **BROWSER
            )
            outcomes.append("in")
        except NotFound:
            outcomes.append("out")

    async with anyio.create_task_group() as tasks:
        for number in range(4):
            tasks.start_soon(try_it, number)
    assert sorted(outcomes) == ["in", "out", "out", "out"]


async def test_a_refused_registration_leaves_the_invitation_whole(
    accounts: Accounts, administrator: Actor, people: People
) -> None:
    link = token(await people.invite(administrator, email="her@example.com"))
    with pytest.raises(InvalidInput, match="for her@"):
        await accounts.register(link=link, email="him@example.com", password=PASSWORD, **BROWSER)
    made = await accounts.register(link=link, email="her@example.com", password=PASSWORD, **BROWSER)
    assert made.actor.email == "her@example.com"


async def test_links_end(
    accounts: Accounts, administrator: Actor, database: Database, people: People
) -> None:
    link = token(await people.invite(administrator))
    async with database.transaction() as session:
        await session.execute(text("update links set expires_at = now()"))
    with pytest.raises(NotFound, match="over"):
        await accounts.link(link)


@pytest.mark.parametrize("email", ["", "x", "x@", "@x", "x y@example.com", "a@b\nc", "x" * 300])
async def test_what_is_no_email_is_refused(
    accounts: Accounts, people: People, administrator: Actor, email: str
) -> None:
    with pytest.raises(InvalidInput, match="email"):
        await register(accounts, people, administrator, email)


@pytest.mark.parametrize("password", ["", "short", "x" * 201])
async def test_passwords_have_bounds(
    accounts: Accounts, administrator: Actor, password: str, people: People
) -> None:
    link = token(await people.invite(administrator))
    with pytest.raises(InvalidInput, match="characters"):
        await accounts.register(link=link, email="x@example.com", password=password, **BROWSER)


async def test_sign_ins_are_limited_by_address_and_by_account(accounts: Accounts) -> None:
    for number in range(SIGN_IN_BURST):
        with pytest.raises(NotSignedIn):
            await accounts.sign_in(
                email="x@example.com", password="-", address=f"10.0.0.{number}", user_agent=""
            )
    with pytest.raises(TooManyAttempts) as refusal:
        await accounts.sign_in(
            email="x@example.com", password="-", address="10.0.1.1", user_agent=""
        )
    assert refusal.value.retry_after > 0
    with pytest.raises(NotSignedIn):
        await accounts.sign_in(
            email="y@example.com", password="-", address="10.0.1.2", user_agent=""
        )


async def test_sign_out_ends_the_session_of_this_browser_alone(
    accounts: Accounts, people: People, administrator: Actor
) -> None:
    first = await register(accounts, people, administrator, "new@example.com")
    second = await accounts.sign_in(email="new@example.com", password=PASSWORD, **BROWSER)
    await accounts.sign_out(first.token)
    assert await accounts.session(first.token) is None
    assert await accounts.session(second.token) is not None


async def test_sessions_end_by_themselves(
    accounts: Accounts, people: People, administrator: Actor, database: Database
) -> None:
    made = await register(accounts, people, administrator, "new@example.com")
    async with database.transaction() as session:
        await session.execute(text("update sessions set expires_at = now()"))
    assert await accounts.session(made.token) is None


@pytest.mark.parametrize("given", ["", "x", "x" * 1000, "\x00"])
async def test_odd_tokens_are_nobody(accounts: Accounts, tokens: Tokens, given: str) -> None:
    assert await accounts.session(given) is None
    assert await tokens.bearer(given) is None


async def test_a_new_password_ends_the_other_sessions(
    accounts: Accounts, people: People, administrator: Actor
) -> None:
    first = await register(accounts, people, administrator, "new@example.com")
    second = await accounts.sign_in(email="new@example.com", password=PASSWORD, **BROWSER)
    with pytest.raises(InvalidInput, match="not right"):
        await accounts.change_password(second.actor, current="wrong", new=PASSWORD + "!")
    await accounts.change_password(second.actor, current=PASSWORD, new=PASSWORD + "!")
    assert await accounts.session(first.token) is None
    assert await accounts.session(second.token) is not None
    with pytest.raises(NotSignedIn):
        await accounts.sign_in(email="new@example.com", password=PASSWORD, **BROWSER)


async def test_a_lost_password_is_reset_by_an_administrators_link(
    accounts: Accounts, administrator: Actor, people: People
) -> None:
    lost = await register(accounts, people, administrator, "new@example.com")
    link = await people.password_link(administrator, lost.actor.user_id)
    assert (await accounts.link(token(link))).purpose == "password"
    with pytest.raises(NotFound):
        # a link for a password is no invitation
        await accounts.register(
            link=token(link), email="x@example.com", password=PASSWORD, **BROWSER
        )
    again = await accounts.reset_password(link=token(link), password=PASSWORD + "?", **BROWSER)
    assert again.actor.user_id == lost.actor.user_id
    assert await accounts.session(lost.token) is None


async def test_a_disabled_account_is_out_at_once(
    accounts: Accounts, administrator: Actor, people: People, tokens: Tokens
) -> None:
    made = await register(accounts, people, administrator, "new@example.com")
    secret, _ = await tokens.create(made.actor, name="ci", days=None)
    await people.set_disabled(administrator, made.actor.user_id, is_disabled=True)
    assert await accounts.session(made.token) is None
    assert await tokens.bearer(secret) is None
    with pytest.raises(NotSignedIn, match="disabled"):
        await accounts.sign_in(email="new@example.com", password=PASSWORD, **BROWSER)
    await people.set_disabled(administrator, made.actor.user_id, is_disabled=False)
    assert await tokens.bearer(secret) is not None


async def test_the_first_administrator_comes_by_the_last_printed_link(
    accounts: Accounts, database: Database
) -> None:
    first, second = await first_link(database), await first_link(database)
    assert first is not None
    assert second is not None
    with pytest.raises(NotFound):
        await accounts.link(token(first))
    made = await accounts.register(
        link=token(second), email="boss@example.com", password=PASSWORD, **BROWSER
    )
    assert made.actor.is_administrator
    assert await first_link(database) is None


async def test_the_first_administrator_may_come_from_the_settings(
    accounts: Accounts, database: Database, settings: Settings
) -> None:
    named = replace(settings, admin_email="Boss@example.com", admin_password=PASSWORD)
    await ensure_administrator(database, named)
    await ensure_administrator(database, replace(named, admin_password="another password"))
    made = await accounts.sign_in(email="boss@example.com", password=PASSWORD, **BROWSER)
    assert made.actor.is_administrator
    with pytest.raises(SettingsError, match="ADMIN_EMAIL"):
        await ensure_administrator(database, replace(named, admin_password="short"))


async def test_limits_that_are_over_are_not_kept(accounts: Accounts, database: Database) -> None:
    with pytest.raises(NotSignedIn):
        await accounts.sign_in(email="x@example.com", password="-", **BROWSER)
    async with database.transaction() as session:
        await session.execute(text("update rate_limits set arrival = now() - interval '1 hour'"))
    with pytest.raises(NotSignedIn):
        await accounts.sign_in(
            email="y@example.com", password="-", address="10.9.9.9", user_agent=""
        )
    async with database.transaction() as session:
        kept = await session.scalar(text("select count(*) from rate_limits where arrival < now()"))
    assert kept == 0
