"""The tabs of a store's page. Each is a link, so that it can be kept and sent."""

from __future__ import annotations

import reflex as rx

from storeweaver.state.store import TABS, Store

PANEL = "store-panel"
"""The element that the tabs control."""


def tabs() -> rx.Component:
    """All of them; arrow keys go from one to the next, which assets/store.js does."""
    return rx.el.div(
        *(_tab(name) for name in TABS),
        role="tablist",
        aria_label="Parts of this store",
        class_name="store-tabs",
    )


def _tab(name: str) -> rx.Component:
    is_open = Store.tab == name
    return rx.link(
        name.capitalize(),
        href=f"/stores/{Store.row.id}" + ("" if name == TABS[0] else f"?tab={name}"),
        id=f"tab-{name}",
        class_name="store-tab",
        underline="none",
        custom_attrs={
            "role": "tab",
            "aria-selected": rx.cond(is_open, "true", "false"),
            "aria-controls": PANEL,
            "tabindex": rx.cond(is_open, "0", "-1"),
        },
    )
