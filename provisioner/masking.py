"""Hides what must not be shown of values and manifests, by the names that it goes under."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

MASK = "••••••••"

_SECRET = re.compile(
    r"pass(word|phrase|wd)?$|secret$|token$|salt$|credential|private|api[_-]?key|"
    r"(^|[_-])(auth|cookie|jwt|encryption|access)[_-]?key$|_key$|dsn$|connection[_-]?string",
    re.IGNORECASE,
)
_IN_ADDRESS = re.compile(
    r"(?P<before>\b[a-z][a-z0-9+.-]*://[^\s/:@]*:)[^\s/@]+(?=@)", re.IGNORECASE
)


def masked(value: Any, *, name: str = "") -> Any:
    """The same with every secret replaced by `MASK`.

    A value is secret by the name that it stands under, and by the form of an address with a
    password. Structures below a secret's name are looked at by their own names: `secretName`
    and `secretKeyRef` say where a secret is, and are none.
    """
    match value:
        case Mapping():
            # an environment variable stands under `value`, and its name beside it
            own = value.get("name")
            return {
                key: masked(each, name=own if key == "value" and isinstance(own, str) else str(key))
                for key, each in value.items()
            }
        case str():
            if value and _SECRET.search(name):
                return MASK
            return _IN_ADDRESS.sub(rf"\g<before>{MASK}", value)
        case Sequence():
            return [masked(each, name=name) for each in value]
        case bool() | None:
            return value
        case _:
            return MASK if _SECRET.search(name) else value


def shown_manifest(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """An object as it may be shown: no secret, and nothing that only servers read."""
    shown: dict[str, Any] = masked(manifest)
    if manifest.get("kind") == "Secret":
        shown = {key: shown[key] for key in ("apiVersion", "kind", "metadata") if key in shown}
    metadata = {**shown.get("metadata", {})}
    metadata.pop("managedFields", None)
    annotations = {
        key: value
        for key, value in (metadata.pop("annotations", None) or {}).items()
        if not key.endswith("last-applied-configuration")
    }
    if annotations:
        metadata["annotations"] = annotations
    return {**shown, "metadata": metadata}
