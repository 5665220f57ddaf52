"""The product as `make up` starts it: a person, a click, a shop, an order, and nothing left.

Everything is real: the commands of the README, the cluster, the pods, the browser.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from cluster import cleaning
from cluster.errors import ClusterError
from cluster.home import Home
from cluster.kubectl import kubectl
from cluster.listeners import read_ports
from tests.browser.visits import register
from tests.cluster.waiting import until

ROOT = Path(__file__).parents[2]
PASSWORD = "correct horse battery"
SHOP = "Tea & <b>Pots</b> 🫖"
READY = 240_000
"""Milliseconds that a shop may take on a busy machine."""

PREPARED = 3600.0
"""Seconds for everything to be built from nothing on two slow cores."""


@dataclass(frozen=True)
class Product:
    """What `make up` printed."""

    home: Home
    url: str
    first_link: str

    def kubectl(self, *arguments: str) -> str:
        return kubectl(self.home, *arguments)

    def is_prepared(self) -> bool:
        return httpx.get(f"{self.url}/api/health", timeout=30).is_success and not re.search(
            r"\b(building|waiting|missing)\b", command(self.home, "status", is_checked=False)
        )

    def logs(self) -> str:
        """What a person would look at first when a test fails."""
        found = sorted((self.home.root / "platform" / "log").glob("*.log"))
        texts = [path.read_text(errors="replace")[-6000:] for path in found]
        try:
            return "\n".join([*texts, self.kubectl("get", "pods,events", "-A")])
        except ClusterError as error:
            return "\n".join([*texts, str(error)])


def command(home: Home, *words: str, is_checked: bool = True) -> str:
    """Run `python -m cluster.platform`, as make does."""
    done = subprocess.run(
        [sys.executable, "-m", "cluster.platform", *words],
        cwd=ROOT,
        env=environment(home),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0 or not is_checked, done.stdout + done.stderr
    return done.stdout


def environment(home: Home) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(Path.home()),
        "STOREWEAVER_HOME": str(home.root),
        "STOREWEAVER_CACHE": str(home.cache),
    }


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    users = Home.from_environment()
    home = Home(root=users.root.with_name(users.root.name + "-test"), cache=users.cache)
    command(home, "clean", "--yes")
    said = command(home, "up")
    address = re.search(r"^Dashboard\s+(\S+)", said, flags=re.MULTILINE)
    link = re.search(r"\S+/welcome/\S+", said)
    assert address, said
    assert link, said
    product = Product(home, address[1], link[0])
    # a machine on which nothing was built yet takes its time; the dashboard serves meanwhile
    until("cluster and images are prepared", product.is_prepared, patience=PREPARED)
    yield product
    command(home, "clean", "--yes")
    assert not home.root.exists()
    cleaning.clean(home, note=print)


@pytest.fixture(scope="module")
def person(browser: Browser, product: Product) -> Iterator[Callable[[], BrowserContext]]:
    """A browser of somebody new; what it holds is gone at the end."""
    contexts: list[BrowserContext] = []

    def make() -> BrowserContext:
        context = browser.new_context(base_url=product.url, locale="en-GB")
        context.set_default_timeout(30_000)
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def owner(person: Callable[[], BrowserContext], product: Product) -> Page:
    """The first administrator, who came by the printed link."""
    page = person().new_page()
    register(page, product.first_link, email="owner@example.com", password=PASSWORD)
    expect(page.get_by_role("heading", name="Stores", exact=True)).to_be_visible()
    return page


@pytest.fixture(scope="module")
def shop(owner: Page, product: Product) -> str:
    """A Medusa store that the owner made by clicking, seen through to Ready; its id."""
    owner.goto("/")
    owner.get_by_role("button", name="Create store").first.click()
    dialog = owner.get_by_role("dialog")
    dialog.get_by_label("Name", exact=True).fill(SHOP)
    expect(dialog).to_contain_text("tea-b-pots-b.localhost")
    dialog.get_by_role("radio", name=re.compile("Medusa")).check()
    loads: list[str] = []
    owner.on("load", lambda page: loads.append(page.url))
    dialog.get_by_role("button", name="Create store").click()
    owner.wait_for_url(re.compile(r"/stores/[a-z0-9]{12}/?$"))
    try:
        expect(owner.get_by_role("link", name="Open shop")).to_be_visible(timeout=READY)
    except AssertionError:
        print(product.logs())
        raise
    assert loads == [], "the page was loaded anew instead of being told"
    return owner.url.rstrip("/").rsplit("/", 1)[1]


def test_every_step_came_in_with_its_time(owner: Page, shop: str) -> None:
    owner.goto(f"/stores/{shop}")
    steps = ("Namespace", "Secrets", "Database", "Application", "Ingress", "Storefront answers")
    for step in steps:
        expect(owner.get_by_role("listitem").filter(has_text=step).first).to_contain_text(
            re.compile(r"\d+(\.\d)? s|\d+ min")
        )
    expect(owner.get_by_role("heading", level=1)).to_contain_text(SHOP)


@pytest.fixture(scope="module")
def order(owner: Page, shop: str) -> str:
    """An order that a customer placed by clicking through the shop; the email it was for."""
    owner.goto(f"/stores/{shop}")
    with owner.context.expect_page() as opened:
        owner.get_by_role("link", name="Open shop").click()
    store = opened.value
    expect(store.get_by_text(SHOP).first).to_be_visible()
    store.get_by_role("link", name=re.compile("Enamel Mug")).first.click()
    store.get_by_role("button", name="Add to cart").click()
    store.get_by_role("link", name="Checkout").first.click()
    email = f"customer-{shop}@example.com"
    for label, text in (
        ("Email", email),
        ("First name", "Ada"),
        ("Last name", "Lovelace"),
        ("Street and number", "12 St James's Square"),
        ("Postal code", "10001"),
        ("Town or city", "New York"),
    ):
        store.get_by_label(label, exact=True).fill(text)
    store.get_by_role("button", name="Place order").click()
    expect(store.get_by_text(re.compile("Thank you", re.IGNORECASE)).first).to_be_visible()
    store.close()
    return email


def test_the_order_is_found_in_the_shops_own_admin_with_the_shown_credentials(
    owner: Page, shop: str, order: str
) -> None:
    owner.goto(f"/stores/{shop}")
    owner.get_by_role("button", name="Reveal").click()
    expect(owner.get_by_role("button", name="Hide")).to_be_visible()
    sign_in_block = owner.locator("section, aside").filter(has_text="Admin sign-in").last
    shown = sign_in_block.inner_text().split()
    email, password = shown[shown.index("Email") + 1], shown[shown.index("Password") + 1]
    with owner.context.expect_page() as opened:
        owner.get_by_role("link", name="Open admin").click()
    admin = opened.value
    admin.locator("input[name=email]").fill(email)
    admin.locator("input[name=password]").fill(password)
    admin.locator("button[type=submit]").click()
    expect(admin.get_by_text(order).first).to_be_visible(timeout=60_000)
    admin.close()
    owner.get_by_role("button", name="Hide").click()
    expect(owner.get_by_text(password)).to_have_count(0)
    expect(owner.get_by_text("The credentials were shown.")).to_be_visible()


def test_a_second_browser_sees_every_change_and_a_stranger_none(
    owner: Page, person: Callable[[], BrowserContext], product: Product
) -> None:
    owner.goto("/admin/people")
    owner.get_by_role("button", name=re.compile("Invite")).first.click()
    (invitation,) = until(
        "a link is shown", lambda: re.findall(r"/welcome/[\w-]+", owner.content())[:1]
    )
    stranger = person().new_page()
    register(stranger, invitation, email="stranger@example.com", password=PASSWORD)
    expect(stranger.get_by_role("heading", name="Stores", exact=True)).to_be_visible()
    second = person().new_page()
    second.goto("/login/")
    second.get_by_label("Email").fill("owner@example.com")
    second.get_by_label("Password").fill(PASSWORD)
    second.get_by_role("button", name="Sign in").click()
    expect(second.get_by_role("heading", name="Stores", exact=True)).to_be_visible()

    owner.goto("/")
    owner.get_by_role("button", name="Create store").first.click()
    dialog = owner.get_by_role("dialog")
    dialog.get_by_label("Name", exact=True).fill("Second shop")
    dialog.get_by_role("radio", name=re.compile("Medusa")).check()
    dialog.get_by_role("button", name="Create store").click()
    owner.wait_for_url(re.compile(r"/stores/[a-z0-9]{12}/?$"))
    expect(second.get_by_text("Second shop").first).to_be_visible()
    delete(owner, "Second shop")
    # before it goes it says so; a notice may still tell that it is gone
    expect(owner.get_by_role("alertdialog")).to_be_hidden()
    try:
        expect(in_list(second, "Second shop")).to_have_count(0, timeout=120_000)
    except AssertionError:
        print(product.logs())
        raise
    expect(stranger.get_by_text("Second shop")).to_have_count(0)
    expect(stranger.get_by_text(SHOP)).to_have_count(0)
    namespaces = product.kubectl("get", "namespaces", "-o", "name")
    assert "store-second-shop" not in namespaces


def in_list(page: Page, name: str) -> Locator:
    """The store of that name in the list of stores."""
    return page.locator(".store-name").filter(has_text=name)


def delete(page: Page, name: str) -> None:
    """Delete the store whose page is open, by typing its name."""
    page.get_by_role("button", name="Delete").first.click()
    dialog = page.get_by_role("dialog").or_(page.get_by_role("alertdialog"))
    dialog.get_by_role("textbox").fill(name)
    dialog.get_by_role("button", name=re.compile("Delete")).last.click()


@pytest.mark.usefixtures("shop")
def test_while_nothing_changes_nothing_is_on_the_wire(owner: Page) -> None:
    """30 seconds, since what polls does so at least that often."""
    page = owner.context.new_page()
    frames: list[str] = []

    def listen(socket: object) -> None:
        for name in ("framesent", "framereceived"):
            socket.on(name, lambda payload: frames.append(str(payload)))  # type: ignore[attr-defined]

    page.on("websocket", listen)
    page.goto("/")
    expect(page.get_by_role("link", name=re.compile("Tea")).first).to_be_visible()
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(2_000)
    frames.clear()
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.wait_for_timeout(30_000)
    page.close()
    assert requests == []
    # engine.io's own heartbeat: the server's 2, the browser's 3
    assert {frame for frame in frames if frame not in {"2", "3"}} == set()


def test_deleting_leaves_nothing(owner: Page, shop: str, product: Product) -> None:
    owner.goto(f"/stores/{shop}")
    expect(owner.get_by_role("heading", level=1)).to_contain_text(SHOP)
    delete(owner, SHOP)
    until(
        "the namespace is gone",
        lambda: "store-tea" not in product.kubectl("get", "namespaces", "-o", "name"),
    )
    expect(owner.get_by_role("link", name="Open shop")).to_have_count(0)
    owner.goto("/")
    expect(in_list(owner, SHOP)).to_have_count(0, timeout=60_000)
    assert product.kubectl("get", "persistentvolumes", "-o", "name").strip() == ""
    ports = read_ports(product.home)
    assert ports is not None
    answer = httpx.get(
        f"http://127.0.0.1:{ports.http}",
        headers={"Host": "tea-b-pots-b.localhost"},
        timeout=10,
    )
    assert answer.status_code == 404


def test_signing_in_again_after_down_and_up(product: Product, browser: Browser) -> None:
    """What people have is there again after `make down` and `make up`."""
    command(product.home, "down")
    begun = time.monotonic()
    said = command(product.home, "up")
    print(f"warm up took {time.monotonic() - begun:.1f} s")
    assert "/welcome/" not in said
    context = browser.new_context(base_url=product.url)
    page = context.new_page()
    page.goto("/login/")
    page.get_by_label("Email").fill("owner@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Stores", exact=True)).to_be_visible()
    context.close()
