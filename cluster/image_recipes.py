"""The images of the product: what each is made of, and the name that follows from it."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from cluster import base_image, toolchain, woocommerce
from cluster.base_image import Base
from cluster.build_context import BuildContext
from cluster.home import Home
from cluster.image_settings import ImageSettings
from cluster.machine import architecture

SOURCES = Path(__file__).parent.parent / "docker"

PAUSE = "pause"
WORDPRESS = "wordpress-woocommerce"

STORES = (
    "medusa-backend",
    WORDPRESS,
    "medusa-storefront",
    "mysql",
    "postgres",
    "valkey",
)
"""Images that stores run, those that take longest to build first."""

ALL = (PAUSE, *STORES)
"""Images without which a cluster does not serve every engine."""

BY_VALUE = ("mariadb",)
"""Images that a value of a chart can name in the place of another; built where asked for."""

EVERY = (*ALL, *BY_VALUE)

PREFIX = "localhost/storeweaver"
"""Of every reference; it names no registry, so that no node tries to pull from one."""

_FORMAT = 1
"""Raised when the builder changes in a way that changes images of the same sources."""

_PAUSE_DOCKERFILE = """FROM scratch
COPY pause /pause
USER 65535:65535
ENTRYPOINT ["/pause"]
"""


@dataclass(frozen=True)
class ImageRecipe:
    """One image, and all that decides what is in it.

    Attributes:
        name: e.g. `postgres`.
        digest: of its sources, in hexadecimal.
        context: its Dockerfile's folder; None for the pause image.
        bases: base images that the Dockerfile asks for.
        arguments: further build arguments.
        release: WooCommerce, for the image that holds it.
        program: the program that is the whole of the pause image.
    """

    name: str
    digest: str
    context: BuildContext | None = None
    bases: tuple[Base, ...] = ()
    arguments: dict[str, str] = field(default_factory=dict)
    release: woocommerce.Release | None = None
    program: Path | None = None

    @property
    def tag(self) -> str:
        """Changes whenever the image may come out different, the day's packages apart."""
        decisive = {
            "format": _FORMAT,
            "name": self.name,
            "sources": self.digest,
            "bases": {base.argument: base.recipe for base in self.bases},
            "arguments": self.arguments,
            "release": self.release.digest if self.release else "",
            "architecture": architecture(),
        }
        return hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()[:12]

    @property
    def reference(self) -> str:
        """The name under which pods use the image."""
        return f"{PREFIX}/{self.name}:{self.tag}"

    def archive(self, home: Home) -> Path:
        """The file that holds the image once it is built."""
        return home.images / f"{self.name}-{self.tag}.tar"

    def stage(self, folder: Path) -> None:
        """Make `folder`, with everything that the build reads."""
        if self.context is not None:
            self.context.copy_to(folder)
        if self.program is not None:
            folder.mkdir(parents=True)
            (folder / "Dockerfile").write_text(_PAUSE_DOCKERFILE)
            shutil.copy2(self.program, folder / "pause")
        if self.release is not None:
            (folder / "release").mkdir(exist_ok=True)
            self.release.place(folder / "release")


def recipes(
    home: Home,
    names: Iterable[str] = ALL,
    *,
    settings: ImageSettings | None = None,
    sources: Path = SOURCES,
) -> dict[str, ImageRecipe]:
    """The recipes of the images `names`, as the sources and settings are now.

    They are in the order in which they are best built.

    Raises:
        ClusterError: the WooCommerce release that the settings name is not usable.
    """
    settings = ImageSettings.from_environment() if settings is None else settings
    rank = {name: place for place, name in enumerate(EVERY)}
    ordered = sorted(names, key=lambda name: (rank.get(name, len(rank)), name))
    return {name: _recipe(home, name, settings, sources) for name in ordered}


def references(home: Home, *, settings: ImageSettings | None = None) -> dict[str, str]:
    """The reference of every image, built or not.

    Raises:
        ClusterError: as for `recipes`.
    """
    made = recipes(home, EVERY, settings=settings)
    return {name: recipe.reference for name, recipe in made.items()}


def _recipe(home: Home, name: str, settings: ImageSettings, sources: Path) -> ImageRecipe:
    if name == PAUSE:
        program = toolchain.path(home, PAUSE)
        content = hashlib.sha256(f"{program.parent.name}\n{_PAUSE_DOCKERFILE}".encode())
        return ImageRecipe(name, content.hexdigest(), program=program)
    context = BuildContext(sources / name)
    declared = context.arguments()
    release = woocommerce.release(settings) if name == WORDPRESS else None
    return ImageRecipe(
        name=name,
        digest=context.digest(),
        context=context,
        bases=tuple(base for base in base_image.bases(settings) if base.argument in declared),
        arguments=release.arguments if release else {},
        release=release,
    )
