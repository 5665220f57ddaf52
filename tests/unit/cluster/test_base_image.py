"""The base images that Dockerfiles ask for."""

from __future__ import annotations

from cluster.base_image import bases
from cluster.image_settings import ImageSettings


def test_debian_stable_and_unstable_by_default() -> None:
    stable, unstable = bases(ImageSettings())
    assert (stable.argument, stable.reference) == ("BASE", "docker.io/library/debian:trixie-slim")
    assert (unstable.argument, unstable.reference) == (
        "SID_BASE",
        "docker.io/library/debian:sid-slim",
    )
    assert not stable.is_named
    assert not unstable.is_named


def test_named_ones_are_taken_and_nothing_else() -> None:
    found = ImageSettings.from_environment({"IMAGE_BASE": "registry.example/debian:13"})
    stable, unstable = bases(found)
    assert stable.reference == "registry.example/debian:13"
    assert stable.is_named
    assert not unstable.is_named


def test_content_depends_on_the_release_or_on_the_name_that_was_given() -> None:
    stable, unstable = bases(ImageSettings())
    assert (stable.recipe, unstable.recipe) == ("trixie", "sid")
    named, _ = bases(ImageSettings(base="registry.example/debian:13"))
    assert named.recipe == "registry.example/debian:13"
