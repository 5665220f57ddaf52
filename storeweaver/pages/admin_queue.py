"""Queue and workers, for administrators."""

from __future__ import annotations

import reflex as rx

from storeweaver.components.admin_frame import admin_frame, section
from storeweaver.components.elements import age, duration
from storeweaver.components.feedback import skeleton
from storeweaver.components.meter import meter
from storeweaver.state.queue import ClaimRow, Queue, WaiterRow, WaitingRow


def queue_page() -> rx.Component:
    """Who works on what, and what waits for what."""
    return admin_frame(
        rx.cond(Queue.is_loaded, rx.fragment(_places(), _claims(), _waiting()), skeleton(4)),
        current="/admin/queue",
    )


def _places() -> rx.Component:
    return rx.el.div(
        meter("Places on the way to Ready", Queue.taken, Queue.places),
        class_name="panel",
    )


def _claims() -> rx.Component:
    return section(
        "At work",
        rx.cond(
            Queue.claims,
            rx.el.div(
                rx.el.table(
                    rx.el.thead(
                        rx.el.tr(
                            *(
                                rx.el.th(words, scope="col")
                                for words in ("Store", "Doing", "For", "Worker")
                            )
                        )
                    ),
                    rx.el.tbody(rx.foreach(Queue.claims, _claim)),
                    class_name="table",
                ),
                class_name="panel flush scrolls",
                custom_attrs={"tabindex": "0"},
                role="region",
                aria_label="Claims of workers",
            ),
            rx.el.p(
                "No worker has a store just now: there is nothing to do.", class_name="quiet panel"
            ),
        ),
    )


def _claim(claim: ClaimRow) -> rx.Component:
    return rx.el.tr(
        rx.el.td(
            rx.link(
                rx.el.bdi(claim.name),
                href="/stores/" + claim.id,
                class_name="store-name",
                underline="none",
            ),
            rx.el.p(claim.owner, class_name="quiet small"),
        ),
        rx.el.td(
            claim.step, rx.cond(claim.trouble, rx.el.p(claim.trouble, class_name="bad small"))
        ),
        rx.el.td(duration(claim.since, "")),
        rx.el.td(rx.el.code(claim.worker)),
        key=claim.id,
    )


def _waiting() -> rx.Component:
    return section(
        "Waiting",
        rx.cond(
            Queue.waiting,
            rx.el.div(rx.foreach(Queue.waiting, _reason), class_name="column"),
            rx.el.p("Nothing waits.", class_name="quiet panel"),
        ),
    )


def _reason(group: WaitingRow) -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.h3("For: ", group.reason),
            rx.el.span(group.count, class_name="count"),
            class_name="panel-head",
        ),
        rx.el.ol(rx.foreach(group.stores, _waiter), class_name="lines"),
        rx.cond(group.more, rx.el.p(group.more, class_name="quiet small")),
        key=group.reason,
        class_name="panel",
    )


def _waiter(store: WaiterRow) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.link(
                rx.el.bdi(store.name),
                href="/stores/" + store.id,
                class_name="store-name",
                underline="none",
            ),
            rx.el.p(store.owner, class_name="quiet small"),
        ),
        rx.el.span("asked for ", age(store.since), class_name="quiet small"),
        key=store.id,
    )
