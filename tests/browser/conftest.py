"""One build of the pages a run, one browser a module, a server and a database a test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from cluster.home import Home
from tests import chromium
from tests.browser.dashboard import Dashboard, built_pages, serving
from tests.postgresql import Server


@pytest.fixture(scope="session")
def pages() -> Path:
    return built_pages()


@pytest.fixture
def settings() -> dict[str, str]:
    """Further settings of the server; a test module overrides them."""
    return {}


@pytest.fixture
def dashboard(
    pages: Path, database_url: str, tmp_path: Path, settings: dict[str, str]
) -> Iterator[Dashboard]:
    log = tmp_path / "dashboard.log"
    with serving(pages, database_url=database_url, log=log, settings=settings) as running:
        yield running
    # shown by pytest where the test fails
    print(log.read_text()[-4000:])


@pytest.fixture(scope="module")
def browser(postgresql: Server) -> Iterator[Browser]:  # noqa: ARG001
    """Chromium, for one module: Playwright keeps a loop running in this thread, which would be
    in the way of other modules' asynchronous tests, and of the database's start."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=chromium.program(Home.from_environment()),
            args=list(chromium.ARGUMENTS),
        )
        yield opened
        opened.close()


@pytest.fixture
def new_person(browser: Browser, dashboard: Dashboard) -> Iterator[Callable[[], BrowserContext]]:
    """Makes a browser that shares nothing with others: cookies, storage, cache."""
    contexts: list[BrowserContext] = []

    def make() -> BrowserContext:
        context = browser.new_context(base_url=dashboard.url, locale="en-GB")
        context.set_default_timeout(10_000)
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def page(new_person: Callable[[], BrowserContext]) -> Page:
    """A tab in which nothing may go wrong unseen."""
    return watched(new_person().new_page())


def watched(page: Page) -> Page:
    """Fail where a script fails or the content security policy stops something."""

    def fail(what: object) -> None:
        pytest.fail(f"{page.url}: {what}")

    page.on("pageerror", fail)
    page.on(
        "console",
        lambda said: fail(said.text) if "Content Security Policy" in said.text else None,
    )
    return page
