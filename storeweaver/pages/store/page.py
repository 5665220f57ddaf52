"""A store's page: its head, and the tab that the address names."""

from __future__ import annotations

import reflex as rx

from storeweaver.components.dialogs import delete_dialog
from storeweaver.components.feedback import empty, skeleton
from storeweaver.components.shell import shell
from storeweaver.pages.store.configuration import configuration
from storeweaver.pages.store.danger import danger
from storeweaver.pages.store.events import events
from storeweaver.pages.store.head import cause, head
from storeweaver.pages.store.logs import logs
from storeweaver.pages.store.overview import overview
from storeweaver.pages.store.resources import resources
from storeweaver.pages.store.tabs import PANEL, tabs
from storeweaver.state.store import Store


def store_page() -> rx.Component:
    """How it fares, what it is made of, and what can be done with it."""
    return shell(
        rx.link(
            rx.icon("arrow-left", size=15), "Stores", href="/", class_name="back", underline="none"
        ),
        rx.cond(
            Store.is_shown,
            rx.cond(
                Store.is_gone,
                empty(
                    "There is no such store",
                    "It may have been deleted, or it belongs to somebody else.",
                    rx.link("To the stores", href="/", class_name="button", underline="none"),
                    icon="unplug",
                ),
                _store(),
            ),
            skeleton(3),
        ),
        delete_dialog(),
        current="stores",
    )


def _store() -> rx.Component:
    return rx.fragment(
        head(),
        cause(),
        tabs(),
        rx.el.div(
            rx.match(
                Store.tab,
                ("resources", resources()),
                ("events", events()),
                ("logs", logs()),
                ("configuration", configuration()),
                ("danger", danger()),
                overview(),
            ),
            id=PANEL,
            role="tabpanel",
            aria_labelledby="tab-" + Store.tab,
            class_name="store-tab-panel",
        ),
    )
