"""Which folders of the host have to be lifted into view for a user who may not enter them.

A checkout, a Python or a cache often lies below a folder that is its owner's only, such as
/root. In a mount namespace of its own, a part sees an empty folder there instead, with
nothing in it but what the part needs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Veil:
    """A folder to be covered by an empty one, and what is shown in there all the same."""

    folder: Path
    shown: tuple[Path, ...]


def veils(
    needed: Iterable[Path], *, can_enter: Callable[[Path], bool] | None = None
) -> tuple[Veil, ...]:
    """What to cover so that everybody can reach `needed`, each path existing and absolute.

    Args:
        can_enter: whether everybody may enter a folder; as its mode says where absent.
    """
    asked = _everybody_can_enter if can_enter is None else can_enter
    covered: dict[Path, list[Path]] = {}
    for path in _outermost(needed):
        ancestors = reversed(path.parents)
        barrier = next((folder for folder in ancestors if not asked(folder)), None)
        if barrier is not None:
            covered.setdefault(barrier, []).append(path)
    return tuple(Veil(folder, tuple(shown)) for folder, shown in covered.items())


def _outermost(paths: Iterable[Path]) -> list[Path]:
    """Without those that lie below another one, in a fixed order."""
    kept: list[Path] = []
    for path in sorted(set(paths)):
        if not any(path.is_relative_to(other) for other in kept):
            kept.append(path)
    return kept


def _everybody_can_enter(folder: Path) -> bool:
    return bool(folder.stat().st_mode & 0o001)
