"""The connection lost and found again, a tab that slept, and one older than the server."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from anyio.from_thread import start_blocking_portal
from playwright.sync_api import Browser, Page, expect

from tests.browser.dashboard import Dashboard, free_port, serving
from tests.browser.people import add_person, add_store, change_store
from tests.browser.visits import sign_in
from tests.cluster.proxy import proxied


@pytest.fixture
def tab(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(locale="en-GB")
    yield context.new_page()
    context.close()


def test_a_lost_connection_is_said_at_once_and_heals_with_one_reading(
    tab: Page, pages: Path, database_url: str, tmp_path: Path
) -> None:
    port, log = free_port(), tmp_path / "dashboard.log"
    lost = tab.get_by_role("alert").filter(has_text="The connection is lost")
    with serving(pages, database_url=database_url, log=log, settings={}, port=port) as first:
        ada = add_person(database_url, "ada@example.com")
        store = add_store(database_url, ada, "Tea", status="provisioning")
        tab.goto(f"{first.url}/login/")
        tab.get_by_label("Email").fill(ada.email)
        tab.get_by_label("Password").fill("four words and more")
        tab.get_by_role("button", name="Sign in").click()
        expect(tab.locator("article")).to_contain_text("Tea")
        expect(lost).to_be_hidden()
    began = time.monotonic()
    expect(lost).to_be_visible(timeout=3000)
    print(f"said after {time.monotonic() - began:.1f} s")
    change_store(database_url, store, "ready")
    loads: list[str] = []
    tab.on(
        "websocket",
        lambda socket: socket.on(
            "framesent", lambda frame: loads.append(str(frame)) if "hydrate" in str(frame) else None
        ),
    )
    with serving(pages, database_url=database_url, log=log, settings={}, port=port):
        expect(lost).to_be_hidden(timeout=20_000)
        expect(tab.locator("article")).to_contain_text("Ready")
        tab.wait_for_load_state("networkidle")
        assert len(loads) == 1


def test_a_server_that_is_heard_no_more_is_told_from_one_with_nothing_to_say(
    tab: Page, dashboard: Dashboard
) -> None:
    url = dashboard.database_url
    ada = add_person(url, "ada@example.com")
    store = add_store(url, ada, "Tea", status="provisioning")
    lost = tab.get_by_role("alert").filter(has_text="The connection is lost")
    port = int(dashboard.host.partition(":")[2])
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(proxied(port)) as proxy,
    ):
        tab.goto(f"http://localhost:{proxy.port}/login/")
        tab.get_by_label("Email").fill(ada.email)
        tab.get_by_label("Password").fill("four words and more")
        tab.get_by_role("button", name="Sign in").click()
        expect(tab.locator("article")).to_contain_text("Tea")
        # longer than the silence that counts, with nothing but heartbeats
        tab.wait_for_timeout(4000)
        expect(lost).to_be_hidden()
        portal.call(proxy.fall_silent)
        expect(lost).to_be_visible(timeout=5000)
        change_store(url, store, "ready")
        portal.call(proxy.mend)
        expect(lost).to_be_hidden()
        expect(tab.locator("article")).to_contain_text("Ready")


def test_going_offline_is_said_and_coming_back_shows_what_happened(
    page: Page, dashboard: Dashboard
) -> None:
    url = dashboard.database_url
    ada = add_person(url, "ada@example.com")
    store = add_store(url, ada, "Tea", status="provisioning")
    sign_in(page, ada)
    lost = page.get_by_role("alert").filter(has_text="The connection is lost")
    page.context.set_offline(True)
    expect(lost).to_be_visible(timeout=3000)
    page.context.set_offline(False)
    change_store(url, store, "ready")
    expect(lost).to_be_hidden()
    expect(page.locator("article")).to_contain_text("Ready")


def test_a_tab_that_slept_asks_anew_as_soon_as_it_is_looked_at(
    page: Page, dashboard: Dashboard
) -> None:
    url = dashboard.database_url
    ada = add_person(url, "ada@example.com")
    add_store(url, ada, "Tea")
    sign_in(page, ada)
    expect(page.locator("article")).to_contain_text("Ready")
    # as after an hour in which no timer ran and no frame came: the clock alone went on
    with page.expect_websocket():
        page.evaluate("Date.now = (now => () => now() + 3600000)(Date.now.bind(Date))")
        page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(page.locator("article")).to_contain_text("Ready")
    expect(page.get_by_role("alert").filter(has_text="connection is lost")).to_be_hidden()


def test_a_tab_older_than_the_server_is_told_to_reload(page: Page, dashboard: Dashboard) -> None:
    ada = add_person(dashboard.database_url, "ada@example.com")
    add_store(dashboard.database_url, ada, "Tea")
    sign_in(page, ada)
    expect(page.locator("article")).to_contain_text("Tea")
    updated = page.get_by_role("alert").filter(has_text="Store Weaver was updated")
    expect(updated).to_be_hidden()
    # the release that this tab was made by is another one than the server's
    page.evaluate("document.getElementById('facts').dataset.release = 'older'")
    page.context.set_offline(True)
    expect(page.get_by_role("alert").filter(has_text="connection is lost")).to_be_visible()
    page.context.set_offline(False)
    expect(updated).to_be_visible()
    updated.get_by_role("button", name="Reload").click()
    expect(page.locator("article")).to_contain_text("Tea")
    expect(updated).to_be_hidden()
