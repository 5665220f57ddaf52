"""Which images are ready, and why the others are not: told to other processes by a file."""

from __future__ import annotations

import json
import threading
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

from cluster import image_archive
from cluster.errors import ClusterError
from cluster.home import Home
from cluster.image_recipes import ImageRecipe
from cluster.locks import holder

State = Literal["ready", "lacking", "building", "waiting", "failed", "missing"]


@dataclass(frozen=True)
class ImageState:
    """How an image fares.

    Attributes:
        name: e.g. `postgres`.
        reference: of the image as its sources are now.
        state: `waiting` while others are built first, `missing` when nobody builds it,
            `lacking` when it is built, and without something that stores need.
        reason: one sentence for any state but `ready`, else empty.
        versions: of what is in it, once it is built, by the names that people know.
    """

    name: str
    reference: str
    state: State
    reason: str = ""
    versions: dict[str, str] = field(default_factory=dict)


class ImageStates:
    """Writes the states of the images that are being built; several threads may."""

    def __init__(self, home: Home, recipes: dict[str, ImageRecipe]) -> None:
        self._file = states_file(home)
        self._lock = threading.Lock()
        self._states = {state.name: state for state in read(home, recipes)}

    def put(self, recipe: ImageRecipe, state: State, reason: str = "") -> None:
        """Record how an image fares."""
        with self._lock:
            self._states[recipe.name] = ImageState(recipe.name, recipe.reference, state, reason)
            self._file.parent.mkdir(parents=True, exist_ok=True)
            temporary = self._file.with_suffix(".tmp")
            text = json.dumps([asdict(s) for s in self._states.values()], indent=1)
            try:
                temporary.write_text(text)
                temporary.replace(self._file)
            except OSError:
                # on a full disk, the build's own error says so; this one would hide it
                temporary.unlink(missing_ok=True)


def read(home: Home, recipes: dict[str, ImageRecipe]) -> list[ImageState]:
    """The states of the images with these recipes.

    What was recorded counts only for the sources as they are now, and `building` only
    while somebody builds.
    """
    try:
        recorded = {
            entry["reference"]: entry for entry in json.loads(states_file(home).read_text())
        }
    except (FileNotFoundError, json.JSONDecodeError):
        recorded = {}
    is_busy = bool(holder(lock_file(home)))
    states = []
    for name, recipe in recipes.items():
        entry = recorded.get(recipe.reference)
        if recipe.archive(home).exists():
            states.append(_built(recipe, recipe.archive(home)))
        elif entry is None or entry["state"] == "ready":
            reason = "It was not built yet; `python -m cluster images` builds it."
            states.append(ImageState(name, recipe.reference, "missing", reason))
        elif entry["state"] in {"building", "waiting"} and not is_busy:
            reason = "Its build was interrupted; `python -m cluster images` goes on with it."
            states.append(ImageState(name, recipe.reference, "missing", reason))
        else:
            states.append(ImageState(name, recipe.reference, entry["state"], entry["reason"]))
    return states


def _built(recipe: ImageRecipe, archive: Path) -> ImageState:
    try:
        found = image_archive.read(archive)
    except (ClusterError, OSError):
        # whoever uses a broken archive, or one that was just replaced, says so
        return ImageState(recipe.name, recipe.reference, "ready")
    state: State = "lacking" if found.lacks else "ready"
    return ImageState(recipe.name, recipe.reference, state, found.lacks, found.versions)


def lock_file(home: Home) -> Path:
    """Held by whoever builds images."""
    return home.images / "lock"


def states_file(home: Home) -> Path:
    return home.images / "images.json"
