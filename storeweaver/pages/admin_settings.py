"""The settings in force, for administrators."""

from __future__ import annotations

import reflex as rx

from storeweaver.components.admin_frame import admin_frame
from storeweaver.components.feedback import skeleton
from storeweaver.state.settings import SettingRow, SettingsPage


def settings_page() -> rx.Component:
    """Each with its value, its meaning and where it comes from."""
    return admin_frame(
        rx.el.p(
            "They are environment variables, read once at the start: change one and start again. "
            "What is secret is not shown.",
            class_name="quiet lead",
        ),
        rx.cond(
            SettingsPage.is_loaded,
            rx.el.div(
                rx.el.table(
                    rx.el.thead(
                        rx.el.tr(
                            *(
                                rx.el.th(words, scope="col")
                                for words in ("Setting", "Value", "From", "Meaning")
                            )
                        )
                    ),
                    rx.el.tbody(rx.foreach(SettingsPage.rows, _setting)),
                    class_name="table",
                ),
                class_name="panel flush scrolls",
                custom_attrs={"tabindex": "0"},
                role="region",
                aria_label="Settings in force",
            ),
            skeleton(6),
        ),
        current="/admin/settings",
    )


def _setting(row: SettingRow) -> rx.Component:
    return rx.el.tr(
        rx.el.td(rx.el.code(row.variable)),
        rx.el.td(
            rx.cond(row.value, rx.el.code(row.value), rx.el.span("empty", class_name="quiet"))
        ),
        rx.el.td(
            rx.el.span(row.source, class_name="tag", custom_attrs={"data-source": row.source})
        ),
        rx.el.td(row.meaning, class_name="quiet"),
        key=row.variable,
    )
