"""The session cookie: a name, and how it is read and set."""

from __future__ import annotations

from datetime import UTC, datetime

from starlette.responses import Response

_PLAIN = "storeweaver"
_SECURE = f"__Host-{_PLAIN}"
"""Where https is spoken: browsers take a cookie of this prefix from this very host only, so
that a shop on a neighbouring name cannot plant one."""


def cookie_name(*, is_secure: bool) -> str:
    """The cookie's name, by whether browsers reach the dashboard by https."""
    return _SECURE if is_secure else _PLAIN


def session_token(header: str, *, is_secure: bool) -> str:
    """The session token in a Cookie header, or ""."""
    wanted = cookie_name(is_secure=is_secure)
    for part in header.split(";"):
        name, separator, value = part.strip().partition("=")
        if separator and name == wanted:
            return value
    return ""


def set_session(response: Response, token: str, *, expires_at: datetime, is_secure: bool) -> None:
    """Give the browser a session that scripts cannot read."""
    response.set_cookie(
        cookie_name(is_secure=is_secure),
        token,
        max_age=max(0, int((expires_at - datetime.now(UTC)).total_seconds())),
        path="/",
        secure=is_secure,
        httponly=True,
        samesite="lax",
    )


def clear_session(response: Response, *, is_secure: bool) -> None:
    """Take the session from the browser."""
    response.delete_cookie(
        cookie_name(is_secure=is_secure),
        path="/",
        secure=is_secure,
        httponly=True,
        samesite="lax",
    )
