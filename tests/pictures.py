"""Pictures of the running product for the docs: `make pictures`.

Serves the dashboard on a real database with stores in every state, as they are in the middle of
a working day, and takes each page in Chromium. With `--every FOLDER` it takes every page and
state at two widths and in both themes, to be looked at.
"""

from __future__ import annotations

import argparse
import json
import signal
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio
import psycopg
from playwright.sync_api import Browser, Page, sync_playwright

from cluster.home import Home
from provisioner.database import Database
from provisioner.engines import ENGINES
from tests import chromium
from tests.browser.dashboard import Dashboard, built_pages, serving
from tests.browser.people import Person, add_person, add_store
from tests.browser.visits import sign_in
from tests.postgresql import start_server

IMAGES = Path(__file__).parents[1] / "docs" / "images"

WIDTHS = (1440, 390)
THEMES = ("light", "dark")

PAGES = {
    "stores": "/",
    "cards": "/?view=cards",
    "failed": "/?status=failed",
    "nothing-found": "/?q=no+such+store",
    "account": "/account",
    "admin": "/admin",
    "admin-people": "/admin/people",
    "admin-queue": "/admin/queue",
    "admin-cluster": "/admin/cluster",
    "admin-audit": "/admin/audit",
    "admin-settings": "/admin/settings",
}

_IMAGES = ",".join(
    f"{name}=localhost/{name}:1" for engine in ENGINES.values() for name in engine.images.values()
)

STEPS = ("Namespace", "Secrets", "Database", "Application", "Ingress", "Storefront answers")


@dataclass(frozen=True)
class Scene:
    """A server whose stores are in every state, and who looks at them."""

    dashboard: Dashboard
    administrator: Person
    newcomer: Person


@contextmanager
def scene(pages: Path) -> Iterator[Scene]:
    """A database, a server and a working day, for as long as the context lasts."""
    with tempfile.TemporaryDirectory(prefix="storeweaver-pictures-") as parent:
        Path(parent).chmod(0o755)
        folder = Path(parent) / "postgresql"
        folder.mkdir()
        server = start_server(folder)
        try:
            # a browser that is open already keeps a loop of its own in this thread
            with ThreadPoolExecutor(max_workers=1) as thread:
                thread.submit(anyio.run, _migrate, server.url).result()
            log = Path(parent) / "dashboard.log"
            settings = {"MAX_STORES": "40", "NEW_USER_STORES": "15", "IMAGES": _IMAGES}
            with serving(pages, database_url=server.url, log=log, settings=settings) as running:
                administrator = add_person(server.url, "ada@example.com", role="administrator")
                _fill(server.url, administrator)
                yield Scene(running, administrator, add_person(server.url, "new@example.com"))
        finally:
            server.process.send_signal(signal.SIGINT)
            server.process.wait(timeout=30)


async def _migrate(url: str) -> None:
    database = Database(url)
    await database.migrate()
    await database.close()


def _fill(url: str, ada: Person) -> None:
    bob = add_person(url, "bob@example.com")
    add_person(url, "grace.hopper@a-company-with-quite-a-long-name.example.com")
    ready = [("Nordic Lamps", "medusa", 38), ("Tea & Pots", "woocommerce", 52)]
    for hours, (name, engine, seconds) in enumerate(ready, start=2):
        store = add_store(url, ada, name)
        _set(
            url,
            store,
            "type = %s, ready_at = now() - %s * interval '1 hour', "
            "started_at = now() - %s * interval '1 hour' - %s * interval '1 second', "
            "created_at = now() - %s * interval '1 hour', health = 'ok', steps = %s",
            *(engine, hours, hours, seconds, hours, _steps(6)),
        )
    degraded = add_store(url, ada, "Atelier Brünn")
    _set(
        url,
        degraded,
        "health = 'degraded', ready_at = now(), health_message = %s",
        "The database restarts: it used more memory than it may. It is being repaired.",
    )
    failed = add_store(url, ada, "Green Grocer", status="failed")
    _set(
        url,
        failed,
        "error_message = %s, error_hint = %s, steps = %s",
        "The image of the application could not be pulled: the registry answered 403 for "
        "medusa-backend.",
        "Check the registry's credentials, then retry.",
        _steps(3, "failed"),
    )
    for name, done in (("Bike Kitchen", 4), ("Paper & Ink", 2)):
        store = add_store(url, ada, name, status="provisioning")
        _set(
            url,
            store,
            "steps = %s, step = %s, claimed_by = 'worker-7f3a', started_at = now(), "
            "claim_expires_at = now() + interval '1 hour'",
            *(_steps(done, "active"), STEPS[done]),
        )
    waiting = add_store(url, ada, "متجر القهوة", status="provisioning")
    _set(url, waiting, "started_at = null")
    deleting = add_store(url, bob, "Old Records", status="provisioning")
    _set(url, deleting, "desired = 'absent', status = 'deleting'")
    add_store(url, bob, "A shop whose owner could not decide on a name that is short")
    _tell(url, failed, ada, "Store Weaver", "failed", "The image could not be pulled.")
    _tell(url, failed, bob, ada.email, "retried", "A new try was asked for.")
    _tell(url, degraded, ada, ada.email, "created", "Atelier Brünn was asked for.")


def _steps(done: int, then: str = "waiting") -> str:
    """Milestones of a store, so many of them done in five seconds each, the last just now."""

    def moment(place: int) -> str:
        return (datetime.now(UTC) + timedelta(seconds=5 * (place - done))).isoformat()

    return json.dumps(
        [
            {
                "name": name,
                "state": "done" if place < done else then if place == done else "waiting",
                "started_at": moment(place) if place <= done else None,
                "ended_at": moment(place + 1) if place < done else None,
                "message": "",
            }
            for place, name in enumerate(STEPS)
        ]
    )


def _set(url: str, store: str, changes: str, *values: object) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(f"update stores set {changes} where id = %s", (*values, store))  # noqa: S608 - our own


def _tell(url: str, store: str, owner: Person, actor: str, kind: str, message: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(
            "insert into store_events (store_id, user_id, actor, kind, message) "
            "values (%s, %s, %s, %s, %s)",
            (store, owner.id, actor, kind, message),
        )


def opened(
    browser: Browser,
    seen: Scene,
    *,
    width: int,
    theme: str,
    scale: float = 1,
    by: Person | None = None,
) -> Page:
    """A tab in which the administrator is signed in, or somebody else."""
    context = browser.new_context(
        base_url=seen.dashboard.url,
        locale="en-GB",
        timezone_id="Europe/Vienna",
        viewport={"width": width, "height": 900},
        color_scheme="dark" if theme == "dark" else "light",
        reduced_motion="reduce",
        device_scale_factor=scale,
    )
    context.set_default_timeout(15_000)
    page = context.new_page()
    sign_in(page, by or seen.administrator)
    return page


def settled(page: Page, path: str) -> None:
    """Open a page and wait until it shows what it has."""
    page.goto(path)
    page.wait_for_load_state("networkidle")
    page.locator(".bones").first.wait_for(state="detached")


def states(browser: Browser, seen: Scene, *, scale: float = 1) -> Iterator[tuple[str, Page]]:
    """Every page and state, at each width and in each theme, with its name."""
    for theme in THEMES:
        for width in WIDTHS:
            page = opened(browser, seen, width=width, theme=theme, scale=scale)
            for name in _states(page):
                yield f"{name}-{theme}-{width}", page
            page.context.close()
            page = opened(browser, seen, width=width, theme=theme, scale=scale, by=seen.newcomer)
            settled(page, "/")
            yield f"no-store-{theme}-{width}", page
            page.context.clear_cookies()
            settled(page, "/login/")
            yield f"sign-in-{theme}-{width}", page
            page.context.close()


def _states(page: Page) -> Iterator[str]:
    for name, path in PAGES.items():
        settled(page, path)
        yield name
    settled(page, "/")
    page.get_by_role("link", name="Green Grocer").click()
    page.get_by_role("heading", name="Green Grocer").wait_for()
    page.locator(".bones").first.wait_for(state="detached")
    yield "store-failed"
    settled(page, "/")
    page.get_by_role("button", name="Choose all").click()
    page.get_by_text("chosen").wait_for()
    yield "chosen"
    page.locator(".choosing .danger-quiet").click()
    page.get_by_role("alertdialog").wait_for()
    yield "delete-chosen"
    page.keyboard.press("Escape")
    page.get_by_role("alertdialog").wait_for(state="hidden")
    page.keyboard.press("?")
    page.get_by_role("dialog", name="Keys").wait_for()
    yield "keys"
    page.keyboard.press("Escape")
    page.locator("#create").click()
    page.get_by_role("dialog").get_by_label("Name", exact=True).fill("Tea & Pots")
    page.get_by_text("Advanced").click()
    page.get_by_text("Customers will find it at").wait_for()
    yield "create"
    page.keyboard.press("Escape")
    settled(page, "/admin/people")
    page.get_by_role("button", name="Edit bob@example.com").click()
    page.get_by_role("dialog").wait_for()
    yield "edit"


def take(page: Page, file: Path) -> None:
    """The whole page as a picture, or what a dialog leaves to be seen of it."""
    is_covered = page.locator("dialog[open], [role=dialog], [role=alertdialog]").count() > 0
    page.screenshot(path=file, full_page=not is_covered, animations="disabled")


def _for_docs(browser: Browser, seen: Scene) -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    page = opened(browser, seen, width=1200, theme="light")
    settled(page, "/")
    page.set_viewport_size({"width": 1200, "height": 760})
    page.screenshot(path=IMAGES / "stores.png", animations="disabled")
    page.locator("#create").click()
    page.get_by_role("dialog").get_by_label("Name", exact=True).fill("Paper & Ink")
    page.get_by_text("Customers will find it at").wait_for()
    page.screenshot(path=IMAGES / "create.png", animations="disabled")
    page.keyboard.press("Escape")
    settled(page, "/admin/queue")
    page.screenshot(path=IMAGES / "queue.png", animations="disabled")


def main() -> None:
    """Take them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=Path, help="a folder for every page, width and theme")
    wanted = parser.parse_args()
    with scene(built_pages()) as seen, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.program(Home.from_environment()),
            args=list(chromium.ARGUMENTS),
        )
        if wanted.every:
            wanted.every.mkdir(parents=True, exist_ok=True)
            for name, page in states(browser, seen):
                take(page, wanted.every / f"{name}.png")
        else:
            _for_docs(browser, seen)
        browser.close()


if __name__ == "__main__":
    main()
