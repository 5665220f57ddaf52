"""Making a store: what each engine is, what a name comes to, and one store however often."""

from __future__ import annotations

import re

import psycopg
import pytest
from playwright.sync_api import Page, expect

from tests.browser.dashboard import Dashboard
from tests.browser.people import add_person, add_store, stores_of
from tests.browser.visits import sign_in


def test_an_engine_says_what_one_gets_how_long_it_takes_and_what_it_needs(
    page: Page, dashboard: Dashboard
) -> None:
    ada = add_person(dashboard.database_url, "ada@example.com")
    store = add_store(dashboard.database_url, ada, "Tea")
    with psycopg.connect(dashboard.database_url) as connection:
        connection.execute(
            "update stores set ready_at = started_at + interval '41 seconds' where id = %s",
            (store,),
        )
    sign_in(page, ada)
    page.get_by_role("button", name="Create store").click()
    dialog = page.get_by_role("dialog")
    medusa = dialog.locator(".engine-card", has_text="Medusa")
    expect(medusa).to_contain_text("Storefront made for speed")
    expect(medusa).to_contain_text("Usually ready in 41 s")
    expect(medusa).to_contain_text(re.compile(r"0\.\d+ cores, \d+ MiB memory, [\d.]+ GiB disk"))
    # no store of it was ever ready here
    expect(dialog.locator(".engine-card", has_text="WooCommerce")).not_to_contain_text("Usually")


def test_chosen_options_are_kept_with_the_store(page: Page, dashboard: Dashboard) -> None:
    ada = add_person(dashboard.database_url, "ada@example.com")
    sign_in(page, ada)
    page.keyboard.press("c")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("radio", name=re.compile("Medusa")).check()
    dialog.get_by_label("Name", exact=True).fill("Tea")
    expect(dialog.get_by_text("tea.localhost")).to_be_visible()
    dialog.get_by_text("Advanced").click()
    dialog.get_by_label("Currency").select_option("EUR")
    dialog.get_by_label("Size").select_option("large")
    dialog.get_by_role("button", name="Create store").dblclick()
    page.wait_for_url(re.compile(r"/stores/[a-z0-9]{12}/?$"))
    with psycopg.connect(dashboard.database_url) as connection:
        (kept,) = connection.execute("select type, options from stores").fetchall()
    assert kept == ("medusa", {"currency": "EUR", "size": "large"})


@pytest.mark.parametrize("settings", [{"NEW_USER_STORES": "1"}])
def test_where_there_is_no_room_the_button_says_so_before_the_click(
    page: Page, dashboard: Dashboard
) -> None:
    ada = add_person(dashboard.database_url, "ada@example.com")
    sign_in(page, ada)
    page.keyboard.press("c")
    dialog = page.get_by_role("dialog")
    button = dialog.get_by_role("button", name="Create store")
    expect(button).to_be_enabled()
    # somebody of the same account is quicker, in another tab
    add_store(dashboard.database_url, ada, "Quicker")
    dialog.get_by_label("Name", exact=True).fill("Tea")
    expect(dialog.get_by_text("You have 1 of 1 stores.")).to_be_visible()
    expect(button).to_be_disabled()
    assert [name for name, _, _ in stores_of(dashboard.database_url, ada)] == ["Quicker"]


def test_what_was_typed_survives_the_end_of_the_session(page: Page, dashboard: Dashboard) -> None:
    ada = add_person(dashboard.database_url, "ada@example.com")
    bob = add_person(dashboard.database_url, "bob@example.com")
    sign_in(page, ada)
    page.keyboard.press("c")
    page.get_by_label("Name", exact=True).press_sequentially("Nordic Lamps")
    expect(page.get_by_text("nordic-lamps.localhost")).to_be_visible()
    with psycopg.connect(dashboard.database_url) as connection:
        connection.execute("delete from sessions")
    page.wait_for_url(re.compile("/login"))
    expect(page.get_by_label("Email")).to_be_visible()
    page.wait_for_load_state("networkidle")
    page.get_by_label("Email").fill(ada.email)
    page.get_by_label("Password").fill("four words and more")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Nordic Lamps")
    expect(page.get_by_text("nordic-lamps.localhost")).to_be_visible()
    # it is nobody else's
    with psycopg.connect(dashboard.database_url) as connection:
        connection.execute("delete from sessions")
    page.wait_for_url(re.compile("/login"))
    sign_in(page, bob)
    page.keyboard.press("c")
    expect(page.get_by_label("Name", exact=True)).to_have_value("")
