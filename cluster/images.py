"""Building the images: each once for its content, side by side."""

from __future__ import annotations

import os
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from cluster import disk, image_archive, toolchain
from cluster.base_image import BaseImages
from cluster.builder import Builder
from cluster.errors import ClusterError
from cluster.home import Home
from cluster.image_build import PURPOSE, build_image
from cluster.image_recipes import ALL, EVERY, PAUSE, PREFIX, SOURCES, ImageRecipe, recipes
from cluster.image_settings import ImageSettings
from cluster.image_states import ImageStates, lock_file
from cluster.locks import exclusive
from cluster.packages import BUILDER, unpack
from cluster.progress import Progress

NEEDED = 6 * 1024**3
"""Bytes for all images from nothing, with their layers and archives."""

KEPT = 2
"""Archives of an image that stay: the current one, and the one before."""

OLDEST_LAYER = 7 * 24 * 3600
"""Seconds for which layers that no image needs are kept, to go on from after a change."""


@dataclass(frozen=True)
class BuiltImage:
    """An image that is ready to be brought into a cluster.

    Attributes:
        name: e.g. `postgres`.
        reference: under which pods use it.
        archive: the file that holds it.
        digest: of its manifest, `sha256:…`.
        labels: of its configuration.
    """

    name: str
    reference: str
    archive: Path
    digest: str
    labels: dict[str, str]


@dataclass(frozen=True)
class Outcome:
    """What a run of the builder came to, by image name.

    `failed` says for each image that could not be built why, and what to do.
    """

    built: dict[str, BuiltImage]
    failed: dict[str, ClusterError]


def build(
    home: Home,
    names: Iterable[str] = ALL,
    *,
    progress: Progress,
    settings: ImageSettings | None = None,
    sources: Path = SOURCES,
) -> Outcome:
    """Build those of the images whose content is not built yet.

    Where all are there, nothing is run. An image that fails stops no other.
    Interrupting the call ends the builds; what they had finished is gone on from.

    Raises:
        ClusterError: nothing can be built: no room, no packages to build with, a
            kernel that refuses, or settings that make no sense.
    """
    settings = ImageSettings.from_environment() if settings is None else settings
    wanted = recipes(home, names, settings=settings, sources=sources)
    failed: dict[str, ClusterError] = {}
    if _missing(home, wanted):
        failed = _build_missing(home, wanted, settings, progress)
    built = {name: _built(home, recipe) for name, recipe in wanted.items() if name not in failed}
    return Outcome(built=built, failed=failed)


def _build_missing(
    home: Home, wanted: dict[str, ImageRecipe], settings: ImageSettings, progress: Progress
) -> dict[str, ClusterError]:
    with ExitStack() as held:
        with progress.phase("Image builder") as note:
            packages = unpack(home, BUILDER, note=note)
            if PAUSE in wanted:
                toolchain.build(home, [PAUSE], progress=progress)
            held.enter_context(
                exclusive(lock_file(home), waiting=lambda pid: note(f"waiting for process {pid}"))
            )
            missing = _missing(home, wanted)
            if not missing:
                return {}
            builder = held.enter_context(Builder(home, packages=packages))
            _make_room(home, builder)
        bases = BaseImages(home, builder, settings)
        states = ImageStates(home, wanted)
        failed = _build_side_by_side(home, missing, builder, bases, states, progress)
        if not builder.is_alive:
            raise ClusterError(
                "The builds of images were ended from outside.",
                next_step="Run the command again; it goes on from the steps that were finished.",
            )
        for name in missing.keys() - failed.keys():
            prune(home, name)
        builder.prune(
            unused_for=OLDEST_LAYER,
            is_outdated=lambda reference: _is_outdated(home, reference),
        )
        return failed


def _build_side_by_side(
    home: Home,
    missing: dict[str, ImageRecipe],
    builder: Builder,
    bases: BaseImages,
    states: ImageStates,
    progress: Progress,
) -> dict[str, ClusterError]:
    """Build all of `missing`; the errors of those that failed."""

    def build_one(recipe: ImageRecipe) -> None:
        states.put(recipe, "building", "It is being built.")
        try:
            with progress.phase(f"Image {recipe.name}") as note:
                build_image(home, recipe, builder=builder, bases=bases, note=note)
        except ClusterError as error:
            if builder.is_alive:
                states.put(recipe, "failed", str(error))
            raise
        states.put(recipe, "ready")

    for recipe in missing.values():
        states.put(recipe, "waiting", "Other images are built first.")
    # downloads take as long as computing, so two go well on one processor too
    workers = max(2, os.cpu_count() or 1)
    running: dict[str, Future[None]] = {}
    with ThreadPoolExecutor(workers, thread_name_prefix="image") as pool:
        try:
            for name, recipe in missing.items():
                running[name] = pool.submit(build_one, recipe)
            errors = {name: future.exception() for name, future in running.items()}
        except BaseException:
            builder.stop()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    failed = {}
    for name, error in errors.items():
        if isinstance(error, ClusterError):
            failed[name] = error
        elif error is not None:
            raise error
    return failed


def _missing(home: Home, wanted: dict[str, ImageRecipe]) -> dict[str, ImageRecipe]:
    return {name: recipe for name, recipe in wanted.items() if not recipe.archive(home).exists()}


def _built(home: Home, recipe: ImageRecipe) -> BuiltImage:
    archive = recipe.archive(home)
    found = image_archive.read(archive)
    return BuiltImage(recipe.name, recipe.reference, archive, found.digest, found.labels)


def _make_room(home: Home, builder: Builder) -> None:
    """Give up the layers of earlier builds where there is no room without them."""
    if disk.free(home.cache) < NEEDED:
        builder.buildah("rmi", "--all", "--force")
    disk.require(home.cache, NEEDED, purpose=PURPOSE)


def prune(home: Home, name: str) -> None:
    """Remove all but the newest archives of the image `name`."""
    archives = home.images.glob(f"{name}-{'[0-9a-f]' * 12}.tar")
    newest_first = sorted(archives, key=lambda path: path.stat().st_mtime, reverse=True)
    for archive in newest_first[KEPT:]:
        archive.unlink()


def _is_outdated(home: Home, reference: str) -> bool:
    """Whether a name in the builder's storage is one of ours whose archive is gone."""
    name, _, tag = reference.removeprefix(f"{PREFIX}/").partition(":")
    is_ours = reference.startswith(f"{PREFIX}/") and name in EVERY
    return is_ours and not (home.images / f"{name}-{tag}.tar").exists()
