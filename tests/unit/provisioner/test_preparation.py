"""How far the platform's ground is, read from what `make up` tells."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import pytest

from provisioner import preparation
from provisioner.engines import ENGINES
from provisioner.errors import SettingsError
from provisioner.settings import Settings

ENGINE = ENGINES["medusa"]
IMAGES = [
    {"name": name, "reference": f"localhost/{name}:1", "state": "ready", "reason": ""}
    for name in ENGINE.images.values()
]
READY: dict[str, Any] = {
    "phases": [{"name": "Kubernetes", "state": "done", "note": "", "seconds": 3.5}],
    "images": IMAGES,
    "cluster": {"state": "ready", "reason": ""},
    "ingress": {"http_port": 8081, "https_port": 8444, "address": "127.0.0.1:8081"},
    "kubeconfig": "/somewhere/kubeconfig",
    "helm": "/somewhere/helm",
    "something_newer": {"that": "is not known here"},
}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(preparation_file=str(tmp_path / "preparation.json"))


def write(settings: Settings, told: object) -> None:
    file = Path(settings.preparation_file)
    file.with_suffix(".new").write_text(json.dumps(told))
    file.with_suffix(".new").replace(file)


def test_everything_ready(settings: Settings) -> None:
    write(settings, READY)
    found = preparation.read(settings)
    assert found.lacks(ENGINE) == ""
    assert found.view.is_done
    assert found.references(ENGINE)["backend"] == "localhost/medusa-backend:1"
    assert (found.http_port, found.address) == (8081, "127.0.0.1:8081")
    assert (found.kubeconfig, found.helm) == ("/somewhere/kubeconfig", "/somewhere/helm")
    assert found.view.phases[0].seconds == 3.5


@pytest.mark.parametrize("told", [None, "", "{", "[]", "{}", '{"cluster": {"state": "odd"}}'])
def test_a_file_that_is_missing_or_not_understood_counts_as_not_ready(
    settings: Settings, told: str | None
) -> None:
    if told is not None:
        Path(settings.preparation_file).write_text(told)
    found = preparation.read(settings)
    assert "being prepared" in found.lacks(ENGINE)
    assert not found.view.is_done


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"cluster": {"state": "starting"}}, "being prepared"),
        ({"cluster": {"state": "failed"}}, "make logs"),
        ({"cluster": {"state": "failed", "reason": "No room."}}, "No room."),
        ({"cluster": {"state": "away"}}, "away"),
        ({"images": [{**IMAGES[0], "state": "building"}, *IMAGES[1:]]}, "being built"),
        ({"images": [{**IMAGES[0], "state": "failed", "reason": "Disk full."}]}, "Disk full."),
        ({"images": IMAGES[1:]}, "not known"),
    ],
)
def test_what_is_lacking_is_said_in_a_sentence(
    settings: Settings, change: dict[str, Any], words: str
) -> None:
    write(settings, {**READY, **change})
    assert words in preparation.read(settings).lacks(ENGINE)


def test_settings_win_over_what_is_told(settings: Settings) -> None:
    write(settings, READY)
    found = preparation.read(replace(settings, ingress_port=80, kubeconfig="/mine"))
    assert (found.http_port, found.kubeconfig) == (80, "/mine")


def test_without_a_file_the_settings_name_the_images() -> None:
    named = ",".join(f"{image['name']}=example.test/{image['name']}:2" for image in IMAGES)
    found = preparation.read(Settings(images=named))
    assert found.lacks(ENGINE) == ""
    assert found.references(ENGINE)["postgres"] == "example.test/postgres:2"
    with pytest.raises(SettingsError, match="NAME=REFERENCE"):
        preparation.read(Settings(images="postgres"))


@pytest.mark.anyio
async def test_each_change_of_the_file_is_followed(settings: Settings) -> None:
    follow = preparation.follow(settings)
    assert (await anext(follow)).cluster_reason
    changed: list[preparation.Preparation] = []

    async def next_change() -> None:
        changed.append(await anext(follow))

    with anyio.fail_after(60):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(next_change)
            # the watch begins inside the task; whatever it missed, it sees at the next change
            while not changed:
                write(settings, READY)
                await anyio.sleep(0.2)
                if not changed:
                    write(settings, {**READY, "helm": "/another"})
                    await anyio.sleep(0.2)
    assert changed[0].cluster_reason == ""
