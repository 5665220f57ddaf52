"""Event handlers, typed as what they are once Reflex has taken them in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Protocol, cast

import reflex as rx


class Handler(Protocol):
    """A handler of a state class, as pages use it."""

    def __call__(self, *arguments: Any) -> Any:
        """The event with these arguments."""

    def debounce(self, milliseconds: int) -> Any:
        """The same, sent only once nothing new has come for a while."""


def handler(function: Callable[..., Awaitable[object]]) -> Handler:
    """A handler that browsers may send; who may is the gate's to say."""
    return cast(Handler, rx.event(function))


def latest(function: Callable[..., Awaitable[object]]) -> Handler:
    """The same, where a newer event makes an older unfinished one needless."""
    return cast(Handler, rx.event(function, supersedes=True))
