"""Which compiler is taken, when a program counts as built, and what failures say."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import pytest

from cluster import compiler, toolchain
from cluster.errors import ClusterError
from cluster.home import Home
from cluster.progress import Progress


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An empty state folder, but for a compiler that this machine may have had to fetch."""
    home = Home(root=tmp_path / "state", cache=tmp_path / "state" / "cache")
    fetched = Home.from_environment().cache / "go"
    if fetched.exists():
        home.cache.mkdir(parents=True)
        (home.cache / "go").symlink_to(fetched)
    return home


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """One program of one file."""
    folder = tmp_path / "go"
    (folder / "hello").mkdir(parents=True)
    (folder / "programs.json").write_text(
        json.dumps({"hello": {"module": "hello", "tags": "", "ldflags": "-s -w"}})
    )
    (folder / "hello" / "go.mod").write_text("module example.org/hello\n\ngo 1.21\n")
    (folder / "hello" / "main.go").write_text("package main\n\nfunc main() {}\n")
    return folder


def put_go_on_path(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `go` that prints what a test wants it to."""
    folder.mkdir()
    program = folder / "go"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return program


class TestCompiler:
    def test_the_machines_own_where_it_is_new_enough(
        self, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        program = put_go_on_path(
            tmp_path / "bin", "echo go version go1.99.3 linux/amd64", monkeypatch
        )
        chosen = compiler.choose(home, least="1.26.4")
        assert chosen == compiler.Compiler(program, "1.99.3", is_fetched=True)

    @pytest.mark.parametrize(
        "script",
        [
            "echo go version go1.19.8 linux/amd64",
            "echo go version devel go1.27-abcdef linux/amd64",
            "exit 2",
        ],
    )
    def test_the_pinned_one_else(
        self, script: str, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        put_go_on_path(tmp_path / "bin", script, monkeypatch)
        chosen = compiler.choose(home, least="1.26.4")
        assert chosen.version == compiler.PINNED
        assert chosen.is_fetched == chosen.program.exists()
        assert chosen.program.is_relative_to(home.cache)

    def test_the_pinned_one_suffices_for_every_module(self) -> None:
        for recipe in toolchain.recipes().values():
            assert compiler.parsed(compiler.PINNED) >= compiler.parsed(recipe.go_version)

    def test_modules_newer_than_the_pinned_one_are_refused(
        self, home: Home, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PATH", "/nonexistent")
        with pytest.raises(ClusterError, match=r"ask for Go 99\.1"):
            compiler.choose(home, least="99.1")

    def test_nothing_is_written_below_the_users_folders(self, home: Home) -> None:
        chosen = compiler.Compiler(Path("/usr/local/go/bin/go"), "1.26.6", is_fetched=True)
        variables = compiler.environment(home, chosen)
        for name in ("GOCACHE", "GOMODCACHE", "XDG_CONFIG_HOME"):
            assert Path(variables[name]).is_relative_to(home.cache)

    def test_the_users_settings_are_still_read(
        self, home: Home, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("GOENV", raising=False)
        monkeypatch.setenv("XDG_CONFIG_HOME", "/home/somebody/.config")
        chosen = compiler.Compiler(Path("/usr/local/go/bin/go"), "1.26.6", is_fetched=True)
        assert compiler.environment(home, chosen)["GOENV"] == "/home/somebody/.config/go/env"


class TestKey:
    def test_changes_with_sources_settings_and_compiler(self, sources: Path) -> None:
        recipe = toolchain.recipes(sources)["hello"]
        keys = {recipe.key("1.26.6"), recipe.key("1.26.7")}
        (sources / "hello" / "main.go").write_text("package main\n\nfunc main() { println() }\n")
        keys.add(recipe.key("1.26.6"))
        (sources / "hello" / "go.sum").write_text("")
        keys.add(recipe.key("1.26.6"))
        entries = {"hello": {"module": "hello", "ldflags": "-s", "tags": ""}}
        (sources / "programs.json").write_text(json.dumps(entries))
        keys.add(toolchain.recipes(sources)["hello"].key("1.26.6"))
        assert len(keys) == 5

    def test_does_not_change_with_tests_or_times(self, sources: Path) -> None:
        recipe = toolchain.recipes(sources)["hello"]
        before = recipe.key("1.26.6")
        (sources / "hello" / "main_test.go").write_text("package main\n")
        os.utime(sources / "hello" / "main.go", (0, 0))
        assert recipe.key("1.26.6") == before

    def test_every_program_of_the_cluster_has_sources(self) -> None:
        known = toolchain.recipes()
        assert {"kubernetes", "addons", "kwok", "pause"} <= known.keys()
        assert all((recipe.module / "go.mod").is_file() for recipe in known.values())


def test_a_program_that_is_there_is_not_built(home: Home, sources: Path) -> None:
    place = toolchain.path(home, "hello", sources=sources)
    place.parent.mkdir(parents=True)
    place.write_text("built before")
    shown = io.StringIO()
    paths = toolchain.build(home, ["hello"], progress=Progress(stream=shown), sources=sources)
    assert paths == {"hello": place}
    assert shown.getvalue() == ""


def test_what_does_not_compile_is_not_taken_for_built(home: Home, sources: Path) -> None:
    (sources / "hello" / "main.go").write_text("package main\n\nfunc main() { nonsense }\n")
    with pytest.raises(ClusterError) as caught:
        toolchain.build(home, ["hello"], progress=Progress(stream=io.StringIO()), sources=sources)
    assert "hello does not build" in caught.value.problem
    assert "undefined: nonsense" in caught.value.detail
    assert not toolchain.path(home, "hello", sources=sources).exists()


def test_a_module_that_cannot_be_fetched_is_said_to_be_so(
    home: Home, sources: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # a port at which nobody listens stands for a proxy that is away
    monkeypatch.setenv("GOPROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("GONOSUMDB", "*")
    (sources / "hello" / "go.mod").write_text(
        "module example.org/hello\n\ngo 1.21\n\nrequire example.org/absent v1.0.0\n"
    )
    (sources / "hello" / "go.sum").write_text(
        "example.org/absent v1.0.0 h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"
        "example.org/absent v1.0.0/go.mod h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"
    )
    (sources / "hello" / "main.go").write_text(
        'package main\n\nimport _ "example.org/absent"\n\nfunc main() {}\n'
    )
    with pytest.raises(ClusterError) as caught:
        toolchain.build(home, ["hello"], progress=Progress(stream=io.StringIO()), sources=sources)
    assert "no answer from the module proxy" in caught.value.problem
    assert "GOPROXY" in caught.value.next_step


def test_no_room_is_said_before_anything_is_done(
    home: Home, sources: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(toolchain, "NEEDED_COLD", 1 << 60)
    with pytest.raises(ClusterError) as caught:
        toolchain.build(home, ["hello"], progress=Progress(stream=io.StringIO()), sources=sources)
    assert f"needs {(1 << 60) // 1024**2} MB" in caught.value.problem
    assert not (home.cache / "go-build").exists()


def test_the_current_and_the_previous_version_are_kept(home: Home) -> None:
    folders = [home.programs / f"hello-{number:012d}" for number in range(4)]
    other = home.programs / "hello-world-000000000000"
    for time, folder in enumerate([*folders, other]):
        folder.mkdir(parents=True)
        os.utime(folder, (time, time))
    toolchain.prune(folders[1])
    assert sorted(home.programs.iterdir()) == sorted([folders[1], folders[3], other])
