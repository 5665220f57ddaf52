"""How much of something is taken: a bar, and the same in words."""

from __future__ import annotations

from typing import Any

import reflex as rx


def meter(label: str, used: Any, limit: Any) -> rx.Component:
    """A quota: so many of so many."""
    return rx.el.div(
        rx.el.div(rx.el.span(label), rx.el.span(used, " of ", limit), class_name="quota-words"),
        rx.el.progress(
            value=used.to_string(),
            max=rx.cond(limit, limit, 1).to_string(),
            aria_label=label,
        ),
        class_name="quota",
    )
