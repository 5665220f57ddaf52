"""A store in a list: one markup that the stylesheet lays out as a row or as a card."""

from __future__ import annotations

import reflex as rx

from storeweaver.components.elements import age, copy_button, var
from storeweaver.components.engines import engine_mark
from storeweaver.components.status import badge, segments
from storeweaver.state.admin import Admin
from storeweaver.state.delete import Delete
from storeweaver.state.handlers import Handler
from storeweaver.state.rows import StoreRow
from storeweaver.state.selection import Selection
from storeweaver.state.stores import Stores


def store_item(row: StoreRow) -> rx.Component:
    """One of one's own stores, which can be chosen."""
    return _item(row, _choice(row), retry=Stores.retry)


def owned_store_item(row: StoreRow) -> rx.Component:
    """Anybody's store, with its owner."""
    return _item(row, rx.fragment(), retry=Admin.retry, with_owner=True)


def _choice(row: StoreRow) -> rx.Component:
    return rx.el.button(
        rx.icon("check", size=13, aria_hidden="true"),
        type="button",
        role="checkbox",
        on_click=Selection.toggle(row.id),
        class_name="choice",
        aria_label="Choose " + row.name,
        custom_attrs={
            "aria-checked": rx.cond(var(Selection.ids).contains(row.id), "true", "false")
        },
    )


def _item(
    row: StoreRow, choice: rx.Component, *, retry: Handler, with_owner: bool = False
) -> rx.Component:
    return rx.el.article(
        choice,
        engine_mark(row.engine),
        rx.el.div(
            rx.link(
                rx.el.bdi(row.name),
                href="/stores/" + row.id,
                class_name="store-name",
                underline="none",
            ),
            rx.el.div(
                rx.el.span(row.engine_title),
                rx.cond(
                    row.is_open,
                    rx.el.a(
                        row.host,
                        href=row.url,
                        target="_blank",
                        rel="noopener",
                        class_name="store-host",
                    ),
                    rx.el.span(row.host, class_name="store-host"),
                ),
                *([rx.el.span(row.owner)] if with_owner else []),
                class_name="store-facts",
            ),
            rx.cond(
                row.note,
                rx.el.p(
                    rx.el.span(row.note, title=row.note),
                    rx.cond(row.status == "failed", copy_button(row.note, label="Copy the error")),
                    class_name="store-note",
                    custom_attrs={"data-tone": row.tone},
                ),
            ),
            class_name="store-words",
        ),
        rx.el.div(
            badge(row),
            rx.cond(row.progress, segments(row)),
            class_name="store-state",
        ),
        rx.el.span(age(row.created), class_name="store-age quiet"),
        rx.el.div(
            rx.cond(
                row.is_open,
                rx.el.a(
                    rx.icon("external-link", size=16),
                    href=row.url,
                    target="_blank",
                    rel="noopener",
                    class_name="plain-icon",
                    aria_label="Open the shop " + row.name,
                    title="Open the shop",
                ),
            ),
            rx.cond(
                row.can_retry,
                rx.el.button(
                    rx.icon("rotate-ccw", size=16),
                    type="button",
                    class_name="plain-icon",
                    on_click=retry(row.id),
                    aria_label="Retry " + row.name,
                    title="Retry",
                ),
            ),
            rx.cond(
                row.status != "deleting",
                rx.el.button(
                    rx.icon("trash-2", size=16),
                    type="button",
                    class_name="plain-icon",
                    on_click=Delete.ask(row.id),
                    aria_label="Delete " + row.name,
                    title="Delete",
                ),
            ),
            class_name="store-actions",
        ),
        key=row.id,
        class_name="store",
        custom_attrs={"data-tone": row.tone, "data-store": row.id},
    )
