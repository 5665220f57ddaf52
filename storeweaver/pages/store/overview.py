"""The first tab: how it came up, what it runs and uses, how to get in, what happened."""

from __future__ import annotations

import reflex as rx

from storeweaver.components.elements import age, clock, copy_button, duration
from storeweaver.pages.store.usage import usage
from storeweaver.state.rows import EventRow
from storeweaver.state.store import CredentialRow, Store
from storeweaver.state.store_rows import WaterfallRow

_EVENT_ICONS = {
    "created": "sparkles",
    "retried": "rotate-ccw",
    "delete": "trash-2",
    "credentials": "key-round",
    "ready": "circle-check",
    "failed": "circle-x",
}

_STEP_ICONS = {"done": "check", "active": "loader-circle", "failed": "x"}


def overview() -> rx.Component:
    """Steps, usage, credentials, facts, timeline."""
    return rx.el.div(
        rx.el.div(_steps(), usage(), _timeline(), class_name="column"),
        rx.el.div(_credentials(), _facts(), class_name="column side"),
        class_name="columns",
    )


def _steps() -> rx.Component:
    return rx.el.section(
        rx.el.h2("Progress"),
        rx.el.ol(rx.foreach(Store.steps, _step), class_name="waterfall"),
        class_name="panel",
    )


def _step(row: WaterfallRow) -> rx.Component:
    return rx.el.li(
        rx.el.span(
            rx.match(
                row.state,
                *((state, rx.icon(icon, size=13)) for state, icon in _STEP_ICONS.items()),
                rx.fragment(),
            ),
            class_name="dot",
            aria_hidden="true",
        ),
        rx.el.span(
            row.name, rx.el.span(" " + row.state, class_name="unseen"), class_name="step-name"
        ),
        rx.el.span(
            rx.el.span(style={"left": row.left, "width": row.width}),
            class_name="waterfall-track",
            aria_hidden="true",
        ),
        rx.el.span(rx.cond(row.started, duration(row.started, row.ended)), class_name="step-time"),
        rx.cond(row.message, rx.el.p(row.message, class_name="quiet")),
        class_name="step",
        custom_attrs={"data-state": row.state},
    )


def _timeline() -> rx.Component:
    return rx.el.section(
        rx.el.h2("Timeline"),
        rx.cond(
            Store.timeline,
            rx.el.ol(rx.foreach(Store.timeline, _event), class_name="timeline"),
            rx.el.p("Nothing has happened yet.", class_name="quiet"),
        ),
        class_name="panel",
    )


def _event(line: EventRow) -> rx.Component:
    return rx.el.li(
        rx.el.span(
            rx.match(
                line.kind,
                *((kind, rx.icon(icon, size=14)) for kind, icon in _EVENT_ICONS.items()),
                rx.icon("dot", size=14),
            ),
            class_name="event-icon",
            aria_hidden="true",
        ),
        rx.el.div(
            rx.el.p(line.message),
            rx.el.p(
                clock(line.at), rx.cond(line.actor, rx.el.span(line.actor)), class_name="quiet"
            ),
            rx.cond(
                line.evidence,
                rx.el.details(
                    rx.el.summary("What it was told by"),
                    rx.el.pre(line.evidence, custom_attrs={"tabindex": "0"}),
                    class_name="store-evidence",
                ),
            ),
        ),
    )


def _credentials() -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Admin sign-in"),
            rx.cond(
                Store.credentials,
                rx.el.button(
                    rx.icon("eye-off", size=15),
                    "Hide",
                    type="button",
                    on_click=Store.hide,
                    class_name="button small",
                ),
                rx.el.button(
                    rx.icon("eye", size=15),
                    "Reveal",
                    type="button",
                    on_click=Store.reveal,
                    class_name="button small",
                    disabled=Store.row.status == "deleting",
                ),
            ),
            class_name="panel-head",
        ),
        rx.cond(
            Store.credentials,
            rx.el.dl(rx.foreach(Store.credentials, _credential), class_name="facts"),
            rx.el.p(
                "Made for this store alone and kept in its namespace. Revealing them is written "
                "to the timeline.",
                class_name="quiet",
            ),
        ),
        class_name="panel",
        id="credentials",
    )


def _credential(credential: CredentialRow) -> rx.Component:
    return rx.fragment(
        rx.el.dt(credential.label),
        rx.el.dd(
            rx.el.code(credential.value),
            copy_button(credential.value, label="Copy " + credential.label),
        ),
    )


def _facts() -> rx.Component:
    return rx.el.section(
        rx.el.h2("Details"),
        rx.el.dl(
            rx.el.dt("Engine"),
            rx.el.dd(Store.row.engine_title),
            rx.cond(
                Store.versions,
                rx.fragment(rx.el.dt("Software"), rx.el.dd(Store.versions)),
            ),
            rx.el.dt("Created"),
            rx.el.dd(age(Store.row.created)),
            rx.cond(
                Store.ready,
                rx.fragment(rx.el.dt("First ready"), rx.el.dd(clock(Store.ready))),
            ),
            rx.el.dt("Owner"),
            rx.el.dd(Store.row.owner),
            rx.el.dt("Namespace"),
            rx.el.dd(
                rx.el.code(Store.namespace),
                copy_button(Store.namespace, label="Copy the namespace"),
            ),
            rx.el.dt("Id"),
            rx.el.dd(rx.el.code(Store.row.id), copy_button(Store.row.id, label="Copy the id")),
            class_name="facts",
        ),
        class_name="panel",
    )
