"""Dialogs that several pages open."""

from __future__ import annotations

import reflex as rx

from storeweaver.components.elements import var
from storeweaver.components.engines import engine_mark
from storeweaver.state.create import Create, EngineCard, OptionRow
from storeweaver.state.delete import Delete
from storeweaver.state.selection import Selection


def create_dialog() -> rx.Component:
    """Name and engine; shows the host it will get, and makes one store however often it is
    clicked."""
    return rx.dialog.root(
        rx.dialog.content(
            rx.dialog.title("Create a store"),
            rx.dialog.description(
                "A shop of its own, in a namespace of its own, ready for its first order in a "
                "few minutes.",
                class_name="quiet",
                size="2",
            ),
            rx.form(
                rx.el.label("Name", html_for="create-name"),
                rx.el.input(
                    id="create-name",
                    name="name",
                    placeholder="Nordic Lamps",
                    required=True,
                    auto_focus=True,
                    auto_complete="off",
                    max_length=200,
                    aria_describedby="create-name-says",
                    on_change=Create.check.debounce(200),
                    class_name="input",
                    dir="auto",
                    custom_attrs={"data-draft": "yes"},
                ),
                rx.el.p(
                    rx.cond(
                        Create.problem,
                        rx.el.span(Create.problem, " ", Create.hint, class_name="bad"),
                        rx.cond(
                            Create.host,
                            rx.el.span("Customers will find it at ", rx.el.b(Create.host)),
                            "1 to 63 characters. Customers see it in the shop.",
                        ),
                    ),
                    id="create-name-says",
                    class_name="says",
                    aria_live="polite",
                ),
                rx.el.fieldset(
                    rx.el.legend("Engine"),
                    rx.foreach(Create.engines, _engine_card),
                    class_name="engines",
                ),
                rx.cond(
                    Create.options,
                    rx.el.details(
                        rx.el.summary(
                            rx.icon("chevron-right", size=15, aria_hidden="true"),
                            "Advanced",
                        ),
                        rx.el.div(rx.foreach(Create.options, _option), class_name="options"),
                        class_name="fold",
                    ),
                ),
                rx.el.p(
                    Create.quota,
                    rx.cond(
                        Create.is_full,
                        " Delete one, or ask an administrator for a higher limit.",
                        "",
                    ),
                    class_name=rx.cond(Create.is_full, "says bad", "says"),
                ),
                rx.el.div(
                    rx.dialog.close(rx.el.button("Cancel", type="button", class_name="button")),
                    rx.el.button(
                        "Create store",
                        type="submit",
                        class_name="button primary",
                        disabled=Create.is_full,
                    ),
                    class_name="dialog-actions",
                ),
                on_submit=Create.submit,
                reset_on_submit=False,
            ),
            class_name="dialog",
        ),
        open=Create.is_open,
        on_open_change=Create.set_open,
    )


def _engine_card(engine: EngineCard) -> rx.Component:
    return rx.el.label(
        rx.el.input(
            type="radio",
            name="engine",
            value=engine.key,
            required=True,
            disabled=~engine.is_available,
            default_checked=Create.engine == engine.key,
            on_change=Create.choose,
        ),
        engine_mark(engine.key),
        rx.el.span(
            rx.el.b(engine.title),
            rx.el.span(engine.summary, class_name="quiet"),
            rx.el.span(
                rx.foreach(engine.offers, lambda offer: rx.el.span(offer)),
                class_name="offers dotted",
            ),
            rx.el.span(
                rx.cond(engine.usual, rx.el.span(engine.usual)),
                rx.cond(engine.needs, rx.el.span(engine.needs)),
                class_name="quiet dotted",
            ),
            rx.cond(engine.reason, rx.el.span(engine.reason, class_name="reason")),
            class_name="engine-words",
        ),
        rx.icon("circle-check", size=18, class_name="engine-check", aria_hidden="true"),
        class_name="engine-card",
    )


def _option(option: OptionRow) -> rx.Component:
    return rx.el.div(
        rx.el.label(option.label, html_for=option.name),
        rx.el.select(
            rx.foreach(
                option.choices,
                lambda choice: rx.el.option(choice.label, value=choice.value),
            ),
            id=option.name,
            name=option.name,
            class_name="select",
            aria_describedby=option.name + "-says",
            custom_attrs={"data-draft": "yes"},
        ),
        rx.el.p(option.hint, id=option.name + "-says", class_name="says"),
        key=option.key,
    )


def delete_chosen_dialog() -> rx.Component:
    """One confirmation for all chosen stores: it lists them."""
    return rx.alert_dialog.root(
        rx.alert_dialog.content(
            rx.alert_dialog.title("Delete ", var(Selection.chosen).length(), " stores?"),
            rx.alert_dialog.description(
                "This is final. Each goes with its products, orders, customers, pictures, "
                "credentials and address:",
                class_name="quiet",
                size="2",
            ),
            rx.el.ul(
                rx.foreach(
                    Selection.chosen,
                    lambda row: rx.el.li(
                        rx.el.b(rx.el.bdi(row.name)), " ", rx.el.span(row.host), key=row.id
                    ),
                ),
                class_name="goes many",
                custom_attrs={"tabindex": "0"},
                aria_label="What is deleted",
            ),
            rx.form(
                rx.el.label(
                    "Type ",
                    rx.el.b("delete", class_name="typed"),
                    " to confirm",
                    html_for="delete-word",
                ),
                rx.el.input(
                    id="delete-word",
                    name="word",
                    required=True,
                    auto_focus=True,
                    auto_complete="off",
                    class_name="input",
                    aria_describedby="delete-word-says",
                ),
                rx.el.p(
                    Selection.problem,
                    id="delete-word-says",
                    class_name="says bad",
                    aria_live="assertive",
                ),
                rx.el.div(
                    rx.alert_dialog.cancel(
                        rx.el.button("Keep them", type="button", class_name="button")
                    ),
                    rx.el.button(
                        "Delete ",
                        var(Selection.chosen).length(),
                        " stores",
                        type="submit",
                        class_name="button danger",
                    ),
                    class_name="dialog-actions",
                ),
                on_submit=Selection.delete,
                reset_on_submit=False,
            ),
            class_name="dialog",
        ),
        open=Selection.is_asking,
        on_open_change=Selection.set_asking,
    )


def delete_dialog() -> rx.Component:
    """Asks for the name, and says what will go."""
    return rx.alert_dialog.root(
        rx.alert_dialog.content(
            rx.alert_dialog.title("Delete ", rx.el.bdi(Delete.name), "?"),
            rx.alert_dialog.description(
                "This is final. What goes with it:", class_name="quiet", size="2"
            ),
            rx.el.ul(
                rx.el.li("products, orders, customers and pictures: its database and volumes"),
                rx.el.li("its credentials"),
                rx.el.li("its address ", rx.el.b(Delete.host)),
                rx.el.li("the namespace ", rx.el.code(Delete.namespace), " and all that is in it"),
                class_name="goes",
            ),
            rx.form(
                rx.el.label(
                    "Type ",
                    rx.el.b(rx.el.bdi(Delete.name), class_name="typed"),
                    " to confirm",
                    html_for="delete-name",
                ),
                rx.el.input(
                    id="delete-name",
                    name="name",
                    required=True,
                    auto_focus=True,
                    auto_complete="off",
                    class_name="input",
                    dir="auto",
                    aria_describedby="delete-says",
                ),
                rx.el.p(
                    Delete.problem, id="delete-says", class_name="says bad", aria_live="assertive"
                ),
                rx.el.div(
                    rx.alert_dialog.cancel(
                        rx.el.button("Keep it", type="button", class_name="button")
                    ),
                    rx.el.button("Delete store", type="submit", class_name="button danger"),
                    class_name="dialog-actions",
                ),
                on_submit=Delete.submit,
                reset_on_submit=False,
            ),
            class_name="dialog",
        ),
        open=Delete.is_open,
        on_open_change=Delete.set_open,
    )
