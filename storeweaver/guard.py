"""The outermost door: hosts, origins, sizes, headers, and which pages need a session."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from urllib.parse import quote

from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from provisioner.errors import StoreWeaverError
from storeweaver.bodies import BodyTooLarge, is_announced_too_large, whole
from storeweaver.cookies import session_token
from storeweaver.origins import SAFE_METHODS, Origins
from storeweaver.platform import PLATFORM
from storeweaver.policy import NOTHING_RUNS, caching, content_security_policy, security_headers

log = logging.getLogger(__name__)

HEALTH = "/api/health"

_BLIND = ("/ping", "/_health", "/_upload", "/_all_routes")
"""Reflex's own endpoints that nobody here needs."""


class Guard:
    """Stands around the whole app and answers what must not reach it."""

    def __init__(self, app: ASGIApp, *, origins: Origins, script_hashes: frozenset[str]) -> None:
        self._app = app
        self._origins = origins
        self._hashes = script_hashes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request or websocket."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        headers = {
            name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]
        }
        peer = (scope.get("client") or ("", 0))[0]
        scope.setdefault("state", {})["address"] = self._origins.client(peer, headers)
        refusal = self._refusal(scope, headers)
        if scope["type"] == "websocket":
            if refusal is None and "origin" in headers:
                await self._app(scope, receive, send)
            else:
                await receive()
                await send({"type": "websocket.close", "code": 4403})
            return
        await self._answer(scope, receive, self._dressed(scope, headers, send), headers, refusal)

    async def _answer(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        headers: Mapping[str, str],
        refusal: Response | None,
    ) -> None:
        response = refusal or await self._elsewhere(scope, headers)
        if response is not None:
            await response(scope, receive, send)
            return
        if scope["method"] not in SAFE_METHODS:
            try:
                receive = await whole(receive)
            except BodyTooLarge:
                await _too_large(scope)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _refusal(self, scope: Scope, headers: Mapping[str, str]) -> Response | None:
        """What must not go on, by its headers alone."""
        path = scope["path"]
        # probes of a cluster ask by the pod's address; the answer holds nothing of anybody
        if not path.startswith(HEALTH) and not self._origins.is_known_host(headers.get("host", "")):
            return _problem(
                scope,
                421,
                "unknown_host",
                "This dashboard does not answer under this name.",
                "Open it by the address in PUBLIC_URL, or set PUBLIC_URL to this one.",
            )
        is_unsafe = scope["type"] == "websocket" or scope["method"] not in SAFE_METHODS
        if is_unsafe and not self._origins.is_same_origin(headers):
            return _problem(scope, 403, "cross_origin", "A page of another site may not do this.")
        if is_announced_too_large(headers.get("content-length")):
            return _too_large(scope)
        if path.startswith(_BLIND):
            return _problem(scope, 404, "not_found", "There is nothing here.")
        return None

    async def _elsewhere(self, scope: Scope, headers: Mapping[str, str]) -> Response | None:
        """Where somebody is sent who asks for a page that is not for them."""
        needed = _needs(scope["path"]) if scope["method"] in {"GET", "HEAD"} else ""
        if not needed:
            return None
        token = session_token(headers.get("cookie", ""), is_secure=self._origins.is_secure)
        try:
            actor = await PLATFORM.runtime.accounts.session(token) if token else None
        except StoreWeaverError:
            # the page itself says what is away; it holds nothing of anybody
            return None
        if actor is None:
            path = scope["path"].rstrip("/") or "/"
            onward = "" if path == "/" else f"?next={quote(path)}"
            return RedirectResponse(f"/login/{onward}", 303)
        if needed == "administrator" and not actor.is_administrator:
            return RedirectResponse("/", 303)
        return None

    def _dressed(self, scope: Scope, headers: Mapping[str, str], send: Send) -> Send:
        async def send_dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = {name.lower(): value for name, value in message["headers"]}
                is_page = kept.get(b"content-type", b"").startswith(b"text/html")
                policy = (
                    content_security_policy(hashes=self._hashes, host=headers.get("host", ""))
                    if is_page
                    else NOTHING_RUNS
                )
                extra = security_headers(policy=policy, is_secure=self._origins.is_secure)
                keeps = caching(scope["path"]) if message["status"] < 400 else "no-store"
                message["headers"] = [
                    *(
                        (name, value)
                        for name, value in message["headers"]
                        if name.lower() != b"cache-control"
                    ),
                    (b"cache-control", keeps.encode()),
                    *((name.encode(), value.encode()) for name, value in extra.items()),
                ]
            await send(message)

        return send_dressed


def _needs(path: str) -> str:
    """Who may open a page: "session", "administrator", or "" for anybody."""
    page = path.rstrip("/") or "/"
    if page == "/admin" or page.startswith("/admin/"):
        return "administrator"
    return "session" if page in {"/", "/account"} or page.startswith("/stores/") else ""


def _problem(scope: Scope, status: int, code: str, message: str, hint: str = "") -> Response:
    """A refusal in the form that the asker reads."""
    if scope["path"].startswith("/api"):
        return JSONResponse({"error": message, "code": code, "hint": hint}, status)
    return PlainTextResponse(f"{message}\n{hint}".strip() + "\n", status)


def _too_large(scope: Scope) -> Response:
    response = _problem(scope, 413, "too_large", "The request is larger than 64 KiB.")
    # the rest of it is not read, so that nothing can follow on this connection; who is not told
    # sends the next request into one that is just being closed
    response.headers["connection"] = "close"
    return response
