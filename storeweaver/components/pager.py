"""Going through a long list, page by page."""

from __future__ import annotations

import reflex as rx

from storeweaver.state.handlers import Handler


def pager(words: str, *, turn: Handler, is_first: bool, is_last: bool) -> rx.Component:
    """Back, where one is, and on."""
    return rx.el.nav(
        rx.el.button(
            "Back", type="button", class_name="button", on_click=turn(-1), disabled=is_first
        ),
        rx.el.span(words, class_name="quiet", aria_live="polite"),
        rx.el.button(
            "Next", type="button", class_name="button", on_click=turn(1), disabled=is_last
        ),
        class_name="pager",
        aria_label="Pages",
    )
