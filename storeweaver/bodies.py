"""How much one request may send."""

from __future__ import annotations

from starlette.types import Message, Receive

LONGEST_BODY = 64 * 1024
"""Bytes; the largest honest request is a form of a few hundred."""


class BodyTooLarge(Exception):
    """A request sends more than `LONGEST_BODY`."""


async def whole(receive: Receive) -> Receive:
    """Take in a request's body, and give it out again to whoever asks.

    It is read before the app begins, since the app would answer a body that breaks off
    half-way in words of its own.

    Raises:
        BodyTooLarge: it is longer than `LONGEST_BODY`.
    """
    messages: list[Message] = []
    taken = 0
    while True:
        message = await receive()
        messages.append(message)
        taken += len(message.get("body", b""))
        if taken > LONGEST_BODY:
            raise BodyTooLarge
        if message["type"] != "http.request" or not message.get("more_body", False):
            break
    messages.reverse()

    async def receive_again() -> Message:
        return messages.pop() if messages else await receive()

    return receive_again


def is_announced_too_large(length: str | None) -> bool:
    """Whether a Content-Length says so beforehand."""
    return length is not None and (not length.isdecimal() or int(length[:12]) > LONGEST_BODY)
