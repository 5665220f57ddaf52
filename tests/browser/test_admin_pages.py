"""The administrator's pages: an address each, live, and closed to everybody else."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable

import psycopg
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import watched
from tests.browser.dashboard import Dashboard
from tests.browser.people import add_person, add_store, change_store
from tests.browser.visits import expect_signed_out, sign_in

TABS = ("/admin", "/admin/people", "/admin/queue", "/admin/cluster", "/admin/audit")


def test_no_tab_opens_for_anybody_else(page: Page, dashboard: Dashboard) -> None:
    sign_in(page, add_person(dashboard.database_url, "ada@example.com"))
    for tab in (*TABS, "/admin/settings"):
        page.goto(tab)
        expect(page.get_by_role("heading", name="Stores", exact=True)).to_be_visible()
        assert page.url.rstrip("/") == dashboard.url
    assert page.request.get("/api/admin/audit").status == 403


def test_an_owners_stores_are_acted_on_and_the_audit_tells(
    page: Page, dashboard: Dashboard
) -> None:
    url = dashboard.database_url
    root = add_person(url, "root@example.com", role="administrator")
    ada = add_person(url, "ada@example.com")
    add_store(url, ada, "Tea", status="failed")
    add_store(url, root, "Own")
    sign_in(page, root)
    page.goto("/admin")
    page.get_by_label("Owner", exact=True).select_option(ada.email)
    expect(page.locator(".store-name")).to_have_text(["Tea"])
    expect(page).to_have_url(re.compile("owner=ada%40example.com"))
    page.get_by_role("button", name="Retry Tea").click()
    expect(page.get_by_text("Tea starts anew.")).to_be_visible()

    page.get_by_role("link", name="Audit").click()
    expect(page.get_by_role("heading", name="Admin")).to_be_visible()
    page.get_by_role("button", name="For somebody else").click()
    row = page.get_by_role("row").filter(has_text="A new try was asked for")
    expect(row).to_contain_text("root@example.com")
    expect(row).to_contain_text("for the owner")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as CSV").click()
    (line,) = csv.DictReader(io.StringIO(download.value.path().read_text()))
    assert (line["actor"], line["owner"], line["kind"]) == (root.email, ada.email, "retried")
    page.get_by_role("button", name="For somebody else").click()
    page.get_by_label("Search what was done").fill("no such thing")
    expect(page.get_by_role("heading", name="Nothing of that kind was done")).to_be_visible()
    page.get_by_role("button", name="Show everything").click()
    expect(page.get_by_role("row").filter(has_text="They signed in from")).to_have_count(1)


def test_people_are_limited_signed_out_and_shut_out(
    page: Page, dashboard: Dashboard, new_person: Callable[[], BrowserContext]
) -> None:
    url = dashboard.database_url
    root = add_person(url, "root@example.com", role="administrator")
    ada = add_person(url, "ada@example.com")
    theirs = watched(new_person().new_page())
    sign_in(theirs, ada)
    sign_in(page, root)
    page.goto("/admin/people")
    line = page.get_by_role("listitem").filter(has_text=ada.email)
    expect(line).to_contain_text("1 session")
    page.get_by_role("button", name=f"Edit {ada.email}").click()
    page.get_by_label("Most stores").fill("3")
    page.get_by_role("button", name="Save").click()
    expect(line).to_contain_text("limit 3")
    page.get_by_role("button", name=f"Sign out everywhere: {ada.email}").click()
    expect_signed_out(theirs)
    expect(line).to_contain_text("not signed in")
    page.get_by_role("button", name=f"Disable {ada.email}").click()
    expect(line).to_contain_text("disabled")


def test_two_tabs_that_edit_one_person_do_not_overwrite_each_other(
    page: Page, dashboard: Dashboard
) -> None:
    url = dashboard.database_url
    root = add_person(url, "root@example.com", role="administrator")
    add_person(url, "ada@example.com")
    sign_in(page, root)
    other = watched(page.context.new_page())
    for tab in (page, other):
        tab.goto("/admin/people")
        tab.get_by_role("button", name="Edit ada@example.com").click()
    page.get_by_label("Most stores").fill("3")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    other.get_by_label("Most stores").fill("7")
    other.get_by_role("button", name="Save").click()
    expect(other.get_by_role("alert").filter(has_text="to 3 meanwhile")).to_be_visible()
    # what was typed is still there, and may be put in its place knowingly
    expect(other.get_by_label("Most stores")).to_have_value("7")
    other.get_by_role("button", name="Save").click()
    expect(page.get_by_role("listitem").filter(has_text="ada@example.com")).to_contain_text(
        "limit 7"
    )


def test_queue_cluster_and_settings_say_how_the_platform_fares(
    page: Page, dashboard: Dashboard
) -> None:
    url = dashboard.database_url
    root = add_person(url, "root@example.com", role="administrator")
    store = add_store(url, root, "Tea", status="provisioning")
    with psycopg.connect(url) as connection:
        connection.execute(
            "update stores set claimed_by = 'worker-1', step = 'Database', "
            "claim_expires_at = now() + interval '1 hour'"
        )
    sign_in(page, root)
    page.goto("/admin/queue")
    row = page.get_by_role("row").filter(has_text="Tea")
    expect(row).to_contain_text("worker-1")
    expect(row).to_contain_text("Database")
    with psycopg.connect(url) as connection:
        connection.execute("update stores set claimed_by = null, claim_expires_at = null")
    change_store(url, store, "ready")
    expect(page.get_by_text("No worker has a store just now")).to_be_visible()
    page.get_by_role("link", name="Cluster").click()
    expect(page.get_by_role("alert")).to_contain_text("The cluster cannot be seen in full")
    expect(page.get_by_role("listitem").filter(has_text="medusa-backend")).to_be_visible()
    page.get_by_role("link", name="Settings").click()
    row = page.get_by_role("row").filter(has_text="DATABASE_URL")
    expect(row).to_contain_text("(set, not shown)")
    expect(row).to_contain_text("environment")
    expect(page.get_by_role("row").filter(has_text="MAX_STORES_PER_USER")).to_contain_text(
        "default"
    )


def test_rights_that_are_withdrawn_close_the_page(page: Page, dashboard: Dashboard) -> None:
    url = dashboard.database_url
    root = add_person(url, "root@example.com", role="administrator")
    add_person(url, "other@example.com", role="administrator")
    add_store(url, root, "Tea")
    sign_in(page, root)
    page.goto("/admin/people")
    expect(page.get_by_role("listitem").filter(has_text=root.email)).to_be_visible()
    with psycopg.connect(url) as connection:
        connection.execute("update users set role = 'user' where email = %s", (root.email,))
    expect(page.get_by_role("heading", name="Stores", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="Admin")).to_have_count(0)
