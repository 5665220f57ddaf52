"""Passwords, tokens, and what is kept of them."""

from __future__ import annotations

import hashlib
import secrets

import anyio
import anyio.to_thread
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from provisioner.errors import InvalidInput

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 200
"""Characters. The lower bound follows NIST SP 800-63B (8) with some reserve; the upper one keeps
a request from costing much."""

_HASHER = PasswordHash((Argon2Hasher(time_cost=2, memory_cost=19 * 1024, parallelism=1),))
"""Argon2id with OWASP's parameters: 19 MiB, two passes; 18 ms on a slow core."""

_SOMEBODY_ELSES = _HASHER.hash(secrets.token_urlsafe(16))

_at_once: anyio.CapacityLimiter | None = None


def new_token() -> str:
    """256 random bits for a browser, a program or a link."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """What is kept of a token: its SHA-256. Random tokens need no slower one."""
    return hashlib.sha256(token.encode()).hexdigest()


def check_password(password: str) -> None:
    """Refuse a password that is too short or too long.

    Raises:
        InvalidInput: it is.
    """
    if len(password) < SHORTEST_PASSWORD:
        raise InvalidInput(
            f"The password has fewer than {SHORTEST_PASSWORD} characters.",
            hint="Several words are easy to remember and hard to guess.",
            field="password",
        )
    if len(password) > LONGEST_PASSWORD:
        raise InvalidInput(
            f"The password has more than {LONGEST_PASSWORD} characters.",
            hint="Choose a shorter one.",
            field="password",
        )


async def hashed(password: str) -> str:
    """The Argon2id hash of a password."""
    return await anyio.to_thread.run_sync(_HASHER.hash, password, limiter=_limiter())


async def verified(password: str, known: str | None) -> bool:
    """Whether it is the password. Takes as long where there is no account."""
    right = await anyio.to_thread.run_sync(
        _HASHER.verify,
        password[: LONGEST_PASSWORD + 1],
        known or _SOMEBODY_ELSES,
        limiter=_limiter(),
    )
    return right and known is not None


def _limiter() -> anyio.CapacityLimiter:
    """Two at once: more would only take memory and turns from the event loop."""
    global _at_once
    if _at_once is None:
        _at_once = anyio.CapacityLimiter(2)
    return _at_once
