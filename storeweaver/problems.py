"""What a form in front of the door can come back with: a word in the address, told as text.

The address carries the word only, so that nobody can make the page say something of theirs.
"""

from __future__ import annotations

from provisioner.errors import (
    Conflict,
    Forbidden,
    InvalidInput,
    NotFound,
    NotSignedIn,
    StoreWeaverError,
    TooManyAttempts,
    Unavailable,
)

PROBLEMS: dict[str, tuple[str, str]] = {
    "wrong": (
        "Email and password do not belong together.",
        "Check both. An administrator can send you a link for a new password.",
    ),
    "many": ("Too many attempts.", "Wait half a minute and try again."),
    "away": (
        "The database cannot be reached just now.",
        "Nothing is lost. Try again in a moment.",
    ),
    "over": ("This link was used or is over.", "Ask an administrator for a new one."),
    "invitation": (
        "An account needs an invitation here.",
        "Ask an administrator for a link.",
    ),
    "taken": (
        "There is an account with this email already.",
        "Sign in, or ask an administrator for a new password.",
    ),
    "email": (
        "That is not an email address, or not the one this link is for.",
        "It looks like name@example.com.",
    ),
    "password": (
        "A password has 10 to 200 characters.",
        "Several words are easy to remember and hard to guess.",
    ),
    "again": ("The password was typed in two different ways.", "Type it twice the same."),
    "failed": ("That did not work.", "Try again; an operator finds the cause in the log."),
}


def word_for(error: StoreWeaverError) -> str:
    """The word that stands for an error."""
    match error:
        case NotSignedIn():
            return "wrong"
        case TooManyAttempts():
            return "many"
        case Unavailable():
            return "away"
        case NotFound():
            return "over"
        case Forbidden():
            return "invitation"
        case Conflict():
            return "taken"
        case InvalidInput() if error.field in PROBLEMS:
            return error.field
        case _:
            return "failed"


def inside(path: str) -> str:
    """A path to go on to, if it is one on this dashboard; else its first page."""
    is_inside = path.startswith("/") and not path.startswith(("//", "/\\", "/auth", "/api"))
    return path if is_inside and path.isprintable() and len(path) <= 500 else "/"
