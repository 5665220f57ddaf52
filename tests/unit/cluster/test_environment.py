"""The Python environment: a package index that answers no, and one that then has it."""

from __future__ import annotations

import base64
import hashlib
import os
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from cluster import environment
from cluster.commands import run
from cluster.errors import ClusterError
from cluster.home import Home

WHEEL = "tiny_for_a_test-1.0-py3-none-any.whl"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(root=tmp_path / "state", cache=tmp_path / "state" / "cache")


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """A folder with a wheel of one module."""
    folder = tmp_path / "index"
    folder.mkdir()
    content = {
        "tiny_for_a_test.py": "WORD = 'there'\n",
        "tiny_for_a_test-1.0.dist-info/METADATA": (
            "Metadata-Version: 2.1\nName: tiny-for-a-test\nVersion: 1.0\n"
        ),
        "tiny_for_a_test-1.0.dist-info/WHEEL": (
            "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        ),
    }
    record = "tiny_for_a_test-1.0.dist-info/RECORD"
    lines = [
        f"{name},sha256={_digest(text)},{len(text.encode())}" for name, text in content.items()
    ]
    with zipfile.ZipFile(folder / WHEEL, "w") as archive:
        for name, text in {**content, record: "\n".join([*lines, f"{record},,", ""])}.items():
            archive.writestr(name, text)
    return folder


def _digest(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def test_an_index_that_does_not_answer_is_named_and_the_next_call_works(
    home: Home, index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    requirements = tmp_path / "requirements.txt"
    digest = hashlib.sha256((index / WHEEL).read_bytes()).hexdigest()
    requirements.write_text(f"tiny-for-a-test==1.0 --hash=sha256:{digest}\n")
    monkeypatch.setattr(environment, "REQUIREMENTS", requirements)
    # a port at which nobody listens stands for an index that is away
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:1/simple")
    monkeypatch.setenv("PIP_RETRIES", "0")
    with pytest.raises(ClusterError) as refused:
        environment.ensure(home, development=False)
    assert "requirements.txt cannot be installed: " in refused.value.problem
    assert "tiny-for-a-test" in refused.value.problem
    assert "PIP_INDEX_URL" in refused.value.next_step
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(index))
    interpreter = environment.ensure(home, development=False)
    assert run([interpreter, "-c", "import tiny_for_a_test as t; print(t.WORD)"]) == "there\n"
    # whoever runs in it may not be allowed to write there
    assert list(interpreter.parents[1].glob("lib/python*/site-packages/__pycache__/tiny_for*"))


def test_the_requirements_name_every_package_that_one_of_them_needs() -> None:
    """Nothing is resolved when they are installed, so a gap would show at an import only."""
    checked = subprocess.run(
        [sys.executable, "-m", "pip", "check"], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize(
    "requirements", [environment.REQUIREMENTS, environment.DEVELOPMENT_REQUIREMENTS]
)
def test_the_requirements_say_what_to_install_and_leave_open_from_where(requirements: Path) -> None:
    lines = requirements.read_text().splitlines()
    assert [line for line in lines if line.startswith("-") or "://" in line] == []


def test_an_environment_goes_when_nobody_asks_for_it_and_nothing_runs_in_it(
    tmp_path: Path,
) -> None:
    long_ago = time.time() - environment.KEPT_FOR - 1
    made = {name: tmp_path / name for name in ("asked-for", "running", "unused", "half-made")}
    for name, folder in made.items():
        (folder / "bin").mkdir(parents=True)
        (folder / "bin" / "python").symlink_to(sys.executable)
        if name != "half-made":
            (folder / "complete").touch()
    for name in ("running", "unused"):
        os.utime(made[name] / "complete", (long_ago, long_ago))
    interpreter = made["running"] / "bin" / "python"
    with subprocess.Popen(
        [interpreter, "-c", "print(flush=True); input()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as running:
        assert running.stdout is not None
        running.stdout.readline()
        environment.remove_unused(made.values())
        assert {folder.name for folder in tmp_path.iterdir()} == {"asked-for", "running"}
        running.kill()
    environment.remove_unused([made["running"]])
    assert not made["running"].exists()
