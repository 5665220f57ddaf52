"""One's own account: password, tokens for programs, sessions."""

from __future__ import annotations

import reflex as rx

from provisioner.errors import InvalidInput, StoreWeaverError
from storeweaver.acting import acting
from storeweaver.platform import PLATFORM
from storeweaver.state.handlers import handler, latest
from storeweaver.state.rows import SessionRow, TokenRow, session_row, token_row
from storeweaver.state.shell import Shell, entering, reporting, tell
from storeweaver.state.texts import field, number, text

_DIFFER = "The new password was typed in two different ways."


class Account(rx.State):
    """What the account page shows. A new token is here only until it is put away."""

    tokens: list[TokenRow] = []
    sessions: list[SessionRow] = []
    new_token: str = ""
    password_problem: str = ""
    token_problem: str = ""
    password_form: int = 0
    is_loaded: bool = False

    @handler
    async def enter(self) -> None:
        """The page was opened."""
        self.new_token = self.password_problem = self.token_problem = ""
        async with entering(self):
            actor = await (await self.get_state(Shell))._arrive("account")
            self.tokens = [token_row(t) for t in await PLATFORM.runtime.tokens.list(actor)]
            await self._read_sessions()
            self.is_loaded = True

    @latest
    async def pushed(self) -> None:
        """Sent by the server when one of the person's sessions began or ended."""
        async with entering(self):
            await self._read_sessions()

    @handler
    async def end_session(self, wanted: str) -> None:
        """Sign one other browser out; its open tabs are told."""
        async with reporting(self):
            await PLATFORM.runtime.sessions.end(acting(), text(wanted))
            await self._read_sessions()
            await tell(self, "That browser is signed out.")

    @handler
    async def change_password(self, form: dict[str, object]) -> None:
        """Change the password; the other sessions end."""
        self.password_problem = ""
        async with reporting(self):
            current, new = field(form, "current"), field(form, "new")
            if new != field(form, "again"):
                self.password_problem = _DIFFER
                return
            try:
                await PLATFORM.runtime.accounts.change_password(acting(), current=current, new=new)
            except InvalidInput as error:
                self.password_problem = f"{error.message} {error.hint}".strip()
                return
            # the form is drawn anew, and with that empty
            self.password_form += 1
            await self._read_sessions()
            await tell(self, "The password is changed.", "Your other sessions are signed out.")

    @handler
    async def sign_out_others(self) -> None:
        """End every session but this one."""
        async with reporting(self):
            await PLATFORM.runtime.accounts.sign_out_others(acting())
            await self._read_sessions()
            await tell(self, "Your other sessions are signed out.")

    @handler
    async def create_token(self, form: dict[str, object]) -> None:
        """Make a token and show it, this once."""
        self.token_problem = self.new_token = ""
        async with reporting(self):
            actor, name = acting(), field(form, "token_name")
            days = number(field(form, "days"), meaning="How long a token lasts")
            tokens = PLATFORM.runtime.tokens
            try:
                self.new_token, _ = await tokens.create(actor, name=name, days=days)
            except StoreWeaverError as error:
                self.token_problem = f"{error.message} {error.hint}".strip()
                return
            self.tokens = [token_row(token) for token in await tokens.list(actor)]

    @handler
    async def put_away(self) -> None:
        """The token was copied: take it out of the page."""
        self.new_token = ""

    @handler
    async def delete_token(self, wanted: str) -> None:
        """Make a token useless."""
        async with reporting(self):
            actor, tokens = acting(), PLATFORM.runtime.tokens
            await tokens.delete(actor, text(wanted))
            self.tokens = [token_row(token) for token in await tokens.list(actor)]
            await tell(self, "The token no longer works.")

    async def _read_sessions(self) -> None:
        views = await PLATFORM.runtime.sessions.list(acting())
        self.sessions = [session_row(view) for view in views]
