"""One image from its recipe to its archive."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable
from pathlib import Path

from cluster import disk, woocommerce
from cluster.base_image import BaseImages
from cluster.builder import Builder
from cluster.commands import tail
from cluster.errors import ClusterError, CommandFailed
from cluster.following import following
from cluster.home import Home
from cluster.image_archive import LACKS_LABEL, VERSIONS_LABEL
from cluster.image_recipes import ImageRecipe

PACKAGES_LABEL = "dev.storeweaver.packages"
"""`name=version` of every Debian package in the image, separated by spaces."""

WOOCOMMERCE_LABEL = "dev.storeweaver.woocommerce"
"""WooCommerce's version, or `absent`; only on the image that is made for it."""

WOOCOMMERCE_SUM_LABEL = "dev.storeweaver.woocommerce.sha256"
"""The sum of the release that is in it, as `cluster/woocommerce.py` computes it."""

PACKAGES_FILE = "/etc/storeweaver/packages"
LACKS_FILE = "/etc/storeweaver/lacks"
VERSIONS_FILE = "/etc/storeweaver/versions"
PROJECT_FILE = Path(__file__).parent.parent / "pyproject.toml"

PURPOSE = "building images"

_STEP = re.compile(r"(?:\[(\d+)/(\d+)\] )?STEP (\d+)/(\d+): (\S+)")
_ERROR = re.compile(r"^(?:Error|error): (.*)$", re.MULTILINE)


def build_image(
    home: Home,
    recipe: ImageRecipe,
    *,
    builder: Builder,
    bases: BaseImages,
    note: Callable[[str], None],
) -> None:
    """Build an image and write its archive, which is there wholly or not at all.

    Raises:
        ClusterError: a base is not to be had, a step failed or the disk is full;
            `detail` holds the last lines of the image's log.
    """
    log = log_file(home, recipe.name)
    log.unlink(missing_ok=True)
    log.parent.mkdir(parents=True, exist_ok=True)
    try:
        arguments = {base.argument: bases.provide(base, note=note) for base in recipe.bases}
        context = builder.work / recipe.name
        recipe.stage(context)
        with following(log, lambda line: _report(line, note)):
            image = builder.build(context, arguments=arguments | recipe.arguments, log=log)
        builder.label(image, labels=_labels(recipe, image, builder), tag=recipe.reference, log=log)
        note("writing the archive")
        partial = builder.work / f"{recipe.name}.tar"
        builder.export(recipe.reference, partial)
        # after a power cut the name must not stand for an archive that never reached the disk
        os.sync()
        partial.rename(recipe.archive(home))
    except (CommandFailed, OSError) as failure:
        raise _explained(home, recipe, failure) from failure


def log_file(home: Home, name: str) -> Path:
    """The log of the latest build of the image `name`."""
    return home.logs / "images" / f"{name}.log"


def _labels(recipe: ImageRecipe, image: str, builder: Builder) -> dict[str, str]:
    labels = {
        "org.opencontainers.image.title": recipe.name,
        "org.opencontainers.image.revision": recipe.tag,
        "org.opencontainers.image.version": _version(),
    }
    packages = builder.read(image, PACKAGES_FILE)
    if packages:
        labels[PACKAGES_LABEL] = " ".join(sorted(packages.split()))
    for label, file in ((LACKS_LABEL, LACKS_FILE), (VERSIONS_LABEL, VERSIONS_FILE)):
        if text := builder.read(image, file):
            labels[label] = " ".join(text.split())
    if recipe.release is not None:
        version = builder.read(image, woocommerce.VERSION_FILE).strip()
        labels[WOOCOMMERCE_LABEL] = version or "absent"
        if recipe.release.digest:
            labels[WOOCOMMERCE_SUM_LABEL] = recipe.release.digest
    return labels


def _version() -> str:
    return str(tomllib.loads(PROJECT_FILE.read_text())["project"]["version"])


def _report(line: str, note: Callable[[str], None]) -> None:
    """Say which step of the Dockerfile a line of buildah's log begins."""
    found = _STEP.match(line)
    if found is not None:
        stage = f"stage {found[1]} of {found[2]}, " if found[1] else ""
        note(f"{stage}step {found[3]} of {found[4]}: {found[5]}")


def _explained(home: Home, recipe: ImageRecipe, failure: CommandFailed | OSError) -> ClusterError:
    log = log_file(home, recipe.name)
    said = log.read_text(errors="replace") if log.exists() else ""
    if isinstance(failure, CommandFailed):
        said += failure.detail
    detail = tail(log) or str(failure)
    if disk.says_full(said) or disk.says_full(str(failure)):
        return disk.full(home.cache, purpose=PURPOSE, detail=detail)
    causes: list[str] = _ERROR.findall(said)
    cause = causes[-1] if causes else str(failure)
    return ClusterError(
        f"The image {recipe.name} does not build: {cause}",
        next_step=f"Read {log}, mend the cause and run `python -m cluster images`; finished "
        "steps are kept.",
        detail=detail,
    )
