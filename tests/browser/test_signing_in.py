"""Coming in and going out."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import watched
from tests.browser.dashboard import Dashboard
from tests.browser.people import PASSWORD, add_invitation, add_person, add_store
from tests.browser.visits import (
    expect_signed_out,
    fill_sign_in,
    register,
    sign_in,
    sign_out,
)


def test_a_page_leads_to_the_sign_in_and_back(page: Page, dashboard: Dashboard) -> None:
    person = add_person(dashboard.database_url, "ada@example.com")
    page.goto("/account")
    expect_signed_out(page)
    # the page comes to life and knows where to go on to
    expect(page.locator("input[name=onward]")).to_have_value("/account")
    fill_sign_in(page, person.email, PASSWORD)
    expect(page.get_by_role("heading", name="Account")).to_be_visible()
    cookies = page.context.cookies()
    assert [(c["name"], c["httpOnly"], c["sameSite"]) for c in cookies] == [
        ("storeweaver", True, "Lax")
    ]


def test_a_wrong_password_says_so_and_nothing_more(page: Page, dashboard: Dashboard) -> None:
    person = add_person(dashboard.database_url, "ada@example.com")
    for email in (person.email, "nobody@example.com"):
        page.goto("/login/")
        fill_sign_in(page, email, "not the password")
        expect(page.get_by_role("alert")).to_contain_text("do not belong together")
    assert page.context.cookies() == []


def test_a_link_makes_one_account(
    page: Page, dashboard: Dashboard, new_person: Callable[[], BrowserContext]
) -> None:
    path = add_invitation(dashboard.database_url)
    register(page, path, email="new@example.com")
    expect(page.get_by_role("heading", name="Your first shop is a click away")).to_be_visible()
    second = watched(new_person().new_page())
    second.goto(path)
    expect(second.get_by_role("alert")).to_contain_text("was used or is over")


def test_signing_out_reaches_the_other_tab(page: Page, dashboard: Dashboard) -> None:
    person = add_person(dashboard.database_url, "ada@example.com")
    add_store(dashboard.database_url, person, "Nordic Lamps")
    sign_in(page, person)
    other = watched(page.context.new_page())
    other.goto("/")
    expect(other.get_by_text("Nordic Lamps")).to_be_visible()
    sign_out(page)
    expect_signed_out(other)
    expect(other.get_by_text("Nordic Lamps")).to_have_count(0)


def test_the_next_person_in_the_same_tab_sees_nothing_of_the_last(
    page: Page, dashboard: Dashboard
) -> None:
    ada = add_person(dashboard.database_url, "ada@example.com")
    bob = add_person(dashboard.database_url, "bob@example.com")
    add_store(dashboard.database_url, ada, "Nordic Lamps")
    said: list[str] = []
    sign_in(page, ada)
    expect(page.get_by_text("Nordic Lamps")).to_be_visible()
    sign_out(page)
    page.on("websocket", lambda socket: socket.on("framereceived", lambda f: said.append(str(f))))
    sign_in(page, bob)
    expect(page.get_by_role("heading", name="Your first shop is a click away")).to_be_visible()
    assert said
    assert not [frame for frame in said if "Nordic" in frame or ada.email in frame]


@pytest.mark.parametrize("settings", [{"REGISTRATION": "open"}])
def test_where_registration_is_open_nobody_needs_a_link(page: Page) -> None:
    page.goto("/login/")
    page.get_by_role("link", name="Make an account").click()
    expect(page.get_by_role("heading", name="Make your account")).to_be_visible()
    register(page, "/register/", email="new@example.com")
    expect(page.get_by_role("heading", name="Your first shop is a click away")).to_be_visible()
