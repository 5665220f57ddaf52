"""The pages in front of the door: sign in, and what a one-time link leads to."""

from __future__ import annotations

import reflex as rx

from provisioner.secrecy import LONGEST_PASSWORD, SHORTEST_PASSWORD
from storeweaver.components.elements import NativeForm, mark
from storeweaver.components.feedback import callout, connection_lost
from storeweaver.components.shell import color_mode
from storeweaver.state.entry import Entry


def login_page() -> rx.Component:
    """Email and password, sent by the browser itself, also where scripts do not run."""
    return _door(
        rx.el.h1("Sign in"),
        rx.el.p("Open shops, and watch them come up.", class_name="quiet"),
        rx.cond(Entry.problem, callout(Entry.problem, Entry.hint)),
        NativeForm.create(
            rx.el.label("Email", html_for="email"),
            rx.el.input(
                id="email",
                name="email",
                type="email",
                required=True,
                auto_complete="username",
                auto_focus=True,
                class_name="input",
            ),
            rx.el.label("Password", html_for="password"),
            rx.el.input(
                id="password",
                name="password",
                type="password",
                required=True,
                auto_complete="current-password",
                class_name="input",
            ),
            rx.el.input(type="hidden", name="onward", value=Entry.onward, read_only=True),
            rx.el.button("Sign in", type="submit", class_name="button primary wide"),
            action="/auth/sign-in",
            method="post",
            class_name="door-form",
        ),
        rx.el.p(
            rx.cond(
                Entry.is_open_to_all,
                rx.fragment("New here? ", rx.link("Make an account", href="/register")),
                "No account, or the password is lost? An administrator can send you a link.",
            ),
            class_name="quiet small",
        ),
    )


def welcome_page() -> rx.Component:
    """An invitation, a new password, or an account where registration is open."""
    return _door(
        rx.el.h1(
            rx.match(
                Entry.purpose,
                ("password", "Set a new password"),
                ("administrator", "Welcome, administrator"),
                "Make your account",
            )
        ),
        rx.cond(Entry.problem, callout(Entry.problem, Entry.hint)),
        rx.cond(
            Entry.is_over,
            rx.link(
                "To the sign-in page", href="/login", class_name="button wide", underline="none"
            ),
            _welcome_form(),
        ),
    )


def _welcome_form() -> rx.Component:
    return NativeForm.create(
        rx.el.input(type="hidden", name="link", value=Entry.link, read_only=True),
        rx.el.input(type="hidden", name="purpose", value=Entry.purpose, read_only=True),
        rx.el.label("Email", html_for="email"),
        rx.cond(
            Entry.email,
            rx.el.input(
                id="email",
                name="email",
                type="email",
                value=Entry.email,
                read_only=True,
                auto_complete="username",
                class_name="input",
            ),
            rx.el.input(
                id="email",
                name="email",
                type="email",
                required=True,
                auto_complete="username",
                class_name="input",
            ),
        ),
        rx.el.label("Password", html_for="password"),
        rx.el.input(
            id="password",
            name="password",
            type="password",
            required=True,
            min_length=SHORTEST_PASSWORD,
            max_length=LONGEST_PASSWORD,
            auto_complete="new-password",
            class_name="input",
            aria_describedby="password-says",
        ),
        rx.el.p(
            f"{SHORTEST_PASSWORD} characters or more; several words are easy to remember.",
            id="password-says",
            class_name="says",
        ),
        rx.el.label("The same again", html_for="again"),
        rx.el.input(
            id="again",
            name="again",
            type="password",
            required=True,
            auto_complete="new-password",
            class_name="input",
        ),
        rx.el.button(
            rx.cond(Entry.purpose == "password", "Set password", "Make account"),
            type="submit",
            class_name="button primary wide",
            disabled=~Entry.is_loaded,
        ),
        action="/auth/welcome",
        method="post",
        class_name="door-form",
    )


def not_found_page() -> rx.Component:
    """For an address that leads nowhere."""
    return _door(
        rx.el.h1("There is nothing here"),
        rx.el.p("The address is wrong, or what was here is gone.", class_name="quiet"),
        rx.link("To the stores", href="/", class_name="button wide", underline="none"),
    )


def _door(*content: rx.Component) -> rx.Component:
    return rx.el.div(
        connection_lost(),
        rx.el.div(color_mode(), class_name="door-corner"),
        rx.el.main(
            rx.el.div(mark(40), rx.el.span("Store Weaver"), class_name="door-brand"),
            rx.el.div(*content, class_name="door-card"),
            class_name="door",
        ),
        class_name="app",
    )
