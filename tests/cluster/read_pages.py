"""What a person reads of a store: its page in Chromium, on the database of a test."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

from cluster.home import Home
from tests import chromium
from tests.browser.dashboard import serving
from tests.browser.people import let_sign_in
from tests.browser.visits import sign_in


def read_pages(
    pages: Path, *, database_url: str, email: str, stores: Mapping[str, str], log: Path
) -> dict[str, str]:
    """The text of each store's page, its white space made single.

    Args:
        pages: where the dashboard was built.
        email: of the stores' owner, who gets a password.
        stores: ids of stores, by whatever tells them apart.
    """
    owner = let_sign_in(database_url, email)

    def read() -> dict[str, str]:
        texts: dict[str, str] = {}
        with (
            serving(pages, database_url=database_url, log=log, settings={}) as dashboard,
            sync_playwright() as playwright,
        ):
            browser = playwright.chromium.launch(
                executable_path=chromium.program(Home.from_environment()),
                args=list(chromium.ARGUMENTS),
            )
            page = browser.new_context(base_url=dashboard.url, locale="en-GB").new_page()
            sign_in(page, owner)
            for key, store_id in stores.items():
                page.goto(f"/stores/{store_id}")
                expect(page.get_by_role("heading", level=1)).to_be_visible()
                expect(page.locator(".bones")).to_have_count(0)
                texts[key] = " ".join(page.locator("main").inner_text().split())
            browser.close()
        return texts

    # Playwright does not run beside a loop that is the caller's own
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(read).result()
