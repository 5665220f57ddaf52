"""The settings as they are in force, and where each comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Literal

from provisioner.settings import Settings, variable


@dataclass(frozen=True, kw_only=True)
class SettingView:
    """A setting; the value of one that is secret is never here.

    Attributes:
        source: whether the environment names it, or nothing does.
    """

    variable: str
    value: str
    meaning: str
    source: Literal["environment", "default"]


def settings_in_force(
    settings: Settings, environment: Mapping[str, str]
) -> tuple[SettingView, ...]:
    """Every setting, in the order of the class."""
    return tuple(
        SettingView(
            variable=variable(each.name),
            value=_shown(getattr(settings, each.name), is_secret=each.metadata["is_secret"]),
            meaning=each.metadata["meaning"],
            source="environment" if environment.get(variable(each.name), "").strip() else "default",
        )
        for each in fields(settings)
    )


def _shown(value: object, *, is_secret: bool) -> str:
    if is_secret:
        return "(set, not shown)" if value else ""
    if isinstance(value, tuple):
        return ", ".join(str(part) for part in value)
    if isinstance(value, float):
        return f"{value:g}"
    return str(value)
