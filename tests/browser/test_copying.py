"""Copying with a click, also where the browser does not let pages write to the clipboard."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.dashboard import Dashboard
from tests.browser.people import add_person, add_store
from tests.browser.visits import sign_in

REFUSING = "Object.defineProperty(navigator, 'clipboard', { value: undefined });"
"""As without https."""


@pytest.fixture
def store_page(page: Page, dashboard: Dashboard) -> Page:
    ada = add_person(dashboard.database_url, "ada@example.com")
    store = add_store(dashboard.database_url, ada, "Tea")
    sign_in(page, ada)
    page.goto(f"/stores/{store}")
    return page


def test_the_old_way_is_taken_where_there_is_no_clipboard(store_page: Page) -> None:
    store_page.evaluate(REFUSING)
    store_page.get_by_role("button", name="Copy the address").click()
    expect(store_page.get_by_role("button", name="Copied")).to_be_visible()
    # and the label comes back
    expect(store_page.get_by_role("button", name="Copy the address")).to_be_visible()


def test_a_refusal_is_said(store_page: Page) -> None:
    store_page.evaluate(REFUSING + "document.execCommand = () => false;")
    store_page.get_by_role("button", name="Copy the address").click()
    expect(store_page.get_by_role("button", name="The browser did not allow it")).to_be_visible()
