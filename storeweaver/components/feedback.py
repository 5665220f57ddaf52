"""What pages say about themselves: loading, empty, failed, cut off."""

from __future__ import annotations

import reflex as rx

from storeweaver.state.rows import PhaseRow
from storeweaver.state.shell import Notice, Shell


def callout(title: str, text: str, *, tone: str = "bad", icon: str = "circle-x") -> rx.Component:
    """Something that went wrong, or stands in the way: what, and what next."""
    return rx.el.div(
        rx.icon(icon, size=18, aria_hidden="true"),
        rx.el.div(rx.el.strong(title), rx.cond(text, rx.el.p(text))),
        class_name="callout",
        role="alert" if tone == "bad" else "status",
        custom_attrs={"data-tone": tone},
    )


def connection_lost() -> rx.Component:
    """Shown by assets/weaver.js while the server cannot be reached."""
    return rx.el.div(
        rx.icon("wifi-off", size=16, aria_hidden="true"),
        "The connection is lost. What you see may be old; it comes back by itself.",
        class_name="connection",
        role="alert",
    )


def updated() -> rx.Component:
    """Shown by assets/weaver.js in a tab that is older than the server."""
    return rx.el.div(
        rx.icon("sparkles", size=16, aria_hidden="true"),
        "Store Weaver was updated. Reload this page to go on with the new one.",
        rx.el.button("Reload", type="button", custom_attrs={"data-reload": "yes"}),
        class_name="updated",
        role="alert",
    )


def problem() -> rx.Component:
    """Why a page could not be read, such as a database that is away."""
    return rx.cond(
        Shell.problem,
        callout(Shell.problem, Shell.problem_hint, icon="database-zap"),
    )


def preparation() -> rx.Component:
    """How far the platform's own ground is, until it is all there."""
    return rx.cond(
        Shell.is_preparing,
        rx.el.section(
            rx.el.div(
                rx.el.span(
                    rx.icon("loader-circle", size=18), class_name="turning", aria_hidden="true"
                ),
                rx.el.div(
                    rx.el.strong("The platform is being prepared"),
                    rx.el.p(Shell.headline),
                    rx.el.p("Stores can be created already; each starts as soon as it can."),
                ),
                class_name="preparation-head",
            ),
            rx.cond(
                Shell.phases,
                rx.el.ul(rx.foreach(Shell.phases, _phase), class_name="phases"),
            ),
            class_name="preparation",
            role="status",
        ),
    )


def _phase(phase: PhaseRow) -> rx.Component:
    return rx.el.li(
        rx.el.span(class_name="pip", aria_hidden="true"),
        rx.el.span(phase.name),
        rx.el.span(phase.state, class_name="unseen"),
        rx.cond(phase.note, rx.el.span(phase.note, class_name="quiet")),
        custom_attrs={"data-state": phase.state},
    )


def notices() -> rx.Component:
    """What was done, and what could not be; read out by screen readers as it comes."""
    return rx.el.div(
        rx.foreach(Shell.notices, _notice),
        class_name="notices",
        role="status",
        aria_live="polite",
    )


def _notice(notice: Notice) -> rx.Component:
    return rx.el.div(
        rx.match(
            notice.tone,
            ("good", rx.icon("circle-check", size=18)),
            ("bad", rx.icon("circle-x", size=18)),
            rx.icon("info", size=18),
        ),
        rx.el.div(rx.el.strong(notice.title), rx.cond(notice.hint, rx.el.p(notice.hint))),
        rx.el.button(
            rx.icon("x", size=16),
            type="button",
            class_name="plain-icon",
            aria_label="Dismiss",
            on_click=Shell.dismiss(notice.id),
        ),
        key=notice.id,
        class_name="notice",
        custom_attrs={"data-tone": notice.tone},
    )


def skeleton(lines: int = 4) -> rx.Component:
    """Where a list will be, in its size, so that nothing jumps when it comes."""
    return rx.el.div(
        *(rx.el.div(class_name="bone") for _ in range(lines)),
        class_name="bones",
        aria_label="Loading",
        role="status",
    )


def empty(title: str, text: str, *actions: rx.Component, icon: str = "store") -> rx.Component:
    """A list with nothing in it, and what to do about that."""
    return rx.el.div(
        rx.el.span(rx.icon(icon, size=26), class_name="empty-icon", aria_hidden="true"),
        rx.el.h2(title),
        rx.el.p(text),
        *actions,
        class_name="empty",
    )
