"""Above the tabs: which store it is, how it fares and why, and what one can do at once."""

from __future__ import annotations

import reflex as rx

from storeweaver.components.elements import copy_button
from storeweaver.components.engines import engine_mark
from storeweaver.components.status import badge
from storeweaver.state.delete import Delete
from storeweaver.state.store import Store


def head() -> rx.Component:
    """Name, status and address, and the ways into the shop."""
    row = Store.row
    return rx.el.div(
        engine_mark(row.engine, size=52),
        rx.el.div(
            rx.el.div(
                rx.el.h1(rx.el.bdi(row.name)),
                rx.el.span(badge(row), aria_live="polite"),
                class_name="store-title",
            ),
            rx.el.p(
                rx.cond(
                    row.is_open,
                    rx.el.a(row.host, href=row.url, target="_blank", rel="noopener"),
                    rx.el.span(row.host),
                ),
                copy_button(row.url, label="Copy the address"),
                class_name="store-address",
            ),
            class_name="store-headline",
        ),
        rx.el.div(
            rx.cond(
                row.is_open,
                rx.fragment(
                    _way("Open shop", row.url, icon="external-link", kind="button primary"),
                    _way("Open admin", Store.admin_url, icon="layout-dashboard", kind="button"),
                ),
            ),
            rx.cond(row.can_retry, retry_button()),
            rx.cond(row.can_repair, repair_button()),
            delete_button(),
            class_name="store-buttons",
        ),
        class_name="store-head",
    )


def retry_button() -> rx.Component:
    """Starts a failed store anew."""
    return rx.el.button(
        rx.icon("rotate-ccw", size=16),
        "Retry",
        type="button",
        on_click=Store.retry,
        class_name="button primary",
    )


def repair_button() -> rx.Component:
    """Has the release of a ready store applied again."""
    return rx.el.button(
        rx.icon("wrench", size=16),
        "Repair",
        type="button",
        on_click=Store.repair,
        class_name="button primary",
    )


def delete_button() -> rx.Component:
    """Opens the dialog that asks for the name; nothing while it is being deleted."""
    return rx.cond(
        Store.row.status != "deleting",
        rx.el.button(
            rx.icon("trash-2", size=16),
            "Delete",
            type="button",
            on_click=Delete.ask(Store.row.id),
            class_name="button danger-quiet",
        ),
    )


def cause() -> rx.Component:
    """Why it fares as it does, where that needs words: failed, degraded, waiting, deleting."""
    return rx.cond(
        Store.row.note,
        rx.el.div(
            rx.match(
                Store.row.tone,
                ("failed", rx.icon("circle-x", size=18)),
                ("degraded", rx.icon("triangle-alert", size=18)),
                ("deleting", rx.icon("trash-2", size=18)),
                rx.icon("clock", size=18),
            ),
            rx.el.div(
                rx.el.strong(Store.row.note),
                rx.cond(Store.error_hint, rx.el.p(Store.error_hint)),
                rx.cond(
                    Store.evidence,
                    rx.el.details(
                        rx.el.summary("Evidence"),
                        rx.el.pre(
                            Store.evidence, custom_attrs={"tabindex": "0"}, aria_label="Evidence"
                        ),
                        class_name="store-evidence",
                    ),
                ),
            ),
            rx.cond(Store.error, copy_button(Store.error, label="Copy the error")),
            class_name="callout",
            role="status",
            custom_attrs={"data-tone": Store.row.tone},
        ),
    )


def _way(text: str, href: str, *, icon: str, kind: str) -> rx.Component:
    return rx.el.a(
        rx.icon(icon, size=16), text, href=href, target="_blank", rel="noopener", class_name=kind
    )
