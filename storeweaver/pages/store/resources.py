"""The objects in a store's namespace, and each of them whole."""

from __future__ import annotations

import reflex as rx

from storeweaver.components.elements import age, clock, copy_button
from storeweaver.components.feedback import empty, skeleton
from storeweaver.state.store_inside import Inside
from storeweaver.state.store_rows import ObjectEventRow, ResourceRow

_HEADINGS = ("Kind", "Name", "State", "Age")


def resources() -> rx.Component:
    """Kind, name, state and age; a click shows all of one."""
    return rx.fragment(
        rx.cond(
            Inside.has_resources,
            rx.cond(
                Inside.resources,
                _table(),
                empty(
                    "Nothing of it is on the cluster",
                    rx.cond(
                        Inside.resources_problem,
                        Inside.resources_problem,
                        "Its objects show here as soon as its namespace is made.",
                    ),
                    icon="boxes",
                ),
            ),
            skeleton(6),
        ),
        _object(),
    )


def _table() -> rx.Component:
    return rx.el.div(
        rx.cond(
            Inside.resources_problem, rx.el.p(Inside.resources_problem, class_name="quiet small")
        ),
        # the roles are said, since a phone lays rows out as what is no table
        rx.el.table(
            rx.el.thead(rx.el.tr(*(_heading(name) for name in _HEADINGS), role="row")),
            rx.el.tbody(rx.foreach(Inside.resources, _row), role="rowgroup"),
            class_name="resources",
            role="table",
            aria_label="Resources",
        ),
        class_name="panel flush",
    )


def _heading(name: str) -> rx.Component:
    return rx.el.th(name, scope="col", role="columnheader")


def _row(row: ResourceRow) -> rx.Component:
    return rx.el.tr(
        rx.el.td(row.kind, role="cell"),
        rx.el.td(
            rx.el.button(
                row.name,
                type="button",
                on_click=Inside.open_object(row.kind, row.name),
                class_name="resource-name",
                aria_haspopup="dialog",
            ),
            role="cell",
        ),
        rx.el.td(
            rx.cond(
                row.state,
                rx.el.span(
                    rx.el.span(class_name="pip", aria_hidden="true"),
                    row.state,
                    class_name="resource-state",
                    custom_attrs={"data-tone": row.tone},
                ),
            ),
            role="cell",
        ),
        rx.el.td(age(row.created), class_name="quiet", role="cell"),
        role="row",
        key=row.kind + "/" + row.name,
    )


def _object() -> rx.Component:
    return rx.dialog.root(
        rx.dialog.content(
            rx.dialog.title(Inside.object_name),
            rx.dialog.description(
                Inside.object_kind,
                rx.cond(
                    Inside.object_kind == "Secret",
                    ". What it holds is not shown, and was not read.",
                    ". Secrets in it are masked.",
                ),
                class_name="quiet",
                size="2",
            ),
            rx.cond(
                Inside.object_events,
                rx.el.ol(rx.foreach(Inside.object_events, _event), class_name="object-events"),
                rx.el.p("The cluster keeps no events about it.", class_name="quiet small"),
            ),
            rx.el.div(
                copy_button(Inside.object_manifest, label="Copy the YAML"), class_name="code-tools"
            ),
            rx.el.pre(
                Inside.object_manifest,
                class_name="code",
                role="region",
                aria_label="YAML",
                custom_attrs={"tabindex": "0"},
            ),
            rx.el.div(
                rx.dialog.close(rx.el.button("Close", type="button", class_name="button")),
                class_name="dialog-actions",
            ),
            class_name="dialog object-dialog",
        ),
        open=Inside.object_name != "",
        on_open_change=Inside.close_object,
    )


def _event(event: ObjectEventRow) -> rx.Component:
    return rx.el.li(
        rx.el.span(class_name="pip", aria_hidden="true"),
        rx.el.div(
            rx.el.b(event.reason),
            rx.el.span(" " + event.type, class_name="unseen"),
            rx.cond(event.count > 1, rx.el.span(" ×", event.count, class_name="quiet")),
            rx.el.p(event.message),
        ),
        rx.el.span(clock(event.at), class_name="quiet"),
        custom_attrs={"data-tone": event.tone},
    )
