"""Images built by a real buildah from Debian's real packages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cluster import image_archive, images, packages
from cluster.build_sandbox import BuildSandbox
from cluster.errors import ClusterError, CommandFailed
from cluster.home import Home
from cluster.image_build import PACKAGES_LABEL, log_file
from tests.cluster.images.conftest import DEBIAN, Workshop


def test_an_image_has_its_name_and_labels(workshop: Workshop) -> None:
    workshop.put("plain", "FROM scratch\nCOPY hello /hello\nUSER 1000\n", hello="hello")
    image = workshop.built("plain")
    assert image_archive.read(image.archive).reference == image.reference
    assert image.labels["org.opencontainers.image.title"] == "plain"
    assert image.labels["org.opencontainers.image.revision"] == image.reference[-12:]
    assert workshop.state("plain") == "ready"


def test_an_image_that_is_there_is_left_alone(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    workshop.put("twice", "FROM scratch\nCOPY Dockerfile /\n")
    first = workshop.built("twice")
    before = first.archive.stat()
    monkeypatch.setenv("PATH", "/nonexistent")
    assert workshop.built("twice") == first
    assert first.archive.stat() == before


def test_a_change_is_another_image(workshop: Workshop) -> None:
    workshop.put("changing", "FROM scratch\nCOPY content /\n", content="one")
    first = workshop.built("changing")
    workshop.put("changing", "FROM scratch\nCOPY content /\n", content="two")
    second = workshop.built("changing")
    assert second.reference != first.reference
    assert second.digest != first.digest
    assert first.archive.exists()


def test_the_packages_in_an_image_are_on_its_label(workshop: Workshop) -> None:
    query = "dpkg-query -W -f '${Package}=${Version}\\n'"
    workshop.put(
        "labelled",
        f"{DEBIAN}RUN mkdir -p /etc/storeweaver && {query} > /etc/storeweaver/packages\n",
    )
    label = workshop.built("labelled").labels[PACKAGES_LABEL]
    named = dict(entry.split("=", 1) for entry in label.split())
    assert {"dpkg", "libc6", "bash"} <= named.keys()


def test_one_that_fails_stops_no_other_and_says_why(workshop: Workshop) -> None:
    workshop.put("broken", f"{DEBIAN}RUN echo the last word >&2; exit 7\n")
    workshop.put("whole", "FROM scratch\nCOPY Dockerfile /\n")
    outcome = workshop.build("broken", "whole")
    assert set(outcome.built) == {"whole"}
    error = outcome.failed["broken"]
    assert "The image broken does not build" in error.problem
    assert "exit status 7" in error.problem
    assert str(log_file(workshop.home, "broken")) in error.next_step
    assert "the last word" in error.detail
    assert workshop.state("broken") == "failed"


def test_a_named_base_that_cannot_be_pulled_is_not_replaced(workshop: Workshop) -> None:
    workshop.put("named", f"{DEBIAN}RUN true\n")
    error = workshop.build("named", base="127.0.0.1:1/debian:13").failed["named"]
    assert "127.0.0.1:1/debian:13 cannot be pulled" in error.problem
    assert "IMAGE_BASE" in error.next_step


def test_without_registry_and_mirror_the_way_out_names_both(
    debian: Path, workshop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(root=tmp_path / "home", cache=tmp_path / "home" / "cache")
    home.cache.mkdir(parents=True)
    (home.cache / "debian").symlink_to(debian)
    workshop.put("baseless", f"{DEBIAN}RUN true\n")
    # a port at which nobody listens stands for registry and mirror
    for name in ("https_proxy", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    lost = replace(workshop, home=home)
    error = lost.build("baseless", mirror="http://127.0.0.1:1/debian").failed["baseless"]
    assert "No registry answers" in error.problem
    assert "IMAGE_BASE" in error.next_step
    assert "DEBIAN_MIRROR" in error.next_step
    assert lost.state("baseless") == "failed"


def test_a_base_made_from_packages_says_which(workshop: Workshop) -> None:
    workshop.put("based", f"{DEBIAN}RUN true\n")
    workshop.built("based")
    made = workshop.home.cache / "base" / "trixie"
    if made.exists():
        lines = (made / "packages").read_text().splitlines()
        assert any(line.startswith("libc6=") for line in lines)
    else:
        log = workshop.home.logs / "images" / "base-trixie.log"
        assert "Storing signatures" in log.read_text()


def test_room_is_asked_for_before_anything_is_built(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    workshop.put("huge", "FROM scratch\nCOPY Dockerfile /\n")
    monkeypatch.setattr(images, "NEEDED", 1 << 60)
    with pytest.raises(ClusterError, match="Building images needs"):
        workshop.build("huge")


class TestSandbox:
    @pytest.fixture
    def sandbox(self, workshop: Workshop) -> Iterator[BuildSandbox]:
        with BuildSandbox(
            cache=workshop.home.cache,
            temporary=workshop.home.cache / "sandbox",
            packages=workshop.debian / packages.key(packages.BUILDER),
        ) as sandbox:
            yield sandbox

    @pytest.mark.parametrize("folder", ["/etc", "/var/lib", "/usr", "/usr/local"])
    def test_the_machine_is_read_only_inside(self, sandbox: BuildSandbox, folder: str) -> None:
        with pytest.raises(CommandFailed) as caught:
            sandbox.run(["touch", f"{folder}/storeweaver-test"])
        assert "Read-only file system" in caught.value.detail

    def test_the_cache_can_be_written(self, sandbox: BuildSandbox, workshop: Workshop) -> None:
        sandbox.run(["touch", workshop.home.cache / "written"])
        assert (workshop.home.cache / "written").exists()

    def test_what_builds_is_not_installed(self, sandbox: BuildSandbox) -> None:
        inside = sandbox.run(["sh", "-c", "command -v buildah; command -v mmdebstrap"]).split()
        assert inside == ["/usr/bin/buildah", "/usr/bin/mmdebstrap"]
        if "\nPackage: mmdebstrap\n" not in Path("/var/lib/dpkg/status").read_text():
            assert not Path("/usr/bin/mmdebstrap").exists()

    def test_names_are_resolved_as_outside(self, sandbox: BuildSandbox) -> None:
        assert sandbox.run(["cat", "/etc/resolv.conf"]) == Path("/etc/resolv.conf").read_text()
