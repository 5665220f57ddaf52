"""Figures of the dashboard: `python -m bench.dashboard`.

Pages, server and PostgreSQL as the browser tests have them, and Chromium beside them; PUSHES is
the number of pushes over which memory is compared, 3600 for an hour with one a second. Nothing
here fails for being slow: figures are for reading, each with what it is measured against.
"""

from __future__ import annotations

import gzip
import os
import statistics
import time
from collections.abc import Callable

import anyio
import psycopg
from playwright.sync_api import CDPSession, Page, sync_playwright

from cluster.home import Home
from provisioner.database import Database
from provisioner.engines import ENGINES
from provisioner.preparation import Preparation
from provisioner.settings import Settings
from provisioner.stores import Secrets, StoreService
from provisioner.views import Actor, StoreView
from storeweaver.state.listing import Listing
from tests import chromium
from tests.browser.dashboard import Dashboard, built_pages
from tests.browser.people import Person, add_person, add_store
from tests.browser.visits import sign_in
from tests.pictures import Scene, scene

MANY = 1000
SHOWN = 50
ROUNDS = 15
PUSHES = int(os.environ.get("PUSHES", "300"))
BETWEEN = 350
"""Milliseconds between two pushes, in which the first is surely painted."""

SLOWDOWN = 4


def main() -> None:
    """Print the figures."""
    with scene(built_pages()) as seen:
        on_the_server(seen.dashboard.database_url)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=chromium.program(Home.from_environment()),
                args=[*chromium.ARGUMENTS, "--enable-precise-memory-info"],
            )
            in_the_browser(browser.new_context(base_url=seen.dashboard.url).new_page(), seen)
            browser.close()


def on_the_server(url: str) -> None:
    """Lists and searches of a person with a thousand stores."""
    many = add_person(url, "many@example.com")
    fill(url, many, MANY)
    few = add_person(url, "few@example.com")
    fill(url, few, MANY // 10)
    thousand, spent, views = anyio.run(list_of, url, many)
    hundred, _, _ = anyio.run(list_of, url, few)
    show(f"list of {MANY} stores (target 100 ms)", f"{thousand * 1e3:.1f} ms")
    show("of it on the server's own CPU", f"{spent * 1e3:.1f} ms")
    show(f"the same against {MANY // 10} stores", f"{thousand / hundred:.1f}")
    searching = median(lambda: Listing(search="shop 99", sort="name").found(views))
    show(f"search in {MANY} stores (target 50 ms)", f"{searching * 1e3:.1f} ms")
    with psycopg.connect(url) as connection:
        connection.execute("delete from stores where user_id = any(%s)", ([many.id, few.id],))


async def list_of(url: str, person: Person) -> tuple[float, float, tuple[StoreView, ...]]:
    """Seconds that a list takes, those of them on this process's CPU, and the list."""

    def no_cluster() -> Secrets:
        raise AssertionError("a list asks no cluster")

    database = Database(url)
    stores = StoreService(
        database, Settings(), engines=ENGINES, preparation=Preparation, secrets=no_cluster
    )
    actor = Actor(user_id=person.id, email=person.email, role="user")
    taken, spent = [], []
    for _ in range(ROUNDS):
        began, used = time.perf_counter(), time.process_time()
        views = await stores.list(actor)
        taken.append(time.perf_counter() - began)
        spent.append(time.process_time() - used)
    await database.close()
    return statistics.median(taken), statistics.median(spent), views


def in_the_browser(page: Page, seen: Scene) -> None:
    """What a person waits for, and what a tab costs while nothing and while much happens."""
    dashboard = seen.dashboard
    person = add_person(dashboard.database_url, "fifty@example.com")
    fill(dashboard.database_url, person, SHOWN)
    devtools = page.context.new_cdp_session(page)
    sign_in(page, person)
    empty = transferred(page, "/nowhere")
    first = transferred(page, "/")
    show("first page, gzipped, against a page without content (target 1.3)", f"{first / empty:.2f}")
    show("first page, gzipped", f"{first / 1e3:.0f} kB")
    plain, slowed = ready(page, devtools, rate=1), ready(page, devtools, rate=SLOWDOWN)
    show(
        f"first page with its stores, CPU {SLOWDOWN} times slower (target 1.5 s)", f"{slowed:.2f} s"
    )
    show("the same against full speed", f"{slowed / plain:.1f}")
    show("layout shift of the first page (target 0)", f"{layout_shift(page):.4f}")
    show("click on a filter to its answer (target 100 ms)", f"{click(page) * 1e3:.0f} ms")
    pushes(page, devtools, dashboard, person)


def transferred(page: Page, path: str) -> float:
    """Bytes of scripts, styles and the page itself, each as gzip has it."""
    sizes: list[int] = []

    def keep(response: object) -> None:
        kind = response.headers.get("content-type", "")  # type: ignore[attr-defined]
        if any(word in kind for word in ("javascript", "css", "html")):
            sizes.append(len(gzip.compress(response.body())))  # type: ignore[attr-defined]

    page.on("response", keep)
    page.goto(path)
    page.wait_for_load_state("networkidle")
    page.remove_listener("response", keep)
    return float(sum(sizes))


def ready(page: Page, devtools: CDPSession, *, rate: int) -> float:
    """Seconds from the address to the stores, from the browser's cache."""
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": rate})
    taken = []
    for _ in range(5):
        began = time.perf_counter()
        page.goto("/", wait_until="commit")
        page.locator("article").first.wait_for()
        taken.append(time.perf_counter() - began)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    return statistics.median(taken)


def layout_shift(page: Page) -> float:
    """The sum of all unexpected shifts while the page comes up."""
    page.add_init_script(
        "window.shifts = 0; new PerformanceObserver(list => {"
        " for (const e of list.getEntries()) if (!e.hadRecentInput) window.shifts += e.value;"
        "}).observe({ type: 'layout-shift', buffered: true });"
    )
    page.goto("/")
    page.locator("article").first.wait_for()
    page.wait_for_load_state("networkidle")
    return float(page.evaluate("window.shifts"))


def click(page: Page) -> float:
    """Seconds from a click on a filter to its list."""
    taken: list[float] = page.evaluate(
        """async rounds => {
          const taken = [];
          const press = word => [...document.querySelectorAll('.filter')]
            .find(button => button.textContent.startsWith(word));
          for (let round = 0; round < rounds; round++) {
            for (const word of ['Ready', 'All']) {
              const began = performance.now();
              press(word).click();
              while (press(word).getAttribute('aria-pressed') !== 'true')
                await new Promise(requestAnimationFrame);
              taken.push(performance.now() - began);
            }
          }
          return taken;
        }""",
        ROUNDS,
    )
    return statistics.median(taken) / 1e3


def pushes(page: Page, devtools: CDPSession, dashboard: Dashboard, person: Person) -> None:
    """Main-thread time of a push to a list of fifty, and what stays of many in memory.

    A person who wants less motion has no animations; what they cost is no push's.
    """
    page.emulate_media(reduced_motion="reduce")
    devtools.send("Performance.enable")
    with psycopg.connect(dashboard.database_url, autocommit=True) as connection:

        def change(assignment: str, *, of_all: bool) -> Callable[[int], None]:
            which = "" if of_all else " and name = 'Shop 2'"
            sql = f"update stores set {assignment} where user_id = %s{which}"  # noqa: S608 - ours

            def act(number: int) -> None:
                connection.execute(sql, (number % 2 == 1, person.id))

            return act

        step = "steps = jsonb_set(steps, '{3,state}', case when %s then '\"active\"'::jsonb else "
        step += "'\"waiting\"'::jsonb end)"
        status = "status = case when %s then 'failed' else 'provisioning' end"
        change(status, of_all=True)(0)
        page.locator(".filter[data-tone=provisioning] b", has_text=str(SHOWN)).wait_for()
        idle = spent(page, devtools, lambda _: None)
        for what, act in (
            ("a step of one in 50 stores", change(step, of_all=False)),
            ("a step of each of 50 stores", change(step, of_all=True)),
            ("one of 50 fails, with a notice", change(status, of_all=False)),
        ):
            taken = spent(page, devtools, act) - idle
            show(f"a push, main thread (target 16 ms): {what}", f"{taken * 1e3:.1f} ms")
        heap = settled_heap(devtools)
        for number in range(PUSHES):
            change(status, of_all=True)(number)
            tone = ("provisioning", "failed")[number % 2]
            page.locator(f".filter[data-tone={tone}] b", has_text=str(SHOWN)).wait_for()
    show(f"memory after {PUSHES} pushes against before", f"{settled_heap(devtools) / heap:.2f}")


def spent(page: Page, devtools: CDPSession, act: Callable[[int], None]) -> float:
    """Seconds of the page's main thread for each of some acts, waits included."""
    act(0)
    page.wait_for_timeout(BETWEEN)
    before = metric(devtools, "TaskDuration")
    for number in range(1, ROUNDS + 1):
        act(number)
        page.wait_for_timeout(BETWEEN)
    return (metric(devtools, "TaskDuration") - before) / ROUNDS


def metric(devtools: CDPSession, name: str) -> float:
    found = devtools.send("Performance.getMetrics")["metrics"]
    return float(next(each["value"] for each in found if each["name"] == name))


def settled_heap(devtools: CDPSession) -> float:
    """Bytes of the page's own memory, after the garbage is collected."""
    devtools.send("HeapProfiler.collectGarbage")
    return metric(devtools, "JSHeapUsedSize")


def fill(url: str, person: Person, count: int) -> None:
    """So many stores of one person, as ready ones."""
    add_store(url, person, f"First of {person.id}")
    with psycopg.connect(url) as connection:
        connection.execute(
            "insert into stores (id, type, name, namespace, status, url, admin_url, user_id, "
            "not_before, started_at, steps) "
            "select 's' || substr(md5(%s || n), 1, 11), 'medusa', 'Shop ' || n, "
            "'store-' || substr(md5(%s || n), 1, 12), 'ready', "
            "'http://shop-' || n || '.localhost', "
            "'http://shop-' || n || '.localhost/app', %s, null, now(), "
            "(select steps from stores where steps <> '[]' limit 1) "
            "from generate_series(2, %s) n",
            (person.id, person.id, person.id, count),
        )


def median(act: Callable[[], object]) -> float:
    """Seconds, of several rounds."""
    taken = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        act()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def show(what: str, figure: str) -> None:
    """One line."""
    print(f"{what:<70} {figure}", flush=True)


if __name__ == "__main__":
    main()
