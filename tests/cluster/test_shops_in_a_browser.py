"""A store of each engine side by side, in a browser: made, bought from, looked after."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from cluster import bringup, image_states
from cluster.home import Home
from cluster.image_recipes import recipes
from cluster.platform.told import ClusterTold, IngressTold, Told, write
from cluster.progress import Progress
from provisioner.engines import ENGINES
from tests import chromium
from tests.browser.dashboard import Dashboard, built_pages, serving
from tests.browser.people import add_person
from tests.browser.visits import sign_in
from tests.cluster.conftest import LocalCluster, describe
from tests.cluster.identity import workers_kubeconfig
from tests.postgresql import TEMPLATE, Server

READY = 180_000
"""Milliseconds that a shop may take on a busy machine."""

NAMES = {"woocommerce": "Ada's Pots & Pans", "medusa": "Bob's Mugs"}
BUYER = "grace@example.com"


@pytest.fixture(scope="module")
def dashboard(
    cluster: LocalCluster, helm: Path, postgresql: Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Dashboard]:
    """The dashboard with a worker inside, told of cluster and images as `make up` tells it."""
    names = {name for engine in ENGINES.values() for name in engine.images.values()}
    result = bringup.up(cluster.home, progress=Progress(), names=names)
    assert not result.failed, result.failed
    images = tuple(image_states.read(cluster.home, recipes(cluster.home, names)))
    lacking = [image.reason for image in images if image.state == "lacking"]
    if lacking:
        pytest.skip(f"not every engine sells: {lacking[0]}")
    folder = tmp_path_factory.mktemp("dashboard")
    told = Told(
        cluster=ClusterTold("ready", ""),
        images=images,
        ingress=IngressTold(cluster.http_port, 0, f"127.0.0.1:{cluster.http_port}"),
        kubeconfig=str(workers_kubeconfig(cluster, folder / "kubeconfig")),
        helm=str(helm),
    )
    write(folder / "preparation.json", told)
    postgresql.execute(f"create database shops template {TEMPLATE}")
    with serving(
        built_pages(),
        database_url=postgresql.url_of("shops"),
        log=folder / "dashboard.log",
        settings={"WORKER": "inside", "PREPARATION_FILE": str(folder / "preparation.json")},
    ) as running:
        yield running
    # shown by pytest where a test fails
    print((folder / "dashboard.log").read_text()[-4000:])
    postgresql.execute("drop database shops with (force)")


@pytest.fixture(scope="module")
def browser(dashboard: Dashboard) -> Iterator[Browser]:  # noqa: ARG001 - before Playwright's loop
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=chromium.program(Home.from_environment()),
            args=list(chromium.ARGUMENTS),
        )
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def owner(browser: Browser, dashboard: Dashboard) -> Iterator[Page]:
    context = browser.new_context(base_url=dashboard.url, locale="en-GB")
    context.set_default_timeout(30_000)
    page = context.new_page()
    sign_in(page, add_person(dashboard.database_url, "owner@example.com"))
    yield page
    context.close()


@pytest.fixture(scope="module")
def customer(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(locale="en-US")
    context.set_default_timeout(30_000)
    yield context
    context.close()


@dataclass(frozen=True)
class Opened:
    """A store that was made by clicking: its page on the dashboard, and its shop's address."""

    page: str
    url: str


@pytest.fixture(scope="module")
def shops(owner: Page, cluster: LocalCluster) -> Iterator[dict[str, Opened]]:
    """Both, made one right after the other, so that they come up at the same time."""
    pages = {key: create(owner, key) for key in ENGINES}
    found = {}
    try:
        for key, page in pages.items():
            owner.goto(page)
            link = owner.get_by_role("link", name="Open shop")
            expect(link).to_be_visible(timeout=READY)
            found[key] = Opened(page, str(link.get_attribute("href")))
    except AssertionError:
        for namespace in cluster.json("get", "namespaces", "-l", "storeweaver.dev/store")["items"]:
            describe(cluster, namespace["metadata"]["name"])
        raise
    yield found
    for key, page in pages.items():
        delete(owner, page, NAMES[key])


def create(owner: Page, engine: str) -> str:
    """Make a store by the dialog; the address of its page."""
    owner.goto("/")
    owner.get_by_role("button", name="Create store").first.click()
    dialog = owner.get_by_role("dialog")
    dialog.get_by_label("Name").fill(NAMES[engine])
    dialog.get_by_role("radio", name=re.compile(ENGINES[engine].title)).check()
    dialog.get_by_role("button", name="Create store").click()
    owner.wait_for_url(re.compile(r"/stores/[a-z0-9]{12}/?$"))
    return owner.url


def delete(owner: Page, page: str, name: str) -> None:
    """Delete a store on its page, and see it go."""
    owner.goto(page)
    owner.get_by_role("button", name="Delete").first.click()
    dialog = owner.get_by_role("dialog").or_(owner.get_by_role("alertdialog"))
    dialog.get_by_role("textbox").fill(name)
    dialog.get_by_role("button", name=re.compile("Delete")).last.click()
    expect(owner.get_by_role("link", name="Open shop")).to_have_count(0)


def fits(page: Page) -> bool:
    """Whether nothing sticks out to the side."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def test_both_shops_show_their_names_and_products(
    shops: dict[str, Opened], customer: BrowserContext
) -> None:
    for key, product in (("woocommerce", "Stoneware mug"), ("medusa", "Enamel Mug")):
        page = customer.new_page()
        page.goto(shops[key].url)
        expect(page.get_by_text(NAMES[key]).first).to_be_visible()
        expect(page.get_by_text(product).first).to_be_visible()
        broken = page.evaluate(
            "Promise.all([...document.images].map(i => (i.loading = 'eager', i.decode()"
            ".then(() => '', () => i.src)))).then(all => all.filter(Boolean))"
        )
        assert broken == []
        page.close()


def test_both_fit_on_a_phone(shops: dict[str, Opened], browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    page = context.new_page()
    for shop in shops.values():
        page.goto(shop.url)
        assert fits(page), shop.url
    for path in ("shop/", "product/stoneware-mug/", "cart/"):
        page.goto(f"{shops['woocommerce'].url}/{path}")
        assert fits(page), path
    context.close()


def test_the_owner_sees_what_it_is_made_of(shops: dict[str, Opened], owner: Page) -> None:
    owner.goto(shops["woocommerce"].page)
    facts = owner.locator("dl", has=owner.get_by_text("Software", exact=True)).last
    for name in ("WordPress", "WooCommerce", "PHP", "MySQL"):
        expect(facts).to_contain_text(re.compile(rf"{name} \d+\.\d+"))


def test_a_guest_orders_by_clicking_and_the_owner_finds_the_order(
    shops: dict[str, Opened], customer: BrowserContext, owner: Page
) -> None:
    shop = shops["woocommerce"]
    page = customer.new_page()
    page.goto(shop.url)
    page.get_by_role("link", name="Stoneware mug").first.click()
    page.get_by_role("button", name="Add to cart", exact=True).first.click()
    page.goto(f"{shop.url}/cart/")
    page.get_by_role("link", name="Proceed to Checkout").click()
    page.get_by_label("Email address").fill(BUYER)
    address = page.get_by_role("group", name="Shipping address")
    for label, text in (
        ("First name", "Grace"),
        ("Last name", "Hopper"),
        ("Address", "1 Main Street"),
        ("City", "Los Angeles"),
        ("ZIP Code", "90001"),
    ):
        address.get_by_label(label, exact=True).fill(text)
    address.get_by_label("State").select_option(label="California")
    expect(page.get_by_text("Cash on delivery").first).to_be_visible()
    page.get_by_role("button", name="Place Order").click()
    page.wait_for_url(re.compile("order-received"))
    expect(page.get_by_text(re.compile("Thank you", re.IGNORECASE)).first).to_be_visible()
    found = re.search(r"order-received/(\d+)", page.url)
    assert found, page.url
    page.close()

    owner.goto(shop.page)
    owner.get_by_role("button", name="Reveal").click()
    shown = owner.locator("#credentials dl").inner_text().split()
    user, password = shown[shown.index("User") + 1], shown[shown.index("Password") + 1]
    with owner.context.expect_page() as opened:
        owner.get_by_role("link", name="Open admin").click()
    admin = opened.value
    admin.get_by_label("Username or Email Address").fill(user)
    admin.get_by_label("Password", exact=True).fill(password)
    admin.get_by_role("button", name="Log In").click()
    admin.wait_for_url(re.compile("/wp-admin/"))
    admin.goto(f"{shop.url}/wp-admin/admin.php?page=wc-orders")
    expect(admin.get_by_role("link", name=f"#{found[1]} Grace Hopper")).to_be_visible()
    admin.close()
