"""Everybody's stores, for administrators."""

from __future__ import annotations

import reflex as rx

from storeweaver.components.admin_frame import admin_frame
from storeweaver.components.dialogs import delete_dialog
from storeweaver.components.elements import var, view_in_address
from storeweaver.components.feedback import empty, skeleton
from storeweaver.components.pager import pager
from storeweaver.components.store_item import owned_store_item
from storeweaver.state.admin import Admin

_STATUSES = (
    ("all", "Every status"),
    ("ready", "Ready"),
    ("provisioning", "Provisioning"),
    ("failed", "Failed"),
    ("deleting", "Deleting"),
)
_SORTS = (
    ("newest", "Newest first"),
    ("oldest", "Oldest first"),
    ("name", "Name"),
    ("status", "Status"),
)


def admin_page() -> rx.Component:
    """What there is on the whole platform."""
    return admin_frame(
        rx.cond(Admin.is_loaded, rx.fragment(_tools(), _stores()), skeleton(6)),
        delete_dialog(),
        view_in_address(Admin.address, restore=Admin.restore),
        current="/admin",
    )


def _tools() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.icon("search", size=16, aria_hidden="true"),
            rx.el.input(
                type="search",
                placeholder="Search stores and owners",
                aria_label="Search stores and owners",
                default_value=Admin.search,
                on_change=Admin.find.debounce(120),
                custom_attrs={"data-key": "/"},
                key=var(Admin.search_box).to_string(),
            ),
            class_name="search",
        ),
        rx.el.select(
            rx.el.option("Every owner", value="all"),
            rx.foreach(Admin.owners, lambda owner: rx.el.option(owner, value=owner)),
            value=Admin.owner,
            on_change=Admin.filter_by_owner,
            aria_label="Owner",
            class_name="select",
        ),
        rx.el.select(
            *(rx.el.option(words, value=status) for status, words in _STATUSES),
            value=Admin.wanted,
            on_change=Admin.filter_by,
            aria_label="Status",
            class_name="select",
        ),
        rx.el.select(
            *(rx.el.option(words, value=order) for order, words in _SORTS),
            value=Admin.sort,
            on_change=Admin.sort_by,
            aria_label="Order",
            class_name="select",
        ),
        class_name="tools",
    )


def _stores() -> rx.Component:
    return rx.fragment(
        rx.el.p(
            Admin.found,
            " of ",
            Admin.total,
            " stores",
            class_name="quiet small listed",
            aria_live="polite",
        ),
        rx.cond(
            Admin.found,
            rx.el.div(
                rx.foreach(Admin.rows, owned_store_item),
                class_name="stores everybodys",
                custom_attrs={"data-layout": "rows"},
            ),
            empty(
                "No store is like that",
                "Nobody has one, or the search finds none.",
                rx.el.button(
                    "Show all stores", type="button", class_name="button", on_click=Admin.show_all
                ),
                icon="search-x",
            ),
        ),
        rx.cond(
            Admin.pages > 1,
            pager(
                "Page " + var(Admin.page).to_string() + " of " + var(Admin.pages).to_string(),
                turn=Admin.turn,
                is_first=Admin.page <= 1,
                is_last=Admin.page >= Admin.pages,
            ),
        ),
    )
