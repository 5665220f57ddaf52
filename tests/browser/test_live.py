"""What changes is seen by those who may see it, and nothing is asked in between."""

from __future__ import annotations

import time
from collections.abc import Callable

import psycopg
import pytest
from playwright.sync_api import BrowserContext, Page, Request, WebSocket, expect

from tests.browser.conftest import watched
from tests.browser.dashboard import Dashboard
from tests.browser.people import add_person, add_store, change_store
from tests.browser.visits import sign_in

QUIET_FOR = 30.0


def test_a_change_is_seen_by_its_owner_and_by_no_other(
    page: Page, dashboard: Dashboard, new_person: Callable[[], BrowserContext]
) -> None:
    ada = add_person(dashboard.database_url, "ada@example.com")
    bob = add_person(dashboard.database_url, "bob@example.com")
    store = add_store(dashboard.database_url, ada, "Nordic Lamps", status="provisioning")
    said: list[str] = []
    others = watched(new_person().new_page())
    others.on("websocket", lambda socket: socket.on("framereceived", lambda f: said.append(str(f))))
    sign_in(others, bob)
    sign_in(page, ada)
    second = watched(new_person().new_page())
    sign_in(second, ada)
    for tab in (page, second):
        expect(tab.locator("article")).to_contain_text("Waiting")
    said.clear()
    change_store(dashboard.database_url, store, "ready")
    for tab in (page, second):
        expect(tab.locator("article")).to_contain_text("Ready")
    assert not [frame for frame in said if "event" in frame], "somebody else was told"


def test_an_open_page_asks_and_hears_nothing_while_nothing_changes(
    page: Page, dashboard: Dashboard
) -> None:
    ada = add_person(dashboard.database_url, "ada@example.com")
    add_store(dashboard.database_url, ada, "Nordic Lamps", status="provisioning")
    frames: list[str] = []
    requests: list[Request] = []

    def keep(socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: frames.append(str(frame)))
        socket.on("framesent", lambda frame: frames.append(str(frame)))

    page.on("websocket", keep)
    sign_in(page, ada)
    expect(page.get_by_text("Nordic Lamps")).to_be_visible()
    page.wait_for_timeout(1500)
    frames.clear()
    page.on("request", lambda request: requests.append(request))
    began = time.monotonic()
    page.wait_for_timeout(QUIET_FOR * 1000)
    assert time.monotonic() - began >= QUIET_FOR
    assert not requests
    # engine.io's own heartbeat: "2" from the server, "3" back
    assert set(frames) <= {"2", "3"}


def test_a_store_page_follows_its_store_to_its_end(page: Page, dashboard: Dashboard) -> None:
    ada = add_person(dashboard.database_url, "ada@example.com")
    store = add_store(dashboard.database_url, ada, "Nordic Lamps")
    sign_in(page, ada)
    page.get_by_role("link", name="Nordic Lamps", exact=True).click()
    expect(page.get_by_role("link", name="Open shop")).to_be_visible()
    page.get_by_role("button", name="Delete").click()
    dialog = page.get_by_role("alertdialog")
    dialog.get_by_role("textbox").fill("Nordic")
    dialog.get_by_role("button", name="Delete store").click()
    expect(dialog).to_contain_text("not the store's name")
    dialog.get_by_role("textbox").fill("Nordic Lamps")
    dialog.get_by_role("button", name="Delete store").click()
    expect(dialog).to_have_count(0)
    expect(page.locator(".store-title")).to_contain_text("Deleting")
    _remove(dashboard.database_url, store)
    expect(page.get_by_role("heading", name="There is no such store")).to_be_visible()


def _remove(database_url: str, store_id: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("delete from stores where id = %s", (store_id,))


NOTE_HEADINGS = """() => {
  window.headings = new Set();
  const note = () =>
    document.querySelectorAll("h1").forEach((h) =>
      headings.add(`${location.pathname} ${h.innerText}`));
  const all = { subtree: true, childList: true, characterData: true };
  new MutationObserver(note).observe(document, all);
}"""
"""Has the page remember every heading that it ever showed, with its address then."""


@pytest.mark.parametrize("way", ["the list", "its address"])
def test_a_stores_page_never_begins_with_the_last_one(
    page: Page, dashboard: Dashboard, way: str
) -> None:
    url = dashboard.database_url
    ada = add_person(url, "ada@example.com")
    stores = {name: add_store(url, ada, name) for name in ("Tea", "Pots")}
    sign_in(page, ada)
    page.get_by_role("link", name="Tea", exact=True).click()
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("Tea")
    if way == "its address":
        page.add_init_script(f"({NOTE_HEADINGS})()")
        page.goto(f"/stores/{stores['Pots']}")
    else:
        page.get_by_role("link", name="Stores", exact=True).first.click()
        expect(page.get_by_role("heading", name="Stores", exact=True)).to_be_visible()
        page.evaluate(NOTE_HEADINGS)
        page.get_by_role("link", name="Pots", exact=True).click()
    expect(heading).to_have_text("Pots")
    shown = page.evaluate("[...window.headings]")
    assert not [each for each in shown if each.endswith(" Tea") and stores["Tea"] not in each]
