"""HTML that Reflex has no component for."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_components_core.el.element import Element


class NativeForm(Element):
    """A form that the browser itself sends: Reflex's own always keep it from doing so."""

    tag = "form"
    action: rx.Var[str]
    method: rx.Var[str]


class NativeLink(Element):
    """A link that the browser itself follows: Reflex's own look for a page of the app."""

    tag = "a"
    href: rx.Var[str]
    download: rx.Var[str]


def var(value: object) -> Any:
    """A state's variable as it is in a page: one of Reflex's, with its operations."""
    return value


def age(at: str) -> rx.Component:
    """How long ago a time was; the whole of it shows on hover."""
    return _moment("age", at)


def clock(at: str) -> rx.Component:
    """A time of day, with the date where it is another day's."""
    return _moment("clock", at)


def duration(start: str, end: str) -> rx.Component:
    """How long something took, or takes so far where it has no end."""
    return _moment("duration", start, end)


def _moment(kind: str, at: str, until: str = "") -> rx.Component:
    """A time that assets/weaver.js words in the browser's language and zone."""
    return rx.el.span(
        custom_attrs={"data-moment": at, "data-as": kind, "data-until": until},
    )


def copy_button(value: str, *, label: str, **properties: Any) -> rx.Component:
    """Copies a text; assets/weaver.js does it without asking the server."""
    return rx.el.button(
        rx.icon("copy", size=14, class_name="copy-idle"),
        rx.icon("check", size=14, class_name="copy-done"),
        type="button",
        class_name="copy",
        aria_label=label,
        title=label,
        custom_attrs={"data-copy": value},
        **properties,
    )


def mark(size: int = 28) -> rx.Component:
    """The product's mark: two threads over and under, in the shape of a shop's awning."""
    return rx.el.img(
        src="/mark.svg",
        alt="",
        class_name="mark",
        style={"width": f"{size}px", "height": f"{size}px"},
    )


def view_in_address(address: str, *, restore: Any) -> rx.Component:
    """Keeps what a page shows in its address, so that reload, back and a link bring it again.

    assets/weaver.js writes the address, and presses the button when the browser goes back.
    """
    return rx.el.button(
        type="button",
        hidden=True,
        id="view",
        on_click=restore,
        custom_attrs={"data-address": address},
    )
