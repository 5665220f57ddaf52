"""The pages in front of the door: signing in, and what a one-time link leads to."""

from __future__ import annotations

import reflex as rx

from provisioner.errors import StoreWeaverError
from storeweaver.platform import PLATFORM
from storeweaver.problems import PROBLEMS, inside
from storeweaver.state.handlers import handler
from storeweaver.state.texts import argument


class Entry(rx.State):
    """What they show. Nobody is signed in here, so nothing of anybody is."""

    problem: str = ""
    hint: str = ""
    onward: str = "/"
    is_open_to_all: bool = False

    link: str = ""
    purpose: str = ""
    email: str = ""
    is_loaded: bool = False
    is_over: bool = False

    @handler
    async def enter_login(self) -> None:
        """The sign-in page was opened, or came back with a problem."""
        asked = self.router.url.query_parameters
        self.problem, self.hint = PROBLEMS.get(asked.get("problem", ""), ("", ""))
        self.onward = inside(asked.get("next", "/"))
        try:
            self.is_open_to_all = PLATFORM.runtime.settings.registration == "open"
        except StoreWeaverError as error:
            self.problem, self.hint = error.message, error.hint

    @handler
    async def enter_welcome(self) -> None:
        """A one-time link was followed, or registration without one."""
        problem = self.router.url.query_parameters.get("problem", "")
        self.problem, self.hint = PROBLEMS.get(problem, ("", ""))
        self.link, self.is_over = argument(self.router.url.path, after="welcome"), False
        self.purpose, self.email = "invitation", ""
        try:
            if self.link:
                view = await PLATFORM.runtime.accounts.link(self.link)
                self.purpose, self.email = view.purpose, view.email
            elif PLATFORM.runtime.settings.registration != "open":
                self.is_over = True
                self.problem, self.hint = PROBLEMS["invitation"]
        except StoreWeaverError as error:
            self.is_over = True
            self.problem, self.hint = error.message, error.hint
        self.is_loaded = True
