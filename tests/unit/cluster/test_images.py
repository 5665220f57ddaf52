"""Names that follow from content, what archives say, and which images count as ready."""

from __future__ import annotations

import io
import json
import os
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from cluster import disk, image_archive, image_states, images
from cluster.errors import ClusterError
from cluster.home import Home
from cluster.image_recipes import EVERY, SOURCES, STORES, ImageRecipe, recipes, references
from cluster.image_settings import ImageSettings
from cluster.image_states import ImageStates, State
from cluster.locks import exclusive
from cluster.progress import Progress

WORDPRESS = "wordpress-woocommerce"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(root=tmp_path / "state", cache=tmp_path / "state" / "cache")


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    folder = tmp_path / "docker"
    for name, dockerfile in {
        "valkey": "ARG BASE=debian\nFROM ${BASE}\nRUN echo valkey\n",
        "mysql": "ARG SID_BASE=debian\nFROM ${SID_BASE}\nRUN echo mysql\n",
        WORDPRESS: "ARG BASE=debian\nFROM ${BASE}\nARG WOOCOMMERCE_URL\nCOPY release /release\n",
    }.items():
        (folder / name).mkdir(parents=True)
        (folder / name / "Dockerfile").write_text(dockerfile)
    return folder


def tag(home: Home, name: str, sources: Path, settings: ImageSettings | None = None) -> str:
    found = recipes(home, [name], settings=settings or ImageSettings(), sources=sources)
    return found[name].tag


def write_archive(path: Path, recipe: ImageRecipe, labels: dict[str, str] | None = None) -> None:
    """An OCI archive as buildah writes it, without layers."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w") as archive:

        def put(name: str, value: dict[str, Any]) -> None:
            data = json.dumps(value).encode()
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))

        put("blobs/sha256/c0", {"config": {"Labels": labels}})
        put("blobs/sha256/a0", {"config": {"digest": "sha256:c0"}, "layers": []})
        annotations = {image_archive.REFERENCE_ANNOTATION: recipe.reference}
        put(
            "index.json",
            {"manifests": [{"digest": "sha256:a0", "annotations": annotations}]},
        )


class TestTags:
    def test_follow_the_sources(self, home: Home, sources: Path) -> None:
        before = tag(home, "valkey", sources)
        assert tag(home, "valkey", sources) == before
        (sources / "valkey" / "serve.sh").write_text("exec valkey-server")
        assert tag(home, "valkey", sources) != before

    def test_follow_the_bases_that_the_dockerfile_asks_for(self, home: Home, sources: Path) -> None:
        other = ImageSettings(base="registry.example/debian:13")
        assert tag(home, "valkey", sources, other) != tag(home, "valkey", sources)
        assert tag(home, "mysql", sources, other) == tag(home, "mysql", sources)

    def test_follow_woocommerces_release_in_the_image_that_holds_it(
        self, home: Home, sources: Path, tmp_path: Path
    ) -> None:
        with zipfile.ZipFile(tmp_path / "release.zip", "w") as content:
            content.writestr("woocommerce/woocommerce.php", "<?php\n/*\n * Version: 11.0.1\n */")
        local = ImageSettings(woocommerce=str(tmp_path / "release.zip"))
        remote = ImageSettings(
            woocommerce="https://shop.example/release.zip", woocommerce_sha256="ab" * 32
        )
        tags = {tag(home, WORDPRESS, sources, s) for s in (ImageSettings(), local, remote)}
        assert len(tags) == 3
        assert tag(home, "valkey", sources, local) == tag(home, "valkey", sources)

    def test_do_not_depend_on_where_the_release_lies(
        self, home: Home, sources: Path, tmp_path: Path
    ) -> None:
        with zipfile.ZipFile(tmp_path / "release.zip", "w") as content:
            content.writestr("woocommerce/woocommerce.php", "<?php\n/*\n * Version: 11.0.1\n */")
        before = tag(
            home, WORDPRESS, sources, ImageSettings(woocommerce=str(tmp_path / "release.zip"))
        )
        moved = (tmp_path / "release.zip").rename(tmp_path / "moved.zip")
        assert tag(home, WORDPRESS, sources, ImageSettings(woocommerce=str(moved))) == before

    def test_every_image_has_a_reference_before_anything_is_built(self, home: Home) -> None:
        found = references(home, settings=ImageSettings())
        assert tuple(found) == EVERY
        for name, reference in found.items():
            assert reference.startswith(f"localhost/storeweaver/{name}:")
            assert len(reference.rpartition(":")[2]) == 12
        assert not home.images.exists()

    def test_every_image_of_a_store_takes_its_base_as_an_argument(self, home: Home) -> None:
        for recipe in recipes(home, STORES, settings=ImageSettings()).values():
            assert recipe.bases, f"{recipe.name} declares neither BASE nor SID_BASE"


class TestStaging:
    def test_a_local_release_is_put_where_the_dockerfile_looks(
        self, home: Home, sources: Path, tmp_path: Path
    ) -> None:
        with zipfile.ZipFile(tmp_path / "woocommerce.11.zip", "w") as content:
            content.writestr("woocommerce/woocommerce.php", "<?php\n/*\n * Version: 11.0.1\n */")
        settings = ImageSettings(woocommerce=str(tmp_path / "woocommerce.11.zip"))
        recipe = recipes(home, [WORDPRESS], settings=settings, sources=sources)[WORDPRESS]
        recipe.stage(tmp_path / "stage")
        assert (tmp_path / "stage/release/woocommerce.zip").is_file()
        assert (tmp_path / "stage/Dockerfile").is_file()

    def test_without_one_the_folder_is_there_all_the_same(
        self, home: Home, sources: Path, tmp_path: Path
    ) -> None:
        found = recipes(home, [WORDPRESS], settings=ImageSettings(), sources=sources)
        found[WORDPRESS].stage(tmp_path / "stage")
        assert list((tmp_path / "stage/release").iterdir()) == []


class TestArchive:
    def test_says_what_is_in_it(self, home: Home, sources: Path, tmp_path: Path) -> None:
        recipe = recipes(home, ["valkey"], settings=ImageSettings(), sources=sources)["valkey"]
        write_archive(tmp_path / "image.tar", recipe, {"title": "valkey"})
        found = image_archive.read(tmp_path / "image.tar")
        assert found.reference == recipe.reference
        assert found.digest == "sha256:a0"
        assert found.labels == {"title": "valkey"}

    def test_that_is_cut_short_is_refused(self, home: Home, sources: Path, tmp_path: Path) -> None:
        recipe = recipes(home, ["valkey"], settings=ImageSettings(), sources=sources)["valkey"]
        write_archive(tmp_path / "image.tar", recipe)
        content = (tmp_path / "image.tar").read_bytes()
        (tmp_path / "image.tar").write_bytes(content[:700])
        with pytest.raises(ClusterError, match="no complete image archive"):
            image_archive.read(tmp_path / "image.tar")


class TestStates:
    @pytest.fixture
    def known(self, home: Home, sources: Path) -> dict[str, ImageRecipe]:
        return recipes(home, ["valkey", "mysql"], settings=ImageSettings(), sources=sources)

    def states(self, home: Home, known: dict[str, ImageRecipe]) -> dict[str, State]:
        return {state.name: state.state for state in image_states.read(home, known)}

    def test_missing_until_built(self, home: Home, known: dict[str, ImageRecipe]) -> None:
        assert self.states(home, known) == {"valkey": "missing", "mysql": "missing"}
        write_archive(known["valkey"].archive(home), known["valkey"])
        assert self.states(home, known) == {"valkey": "ready", "mysql": "missing"}

    def test_an_image_tells_what_it_lacks_and_what_is_in_it(
        self, home: Home, known: dict[str, ImageRecipe]
    ) -> None:
        labels = {
            image_archive.LACKS_LABEL: "Its plugin is missing. Name one and run `make up`.",
            image_archive.VERSIONS_LABEL: "MySQL=9.7.1 PHP=8.4.2",
        }
        write_archive(known["mysql"].archive(home), known["mysql"], labels)
        write_archive(known["valkey"].archive(home), known["valkey"])
        found = {state.name: state for state in image_states.read(home, known)}
        assert found["mysql"].state == "lacking"
        assert found["mysql"].reason == labels[image_archive.LACKS_LABEL]
        assert found["mysql"].versions == {"MySQL": "9.7.1", "PHP": "8.4.2"}
        assert (found["valkey"].state, found["valkey"].versions) == ("ready", {})

    def test_a_failure_is_told_with_its_reason(
        self, home: Home, known: dict[str, ImageRecipe]
    ) -> None:
        ImageStates(home, known).put(known["mysql"], "failed", "A step ended with status 1.")
        found = {state.name: state for state in image_states.read(home, known)}
        assert found["mysql"].state == "failed"
        assert found["mysql"].reason == "A step ended with status 1."

    def test_building_counts_while_somebody_builds(
        self, home: Home, known: dict[str, ImageRecipe]
    ) -> None:
        with exclusive(image_states.lock_file(home), waiting=lambda _: None):
            states = ImageStates(home, known)
            states.put(known["valkey"], "building", "It is being built.")
            states.put(known["mysql"], "waiting", "Other images are built first.")
            assert self.states(home, known) == {"valkey": "building", "mysql": "waiting"}
        assert self.states(home, known) == {"valkey": "missing", "mysql": "missing"}
        reasons = {state.reason for state in image_states.read(home, known)}
        assert reasons == {"Its build was interrupted; `python -m cluster images` goes on with it."}

    def test_what_was_recorded_for_other_sources_does_not_count(
        self, home: Home, known: dict[str, ImageRecipe], sources: Path
    ) -> None:
        ImageStates(home, known).put(known["mysql"], "failed", "A step ended with status 1.")
        (sources / "mysql" / "mended").write_text("")
        mended = recipes(home, ["mysql"], settings=ImageSettings(), sources=sources)
        assert self.states(home, mended) == {"mysql": "missing"}


def test_images_that_are_there_are_not_built(
    home: Home, sources: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = recipes(home, ["valkey"], settings=ImageSettings(), sources=sources)
    write_archive(known["valkey"].archive(home), known["valkey"], {"a": "b"})
    monkeypatch.setenv("PATH", "/nonexistent")
    shown = io.StringIO()
    outcome = images.build(
        home, ["valkey"], progress=Progress(stream=shown), settings=ImageSettings(), sources=sources
    )
    assert outcome.failed == {}
    assert outcome.built["valkey"].reference == known["valkey"].reference
    assert outcome.built["valkey"].labels == {"a": "b"}
    assert shown.getvalue() == ""


def test_the_newest_two_archives_are_kept(home: Home) -> None:
    home.images.mkdir(parents=True)
    archives = [home.images / f"valkey-{number:012x}.tar" for number in range(4)]
    other = home.images / "valkey-sentinel-000000000000.tar"
    for time, path in enumerate([*archives, other]):
        path.touch()
        os.utime(path, (time, time))
    images.prune(home, "valkey")
    assert sorted(home.images.iterdir()) == sorted([*archives[2:], other])


class TestDisk:
    def test_room_is_asked_for_beforehand(self, tmp_path: Path) -> None:
        disk.require(tmp_path / "not" / "yet", 1, purpose="building images")
        with pytest.raises(ClusterError) as caught:
            disk.require(tmp_path / "not" / "yet", 1 << 60, purpose="building images")
        assert caught.value.problem.startswith("Building images needs 1099511627776 MB in")
        assert "STOREWEAVER_CACHE" in caught.value.next_step

    @pytest.mark.parametrize(
        "said",
        [
            "write /var/x: no space left on device",
            "tar: x: Cannot write: No space left on device",
            "E: You don't have enough free space in /var/cache/apt/archives/.",
            "OSError: [Errno 122] Disk quota exceeded",
        ],
    )
    def test_a_full_disk_is_recognised(self, said: str) -> None:
        assert disk.says_full(said)

    def test_other_failures_are_not_blamed_on_it(self) -> None:
        assert not disk.says_full("no such file or directory")


def test_the_sources_of_every_store_image_are_there() -> None:
    assert {name for name in STORES if (SOURCES / name / "Dockerfile").is_file()} == set(STORES)
