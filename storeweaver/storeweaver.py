"""Builds the app; nothing else."""

from __future__ import annotations

import logging
from typing import cast

import reflex as rx
from reflex.utils import prerequisites
from reflex_base.constants import Dirs
from reflex_base.event import EventSpec
from starlette.types import ASGIApp

from provisioner.settings import Settings
from storeweaver import api
from storeweaver.gate import Gate
from storeweaver.guard import Guard
from storeweaver.live import Live
from storeweaver.origins import Origins
from storeweaver.pages.account import account_page
from storeweaver.pages.admin import admin_page
from storeweaver.pages.admin_audit import audit_page
from storeweaver.pages.admin_cluster import cluster_page
from storeweaver.pages.admin_people import people_page
from storeweaver.pages.admin_queue import queue_page
from storeweaver.pages.admin_settings import settings_page
from storeweaver.pages.entry import login_page, not_found_page, welcome_page
from storeweaver.pages.store import store_page
from storeweaver.pages.stores import stores_page
from storeweaver.platform import PLATFORM
from storeweaver.policy import inline_scripts, pages_of
from storeweaver.state.account import Account
from storeweaver.state.admin import Admin
from storeweaver.state.audit import AuditPage
from storeweaver.state.cluster import Cluster
from storeweaver.state.entry import Entry
from storeweaver.state.people import People
from storeweaver.state.queue import Queue
from storeweaver.state.settings import SettingsPage
from storeweaver.state.shell import Shell
from storeweaver.state.store import Store
from storeweaver.state.stores import Stores

log = logging.getLogger(__name__)

SETTINGS = Settings.from_environment()
ORIGINS = Origins.from_settings(SETTINGS)


def went_wrong(exception: Exception) -> EventSpec:
    """What a person is told of an error that nobody foresaw; the log has all of it."""
    log.error("an event failed", exc_info=exception)
    return cast(EventSpec, Shell.went_wrong())


def guarded(inner: ASGIApp) -> ASGIApp:
    """The whole app behind its guard."""
    build = prerequisites.get_web_dir() / Dirs.STATIC
    return Guard(inner, origins=ORIGINS, script_hashes=inline_scripts(pages_of(build)))


app = rx.App(
    stylesheets=["/weaver.css", "/store.css"],
    head_components=[
        rx.el.link(rel="icon", href="/mark.svg", type="image/svg+xml"),
        # it stands before the app's own modules, since it watches the connection that they open
        rx.el.script(src="/weaver.js"),
        rx.el.script(src="/store.js", defer=True),
    ],
    html_lang="en",
    # errors and a lost connection are shown by the pages themselves
    app_wraps={},
    toaster=None,
    backend_exception_handler=went_wrong,
    api_transformer=[api.build(is_secure=ORIGINS.is_secure), guarded],
)
app.add_middleware(Gate(is_secure=ORIGINS.is_secure))

_LIVE = Live(app)


@app.register_lifespan_task
async def behind() -> None:
    """Everything behind the app, for as long as it serves."""
    await PLATFORM.keep_open(SETTINGS, using=_LIVE.run)


app.add_page(stores_page, route="/", title="Stores · Store Weaver", on_load=Stores.enter)
app.add_page(
    store_page, route="/stores/[wanted_store]", title="Store · Store Weaver", on_load=Store.enter
)
app.add_page(account_page, route="/account", title="Account · Store Weaver", on_load=Account.enter)
for page, route, word, enter in (
    (admin_page, "/admin", "Stores", Admin.enter),
    (people_page, "/admin/people", "People", People.enter),
    (queue_page, "/admin/queue", "Queue", Queue.enter),
    (cluster_page, "/admin/cluster", "Cluster", Cluster.enter),
    (audit_page, "/admin/audit", "Audit", AuditPage.enter),
    (settings_page, "/admin/settings", "Settings", SettingsPage.enter),
):
    app.add_page(page, route=route, title=f"{word} · Admin · Store Weaver", on_load=enter)
app.add_page(login_page, route="/login", title="Sign in · Store Weaver", on_load=Entry.enter_login)
app.add_page(
    welcome_page, route="/register", title="Register · Store Weaver", on_load=Entry.enter_welcome
)
app.add_page(
    welcome_page,
    route="/welcome/[one_time_link]",
    title="Welcome · Store Weaver",
    on_load=Entry.enter_welcome,
)
app.add_page(not_found_page, route="404", title="Nothing here · Store Weaver")
