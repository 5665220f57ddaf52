"""One store's page on a real cluster: real pods that write, real events, real usage, a browser."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psycopg
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.accessibility import violations
from tests.browser.conftest import browser, pages, watched  # noqa: F401 - fixtures
from tests.browser.dashboard import Dashboard, serving
from tests.browser.people import PASSWORD, add_person
from tests.browser.visits import sign_in
from tests.cluster.conftest import LocalCluster
from tests.cluster.identity import workers_kubeconfig
from tests.cluster.inspected_shop import (
    HOSTILE,
    LAST_WORDS,
    LONG,
    MANY,
    NAME,
    RESTARTS,
    SECRET,
    InspectedShop,
    event,
    inspected_shop,
    restarts,
)
from tests.cluster.waiting import until
from tests.postgresql import Server

TABS = ("overview", "resources", "events", "logs", "configuration", "danger")
FRAMES_SECONDS = 8
MEASURED = 120_000
"""Milliseconds until metrics-server has seen new pods, on a busy machine."""


@pytest.fixture(scope="module")
def dashboard(
    cluster: LocalCluster,
    helm: Path,
    pages: Path,  # noqa: F811
    postgresql: Server,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Dashboard]:
    folder = tmp_path_factory.mktemp("dashboard")
    postgresql.execute("create database store_page template migrated")
    kubeconfig = workers_kubeconfig(cluster, folder / "kubeconfig")
    with serving(
        pages,
        database_url=postgresql.url_of("store_page"),
        log=folder / "dashboard.log",
        settings={"KUBECONFIG": str(kubeconfig), "HELM": str(helm)},
    ) as running:
        yield running
    print((folder / "dashboard.log").read_text()[-4000:])
    postgresql.execute("drop database store_page with (force)")


@pytest.fixture(scope="module")
def shop(cluster: LocalCluster, helm: Path, dashboard: Dashboard) -> Iterator[InspectedShop]:
    owner = add_person(dashboard.database_url, "ada@example.com")
    with inspected_shop(cluster, helm, database_url=dashboard.database_url, owner=owner) as made:
        yield made


@pytest.fixture(scope="module")
def context(
    browser: Browser,  # noqa: F811
    dashboard: Dashboard,
    shop: InspectedShop,
) -> Iterator[BrowserContext]:
    """The owner, signed in."""
    opened = browser.new_context(base_url=dashboard.url, locale="en-GB", accept_downloads=True)
    opened.set_default_timeout(20_000)
    page = opened.new_page()
    sign_in(page, shop.owner)
    page.close()
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    opened = watched(context.new_page())
    yield opened
    # nothing that a shop wrote was ever run
    assert "run" not in opened.title()
    opened.close()


def visit(page: Page, shop: InspectedShop, tab: str) -> None:
    page.goto(f"/stores/{shop.id}?tab={tab}")
    expect(page.get_by_role("tab", name=tab.capitalize())).to_have_attribute(
        "aria-selected", "true"
    )


def test_tabs_are_addresses_and_go_by_arrow_keys(page: Page, shop: InspectedShop) -> None:
    page.goto(f"/stores/{shop.id}")
    expect(page.get_by_role("heading", level=1)).to_have_text(NAME)
    first = page.get_by_role("tab", name="Overview")
    first.focus()
    for name in TABS[1:]:
        page.keyboard.press("ArrowRight")
        page.wait_for_url(f"**/stores/{shop.id}*?tab={name}")
        tab = page.get_by_role("tab", name=name.capitalize())
        expect(tab).to_have_attribute("aria-selected", "true")
        expect(tab).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(first).to_be_focused()
    page.go_back()
    expect(page.get_by_role("tab", name="Danger")).to_have_attribute("aria-selected", "true")


def test_the_overview_shows_what_runs_and_what_it_uses(page: Page, shop: InspectedShop) -> None:
    visit(page, shop, "overview")
    panel = page.get_by_role("tabpanel")
    step = panel.get_by_role("listitem").filter(has_text="Application").first
    expect(step).to_contain_text("14 s")
    expect(panel).to_contain_text("2 of 2")
    expect(panel.get_by_role("list", name="Pods")).to_contain_text("writer")
    memory = panel.get_by_role("meter", name="Memory")
    expect(memory).to_have_attribute("aria-valuetext", re.compile(r"MiB"), timeout=MEASURED)
    expect(panel.get_by_role("meter", name="CPU")).to_have_attribute(
        "aria-valuetext", re.compile(r"\d+ m|core")
    )
    volume = panel.get_by_role("list", name="Volumes").get_by_role("meter", name="data")
    full = re.compile(r"[0-9.]+ (B|KiB|MiB) of 1 GiB")
    expect(volume).to_have_attribute("aria-valuetext", full, timeout=MEASURED)


def test_objects_are_listed_and_shown_with_every_secret_masked(
    page: Page, shop: InspectedShop
) -> None:
    visit(page, shop, "resources")
    table = page.get_by_role("table")
    for kind, name in (("Secret", "shop-secret"), ("Deployment", "shop"), ("Pod", "writer")):
        row = table.get_by_role("row").filter(has_text=kind).filter(has_text=name).first
        expect(row).to_be_visible()
    for name, shown in (
        ("shop-secret", "was not read"),
        ("settings", "GREETING"),
        ("writer", "env"),
    ):
        opener = table.get_by_role("button", name=name, exact=True)
        opener.click()
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text(shown)
        assert SECRET not in page.content()
        page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
        expect(opener).to_be_focused()


def test_events_come_live_and_are_filtered(
    page: Page, cluster: LocalCluster, shop: InspectedShop
) -> None:
    visit(page, shop, "events")
    lines = page.get_by_role("region", name="Events")
    expect(lines.get_by_text("Pulled").or_(lines.get_by_text("Created")).first).to_be_visible()
    cluster.kubectl("create", "-f", "-", stdin=event(shop, name="hostile", message=HOSTILE))
    expect(page.locator(".stream-count")).to_contain_text("events")
    page.get_by_role("button", name="Warnings only").click()
    page.get_by_role("searchbox", name="Search the events").fill("onerror")
    line = lines.locator(".event-line").first
    expect(line).to_contain_text(HOSTILE)
    line.click()
    expect(page.get_by_role("region", name="The whole of it")).to_contain_text(HOSTILE)
    page.get_by_role("searchbox", name="Search the events").fill("")
    expect(lines.get_by_text("BackOff").first).to_be_visible()
    # rows that are not in use now are kept for later
    shown = lines.locator(".event-line:not([hidden])")
    expect(shown.filter(has_text=re.compile("Pulled|Created"))).to_have_count(0)


def test_logs_follow_every_pod_and_show_whatever_they_write(
    page: Page, shop: InspectedShop
) -> None:
    visit(page, shop, "logs")
    lines = page.get_by_role("region", name="Log lines")
    expect(lines.get_by_text(re.compile(r"^tick \d+")).first).to_be_visible()
    pods = page.get_by_role("group", name="Pods")
    expect(pods.get_by_role("button", name="writer")).to_be_visible()
    expect(pods.get_by_role("button", name="crasher")).to_be_visible()
    # only the rows in sight are in the page
    assert lines.locator(".long-row").count() < 200

    shown = lines.locator(".log-line:not([hidden])")
    search = page.get_by_role("searchbox", name="Search the lines")
    search.fill("TICK")
    expect(shown.locator("mark").first).to_have_text("tick")
    search.fill("no line is like that")
    expect(shown).to_have_count(0)
    search.fill("")
    pods.get_by_role("button", name="writer").click()
    expect(shown.filter(has_text="tick")).to_have_count(0)
    pods.get_by_role("button", name="writer").click()
    expect(shown.filter(has_text="tick").first).to_be_visible()

    count = page.locator(".stream-count")
    page.get_by_role("button", name="Pause").click()
    expect(count).to_contain_text("more since the pause")
    page.get_by_role("button", name="Pause").click()
    expect(count).not_to_contain_text("pause")


def test_a_thousand_lines_a_second_are_followed_to_their_end(
    page: Page, shop: InspectedShop
) -> None:
    """The frames are a figure, printed; how long one takes is the machine's as well."""
    visit(page, shop, "logs")
    lines = page.get_by_role("region", name="Log lines")
    expect(lines.get_by_text(re.compile(r"^tick \d+")).first).to_be_visible()
    before = _count(page)
    gaps: list[float] = sorted(
        page.evaluate(
            """seconds => new Promise((done) => {
              const gaps = []; let last = performance.now(); const end = last + 1000 * seconds;
              const next = (now) => { gaps.push(now - last); last = now;
                now < end ? requestAnimationFrame(next) : done(gaps); };
              requestAnimationFrame(next);
            })""",
            FRAMES_SECONDS,
        )
    )
    print(
        f"{(_count(page) - before) / FRAMES_SECONDS:.0f} lines/s, {len(gaps)} frames: "
        f"median {gaps[len(gaps) // 2]:.0f} ms, longest {gaps[-1]:.0f} ms"
    )
    assert _count(page) > before
    assert lines.evaluate("box => box.scrollTop + box.clientHeight >= box.scrollHeight - 40")
    assert lines.locator(".long-row").count() < 200


def _count(page: Page) -> int:
    return int(re.sub(r"\D", "", page.locator(".stream-count").inner_text()))


def test_what_was_written_before_a_restart_is_shown_and_downloaded(
    page: Page, cluster: LocalCluster, shop: InspectedShop
) -> None:
    until("the crasher stays", lambda: restarts(cluster, shop.namespace, "crasher") == RESTARTS)
    visit(page, shop, "logs")
    page.get_by_role("button", name="Previous").click()
    lines = page.get_by_role("region", name="Log lines")
    expect(lines.get_by_text(LAST_WORDS).first).to_be_visible()
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Download").click()
    assert LAST_WORDS in downloading.value.path().read_text()


def test_configuration_is_the_releases_own_with_secrets_masked(
    page: Page, shop: InspectedShop
) -> None:
    visit(page, shop, "configuration")
    values = page.get_by_role("region", name="Values in force")
    expect(values).to_contain_text("currency: usd")
    expect(values).to_contain_text("host: tea.localhost")
    assert SECRET not in page.content()
    with page.expect_download() as downloading:
        page.get_by_role("button", name="Download").click()
    assert downloading.value.suggested_filename == f"{shop.id}.yaml"
    assert "currency: usd" in downloading.value.path().read_text()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 1440, 2560])
def test_every_tab_is_whole_for_everybody(
    context: BrowserContext,
    shop: InspectedShop,
    theme: str,
    width: int,
    tmp_path: Path,
) -> None:
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": 900})
    page.add_init_script(f"localStorage.setItem('theme', '{theme}')")
    wrong = []
    for tab in TABS:
        visit(page, shop, tab)
        expect(page.locator("html")).to_have_class(re.compile(theme))
        page.wait_for_timeout(400)
        wider = page.evaluate(
            "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        if wider > 0:
            wrong.append(f"{tab}: {wider} px wider than the window")
        if width in {390, 1440}:
            wrong += [f"{tab}: {each}" for each in violations(page)]
        page.screenshot(path=tmp_path / f"{tab}-{theme}-{width}.png")
    page.close()
    assert wrong == []


@pytest.fixture(scope="module")
def owner(dashboard: Dashboard, shop: InspectedShop) -> Iterator[httpx.Client]:
    with signed_in(dashboard, shop.owner.email) as opened:
        yield opened


@contextmanager
def signed_in(dashboard: Dashboard, email: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=dashboard.url, timeout=30) as client:
        answer = client.post("/auth/sign-in", data={"email": email, "password": PASSWORD})
        assert answer.status_code == 303
        yield client


def test_programs_are_told_the_same_by_the_forerunners_names(
    owner: httpx.Client, shop: InspectedShop
) -> None:
    detail = owner.get(f"/api/stores/{shop.id}/detail").json()
    assert detail["replicas"] == "2/2"
    assert detail["podsRunning"] >= 3
    assert detail["podRestarts"] >= 1
    assert {"kind": "Secret", "name": "shop-secret"}.items() <= next(
        each for each in detail["resources"] if each["name"] == "shop-secret"
    ).items()
    assert "currency: usd" in detail["configYaml"]
    assert SECRET not in json.dumps(detail)


def test_lines_are_bounded_and_without_escapes(owner: httpx.Client, shop: InspectedShop) -> None:
    answer = owner.get(f"/api/stores/{shop.id}/logs", params={"pod": "writer", "tail": MANY})
    texts = [json.loads(line)["text"] for line in answer.text.splitlines() if line]
    assert len(texts) == MANY
    with owner.stream(
        "GET",
        f"/api/stores/{shop.id}/logs",
        params={"pod": "writer", "since": "2026-01-01T00:00:00Z"},
    ) as whole:
        first = []
        for line in whole.iter_lines():
            first.append(json.loads(line)["text"])
            if len(first) == 3:
                break
    assert first[0] == HOSTILE
    assert first[1] == "red and \N{REPLACEMENT CHARACTER} bell"
    # the kubelet has the line in pieces, with a time of its own before each
    told = re.search(r"… \(([\d,]+) bytes, cut\)$", first[2])
    assert told
    assert int(told[1].replace(",", "")) >= LONG
    assert len(first[2]) < 10_000


@pytest.mark.parametrize("path", ["resources", "configuration", "events", "logs"])
def test_a_stranger_is_told_nothing(dashboard: Dashboard, shop: InspectedShop, path: str) -> None:
    email = f"stranger-{path}@example.com"
    add_person(dashboard.database_url, email)
    with signed_in(dashboard, email) as stranger:
        answer = stranger.get(f"/api/stores/{shop.id}/{path}")
    assert answer.status_code == 404
    assert answer.json()["code"] == "not_found"


@pytest.mark.parametrize("path", ["events", "logs?follow=true"])
def test_a_stream_ends_with_the_session(
    dashboard: Dashboard, shop: InspectedShop, path: str
) -> None:
    with (
        signed_in(dashboard, shop.owner.email) as client,
        client.stream("GET", f"/api/stores/{shop.id}/{path}") as stream,
    ):
        lines = stream.iter_lines()
        assert json.loads(next(lines))
        with httpx.Client(base_url=dashboard.url, cookies=client.cookies) as other:
            other.post("/auth/sign-out")
        for _ in lines:
            pass


def test_a_store_that_goes_while_its_logs_are_open_says_so(
    page: Page, dashboard: Dashboard, shop: InspectedShop
) -> None:
    visit(page, shop, "logs")
    expect(page.get_by_role("region", name="Log lines")).to_contain_text("tick")
    with psycopg.connect(dashboard.database_url) as connection:
        kept = connection.execute("select * from stores where id = %s", (shop.id,)).fetchall()
        connection.execute("delete from stores where id = %s", (shop.id,))
    assert kept
    expect(page.get_by_role("heading", name="There is no such store")).to_be_visible()
    expect(page.get_by_role("region", name="Log lines")).to_have_count(0)
