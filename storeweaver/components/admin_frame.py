"""The frame of every page of the administrator's: one heading, and a tab an address."""

from __future__ import annotations

import reflex as rx

from storeweaver.components.shell import shell

TABS = (
    ("/admin", "Stores", "store"),
    ("/admin/people", "People", "users"),
    ("/admin/queue", "Queue", "list-ordered"),
    ("/admin/cluster", "Cluster", "server"),
    ("/admin/audit", "Audit", "scroll-text"),
    ("/admin/settings", "Settings", "sliders-horizontal"),
)


def admin_frame(*body: rx.Component, current: str) -> rx.Component:
    """A page of the administrator's; `current` is the address of its tab."""
    return shell(
        rx.el.div(rx.el.h1("Admin"), class_name="page-head"),
        rx.el.nav(
            *(_tab(address, words, icon, current=current) for address, words, icon in TABS),
            aria_label="Admin",
            class_name="subtabs",
        ),
        *body,
        current="admin",
    )


def _tab(address: str, words: str, icon: str, *, current: str) -> rx.Component:
    return rx.link(
        rx.icon(icon, size=15, aria_hidden="true"),
        words,
        href=address,
        class_name="subtab",
        underline="none",
        custom_attrs={"aria-current": "page"} if address == current else {},
    )


def section(title: str, *body: rx.Component, beside: rx.Component | None = None) -> rx.Component:
    """A part of such a page; `beside` stands at the end of its heading."""
    return rx.el.section(
        rx.el.div(rx.el.h2(title), *([beside] if beside else []), class_name="section-head"),
        *body,
    )
