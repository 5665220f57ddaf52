"""Real builds, in a state folder of their own that borrows what takes long to fetch."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from cluster import images, packages
from cluster.home import Home
from cluster.image_recipes import ImageRecipe, recipes
from cluster.image_settings import ImageSettings
from cluster.image_states import State, read
from cluster.images import BuiltImage, Outcome
from cluster.progress import Progress

ROOT = Path(__file__).parent.parent.parent.parent

DEBIAN = "ARG BASE=docker.io/library/debian:trixie-slim\nFROM ${BASE}\n"
"""How a Dockerfile on a base image begins."""

_BUILD = """
import signal, sys
from pathlib import Path
from cluster import images
from cluster.home import Home
from cluster.image_settings import ImageSettings
from cluster.progress import Progress
# a shell may have told its background jobs to ignore it
signal.signal(signal.SIGINT, signal.default_int_handler)
outcome = images.build(
    Home.from_environment(), sys.argv[2:], progress=Progress(), settings=ImageSettings(),
    sources=Path(sys.argv[1]),
)
sys.exit(len(outcome.failed))
"""


@dataclass(frozen=True)
class Workshop:
    """A place to build images in.

    Attributes:
        home: its state folder, which the tests of a run share.
        sources: the folder that holds a folder for each image of one test.
        debian: unpacked Debian packages, those of this machine's installation.
    """

    home: Home
    sources: Path
    debian: Path

    def put(self, name: str, dockerfile: str, **files: str) -> None:
        """Write the sources of an image."""
        folder = self.sources / name
        folder.mkdir(parents=True, exist_ok=True)
        for file, content in {"Dockerfile": dockerfile, **files}.items():
            (folder / file).write_text(content)

    def build(self, *names: str, base: str = "", mirror: str = "") -> Outcome:
        """Build the images in this process."""
        return images.build(
            self.home,
            names,
            progress=Progress(stream=io.StringIO()),
            settings=ImageSettings(base=base, mirror=mirror),
            sources=self.sources,
        )

    def built(self, name: str) -> BuiltImage:
        """Build an image that is expected to succeed."""
        outcome = self.build(name)
        assert outcome.failed == {}
        return outcome.built[name]

    def start(self, *names: str) -> subprocess.Popen[bytes]:
        """Build the images in a process of its own, which can be killed."""
        return subprocess.Popen(
            [sys.executable, "-c", _BUILD, str(self.sources), *names],
            cwd=ROOT,
            env={
                **os.environ,
                "STOREWEAVER_HOME": str(self.home.root),
                "STOREWEAVER_CACHE": str(self.home.cache),
            },
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def recipe(self, name: str) -> ImageRecipe:
        found = recipes(self.home, [name], settings=ImageSettings(), sources=self.sources)
        return found[name]

    def state(self, name: str) -> State:
        """What other processes are told about an image."""
        return read(self.home, {name: self.recipe(name)})[0].state


@pytest.fixture(scope="session")
def debian() -> Path:
    home = Home.from_environment()
    packages.unpack(home, packages.BUILDER)
    packages.unpack(home, packages.RUNTIME)
    return home.cache / "debian"


@pytest.fixture(scope="session")
def workshop_home(debian: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    folder = tmp_path_factory.mktemp("workshop")
    home = Home(root=folder, cache=folder / "cache")
    home.cache.mkdir()
    (home.cache / "debian").symlink_to(debian)
    base = debian.parent / "base"
    if base.exists():
        shutil.copytree(base, home.cache / "base")
    return home


@pytest.fixture
def workshop(workshop_home: Home, debian: Path, tmp_path: Path) -> Workshop:
    return Workshop(workshop_home, tmp_path / "docker", debian)


def wait_for(condition: Callable[[], object], *, seconds: float = 60) -> None:
    """Wait until `condition` gives something true; fail when it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come true"
        time.sleep(0.05)
