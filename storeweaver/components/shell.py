"""The frame of every page behind the door."""

from __future__ import annotations

import reflex as rx

from storeweaver.components.elements import NativeForm, mark
from storeweaver.components.feedback import (
    connection_lost,
    notices,
    preparation,
    problem,
    updated,
)
from storeweaver.components.keys import keys_help
from storeweaver.components.meter import meter
from storeweaver.stamp import STAMP
from storeweaver.state.shell import Shell


def shell(*body: rx.Component, current: str = "") -> rx.Component:
    """A page with header, and with what the platform has to say about itself."""
    return rx.el.div(
        rx.el.a("Skip to the content", href="#content", class_name="skip"),
        connection_lost(),
        updated(),
        _header(current),
        rx.el.main(
            problem(),
            preparation(),
            *body,
            id="content",
            class_name="page",
            custom_attrs={"tabindex": "-1"},
        ),
        notices(),
        keys_help(),
        _facts(),
        class_name="app",
    )


def _facts() -> rx.Component:
    """What assets/weaver.js goes by: title, icon, and whose drafts are whose."""
    return rx.el.span(
        id="facts",
        hidden=True,
        custom_attrs={
            "data-working": Shell.working,
            "data-failed": Shell.failed,
            "data-person": Shell.person,
            "data-release": STAMP,
        },
    )


def brand() -> rx.Component:
    """Mark and name, which lead home."""
    return rx.el.a(
        mark(), rx.el.span("Store Weaver"), href="/", class_name="brand", aria_label="Store Weaver"
    )


def _header(current: str) -> rx.Component:
    return rx.el.header(
        rx.el.div(
            brand(),
            rx.el.nav(
                _tab("Stores", "/", is_current=current == "stores"),
                rx.cond(
                    Shell.is_administrator,
                    _tab("Admin", "/admin", is_current=current == "admin"),
                ),
                aria_label="Main",
                class_name="tabs",
            ),
            rx.el.div(_keys(), color_mode(), _account(), class_name="header-end"),
            class_name="header-row",
        ),
        class_name="header",
    )


def _tab(text: str, href: str, *, is_current: bool) -> rx.Component:
    current = {"aria-current": "page"} if is_current else {}
    return rx.link(text, href=href, class_name="tab", underline="none", custom_attrs=current)


def _keys() -> rx.Component:
    return rx.el.button(
        rx.icon("keyboard", size=17),
        type="button",
        class_name="plain-icon keys-button",
        aria_label="Keys",
        title="Keys (?)",
        custom_attrs={"data-key": "?", "data-opens": "keys"},
    )


def color_mode() -> rx.Component:
    """Light or dark; kept by the browser."""
    return rx.el.button(
        rx.color_mode_cond(light=rx.icon("moon", size=17), dark=rx.icon("sun", size=17)),
        type="button",
        on_click=rx.toggle_color_mode,
        class_name="plain-icon",
        aria_label="Change between light and dark",
        title="Change between light and dark",
    )


def _account() -> rx.Component:
    return rx.el.details(
        rx.el.summary(
            rx.el.span("Your account ", class_name="unseen"),
            rx.el.span(Shell.email[:1].upper(), class_name="avatar", aria_hidden="true"),
            rx.el.span(Shell.email, class_name="account-email"),
            rx.icon("chevron-down", size=15, aria_hidden="true"),
        ),
        rx.el.div(
            rx.el.div(
                rx.el.strong(Shell.email),
                rx.cond(Shell.is_administrator, rx.el.span("Administrator", class_name="quiet")),
                class_name="menu-head",
            ),
            quota_bar(),
            rx.link(
                rx.icon("user-round", size=16),
                "Account",
                href="/account",
                class_name="menu-item",
                underline="none",
            ),
            NativeForm.create(
                rx.el.button(
                    rx.icon("log-out", size=16), "Sign out", type="submit", class_name="menu-item"
                ),
                action="/auth/sign-out",
                method="post",
            ),
            class_name="menu",
        ),
        class_name="account",
    )


def quota_bar() -> rx.Component:
    """How many stores one has of how many one may have."""
    return meter("Stores", Shell.quota_used, Shell.quota_limit)
