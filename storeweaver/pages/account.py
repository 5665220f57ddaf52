"""One's own account."""

from __future__ import annotations

import reflex as rx
from reflex.style import color_mode, set_color_mode

from storeweaver.components.elements import age, clock, copy_button, var
from storeweaver.components.feedback import skeleton
from storeweaver.components.meter import meter
from storeweaver.components.shell import shell
from storeweaver.state.account import Account
from storeweaver.state.rows import SessionRow, TokenRow
from storeweaver.state.shell import Shell

_MODES = (("light", "Light", "sun"), ("dark", "Dark", "moon"), ("system", "System", "monitor"))


def account_page() -> rx.Component:
    """Password, tokens for programs, sessions, quota."""
    return shell(
        rx.el.div(rx.el.h1("Account"), class_name="page-head"),
        rx.el.div(
            rx.el.div(_sessions(), _tokens(), class_name="column"),
            rx.el.div(_person(), _look(), _password(), class_name="column side"),
            class_name="columns",
        ),
    )


def _person() -> rx.Component:
    return rx.el.section(
        rx.el.h2("You"),
        rx.el.dl(
            rx.el.dt("Email"),
            rx.el.dd(Shell.email),
            rx.el.dt("Role"),
            rx.el.dd(rx.cond(Shell.is_administrator, "Administrator", "User")),
            class_name="facts",
        ),
        meter("Your stores", Shell.quota_used, Shell.quota_limit),
        meter("Stores of the platform", Shell.platform_used, Shell.platform_limit),
        class_name="panel",
    )


def _look() -> rx.Component:
    return rx.el.section(
        rx.el.h2("Look"),
        rx.el.div(
            *(
                rx.el.button(
                    rx.icon(icon, size=15, aria_hidden="true"),
                    words,
                    type="button",
                    on_click=set_color_mode(var(mode)),
                    aria_pressed=rx.cond(color_mode == mode, "true", "false"),
                )
                for mode, words, icon in _MODES
            ),
            class_name="layouts wide",
            role="group",
            aria_label="Colours",
        ),
        rx.el.p(
            "Dates and times follow your browser's language and zone.",
            class_name="quiet small",
        ),
        class_name="panel",
    )


def _sessions() -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Where you are signed in"),
            rx.cond(
                var(Account.sessions).length() > 1,
                rx.el.button(
                    rx.icon("log-out", size=15),
                    "Sign out my other sessions",
                    type="button",
                    on_click=Account.sign_out_others,
                    class_name="button small",
                ),
            ),
            class_name="panel-head",
        ),
        rx.cond(
            Account.is_loaded,
            rx.el.ul(rx.foreach(Account.sessions, _session), class_name="lines"),
            skeleton(1),
        ),
        class_name="panel",
        id="sessions",
    )


def _session(session: SessionRow) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.b(session.browser),
            rx.cond(session.is_this, rx.el.span("this browser", class_name="tag")),
            rx.el.p(
                rx.cond(session.address, rx.el.span("from ", session.address)),
                rx.el.span("since ", age(session.created)),
                rx.el.span("until ", clock(session.expires)),
                class_name="quiet dotted",
            ),
        ),
        rx.cond(
            session.is_this,
            rx.fragment(),
            rx.el.button(
                "Sign out",
                type="button",
                on_click=Account.end_session(session.id),
                class_name="button small",
                aria_label="Sign out " + session.browser,
            ),
        ),
        key=session.id,
    )


def _password() -> rx.Component:
    return rx.el.section(
        rx.el.h2("Password"),
        rx.form(
            _secret("Present password", "current", "current-password"),
            _secret("New password", "new", "new-password"),
            _secret("The new one again", "again", "new-password"),
            rx.el.p(Account.password_problem, class_name="says bad", aria_live="assertive"),
            rx.el.button("Change password", type="submit", class_name="button"),
            on_submit=Account.change_password,
            reset_on_submit=False,
            key=Account.password_form.to_string(),  # type: ignore[attr-defined]  # a Var here
        ),
        class_name="panel",
    )


def _secret(words: str, name: str, purpose: str) -> rx.Component:
    return rx.fragment(
        rx.el.label(words, html_for=f"password-{name}"),
        rx.el.input(
            id=f"password-{name}",
            name=name,
            type="password",
            required=True,
            max_length=200,
            auto_complete=purpose,
            class_name="input",
        ),
    )


def _tokens() -> rx.Component:
    return rx.el.section(
        rx.el.h2("API tokens"),
        rx.el.p(
            "For programs: send one as ",
            rx.el.code("Authorization: Bearer"),
            " to ",
            rx.el.a("the API", href="/api/openapi.json", target="_blank"),
            ". A token may do what you may.",
            class_name="quiet",
        ),
        rx.cond(Account.new_token, _new_token()),
        rx.cond(
            Account.tokens,
            rx.el.ul(rx.foreach(Account.tokens, _token), class_name="lines"),
        ),
        rx.form(
            rx.el.div(
                rx.el.div(
                    rx.el.label("Name", html_for="token-name"),
                    rx.el.input(
                        id="token-name",
                        name="token_name",
                        required=True,
                        max_length=100,
                        placeholder="Deployment script",
                        auto_complete="off",
                        class_name="input",
                        custom_attrs={"data-draft": "yes"},
                    ),
                ),
                rx.el.div(
                    rx.el.label("Days it lasts", html_for="token-days"),
                    rx.el.input(
                        id="token-days",
                        name="days",
                        default_value="90",
                        input_mode="numeric",
                        placeholder="for ever",
                        class_name="input",
                    ),
                ),
                rx.el.button("Create token", type="submit", class_name="button"),
                class_name="inline-form",
            ),
            rx.el.p(Account.token_problem, class_name="says bad", aria_live="assertive"),
            on_submit=Account.create_token,
            reset_on_submit=True,
        ),
        class_name="panel",
    )


def _new_token() -> rx.Component:
    return rx.el.div(
        rx.icon("key-round", size=18, aria_hidden="true"),
        rx.el.div(
            rx.el.strong("Copy it now: it is not shown again."),
            rx.el.p(
                rx.el.code(Account.new_token, id="new-token"),
                copy_button(Account.new_token, label="Copy the token"),
            ),
        ),
        rx.el.button("Done", type="button", on_click=Account.put_away, class_name="button small"),
        class_name="callout",
        role="status",
        custom_attrs={"data-tone": "good"},
    )


def _token(token: TokenRow) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.b(token.name),
            rx.el.p(
                rx.el.span("made ", age(token.created)),
                rx.cond(
                    token.used,
                    rx.el.span("last used ", age(token.used)),
                    rx.el.span("never used"),
                ),
                rx.cond(
                    token.expires,
                    rx.el.span("until ", clock(token.expires)),
                    rx.el.span("for ever"),
                ),
                class_name="quiet dotted",
            ),
        ),
        rx.el.button(
            rx.icon("trash-2", size=15),
            "Delete",
            type="button",
            on_click=Account.delete_token(token.id),
            class_name="button small",
            aria_label="Delete the token " + token.name,
        ),
        key=token.id,
    )
