"""What the keyboard can do; assets/weaver.js does it, and opens this."""

from __future__ import annotations

import reflex as rx

_KEYS = (
    ("/", "Search"),
    ("c", "Create a store"),
    ("j  k", "To the next or the previous store"),
    ("Enter", "Open it"),
    ("x", "Choose it, or no longer"),
    ("Esc", "Close what is open"),
    ("?", "These keys"),
)


def keys_help() -> rx.Component:
    """The list of keys, in a dialog of the browser's own."""
    return rx.el.dialog(
        rx.el.div(
            rx.el.h2("Keys", id="keys-title"),
            rx.el.button(
                rx.icon("x", size=16),
                type="button",
                class_name="plain-icon",
                aria_label="Close",
                custom_attrs={"data-closes": "keys"},
            ),
            class_name="panel-head",
        ),
        rx.el.dl(
            *(
                part
                for key, meaning in _KEYS
                for part in (
                    rx.el.dt(*(rx.el.kbd(each) for each in key.split())),
                    rx.el.dd(meaning),
                )
            ),
            class_name="keys",
        ),
        id="keys",
        class_name="keys-dialog",
        aria_labelledby="keys-title",
    )
