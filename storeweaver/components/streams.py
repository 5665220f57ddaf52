"""Places in which assets/store.js puts elements that read a stream of the API by themselves.

What runs through them never passes the page's state, so that a thousand lines a second cost
nobody else anything.
"""

from __future__ import annotations

from typing import Literal

import reflex as rx


def stream(kind: Literal["logs", "events"], *, store: str, pods: str) -> rx.Component:
    """A store's logs or events; `pods` changes when there is something new to ask for."""
    return rx.el.div(
        custom_attrs={"data-stream": kind, "data-store": store, "data-pods": pods},
        key=kind,
    )
