"""What is told of cluster and images, and what follows for each engine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from provisioner.engines import ENGINES, Engine
from provisioner.preparation import Preparation, read
from provisioner.settings import Settings

SENTENCE = "The plugin is not in the image. Name its release and run `make up`."


def told(folder: Path, **images: dict[str, Any]) -> Preparation:
    """What a file says in which all images are ready but those given."""
    names = sorted({name for engine in ENGINES.values() for name in engine.images.values()})
    listed = [
        {"name": name, "reference": f"localhost/{name}:1", "state": "ready"}
        | images.get(name.replace("-", "_"), {})
        for name in names
    ]
    file = folder / "preparation.json"
    file.write_text(json.dumps({"images": listed, "cluster": {"state": "ready"}}))
    return read(Settings(preparation_file=str(file)))


@pytest.mark.parametrize("engine", ENGINES.values(), ids=lambda engine: engine.key)
def test_an_image_that_lacks_something_forbids_what_needs_it(
    engine: Engine, tmp_path: Path
) -> None:
    name = next(iter(engine.images.values()))
    lacking = {"state": "lacking", "reason": SENTENCE}
    found = told(tmp_path, **{name.replace("-", "_"): lacking})
    assert found.forbids(engine) == found.lacks(engine) == SENTENCE
    for other in ENGINES.values():
        if name not in other.images.values():
            assert found.forbids(other) == found.lacks(other) == ""
    assert found.view.is_done, "nothing is on its way any more"
    assert found.references(engine)[next(iter(engine.images))] == f"localhost/{name}:1"


@pytest.mark.parametrize("state", ["building", "waiting", "failed", "missing"])
def test_what_is_on_its_way_forbids_nothing(state: str, tmp_path: Path) -> None:
    engine = ENGINES["medusa"]
    found = told(tmp_path, postgres={"state": state, "reason": "Just a moment."})
    assert found.forbids(engine) == ""
    assert found.lacks(engine) == "Just a moment."
    assert not found.view.is_done


def test_versions_are_those_of_all_of_an_engines_images(tmp_path: Path) -> None:
    found = told(tmp_path, mysql={"versions": {"MySQL": "9.7.1"}}, valkey={"versions": {"V": "8"}})
    assert found.versions(ENGINES["woocommerce"]) == {"MySQL": "9.7.1"}
