"""Who did what, for administrators."""

from __future__ import annotations

import reflex as rx

from storeweaver.components.admin_frame import admin_frame
from storeweaver.components.elements import NativeLink, clock, var, view_in_address
from storeweaver.components.feedback import empty, skeleton
from storeweaver.components.pager import pager
from storeweaver.state.audit import AuditPage, AuditRow


def audit_page() -> rx.Component:
    """Filters, lines, exports."""
    return admin_frame(
        _filters(),
        rx.cond(
            AuditPage.is_loaded,
            rx.cond(
                AuditPage.lines,
                _lines(),
                empty(
                    "Nothing of that kind was done",
                    "Change the filters, or show everything.",
                    rx.el.button(
                        "Show everything",
                        type="button",
                        class_name="button",
                        on_click=AuditPage.show_all,
                    ),
                    icon="search-x",
                ),
            ),
            skeleton(6),
        ),
        view_in_address(AuditPage.address, restore=AuditPage.restore),
        current="/admin/audit",
    )


def _filters() -> rx.Component:
    boxes = var(AuditPage.boxes).to_string()
    return rx.el.div(
        rx.el.div(
            rx.icon("search", size=16, aria_hidden="true"),
            rx.el.input(
                type="search",
                placeholder="Search what was done",
                aria_label="Search what was done",
                default_value=AuditPage.words,
                on_change=AuditPage.find.debounce(150),
                custom_attrs={"data-key": "/"},
                key="words" + boxes,
            ),
            class_name="search",
        ),
        rx.el.input(
            type="search",
            placeholder="Email of a person",
            aria_label="Who did it, or whose it is",
            default_value=AuditPage.who,
            on_change=AuditPage.find_who.debounce(150),
            class_name="input who",
            key="who" + boxes,
        ),
        rx.el.select(
            rx.el.option("Stores and accounts", value=""),
            rx.el.option("Stores", value="store"),
            rx.el.option("Accounts", value="account"),
            value=AuditPage.source,
            on_change=AuditPage.filter_by,
            aria_label="On what",
            class_name="select",
        ),
        rx.el.label(
            "From",
            rx.el.input(
                type="date",
                value=AuditPage.since,
                on_change=AuditPage.from_day,
                class_name="input day",
            ),
            class_name="beside",
        ),
        rx.el.label(
            "to",
            rx.el.input(
                type="date",
                value=AuditPage.until,
                on_change=AuditPage.to_day,
                class_name="input day",
            ),
            class_name="beside",
        ),
        rx.el.button(
            rx.icon("user-cog", size=15, aria_hidden="true"),
            "For somebody else",
            type="button",
            on_click=AuditPage.only_for_others(~var(AuditPage.for_others)),
            class_name="button toggle",
            aria_pressed=rx.cond(AuditPage.for_others, "true", "false"),
        ),
        rx.el.div(_export("csv", "CSV"), _export("json", "JSON"), class_name="line-actions"),
        class_name="tools many",
    )


def _export(kind: str, words: str) -> rx.Component:
    return NativeLink.create(
        rx.icon("download", size=14, aria_hidden="true"),
        words,
        href=f"/api/admin/audit?format={kind}&" + AuditPage.export,
        download=f"audit.{kind}",
        class_name="button",
        custom_attrs={"aria-label": f"Download as {words}"},
    )


def _lines() -> rx.Component:
    return rx.fragment(
        rx.el.div(
            rx.el.table(
                rx.el.thead(
                    rx.el.tr(
                        *(
                            rx.el.th(words, scope="col")
                            for words in ("When", "Who", "Whose", "What")
                        )
                    )
                ),
                rx.el.tbody(rx.foreach(AuditPage.lines, _line)),
                class_name="table audit",
            ),
            class_name="panel flush scrolls",
            custom_attrs={"tabindex": "0"},
            role="region",
            aria_label="What was done",
        ),
        rx.cond(
            AuditPage.has_more | (AuditPage.page > 1),
            pager(
                "Page " + var(AuditPage.page).to_string(),
                turn=AuditPage.turn,
                is_first=AuditPage.page <= 1,
                is_last=~var(AuditPage.has_more),
            ),
        ),
    )


def _line(line: AuditRow) -> rx.Component:
    return rx.el.tr(
        rx.el.td(clock(line.at), class_name="when"),
        rx.el.td(
            line.actor,
            rx.cond(line.is_for_another, rx.el.span("for the owner", class_name="tag")),
        ),
        rx.el.td(
            rx.cond(
                line.link,
                rx.link(
                    rx.el.bdi(line.subject),
                    href=line.link,
                    class_name="store-name",
                    underline="none",
                ),
                rx.el.span(line.subject),
            ),
            rx.cond(line.owner, rx.el.p(line.owner, class_name="quiet small")),
        ),
        rx.el.td(line.message),
        key=line.key,
    )
