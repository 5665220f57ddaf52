"""Signing in and out: native forms, since only a full page load carries a new cookie to the
websocket."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse

from provisioner.errors import StoreWeaverError
from provisioner.views import NewSession
from storeweaver.cookies import clear_session, session_token, set_session
from storeweaver.platform import PLATFORM
from storeweaver.problems import inside, word_for

Field = Annotated[str, Form(max_length=1000)]


def routes(*, is_secure: bool) -> APIRouter:
    """The forms' targets; `is_secure` says whether browsers use https."""
    router = APIRouter(prefix="/auth", include_in_schema=False)

    def entered(session: NewSession, onward: str) -> RedirectResponse:
        response = RedirectResponse(inside(onward), 303)
        set_session(response, session.token, expires_at=session.expires_at, is_secure=is_secure)
        return response

    @router.post("/sign-in")
    async def sign_in(
        request: Request, email: Field = "", password: Field = "", onward: Field = "/"
    ) -> RedirectResponse:
        try:
            session = await PLATFORM.runtime.accounts.sign_in(
                email=email, password=password, **_asker(request)
            )
        except StoreWeaverError as error:
            return _back("/login/", problem=word_for(error), next=inside(onward))
        return entered(session, onward)

    @router.post("/welcome")
    async def welcome(
        request: Request,
        email: Field = "",
        password: Field = "",
        again: Field = "",
        link: Field = "",
        purpose: Field = "",
    ) -> RedirectResponse:
        page = f"/welcome/{quote(link, safe='')}" if link else "/register/"
        if password != again:
            return _back(page, problem="again")
        accounts = PLATFORM.runtime.accounts
        try:
            if purpose == "password":
                session = await accounts.reset_password(
                    link=link, password=password, **_asker(request)
                )
            else:
                session = await accounts.register(
                    link=link, email=email, password=password, **_asker(request)
                )
        except StoreWeaverError as error:
            return _back(page, problem=word_for(error))
        return entered(session, "/")

    @router.post("/sign-out")
    async def sign_out(request: Request) -> RedirectResponse:
        token = session_token(request.headers.get("cookie", ""), is_secure=is_secure)
        response = RedirectResponse("/login/", 303)
        try:
            if token:
                await PLATFORM.runtime.accounts.sign_out(token)
        except StoreWeaverError as error:
            # the cookie stays: without it the session could not be ended any more
            return _back("/login/", problem=word_for(error))
        clear_session(response, is_secure=is_secure)
        return response

    return router


def _asker(request: Request) -> dict[str, str]:
    return {
        "address": request.state.address,
        "user_agent": request.headers.get("user-agent", ""),
    }


def _back(page: str, **query: str) -> RedirectResponse:
    kept = {name: value for name, value in query.items() if value and value != "/"}
    return RedirectResponse(f"{page}?{urlencode(kept)}", 303)
