"""The list of stores: found, filtered, chosen, and the same again by its address."""

from __future__ import annotations

import re
from collections.abc import Callable

import psycopg
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import watched
from tests.browser.dashboard import Dashboard
from tests.browser.people import add_person, add_store, change_store, stores_of
from tests.browser.visits import sign_in


def names(page: Page) -> list[str]:
    return page.locator(".store-name").all_inner_texts()


def test_what_is_shown_is_in_the_address_for_reload_back_and_a_colleague(
    page: Page, dashboard: Dashboard, new_person: Callable[[], BrowserContext]
) -> None:
    ada = add_person(dashboard.database_url, "ada@example.com")
    add_store(dashboard.database_url, ada, "Nordic Lamps")
    add_store(dashboard.database_url, ada, "Nordic Chairs", status="failed")
    add_store(dashboard.database_url, ada, "Tea")
    sign_in(page, ada)
    page.get_by_role("button", name=re.compile("^Failed")).click()
    expect(page).to_have_url(re.compile(r"/\?status=failed$"))
    expect(page.locator(".store-name")).to_have_text(["Nordic Chairs"])
    page.get_by_role("button", name=re.compile("^All")).click()
    expect(page.locator(".store-name")).to_have_count(3)
    page.keyboard.press("/")
    page.keyboard.type("nordic")
    expect(page).to_have_url(re.compile(r"\?q=nordic$"))
    page.get_by_label("Order").select_option("name")
    expect(page.locator(".store-name")).to_have_text(["Nordic Chairs", "Nordic Lamps"])
    expect(page).to_have_url(re.compile(r"\?q=nordic&sort=name$"))
    page.reload()
    expect(page.locator(".store-name")).to_have_text(["Nordic Chairs", "Nordic Lamps"])
    expect(page.get_by_label("Search stores")).to_have_value("nordic")
    # to a store and back again
    page.get_by_role("link", name="Nordic Lamps", exact=True).click()
    expect(page.get_by_role("heading", name="Nordic Lamps")).to_be_visible()
    page.go_back()
    expect(page.locator(".store-name")).to_have_text(["Nordic Chairs", "Nordic Lamps"])
    link = page.url
    colleague = watched(new_person().new_page())
    sign_in(colleague, ada)
    colleague.goto(link)
    expect(colleague.locator(".store-name")).to_have_text(["Nordic Chairs", "Nordic Lamps"])


def test_going_back_takes_a_filter_off_again(page: Page, dashboard: Dashboard) -> None:
    ada = add_person(dashboard.database_url, "ada@example.com")
    add_store(dashboard.database_url, ada, "Tea")
    add_store(dashboard.database_url, ada, "Pots", status="failed")
    sign_in(page, ada)
    page.get_by_role("button", name=re.compile("^Failed")).click()
    expect(page.locator(".store-name")).to_have_text(["Pots"])
    page.get_by_role("button", name=re.compile("^Ready")).click()
    expect(page.locator(".store-name")).to_have_text(["Tea"])
    # what else changes in the page in that moment does not write the left view's address
    page.evaluate(
        """() => addEventListener("popstate", () => {
          document.body.append("…");
          setTimeout(() => { window.wentTo ??= location.search; });
        })"""
    )
    page.go_back()
    expect(page.locator(".store-name")).to_have_text(["Pots"])
    assert page.evaluate("window.wentTo") == "?status=failed"
    page.go_back()
    expect(page.locator(".store-name")).to_have_count(2)


def test_an_engine_filters_and_an_address_of_nonsense_shows_all(
    page: Page, dashboard: Dashboard
) -> None:
    ada = add_person(dashboard.database_url, "ada@example.com")
    add_store(dashboard.database_url, ada, "Tea")
    other = add_store(dashboard.database_url, ada, "Pots")
    with psycopg.connect(dashboard.database_url) as connection:
        connection.execute("update stores set type = 'woocommerce' where id = %s", (other,))
    sign_in(page, ada)
    page.goto("/?status=odd&page=99&sort=%3Cb%3E")
    expect(page.locator(".store-name")).to_have_count(2)
    page.get_by_label("Engine").select_option("woocommerce")
    expect(page.locator(".store-name")).to_have_text(["Pots"])
    expect(page).to_have_url(re.compile("engine=woocommerce"))


def test_chosen_stores_are_retried_and_deleted_together(page: Page, dashboard: Dashboard) -> None:
    ada = add_person(dashboard.database_url, "ada@example.com")
    url = dashboard.database_url
    for name, status in (("Tea", "failed"), ("Pots", "failed"), ("Mugs", "ready")):
        add_store(url, ada, name, status=status)
    sign_in(page, ada)
    page.get_by_role("checkbox", name="Choose Tea").click()
    page.get_by_role("checkbox", name="Choose Mugs").click()
    expect(page.get_by_text("2 chosen")).to_be_visible()
    page.get_by_role("button", name="Retry 1").click()
    expect(page.get_by_text("Tea starts anew.")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Failed"))).to_contain_text("1")

    page.get_by_role("button", name="Choose all").click()
    page.get_by_role("button", name="Delete 3…").click()
    dialog = page.get_by_role("alertdialog")
    for name in ("Tea", "Pots", "Mugs"):
        expect(dialog.get_by_role("list")).to_contain_text(name)
    dialog.get_by_role("textbox").fill("no")
    dialog.get_by_role("button", name="Delete 3 stores").click()
    expect(dialog).to_contain_text("Type the word delete")
    dialog.get_by_role("textbox").fill("delete")
    dialog.get_by_role("button", name="Delete 3 stores").click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_text("are being deleted.")).to_be_visible()
    assert {wish for _, _, wish in stores_of(url, ada)} <= {"absent"}


def test_a_push_takes_away_no_focus_no_text_no_choice_and_no_place(
    page: Page, dashboard: Dashboard
) -> None:
    ada = add_person(dashboard.database_url, "ada@example.com")
    url = dashboard.database_url
    stores = [add_store(url, ada, f"Shop {number:02}") for number in range(40)]
    sign_in(page, ada)
    page.get_by_role("checkbox", name="Choose Shop 05").click()
    page.get_by_label("Search stores").fill("shop")
    expect(page).to_have_url(re.compile("q=shop"))
    page.mouse.wheel(0, 600)
    page.wait_for_function("scrollY > 300")
    page.get_by_label("Search stores").evaluate("box => box.setSelectionRange(1, 3)")
    before = page.evaluate("scrollY")
    page.evaluate("document.querySelector('[data-store]').kept = 'the same element'")
    change_store(url, stores[0], "failed")
    expect(page.get_by_role("button", name=re.compile("^Failed"))).to_contain_text("1")
    assert page.evaluate("scrollY") == before
    assert page.evaluate("document.querySelector('[data-store]').kept") == "the same element"
    assert page.evaluate("[document.activeElement.value, document.activeElement.selectionEnd]") == [
        "shop",
        3,
    ]
    expect(page.get_by_role("checkbox", name="Choose Shop 05")).to_be_checked()


def test_title_and_icon_show_work_and_failure_on_every_page(
    page: Page, dashboard: Dashboard
) -> None:
    ada = add_person(dashboard.database_url, "ada@example.com")
    url = dashboard.database_url
    store = add_store(url, ada, "Tea", status="provisioning")
    sign_in(page, ada)
    page.goto("/account")
    expect(page).to_have_title("(1 working) Account · Store Weaver")
    expect(page.locator("link[rel=icon]")).to_have_attribute("href", "/mark-working.svg")
    change_store(url, store, "failed")
    expect(page).to_have_title("(1 failed) Account · Store Weaver")
    expect(page.locator("link[rel=icon]")).to_have_attribute("href", "/mark-failed.svg")
    # it needs somebody, so that it is told also where the list is not open
    expect(page.get_by_text("Tea failed.")).to_be_visible()
    with psycopg.connect(url) as connection:
        connection.execute("delete from stores")
    expect(page).to_have_title("Account · Store Weaver")
    expect(page.locator("link[rel=icon]")).to_have_attribute("href", "/mark.svg")


def test_names_of_any_kind_are_shown_and_never_run(page: Page, dashboard: Dashboard) -> None:
    ada = add_person(dashboard.database_url, "ada@example.com")
    url = dashboard.database_url
    store = add_store(url, ada, "Plain")
    hostile = '<img src=x onerror="document.title=1">'
    with psycopg.connect(url) as connection:
        connection.execute(
            "update stores set name = %s, status = 'failed', error_message = %s where id = %s",
            (hostile, "<script>document.title = 'run'</script>" + "x" * 3000, store),
        )
    add_store(url, ada, "متجر القهوة")
    add_store(url, ada, "W" * 63)
    sign_in(page, ada)
    expect(page.get_by_role("link", name=hostile)).to_be_visible()
    expect(page).to_have_title(re.compile("Stores · Store Weaver"))
    heights = page.locator(".store").evaluate_all("rows => rows.map(row => row.offsetHeight)")
    assert max(heights) < 130, "an error or a name takes more than its line"
