"""Releases: what is in them, when they are made anew, and that built pages are rewritten."""

from __future__ import annotations

import gzip
import io
import os
import tarfile
import time
from pathlib import Path

import pytest

from cluster.errors import ClusterError
from cluster.platform.account import Account
from cluster.platform.place import Place
from cluster.platform.releases import Release, content_hash, ensure, files, hold, unpack
from cluster.platform.same_origin import rewrite, same_origin

SCRIPT = (
    "var e={PING:`http://localhost:3820/ping`,EVENT:`ws://localhost:3820/_event`,"
    "UPLOAD:`http://localhost:3820/_upload`,HEALTH:`http://localhost:3820/_health`,"
    "TRANSPORT:`websocket`,TEST_MODE:!1};export{e as t};"
)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A checkout of an app without pages."""
    root = tmp_path / "checkout"
    for name in ("storeweaver/storeweaver.py", "provisioner/engines.py", "charts/shop/Chart.yaml"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name)
    return root


@pytest.fixture
def place(tmp_path: Path) -> Place:
    found = Place(root=tmp_path / "platform", cache=tmp_path / "cache")
    found.make(Account(os.geteuid()))
    return found


def made(place: Place, source: Path, **options: float) -> Release:
    return ensure(
        place, account=Account(os.geteuid()), note=lambda _: None, source=source, **options
    )


def test_the_name_follows_the_content(source: Path) -> None:
    first = content_hash(source)
    assert content_hash(source) == first
    (source / "charts/shop/Chart.yaml").write_text("other")
    assert content_hash(source) != first


@pytest.mark.parametrize(
    "path",
    [
        "README.md",
        "tests/test.py",
        "storeweaver/__pycache__/x.pyc",
        "storeweaver/.hidden",
        "charts/.git/config",
    ],
)
def test_what_is_not_the_app_changes_nothing(source: Path, path: str) -> None:
    before = content_hash(source)
    (source / path).parent.mkdir(parents=True, exist_ok=True)
    (source / path).write_text("x")
    assert content_hash(source) == before


def test_links_are_not_followed(source: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("x")
    (source / "storeweaver" / "link.py").symlink_to(tmp_path / "secret")
    assert "storeweaver/link.py" not in map(str, files(source))


def test_a_renamed_file_is_another_content(source: Path) -> None:
    before = content_hash(source)
    (source / "provisioner/engines.py").rename(source / "provisioner/engine.py")
    assert content_hash(source) != before


def test_a_release_is_made_once(place: Place, source: Path) -> None:
    first = made(place, source)
    assert (first.folder / "storeweaver/storeweaver.py").read_text() == "storeweaver/storeweaver.py"
    written = (first.folder / "charts/shop/Chart.yaml").stat()
    assert written.st_mode & 0o777 == 0o644
    assert made(place, source) == first
    assert (first.folder / "charts/shop/Chart.yaml").stat().st_ino == written.st_ino


def test_an_interrupted_release_is_not_taken_for_one(place: Place, source: Path) -> None:
    name = content_hash(source)
    half = place.releases / f"{name}.partial" / "storeweaver"
    half.mkdir(parents=True)
    (half / "old.py").touch()
    release = made(place, source)
    assert not (release.folder / "storeweaver" / "old.py").exists()
    assert not half.exists()


def test_old_releases_go_unless_they_run(place: Place, source: Path) -> None:
    old, used = made(place, source), None
    (source / "storeweaver/storeweaver.py").write_text("two")
    used = made(place, source)
    hold(used)
    (source / "storeweaver/storeweaver.py").write_text("three")
    assert old.folder.exists()
    past = time.time() - 1000
    for release in (old, used):
        os.utime(release.folder, (past, past))
    current = made(place, source, kept_for=100)
    assert not old.folder.exists()
    assert used.folder.exists()
    assert current.folder.exists()
    with pytest.raises(ClusterError, match="is gone"):
        hold(old)


def test_a_folder_without_an_app_is_named(place: Place, tmp_path: Path) -> None:
    with pytest.raises(ClusterError, match="holds no app"):
        made(place, tmp_path)


def test_an_archive_writes_below_its_folder_only(tmp_path: Path) -> None:
    archive = tmp_path / "pages.tar"
    with tarfile.open(archive, "w") as opened:
        for name in (
            "./index.html",
            "assets/a.js",
            "../outside",
            "/tmp/outside",
            "a/../../outside",
        ):
            member = tarfile.TarInfo(name)
            member.size = 1
            opened.addfile(member, io.BytesIO(b"x"))
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE):
            link = tarfile.TarInfo(f"link-{kind.decode()}")
            link.type, link.linkname = kind, "/etc/passwd"
            opened.addfile(link)
    unpack(archive, tmp_path / "pages")
    found = {str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if not p.is_dir()}
    assert found == {"pages.tar", "pages/index.html", "pages/assets/a.js"}


# --- pages that find their server


def pages(tmp_path: Path, script: str) -> Path:
    assets = tmp_path / "client" / "assets"
    assets.mkdir(parents=True)
    (assets / "reflex-env-Ab1.js").write_text(script)
    (assets / "reflex-env-Ab1.js.gz").write_bytes(gzip.compress(script.encode()))
    return assets.parent


def test_no_address_is_left_in_the_pages(tmp_path: Path) -> None:
    client = pages(tmp_path, SCRIPT)
    rewrite(client)
    text = (client / "assets/reflex-env-Ab1.js").read_text()
    assert "3820" not in text
    assert "window.location.origin" in text
    assert "`/_event`" in text
    assert "TRANSPORT:`websocket`" in text
    packed = gzip.decompress((client / "assets/reflex-env-Ab1.js.gz").read_bytes())
    assert packed.decode() == text


@pytest.mark.parametrize("quote", ["`", '"', "'"])
@pytest.mark.parametrize("scheme", ["http", "ws"])
def test_any_quote_and_host_are_known(quote: str, scheme: str) -> None:
    text, names = same_origin(f"EVENT:{quote}{scheme}s://10.0.0.1:80/_event{quote}")
    assert names == {"EVENT"}
    assert "10.0.0.1" not in text


def test_pages_of_an_unknown_build_fail_loudly(tmp_path: Path) -> None:
    client = pages(tmp_path, SCRIPT.replace("EVENT", "EVENTS"))
    with pytest.raises(ClusterError, match="no address for EVENT"):
        rewrite(client)
    (client / "assets/reflex-env-Ab1.js").unlink()
    with pytest.raises(ClusterError, match="0 scripts"):
        rewrite(client)
