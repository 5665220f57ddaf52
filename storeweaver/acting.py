"""Who is acting in the event that runs now: set by the gate, asked for by handlers."""

from __future__ import annotations

from contextvars import ContextVar

from provisioner.errors import NotSignedIn, StoreWeaverError
from provisioner.views import Actor

_ACTING: ContextVar[Actor | StoreWeaverError | None] = ContextVar("acting", default=None)


def let_act(who: Actor | StoreWeaverError | None) -> None:
    """Say who acts for the rest of this event, or why that is not known."""
    _ACTING.set(who)


def acting() -> Actor:
    """Who acts. An event that did not pass the gate has nobody.

    Raises:
        NotSignedIn: nobody does.
        StoreWeaverError: it could not be found out, as with a database that is away.
    """
    who = _ACTING.get()
    if who is None:
        raise NotSignedIn("You are not signed in.", hint="Sign in and try again.")
    if isinstance(who, StoreWeaverError):
        raise who
    return who
