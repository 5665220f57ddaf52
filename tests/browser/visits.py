"""What people do on the pages, by what they read there."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.people import PASSWORD, Person


def sign_in(page: Page, person: Person, *, password: str = PASSWORD) -> None:
    """By the form; waits for the first page."""
    page.goto("/login/")
    fill_sign_in(page, person.email, password)
    expect(page.get_by_role("heading", name="Stores", exact=True)).to_be_visible()
    # what the keys do is there once the stores are
    expect(page.locator("#create")).to_be_visible()


def fill_sign_in(page: Page, email: str, password: str) -> None:
    """Fill the form in and send it."""
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def sign_out(page: Page) -> None:
    """By the account menu."""
    page.locator("details.account summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect_signed_out(page)


def expect_signed_out(page: Page) -> None:
    """The sign-in page shows, and nothing of anybody."""
    page.wait_for_url(re.compile(r"/login"))
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def register(page: Page, path: str, *, email: str, password: str = PASSWORD) -> None:
    """By a one-time link."""
    page.goto(path)
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_label("The same again").fill(password)
    page.get_by_role("button", name=re.compile("Make account|Set password")).click()
