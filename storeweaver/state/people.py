"""Everybody who has an account, as administrators see them."""

from __future__ import annotations

from typing import cast

import reflex as rx

from provisioner.errors import Conflict, InvalidInput
from provisioner.views import Actor, Role, UserView
from storeweaver.acting import acting
from storeweaver.platform import PLATFORM
from storeweaver.state.handlers import handler, latest
from storeweaver.state.rows import UserRow, user_row
from storeweaver.state.shell import Shell, entering, reporting, tell
from storeweaver.state.texts import field, number, text


class People(rx.State):
    """The list, the link that was made last, and the dialog that edits one account."""

    users: list[UserRow] = []
    total: int = 0
    search: str = ""
    link: str = ""
    link_for: str = ""
    is_loaded: bool = False

    is_editing: bool = False
    email: str = ""
    role: str = "user"
    limit: str = ""
    problem: str = ""
    is_self: bool = False

    _users: tuple[UserView, ...] = ()
    _edited: str = ""
    _limit_before: int | None = None
    _role_before: str = "user"

    @handler
    async def enter(self) -> None:
        """The page was opened."""
        self.link = self.link_for = ""
        async with entering(self):
            actor = await (await self.get_state(Shell))._arrive("admin-people")
            await self._read(actor)
            self.is_loaded = True

    @latest
    async def pushed(self) -> None:
        """Sent by the server when an account, a session or a store changed."""
        async with entering(self):
            if acting().is_administrator:
                await self._read(acting())

    @handler
    async def find(self, words: str) -> None:
        """Show accounts whose email has these words."""
        async with reporting(self):
            self.search = text(words)
            self._arrange(acting())

    @handler
    async def invite(self, form: dict[str, object]) -> None:
        """Make a link by which somebody registers."""
        async with reporting(self):
            made = await PLATFORM.runtime.people.invite(acting(), email=field(form, "email"))
            self._hand_out(made.path, f"Invitation for {made.email or 'anybody'}")

    @handler
    async def reset_password(self, wanted: str) -> None:
        """Make a link by which somebody sets a new password."""
        async with reporting(self):
            made = await PLATFORM.runtime.people.password_link(acting(), text(wanted))
            self._hand_out(made.path, f"New password for {made.email}")

    @handler
    async def put_away(self) -> None:
        """The link was copied: take it out of the page."""
        self.link = self.link_for = ""

    @handler
    async def edit(self, wanted: str) -> None:
        """Open the dialog for one account, as it is now."""
        async with reporting(self):
            await self._read(acting())
            user = next((user for user in self._users if user.id == text(wanted)), None)
            if user is None:
                return
            self._edited, self._limit_before, self._role_before = user.id, user.limit, user.role
            self.email, self.role = user.email, user.role
            self.limit = "" if user.limit is None else str(user.limit)
            self.is_self, self.problem = user.id == acting().user_id, ""
            self.is_editing = True

    @handler
    async def set_editing(self, is_open: bool) -> None:
        """Close without saving."""
        if not is_open:
            self.is_editing, self._edited = False, ""

    @handler
    async def save(self, form: dict[str, object]) -> None:
        """Save what was changed; where somebody changed it meanwhile, say so and save nothing."""
        if not self._edited:
            return
        async with reporting(self):
            actor, people = acting(), PLATFORM.runtime.people
            role = "administrator" if field(form, "role") == "administrator" else "user"
            try:
                limit = number(field(form, "limit"), meaning="A limit")
                if limit != self._limit_before:
                    await people.set_limit(
                        actor, self._edited, limit=limit, before=self._limit_before
                    )
                    self._limit_before = limit
                if role != self._role_before and not self.is_self:
                    await people.set_role(actor, self._edited, role=cast(Role, role))
            except (Conflict, InvalidInput) as error:
                self.problem = f"{error.message} {error.hint}".strip()
                await self._read(actor)
                known = next((user for user in self._users if user.id == self._edited), None)
                # what is saved now is saved knowing what is there
                self._limit_before = known.limit if known else None
                return
            self.is_editing, email = False, self.email
            await self._read(actor)
            await tell(self, f"{email} is changed.")

    @handler
    async def set_disabled(self, wanted: str, is_disabled: bool) -> None:
        """Shut somebody out at once, or let them in again."""
        async with reporting(self):
            actor = acting()
            await PLATFORM.runtime.people.set_disabled(
                actor, text(wanted), is_disabled=bool(is_disabled)
            )
            await self._read(actor)

    @handler
    async def sign_out(self, wanted: str) -> None:
        """End all of somebody's sessions."""
        async with reporting(self):
            actor = acting()
            ended = await PLATFORM.runtime.people.sign_out(actor, text(wanted))
            await self._read(actor)
            await tell(
                self,
                "They are signed out everywhere." if ended else "They were signed in nowhere.",
                "Their API tokens go on; disabling the account ends those too.",
            )

    async def _read(self, actor: Actor) -> None:
        self._users = await PLATFORM.runtime.people.users(actor)
        self._arrange(actor)

    def _arrange(self, actor: Actor) -> None:
        words = self.search.casefold().split()
        self.total = len(self._users)
        self.users = [
            user_row(user, own_id=actor.user_id)
            for user in self._users
            if all(word in user.email for word in words)
        ][:200]

    def _hand_out(self, path: str, purpose: str) -> None:
        self.link = PLATFORM.runtime.settings.dashboard_url + path
        self.link_for = purpose
