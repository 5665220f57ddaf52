"""Every page and state, in both themes, by axe; by keyboard alone; at every width."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.accessibility import violations
from tests.browser.people import PASSWORD
from tests.pictures import PAGES, THEMES, Scene, opened, scene, settled


@pytest.fixture(scope="module")
def seen(pages: Path) -> Iterator[Scene]:
    with scene(pages) as made:
        yield made


def dialogs(page: Page) -> Iterator[str]:
    """Opens each dialog in turn."""
    settled(page, "/")
    page.keyboard.press("?")
    yield "keys"
    page.keyboard.press("Escape")
    page.locator("#create").click()
    page.get_by_role("dialog").get_by_text("Advanced").click()
    expect(page.get_by_label("Currency")).to_be_visible()
    yield "create"
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Choose all").click()
    expect(page.get_by_text(re.compile("chosen$"))).to_be_visible()
    yield "chosen"
    page.locator(".choosing .danger-quiet").click()
    expect(page.get_by_role("alertdialog")).to_be_visible()
    yield "delete chosen"
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Delete Nordic Lamps").click()
    expect(page.get_by_role("alertdialog")).to_be_visible()
    yield "delete"
    page.keyboard.press("Escape")
    settled(page, "/admin/people")
    page.get_by_role("button", name="Edit bob@example.com").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    yield "edit"


@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing_on_any_page_or_dialog(browser: Browser, seen: Scene, theme: str) -> None:
    page = opened(browser, seen, width=1440, theme=theme)
    found: dict[str, list[str]] = {}
    for name, path in PAGES.items():
        settled(page, path)
        found[name] = violations(page)
    for name in dialogs(page):
        found[name] = violations(page)
    page.context.clear_cookies()
    for path in ("/login/", "/register/", "/login/?problem=wrong", "/nowhere"):
        page.goto(path)
        page.wait_for_load_state("networkidle")
        found[path] = violations(page)
    page.context.close()
    assert {name: lines for name, lines in found.items() if lines} == {}


@pytest.mark.parametrize("width", [320, 390, 1440, 2560])
def test_no_page_is_wider_than_its_window(browser: Browser, seen: Scene, width: int) -> None:
    page = opened(browser, seen, width=width, theme="light")
    too_wide = []
    for name, path in PAGES.items():
        settled(page, path)
        if page.evaluate("document.documentElement.scrollWidth") > width:
            too_wide.append(name)
    page.context.close()
    assert too_wide == []


def test_from_sign_in_to_create_and_delete_by_keyboard_alone(browser: Browser, seen: Scene) -> None:
    context = browser.new_context(base_url=seen.dashboard.url, locale="en-GB")
    page = context.new_page()
    page.goto("/login/")
    page.wait_for_load_state("networkidle")
    to(page, "Email")
    page.keyboard.type(seen.newcomer.email)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Your first shop is a click away")).to_be_visible()
    page.keyboard.press("c")
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    page.keyboard.type("By keyboard")
    expect(page.get_by_text("by-keyboard.localhost")).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/stores/[a-z0-9]{12}/?$"))
    page.goto("/")
    expect(page.get_by_role("link", name="By keyboard")).to_be_visible()
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="By keyboard")).to_be_focused()
    page.keyboard.press("x")
    expect(page.get_by_text("1 chosen")).to_be_visible()
    to(page, "Delete By keyboard")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alertdialog").get_by_role("textbox")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("alertdialog")).to_have_count(0)
    # the focus is back where it was
    expect(page.get_by_role("button", name="Delete By keyboard")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("alertdialog").get_by_role("textbox")).to_be_focused()
    page.keyboard.type("By keyboard")
    page.keyboard.press("Enter")
    # nothing of it was ever on a cluster, so that it is gone at once
    expect(page.get_by_role("heading", name="Your first shop is a click away")).to_be_visible()
    context.close()


def to(page: Page, name: str) -> None:
    """Press Tab until the focus is on what has this name."""
    for _ in range(60):
        focused = page.evaluate(
            "(document.activeElement.getAttribute('aria-label')"
            " ?? document.activeElement.labels?.[0]?.textContent"
            " ?? document.activeElement.textContent).trim()"
        )
        if focused == name:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {name!r}")
