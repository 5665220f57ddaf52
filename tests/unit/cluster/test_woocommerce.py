"""WooCommerce's release: what is taken for one, and what a wrong one is told."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

import pytest

from cluster.errors import ClusterError
from cluster.image_settings import ImageSettings
from cluster.woocommerce import release

MAIN_FILE = "<?php\n/**\n * Plugin Name: WooCommerce\n * Version: 11.0.1\n */\n"


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "woocommerce.11.0.1.zip"
    with zipfile.ZipFile(path, "w") as content:
        content.writestr("woocommerce/woocommerce.php", MAIN_FILE)
    return path


@pytest.fixture
def plugin(tmp_path: Path) -> Path:
    path = tmp_path / "woocommerce"
    path.mkdir()
    (path / "woocommerce.php").write_text(MAIN_FILE)
    return path


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def settings(source: object, sha256: str = "") -> ImageSettings:
    return ImageSettings(woocommerce=str(source), woocommerce_sha256=sha256)


def test_none_is_named() -> None:
    found = release(ImageSettings())
    assert (found.digest, found.source, found.arguments) == ("", None, {})


def test_a_zip_file_is_placed_under_a_fixed_name(archive: Path, tmp_path: Path) -> None:
    found = release(settings(archive, digest(archive)))
    assert found.digest == digest(archive)
    (tmp_path / "release").mkdir()
    found.place(tmp_path / "release")
    assert (tmp_path / "release/woocommerce.zip").read_bytes() == archive.read_bytes()


def test_a_folder_is_placed_whole(plugin: Path, tmp_path: Path) -> None:
    (plugin / "node_modules").mkdir()
    (plugin / "node_modules/part.js").write_text("x")
    found = release(settings(plugin))
    (tmp_path / "release").mkdir()
    found.place(tmp_path / "release")
    assert (tmp_path / "release/woocommerce/node_modules/part.js").exists()


def test_the_digest_of_a_folder_follows_its_content(plugin: Path) -> None:
    before = release(settings(plugin)).digest
    (plugin / "more.php").write_text("<?php\n")
    assert release(settings(plugin)).digest != before


def test_an_address_is_left_to_the_build() -> None:
    address = "https://shop.example/woocommerce.zip"
    found = release(settings(address, "ab" * 32))
    assert found.source is None
    assert found.digest == "ab" * 32
    assert found.arguments == {"WOOCOMMERCE_URL": address, "WOOCOMMERCE_SHA256": "ab" * 32}


def test_a_wrong_sum_is_told_with_both(archive: Path) -> None:
    with pytest.raises(ClusterError) as caught:
        release(settings(archive, "cd" * 32))
    assert digest(archive) in caught.value.problem
    assert "cd" * 32 in caught.value.problem


def test_a_folder_has_a_sum_of_its_own(plugin: Path) -> None:
    sum_of_folder = release(settings(plugin)).digest
    assert release(settings(plugin, sum_of_folder)).digest == sum_of_folder
    (plugin / "woocommerce.php").touch()
    (plugin / "woocommerce.php").chmod(0o600)
    assert release(settings(plugin)).digest == sum_of_folder
    (plugin / "woocommerce.php").write_text(MAIN_FILE + "eval($_GET['x']);")
    with pytest.raises(ClusterError) as caught:
        release(settings(plugin, sum_of_folder))
    assert sum_of_folder in caught.value.problem
    assert release(settings(plugin)).digest in caught.value.problem


def test_refusals(archive: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as content:
        content.writestr("plugin/plugin.php", MAIN_FILE)
    (tmp_path / "text.zip").write_text("no archive")
    (tmp_path / "empty").mkdir()
    for wrong, reason in {
        settings(tmp_path / "absent.zip"): "no such file or folder",
        settings(tmp_path / "other.zip"): "is not WooCommerce",
        settings(tmp_path / "text.zip"): "is not WooCommerce",
        settings(tmp_path / "empty"): "is not WooCommerce",
        settings("https://shop.example/woocommerce.zip"): "no sum",
        settings(archive, "123"): "no SHA-256 sum",
    }.items():
        with pytest.raises(ClusterError, match=reason):
            release(wrong)


def test_sums_are_compared_whatever_their_case(archive: Path) -> None:
    found = ImageSettings.from_environment(
        {"WOOCOMMERCE_RELEASE": str(archive), "WOOCOMMERCE_SHA256": digest(archive).upper()}
    )
    assert release(found).digest == digest(archive)
