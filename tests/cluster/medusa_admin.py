"""Medusa's admin as its owner uses it: in Chromium, by its pages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, sync_playwright

from cluster.home import Home
from tests import chromium
from tests.cluster.trading import Place
from tests.cluster.waiting import PATIENCE


@contextmanager
def signed_in(place: Place) -> Iterator[Page]:
    """A page of a browser in which the shop's owner has signed in with the Secret's values.

    The browser ends with the block: its loop would be in the way of asynchronous tests.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.program(Home.from_environment()),
            args=list(chromium.ARGUMENTS),
        )
        page = browser.new_page(base_url=f"http://{place.host}:{place.port}", locale="en-GB")
        page.set_default_timeout(PATIENCE * 1000)
        page.goto("/app/login")
        page.locator("input[name=email]").fill(place.credentials["ADMIN_EMAIL"])
        page.locator("input[name=password]").fill(place.credentials["ADMIN_PASSWORD"])
        page.locator("button[type=submit]").click()
        page.wait_for_url(lambda url: "/login" not in url)
        yield page
        browser.close()


def add_picture(page: Page, product: str, *, name: str, content: bytes) -> None:
    """Add a PNG picture to a product, by its id, as the last one of its media."""
    page.goto(f"/app/products/{product}/media?view=edit")
    page.locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": "image/png", "buffer": content}
    )
    with page.expect_response(
        lambda answer: (
            answer.request.method == "POST" and f"/admin/products/{product}" in answer.url
        )
    ) as saved:
        page.get_by_role("button", name="Save", exact=True).click()
    assert saved.value.ok, saved.value.text()
