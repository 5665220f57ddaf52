"""How an engine looks. Engines are data, and with that so are their marks: one file each."""

from __future__ import annotations

import reflex as rx


def engine_mark(engine: str, *, size: int = 40) -> rx.Component:
    """The mark of an engine, by its key; assets/engines has one file for each."""
    return rx.el.span(
        rx.el.img(
            src="/engines/" + engine + ".svg", alt="", style={"width": "58%", "height": "58%"}
        ),
        class_name="engine-mark",
        style={"width": f"{size}px", "height": f"{size}px"},
        custom_attrs={"data-engine": engine},
    )
