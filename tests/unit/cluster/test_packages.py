"""Debian packages in the state folder: what is fetched, where it is put, what errors say."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from cluster import apt, packages
from cluster.commands import run
from cluster.errors import CommandFailed
from cluster.home import Home
from cluster.machine import architecture


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(root=tmp_path / "state", cache=tmp_path / "state" / "cache")


def status(*stanzas: dict[str, str]) -> str:
    """A dpkg status file."""
    return "\n\n".join(
        "\n".join(
            f"{field}: {value}"
            for field, value in {
                "Status": "install ok installed",
                "Architecture": architecture(),
                "Version": "1",
                **stanza,
            }.items()
        )
        for stanza in stanzas
    )


def kept(text: str) -> set[str]:
    return {line.split()[1] for line in apt.essential(text).splitlines() if "Package:" in line}


class TestKey:
    def test_names_release_architecture_and_content(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        release = tmp_path / "os-release"
        release.write_text('ID=ubuntu\nVERSION_ID="24.04"\n')
        monkeypatch.setattr(packages, "OS_RELEASE", release)
        key = packages.key(packages.RUNTIME)
        assert key.startswith(f"ubuntu-24.04-{architecture()}-")
        release.write_text('ID=ubuntu\nVERSION_ID="24.10"\n')
        assert packages.key(packages.RUNTIME) != key

    def test_does_not_depend_on_the_order(self) -> None:
        assert packages.key(("a", "b")) == packages.key(("b", "a"))
        assert packages.key(("a", "b")) != packages.key(("a",))

    def test_a_release_without_a_number_has_one_too(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        release = tmp_path / "os-release"
        release.write_text("ID=debian\nVERSION_CODENAME=sid\n")
        monkeypatch.setattr(packages, "OS_RELEASE", release)
        assert packages.key(("a",)).startswith("debian-sid-")


def test_what_is_there_already_needs_no_program(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = home.cache / "debian" / packages.key(packages.RUNTIME)
    folder.mkdir(parents=True)
    monkeypatch.setenv("PATH", "/nonexistent")
    assert packages.unpack(home, packages.RUNTIME) == folder


class TestEssential:
    def test_keeps_essential_packages_and_what_they_need(self) -> None:
        text = status(
            {"Package": "base", "Essential": "yes", "Depends": "libx (>= 1), awk | other"},
            {"Package": "libx", "Pre-Depends": "liby"},
            {"Package": "liby"},
            {"Package": "mawk", "Provides": "awk (= 2)"},
            {"Package": "editor", "Depends": "liby"},
        )
        assert kept(text) == {"base", "libx", "liby", "mawk"}

    def test_keeps_apt_which_does_the_work(self) -> None:
        assert kept(status({"Package": "apt", "Depends": "libapt"}, {"Package": "libapt"})) == {
            "apt",
            "libapt",
        }

    def test_does_not_take_removed_or_foreign_packages_for_installed(self) -> None:
        text = status(
            {"Package": "gone", "Essential": "yes", "Status": "deinstall ok config-files"},
            {"Package": "foreign", "Essential": "yes", "Architecture": "mips"},
        )
        assert kept(text) == set()

    def test_circles_end(self) -> None:
        text = status(
            {"Package": "one", "Essential": "yes", "Depends": "two, virtual"},
            {"Package": "two", "Depends": "one", "Provides": "virtual"},
        )
        assert kept(text) == {"one", "two"}

    def test_of_this_machine(self) -> None:
        names = kept(apt.DPKG_STATUS.read_text())
        assert {"dpkg", "libc6", "tar", "apt"} <= names
        assert "containerd" not in names


class TestSettings:
    def test_no_hook_of_the_machine_is_left(self, tmp_path: Path) -> None:
        settings = apt.write_settings(tmp_path, archives=tmp_path / "archives")
        dumped = run(["apt-config", "dump"], env={"APT_CONFIG": str(settings)})
        hooks = [
            line for line in dumped.splitlines() if "-Invoke" in line or "Install-Pkgs" in line
        ]
        assert hooks == []

    def test_everything_written_is_inside(self, tmp_path: Path) -> None:
        settings = apt.write_settings(tmp_path, archives=tmp_path / "archives")
        said = run(
            [
                *("apt-config", "shell", "LISTS", "Dir::State::lists/d"),
                *("STATUS", "Dir::State::status/f", "CACHE", "Dir::Cache/d"),
                *("ARCHIVES", "Dir::Cache::archives/d", "LOG", "Dir::Log/d"),
            ],
            env={"APT_CONFIG": str(settings)},
        )
        places = [line.split("=", 1)[1].strip("'") for line in said.splitlines()]
        assert len(places) == 5
        assert all(Path(place).is_relative_to(tmp_path) for place in places)

    def test_the_way_to_the_mirrors_is_the_machines(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        machine = tmp_path / "machine.conf"
        machine.write_text('Acquire::http::Proxy "http://proxy.example:3128";\n')
        monkeypatch.setenv("APT_CONFIG", str(machine))
        settings = apt.write_settings(tmp_path, archives=tmp_path / "archives")
        dumped = run(["apt-config", "dump"], env={"APT_CONFIG": str(settings)})
        assert 'Acquire::http::Proxy "http://proxy.example:3128";' in dumped


class TestExplained:
    failure = CommandFailed("apt-get ended.", returncode=100, next_step="Read the log.")

    @pytest.mark.parametrize(
        ("output", "problem", "next_step"),
        [
            (
                "Err:1 http://mirror bookworm InRelease\n"
                "  Temporary failure resolving 'mirror'\n"
                "W: Failed to fetch http://mirror/dists/bookworm/InRelease  Temporary failure\n"
                "E: Unable to locate package buildah\n",
                "Debian's packages cannot be fetched",
                "Check the network",
            ),
            (
                "Reading package lists...\nE: Unable to locate package buildah\n",
                "no package buildah.",
                "universe",
            ),
            (
                "Package buildah is not available, but is referred to by another package.\n"
                "E: Package 'buildah' has no installation candidate\n",
                "no package buildah.",
                "universe",
            ),
        ],
    )
    def test_says_cause_and_way_out(
        self, output: str, problem: str, next_step: str, tmp_path: Path
    ) -> None:
        error = apt.explained(output, tmp_path / "log", self.failure)
        assert problem in error.problem
        assert next_step in error.next_step

    @pytest.mark.parametrize(
        "output",
        [
            "E: You don't have enough free space in /state/archives/.\n",
            "tar: usr/bin/x: Cannot write: No space left on device\nW: Failed to fetch x\n",
            "E: something new\n",
        ],
    )
    def test_leaves_the_rest_to_the_caller(self, output: str, tmp_path: Path) -> None:
        assert apt.explained(output, tmp_path / "log", self.failure) is self.failure


def test_a_package_is_unpacked_through_the_merged_folders(tmp_path: Path) -> None:
    source = tmp_path / "source"
    for name, content in {
        "DEBIAN/control": "Package: tiny\nVersion: 1\nArchitecture: all\n"
        "Maintainer: Nobody <nobody@example.org>\nDescription: for a test\n",
        "bin/one": "1",
        "usr/bin/two": "2",
    }.items():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text(content)
    subprocess.run(
        ["dpkg-deb", "--root-owner-group", "--build", source, tmp_path / "tiny.deb"],
        check=True,
        capture_output=True,
    )
    target = tmp_path / "target"
    (target / "usr/bin").mkdir(parents=True)
    (target / "bin").symlink_to("usr/bin")
    packages.extract(tmp_path / "tiny.deb", target, log=tmp_path / "log")
    assert (target / "bin").is_symlink()
    assert {entry.name for entry in (target / "usr/bin").iterdir()} == {"one", "two"}


def test_a_package_that_is_cut_short_is_refused(tmp_path: Path) -> None:
    (tmp_path / "broken.deb").write_bytes(b"!<arch>\ndebian-binary")
    with pytest.raises(CommandFailed):
        packages.extract(tmp_path / "broken.deb", tmp_path, log=tmp_path / "log")
