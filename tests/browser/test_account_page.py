"""One's own account: where one is signed in, password, look, quota."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import watched
from tests.browser.dashboard import Dashboard
from tests.browser.people import PASSWORD, add_person, add_store
from tests.browser.visits import expect_signed_out, sign_in


def test_another_browser_is_seen_and_signed_out(
    page: Page, dashboard: Dashboard, new_person: Callable[[], BrowserContext]
) -> None:
    ada = add_person(dashboard.database_url, "ada@example.com")
    other = watched(new_person().new_page())
    sign_in(other, ada)
    sign_in(page, ada)
    page.goto("/account")
    lines = page.locator("#sessions li")
    expect(lines).to_have_count(2)
    expect(lines.first).to_contain_text("this browser")
    expect(lines.first).to_contain_text("from 127.0.0.1")
    expect(lines.last).to_contain_text("Linux")
    lines.last.get_by_role("button").click()
    expect_signed_out(other)
    expect(lines).to_have_count(1)


def test_a_changed_password_ends_the_other_sessions(
    page: Page, dashboard: Dashboard, new_person: Callable[[], BrowserContext]
) -> None:
    ada = add_person(dashboard.database_url, "ada@example.com")
    other = watched(new_person().new_page())
    sign_in(other, ada)
    sign_in(page, ada)
    page.goto("/account")
    page.get_by_label("Present password").fill(PASSWORD)
    page.get_by_label("New password").fill("some other words")
    page.get_by_label("The new one again").fill("some other words")
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_text("The password is changed.")).to_be_visible()
    expect_signed_out(other)
    expect(page.locator("#sessions li")).to_have_count(1)


def test_quota_theme_and_dates(page: Page, dashboard: Dashboard) -> None:
    url = dashboard.database_url
    ada = add_person(url, "ada@example.com")
    add_store(url, ada, "Tea")
    with psycopg.connect(url) as connection:
        connection.execute("update users set max_stores = 4")
    sign_in(page, ada)
    page.goto("/account")
    expect(page.get_by_role("progressbar", name="Your stores")).to_have_attribute("value", "1")
    expect(page.get_by_role("main")).to_contain_text("1 of 4")
    page.get_by_role("button", name="Dark", exact=True).click()
    expect(page.locator("html")).to_have_class("dark")
    page.reload()
    expect(page.locator("html")).to_have_class("dark")
    page.get_by_role("button", name="System").click()
    expect(page.locator("html")).to_have_class("light")
    whole = page.locator("#sessions [data-as=age]").first.evaluate(
        "span => span.shadowRoot.firstChild.title"
    )
    # en-GB, with its zone
    assert "GMT" in whole or "UTC" in whole or "CET" in whole
