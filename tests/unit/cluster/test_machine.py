from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from cluster.cli import main
from cluster.errors import ClusterError
from cluster.home import Home
from cluster.machine import KUBELET_SOCKET, LONGEST_SOCKET, check, claim, is_ours

root_only = pytest.mark.skipif(os.geteuid() != 0, reason="a cluster of one's own needs root")


@pytest.fixture
def home() -> Iterator[Home]:
    """In a folder with a short name, since a cluster's sockets are in it."""
    with tempfile.TemporaryDirectory(prefix="home-") as folder:
        yield Home(root=Path(folder, "home"), cache=Path(folder, "home", "cache"))


@root_only
def test_a_new_folder_and_one_with_a_filled_cache_are_fine(home: Home) -> None:
    check(home)
    home.cache.mkdir(parents=True)
    check(home)
    claim(home)
    assert is_ours(home)
    check(home)


@root_only
def test_a_path_that_leaves_no_room_for_sockets_is_refused(home: Home) -> None:
    room = LONGEST_SOCKET - len(str(Home(root=Path(), cache=Path()).kubelet / KUBELET_SOCKET)) - 1
    parent = f"{home.root.parent}/"
    fits = Path(parent + "x" * (room - len(parent)))
    check(Home(root=fits, cache=home.cache))
    longer = fits.with_name(fits.name + "x")
    with pytest.raises(ClusterError, match=f"{len(str(fits))} characters are the most"):
        check(Home(root=longer, cache=home.cache))


@root_only
def test_a_folder_with_foreign_files_is_refused(home: Home) -> None:
    home.root.mkdir()
    (home.root / "letter.txt").touch()
    with pytest.raises(ClusterError, match="not Store Weaver's"):
        check(home)


@root_only
def test_a_folder_of_another_version_is_refused(home: Home) -> None:
    claim(home)
    home.version_file.write_text("99\n")
    with pytest.raises(ClusterError, match="layout 99"):
        check(home)


@root_only
def test_a_folder_of_another_user_is_refused(home: Home) -> None:
    claim(home)
    os.chown(home.root, 12345, 12345)
    with pytest.raises(ClusterError, match="belongs to user 12345"):
        check(home)


@root_only
@pytest.mark.parametrize("name", ["with:colon", "with,comma", "with space"])
def test_a_path_that_mount_options_cannot_carry_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ClusterError, match="mount options"):
        check(Home(root=tmp_path / name, cache=tmp_path / name / "cache"))


def test_whoever_is_not_root_is_told_so(home: Home) -> None:
    if os.geteuid() != 0:
        with pytest.raises(ClusterError, match="needs root"):
            check(home)
        return
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.dup2(writing, 2)
        os.setuid(65534)
        os.environ["STOREWEAVER_HOME"] = str(home.root)
        sys.stderr = os.fdopen(2, "w")
        status = main(["up"])
        sys.stderr.flush()
        os._exit(status)
    os.close(writing)
    with os.fdopen(reading) as said:
        problem, next_step = said.read().splitlines()
    assert "needs root" in problem
    assert "sudo" in next_step
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 1


def test_the_environment_names_the_folders(tmp_path: Path) -> None:
    found = Home.from_environment({"STOREWEAVER_HOME": str(tmp_path)})
    assert (found.root, found.cache) == (tmp_path, tmp_path / "cache")
    shared = {"STOREWEAVER_HOME": str(tmp_path), "STOREWEAVER_CACHE": "/c"}
    assert Home.from_environment(shared).cache == Path("/c")


def test_two_folders_have_two_names(tmp_path: Path) -> None:
    names = {Home(root=tmp_path / n, cache=tmp_path).name for n in ("a", "b")}
    assert len(names) == 2
