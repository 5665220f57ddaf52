"""What a browser sent, made safe to hand on: anybody can send anything under any name."""

from __future__ import annotations

from collections.abc import Mapping

from provisioner.errors import InvalidInput

LONGEST = 1000
"""Characters of any single value; the longest honest one is a password of 200."""


def text(value: object) -> str:
    """A value as text.

    Raises:
        InvalidInput: it is not text, or too long.
    """
    if not isinstance(value, str):
        raise InvalidInput("This page sent something that is not text.", hint="Reload the page.")
    if len(value) > LONGEST:
        raise InvalidInput(
            f"That is longer than {LONGEST} characters.", hint="Shorten it and try again."
        )
    return value


def field(form: object, name: str) -> str:
    """One field of a form; "" where it is missing.

    Raises:
        InvalidInput: as `text`.
    """
    if not isinstance(form, Mapping):
        raise InvalidInput("This page sent something that is no form.", hint="Reload the page.")
    return text(form.get(name, ""))


def number(value: str, *, meaning: str) -> int | None:
    """A whole number as typed; None where nothing was.

    Raises:
        InvalidInput: it is something else.
    """
    value = value.strip()
    if not value:
        return None
    if not value.isdecimal() or len(value) > 9:
        raise InvalidInput(f"{meaning} is a whole number.", hint="Leave it empty for the default.")
    return int(value)


def argument(path: str, *, after: str) -> str:
    """The part of a page's address that follows a word; "" where there is none."""
    parts = path.strip("/").split("/")
    return parts[1][:100] if len(parts) == 2 and parts[0] == after else ""
