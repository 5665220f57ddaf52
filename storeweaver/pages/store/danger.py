"""What changes the whole store."""

from __future__ import annotations

import reflex as rx

from storeweaver.pages.store.head import delete_button, repair_button, retry_button
from storeweaver.state.store import Store


def danger() -> rx.Component:
    """Retry, repair and delete, each with what it does."""
    return rx.el.section(
        rx.el.ul(
            rx.el.li(
                rx.el.div(
                    rx.el.h2("Retry"),
                    rx.el.p(
                        "Begins anew: an empty shop with new secrets, under the same id and "
                        "address. Only a store that has failed can be retried.",
                        class_name="quiet",
                    ),
                ),
                rx.cond(
                    Store.row.can_retry,
                    retry_button(),
                    rx.el.span("Not failed", class_name="quiet"),
                ),
            ),
            rx.el.li(
                rx.el.div(
                    rx.el.h2("Repair"),
                    rx.el.p(
                        "Applies the release again; secrets, volumes and orders stay. Of use for "
                        "a ready store that lacks something, or that runs an older release.",
                        class_name="quiet",
                    ),
                ),
                rx.cond(
                    Store.row.can_repair,
                    repair_button(),
                    rx.el.span("Nothing to mend", class_name="quiet"),
                ),
            ),
            rx.el.li(
                rx.el.div(
                    rx.el.h2("Delete"),
                    rx.el.p(
                        "Removes the shop with its products, orders, customers, volumes, secrets "
                        "and address. It is final, and asks for the name first.",
                        class_name="quiet",
                    ),
                ),
                rx.cond(
                    Store.row.status == "deleting",
                    rx.el.span("Being deleted", class_name="quiet"),
                    delete_button(),
                ),
            ),
            class_name="lines",
        ),
        class_name="panel flush danger-zone",
    )
