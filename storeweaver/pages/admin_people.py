"""Everybody who has an account, for administrators."""

from __future__ import annotations

from typing import Any

import reflex as rx

from storeweaver.components.admin_frame import admin_frame
from storeweaver.components.elements import age, copy_button
from storeweaver.components.feedback import skeleton
from storeweaver.state.people import People
from storeweaver.state.rows import UserRow


def people_page() -> rx.Component:
    """Invite, edit, sign out, shut out."""
    return admin_frame(
        rx.el.div(
            rx.el.div(
                rx.icon("search", size=16, aria_hidden="true"),
                rx.el.input(
                    type="search",
                    placeholder="Search people",
                    aria_label="Search people",
                    on_change=People.find.debounce(120),
                    custom_attrs={"data-key": "/"},
                ),
                class_name="search",
            ),
            rx.form(
                rx.el.input(
                    name="email",
                    id="invite-email",
                    type="email",
                    placeholder="Email, or empty for anybody",
                    aria_label="Email of whom to invite",
                    class_name="input",
                    custom_attrs={"data-draft": "yes"},
                ),
                rx.el.button(
                    rx.icon("user-plus", size=16), "Invite", type="submit", class_name="button"
                ),
                on_submit=People.invite,
                reset_on_submit=True,
                class_name="invite",
            ),
            class_name="tools",
        ),
        rx.cond(People.link, _link()),
        rx.cond(
            People.is_loaded,
            rx.el.ul(rx.foreach(People.users, _user), class_name="lines panel flush"),
            skeleton(4),
        ),
        _edit(),
        current="/admin/people",
    )


def _link() -> rx.Component:
    return rx.el.div(
        rx.icon("link", size=18, aria_hidden="true"),
        rx.el.div(
            rx.el.strong(People.link_for),
            rx.el.p(
                rx.el.code(People.link, id="new-link"),
                copy_button(People.link, label="Copy the link"),
            ),
            rx.el.p("It works once. Send it in a way that only they can read."),
        ),
        rx.el.button("Done", type="button", on_click=People.put_away, class_name="button small"),
        class_name="callout",
        role="status",
        custom_attrs={"data-tone": "good"},
    )


def _user(user: UserRow) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.b(user.email),
            rx.cond(user.is_self, rx.el.span("you", class_name="tag")),
            rx.cond(user.is_administrator, rx.el.span("administrator", class_name="tag")),
            rx.cond(user.is_disabled, rx.el.span("disabled", class_name="tag bad")),
            rx.el.p(
                rx.el.a(user.stores, href="/admin?owner=" + user.email, class_name="plain-link"),
                rx.cond(user.limit, rx.el.span("limit ", user.limit)),
                rx.cond(
                    user.sessions,
                    rx.el.span(user.sessions, ", last begun ", age(user.seen)),
                    rx.el.span("not signed in"),
                ),
                rx.el.span("here since ", age(user.created)),
                class_name="quiet dotted",
            ),
        ),
        rx.el.div(
            _button("Edit", "pencil", People.edit(user.id), "Edit " + user.email),
            _button(
                "Password link",
                "key-round",
                People.reset_password(user.id),
                "Password link for " + user.email,
            ),
            rx.cond(
                user.sessions,
                _button(
                    "Sign out everywhere",
                    "log-out",
                    People.sign_out(user.id),
                    "Sign out everywhere: " + user.email,
                ),
            ),
            rx.cond(
                user.is_disabled,
                _button(
                    "Enable",
                    "circle-check",
                    People.set_disabled(user.id, False),
                    "Enable " + user.email,
                ),
                _button(
                    "Disable",
                    "ban",
                    People.set_disabled(user.id, True),
                    "Disable " + user.email,
                    kind="danger-quiet",
                ),
            ),
            class_name="line-actions",
        ),
        key=user.id,
    )


def _button(words: str, icon: str, press: Any, label: str, *, kind: str = "") -> rx.Component:
    return rx.el.button(
        rx.icon(icon, size=14, aria_hidden="true"),
        words,
        type="button",
        on_click=press,
        class_name=f"button small {kind}",
        aria_label=label,
    )


def _edit() -> rx.Component:
    return rx.dialog.root(
        rx.dialog.content(
            rx.dialog.title("Edit ", rx.el.bdi(People.email)),
            rx.dialog.description(
                "A change counts at once, also in tabs that are open.",
                class_name="quiet",
                size="2",
            ),
            rx.form(
                rx.el.label("Role", html_for="edit-role"),
                rx.el.select(
                    rx.el.option("User: their own stores", value="user"),
                    rx.el.option("Administrator: all of them", value="administrator"),
                    id="edit-role",
                    name="role",
                    default_value=People.role,
                    disabled=People.is_self,
                    class_name="select wide",
                ),
                rx.el.label("Most stores", html_for="edit-limit"),
                rx.el.input(
                    id="edit-limit",
                    name="limit",
                    default_value=People.limit,
                    placeholder="the default",
                    input_mode="numeric",
                    auto_complete="off",
                    class_name="input",
                    aria_describedby="edit-limit-says edit-says",
                ),
                rx.el.p(
                    "Empty for what everybody has: the setting NEW_USER_STORES.",
                    id="edit-limit-says",
                    class_name="says",
                ),
                rx.el.p(People.problem, id="edit-says", class_name="says bad", role="alert"),
                rx.el.div(
                    rx.dialog.close(rx.el.button("Cancel", type="button", class_name="button")),
                    rx.el.button("Save", type="submit", class_name="button primary"),
                    class_name="dialog-actions",
                ),
                on_submit=People.save,
                reset_on_submit=False,
            ),
            class_name="dialog",
        ),
        open=People.is_editing,
        on_open_change=People.set_editing,
    )
