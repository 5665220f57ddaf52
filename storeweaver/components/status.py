"""How a store's status looks: a colour, a shape and a word, so that no one of them is needed."""

from __future__ import annotations

import reflex as rx

from storeweaver.state.rows import StoreRow

_ICONS = {
    "ready": "circle-check",
    "degraded": "triangle-alert",
    "provisioning": "loader-circle",
    "queued": "clock",
    "failed": "circle-x",
    "deleting": "trash-2",
}


def badge(row: StoreRow) -> rx.Component:
    """The status of a store."""
    return rx.el.span(
        rx.el.span(
            rx.match(
                row.tone,
                *((tone, rx.icon(icon, size=14)) for tone, icon in _ICONS.items()),
                rx.icon("circle", size=14),
            )
        ),
        row.label,
        class_name="badge",
        custom_attrs={"data-tone": row.tone},
    )


def segments(row: StoreRow) -> rx.Component:
    """How far a store is, as one segment a step and in words."""
    return rx.el.div(
        rx.el.div(
            rx.foreach(
                row.segments,
                lambda state: rx.el.span(custom_attrs={"data-state": state}),
            ),
            class_name="segments",
            aria_hidden="true",
        ),
        rx.el.span(row.progress, class_name="quiet"),
        class_name="progress",
    )
