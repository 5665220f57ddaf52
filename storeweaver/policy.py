"""What browsers are told about pages: what may run in them, and how long they keep."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

_INLINE = re.compile(r"<script(?P<attributes>[^>]*)>(?P<body>.*?)</script>", re.DOTALL)

YEAR = "public, max-age=31536000, immutable"

NOTHING_RUNS = "default-src 'none'; frame-ancestors 'none'"
"""The policy of whatever is not a page."""

FILES = (".css", ".js", ".svg", ".png", ".ico", ".woff2")
"""Ends of the names of files that are the same for everybody."""


def inline_scripts(pages: Iterable[str]) -> frozenset[str]:
    """The CSP hashes of every script that stands in a page itself.

    The frontend is built once and served as it is, so its own scripts can be named, and
    none that somebody slips in will run.
    """
    return frozenset(
        "sha256-" + base64.b64encode(hashlib.sha256(found["body"].encode()).digest()).decode()
        for page in pages
        for found in _INLINE.finditer(page)
        if "src=" not in found["attributes"] and found["body"]
    )


def pages_of(build: Path) -> list[str]:
    """Every page of a built frontend; none where it is not built, as in development."""
    return [page.read_text() for page in sorted(build.rglob("*.html"))]


def content_security_policy(*, hashes: Iterable[str], host: str) -> str:
    """The policy for a page served under this host.

    Styles may stand inline, since the component library sets them so; scripts may not, and
    nothing is evaluated from text.
    """
    scripts = " ".join(["'self'", *(f"'{each}'" for each in sorted(hashes))])
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {scripts}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data:",
            "font-src 'self'",
            # older Safari does not take 'self' for websockets
            f"connect-src 'self' ws://{host} wss://{host}",
            "manifest-src 'self'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


def security_headers(*, policy: str, is_secure: bool) -> dict[str, str]:
    """What every answer carries."""
    headers = {
        "content-security-policy": policy,
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        # a one-time link's address must not travel; no-referrer would also hide the Origin of
        # our own forms, which the guard goes by
        "referrer-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
    }
    if is_secure:
        headers["strict-transport-security"] = "max-age=31536000"
    return headers


def caching(path: str) -> str:
    """How long an answer may be kept: what is named by its content for ever, other files until
    the server says that they are another, pages and data never."""
    if path.startswith("/assets/"):
        return YEAR
    return "no-cache" if path.endswith(FILES) else "no-store"
