"""Every handler of every state, sent by hand: by nobody, by somebody else, by the owner."""

from __future__ import annotations

import inspect
from typing import Any

import httpx
import pytest
from reflex_base.registry import RegistrationContext
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from storeweaver.gate import SERVERS_OWN, Rule, rules
from tests.browser.dashboard import Dashboard
from tests.browser.people import (
    PASSWORD,
    Person,
    add_person,
    add_store,
    stores_of,
)
from tests.browser.wire import wired

pytestmark = pytest.mark.anyio

STORE = "Nordic Lamps"


def _events() -> dict[str, Rule]:
    """Every event that anything could be sent under, ours or not."""
    registered = RegistrationContext.ensure_context().event_handlers
    known = rules()
    return {name: known.get(name, Rule.SERVER) for name in registered} | known


def _payload(name: str, store_id: str, person: Person) -> dict[str, Any]:
    """Arguments that would do something if they were let through."""
    handler = RegistrationContext.ensure_context().event_handlers[name].handler
    about_people = name.rsplit(".", 1)[-1] in {
        *("set_role", "set_disabled", "set_limit", "reset_password"),
    }
    values: dict[str, Any] = {
        "wanted": person.id if about_people else store_id,
        # anybody may make a store of their own; what is typed to delete one is its name
        "form": {
            "name": "Own shop" if "____create." in name else STORE,
            "engine": "medusa",
            "email": "x@example.com",
            "limit": "7",
        },
        "role": "administrator",
        "is_disabled": True,
        "is_open": True,
        "notice": 1,
        "pages": 1,
    }
    names = list(inspect.signature(handler.fn).parameters)[1:]
    return {each: values.get(each, "x") for each in names}


async def _cookie(dashboard: Dashboard, person: Person) -> str:
    async with httpx.AsyncClient(base_url=dashboard.url) as client:
        answer = await client.post(
            "/auth/sign-in", data={"email": person.email, "password": PASSWORD}
        )
    assert answer.headers["location"] == "/"
    return answer.headers["set-cookie"].partition(";")[0]


async def test_nobody_can_do_or_see_anything(dashboard: Dashboard) -> None:
    owner = add_person(dashboard.database_url, "owner@example.com")
    store_id = add_store(dashboard.database_url, owner, STORE, status="failed")
    before = stores_of(dashboard.database_url, owner)
    async with wired(dashboard) as wire:
        for name, rule in _events().items():
            wire.forget()
            await wire.send(name, _payload(name, store_id, owner))
            assert not [said for said in wire.said if STORE in said or owner.email in said], name
            if rule in {Rule.SIGNED_IN, Rule.ADMINISTRATOR}:
                assert wire.sent_to == ["/login/"], name
    assert stores_of(dashboard.database_url, owner) == before


async def test_somebody_else_can_neither_see_nor_touch_a_store(dashboard: Dashboard) -> None:
    owner = add_person(dashboard.database_url, "owner@example.com")
    other = add_person(dashboard.database_url, "other@example.com")
    store_id = add_store(dashboard.database_url, owner, STORE, status="failed")
    before = stores_of(dashboard.database_url, owner)
    cookie = await _cookie(dashboard, other)
    async with wired(dashboard, cookie=cookie, path=f"/stores/{store_id}") as wire:
        for name, rule in _events().items():
            wire.forget()
            await wire.send(name, _payload(name, store_id, owner))
            assert not [said for said in wire.said if STORE in said or owner.email in said], name
            if rule is Rule.ADMINISTRATOR and name.rsplit(".", 1)[-1] not in SERVERS_OWN:
                assert wire.sent_to == ["/"], name
    assert stores_of(dashboard.database_url, owner) == before


async def test_the_owner_can(dashboard: Dashboard) -> None:
    owner = add_person(dashboard.database_url, "owner@example.com")
    store_id = add_store(dashboard.database_url, owner, STORE, status="failed")
    cookie = await _cookie(dashboard, owner)
    async with wired(dashboard, cookie=cookie) as wire:
        assert any(STORE in said for said in wire.said)
        wire.forget()
        retry = next(name for name in rules() if name.endswith("stores.retry"))
        await wire.send(retry, {"wanted": store_id})
        assert wire.sent_to == []
    assert stores_of(dashboard.database_url, owner) == [(STORE, "provisioning", "present")]


async def test_setvar_and_other_peoples_handlers_are_refused(dashboard: Dashboard) -> None:
    owner = add_person(dashboard.database_url, "owner@example.com")
    cookie = await _cookie(dashboard, owner)
    shell = next(name for name in rules() if name.endswith("shell.dismiss")).rpartition(".")[0]
    async with wired(dashboard, cookie=cookie) as wire:
        wire.forget()
        await wire.send(f"{shell}.setvar", {"var_name": "is_administrator", "value": True})
        await wire.send("reflex___state____update_vars_internal_state.update_vars_internal", {})
        assert wire.said == []


async def test_a_page_of_another_site_cannot_open_a_socket(dashboard: Dashboard) -> None:

    address = f"ws://{dashboard.host}/_event/?EIO=4&transport=websocket&token=x"
    for headers in ({"Origin": "http://evil.example"}, {}):
        with pytest.raises(InvalidStatus):
            await connect(address, additional_headers=headers)


async def test_a_closed_tabs_token_shows_the_next_person_nothing(dashboard: Dashboard) -> None:
    owner = add_person(dashboard.database_url, "owner@example.com")
    other = add_person(dashboard.database_url, "other@example.com")
    add_store(dashboard.database_url, owner, STORE)
    token = "3b6f0f0e-6f0c-4a55-9a30-2c5d5a9c7d10"
    async with wired(dashboard, cookie=await _cookie(dashboard, owner), token=token) as wire:
        assert any(STORE in said for said in wire.said)
    for cookie in ("", await _cookie(dashboard, other)):
        async with wired(dashboard, cookie=cookie, token=token) as wire:
            assert not any(STORE in said or owner.email in said for said in wire.said)
