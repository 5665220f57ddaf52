"""The first page: one's own stores."""

from __future__ import annotations

import reflex as rx

from storeweaver.components.dialogs import create_dialog, delete_chosen_dialog, delete_dialog
from storeweaver.components.elements import var, view_in_address
from storeweaver.components.feedback import empty, skeleton
from storeweaver.components.pager import pager
from storeweaver.components.shell import shell
from storeweaver.components.store_item import store_item
from storeweaver.state.create import Create
from storeweaver.state.selection import Selection
from storeweaver.state.stores import Stores

_SORTS = (
    ("newest", "Newest first"),
    ("oldest", "Oldest first"),
    ("name", "Name"),
    ("status", "Status"),
)


def stores_page() -> rx.Component:
    """Everything at a glance."""
    return shell(
        rx.el.div(
            rx.el.h1("Stores"),
            rx.cond(Stores.total, _create_button()),
            class_name="page-head",
        ),
        rx.cond(
            Stores.is_loaded,
            rx.cond(Stores.total, _board(), _first()),
            skeleton(),
        ),
        create_dialog(),
        delete_dialog(),
        delete_chosen_dialog(),
        view_in_address(Stores.address, restore=Stores.restore),
        current="stores",
    )


def _create_button() -> rx.Component:
    return rx.el.button(
        rx.icon("plus", size=17),
        "Create store",
        type="button",
        id="create",
        class_name="button primary",
        on_click=Create.open_dialog,
        custom_attrs={"data-key": "c"},
    )


def _first() -> rx.Component:
    return empty(
        "Your first shop is a click away",
        "Choose a name and an engine. A real shop comes up while you watch, ready to take an "
        "order.",
        _create_button(),
    )


def _board() -> rx.Component:
    return rx.fragment(
        rx.el.div(
            _filter("all", "All", Stores.total),
            _filter("ready", "Ready", Stores.ready),
            _filter("provisioning", "Provisioning", Stores.provisioning),
            _filter("failed", "Failed", Stores.failed),
            _filter("deleting", "Deleting", Stores.deleting),
            class_name="filters",
            role="group",
            aria_label="Show by status",
        ),
        rx.el.div(
            rx.el.div(
                rx.icon("search", size=16, aria_hidden="true"),
                rx.el.input(
                    type="search",
                    id="search",
                    placeholder="Search stores",
                    aria_label="Search stores",
                    default_value=Stores.search,
                    on_change=Stores.find.debounce(120),
                    custom_attrs={"data-key": "/"},
                    key=Stores.search_box.to_string(),  # type: ignore[attr-defined]  # a Var here
                ),
                class_name="search",
            ),
            rx.cond(
                var(Stores.engines).length() > 1,
                rx.el.select(
                    rx.el.option("Every engine", value="all"),
                    rx.foreach(
                        Stores.engines,
                        lambda engine: rx.el.option(engine.title, value=engine.key),
                    ),
                    value=Stores.engine,
                    on_change=Stores.filter_by_engine,
                    aria_label="Engine",
                    class_name="select",
                ),
            ),
            rx.el.select(
                *(rx.el.option(words, value=order) for order, words in _SORTS),
                value=Stores.sort,
                on_change=Stores.sort_by,
                aria_label="Order",
                class_name="select",
            ),
            rx.el.div(
                _layout("rows", "Rows", "rows-3"),
                _layout("cards", "Cards", "layout-grid"),
                class_name="layouts",
                role="group",
                aria_label="Layout",
            ),
            class_name="tools",
        ),
        rx.el.p(
            Stores.found,
            " of ",
            Stores.total,
            " stores shown",
            class_name="unseen",
            aria_live="polite",
        ),
        rx.cond(
            Stores.found,
            rx.fragment(
                _choosing(),
                rx.el.div(
                    rx.foreach(Stores.rows, store_item),
                    class_name="stores",
                    custom_attrs={"data-layout": Stores.layout},
                ),
            ),
            empty(
                "No store is like that",
                "Search for something else, or show all of them.",
                rx.el.button(
                    "Show all stores",
                    type="button",
                    class_name="button",
                    on_click=Stores.show_all,
                ),
                icon="search-x",
            ),
        ),
        rx.cond(Stores.pages > 1, _pager()),
    )


def _choosing() -> rx.Component:
    """What can be done with the chosen stores; in its place a way to choose all."""
    return rx.el.div(
        rx.el.button(
            rx.icon("list-checks", size=15, aria_hidden="true"),
            rx.cond(Selection.count, "All of this page", "Choose all"),
            type="button",
            class_name="button small quiet-button",
            on_click=Stores.select_page,
        ),
        rx.cond(
            Selection.count,
            rx.fragment(
                rx.cond(
                    Stores.pages > 1,
                    rx.el.button(
                        "All ",
                        Stores.found,
                        type="button",
                        class_name="button small quiet-button",
                        on_click=Stores.select_found,
                    ),
                ),
                rx.el.span(Selection.count, " chosen", class_name="chosen", aria_live="polite"),
                rx.cond(
                    Selection.can_retry,
                    rx.el.button(
                        rx.icon("rotate-ccw", size=15),
                        "Retry ",
                        Selection.can_retry,
                        type="button",
                        class_name="button small",
                        on_click=Selection.retry,
                    ),
                ),
                rx.cond(
                    Selection.can_delete,
                    rx.el.button(
                        rx.icon("trash-2", size=15),
                        "Delete ",
                        Selection.can_delete,
                        "…",
                        type="button",
                        class_name="button small danger-quiet",
                        on_click=Selection.ask,
                    ),
                ),
                rx.el.button(
                    rx.icon("x", size=15),
                    "Choose none",
                    type="button",
                    class_name="button small quiet-button",
                    on_click=Selection.clear,
                ),
            ),
            rx.el.span(Stores.found, " stores", class_name="quiet small"),
        ),
        class_name="choosing",
        role="group",
        aria_label="Chosen stores",
        custom_attrs={"data-any": rx.cond(Selection.count, "yes", "no")},
    )


def _filter(status: str, words: str, count: int) -> rx.Component:
    return rx.el.button(
        rx.el.span(class_name="pip", aria_hidden="true"),
        rx.el.span(words),
        rx.el.b(count),
        type="button",
        on_click=Stores.filter_by(status),
        class_name="filter",
        aria_pressed=rx.cond(Stores.wanted == status, "true", "false"),
        custom_attrs={"data-tone": status},
    )


def _layout(layout: str, words: str, icon: str) -> rx.Component:
    return rx.el.button(
        rx.icon(icon, size=16),
        type="button",
        on_click=Stores.lay_out(layout),
        aria_pressed=rx.cond(Stores.layout == layout, "true", "false"),
        aria_label=words,
        title=words,
    )


def _pager() -> rx.Component:
    return pager(
        "Page " + var(Stores.page).to_string() + " of " + var(Stores.pages).to_string(),
        turn=Stores.turn,
        is_first=Stores.page <= 1,
        is_last=Stores.page >= Stores.pages,
    )
