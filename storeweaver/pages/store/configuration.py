"""The values that a store's release is really made with."""

from __future__ import annotations

import reflex as rx

from storeweaver.components.elements import clock, copy_button
from storeweaver.components.feedback import empty, skeleton
from storeweaver.state.store import Store
from storeweaver.state.store_inside import Inside


def configuration() -> rx.Component:
    """As Helm keeps them, as YAML."""
    return rx.cond(
        Inside.has_configuration,
        rx.cond(
            Inside.configuration,
            _values(),
            empty(
                "There is nothing to show",
                Inside.configuration_problem + " " + Inside.configuration_hint,
                icon="file-cog",
            ),
        ),
        skeleton(4),
    )


def _values() -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.div(
                rx.el.h2("Values in force"),
                rx.el.p(
                    rx.el.span(Inside.chart),
                    rx.el.span("revision ", Inside.revision),
                    rx.cond(Inside.applied, rx.el.span("applied ", clock(Inside.applied))),
                    class_name="quiet dotted",
                ),
            ),
            rx.el.div(
                copy_button(Inside.configuration, label="Copy the values"),
                rx.el.button(
                    rx.icon("download", size=15),
                    "Download",
                    type="button",
                    class_name="button small",
                    custom_attrs={
                        "data-download": Inside.configuration,
                        "data-name": Store.row.id + ".yaml",
                    },
                ),
                class_name="code-tools",
            ),
            class_name="panel-head",
        ),
        rx.el.pre(
            Inside.configuration,
            class_name="code",
            role="region",
            aria_label="Values in force",
            custom_attrs={"tabindex": "0"},
        ),
        class_name="panel",
    )
