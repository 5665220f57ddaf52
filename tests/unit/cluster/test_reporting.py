"""What `python -m cluster status` says."""

from __future__ import annotations

from pathlib import Path

import pytest

from cluster import machine
from cluster.home import Home
from cluster.image_states import ImageState
from cluster.reporting import Report, report, table


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(root=tmp_path, cache=tmp_path / "cache")


def test_a_disk_that_is_nearly_full_is_warned_of(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "NEEDED_TO_START", 1 << 60)
    found = report(home)
    assert len(found.warnings) == 1
    assert "Free some room" in found.warnings[0]
    assert f"warning: {home.root} has " in table(found)


def test_a_disk_with_room_is_not_mentioned(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "NEEDED_TO_START", 0)
    assert "warning" not in table(report(home))


def test_an_image_that_lacks_something_says_what_mends_it() -> None:
    lacking = ImageState("wordpress-woocommerce", "localhost/x:1", "lacking", "Run `make up`.")
    ready = ImageState("mysql", "localhost/y:1", "ready")
    told = Report(state="ready", home="/srv", ports=None, parts=(), images=(lacking, ready))
    lines = table(told).splitlines()
    row = next(n for n, line in enumerate(lines) if line.startswith("wordpress-woocommerce"))
    assert "lacking" in lines[row]
    assert lines[row + 1].strip() == "Run `make up`."
    assert told.as_json()["images"][0]["reason"] == "Run `make up`."  # type: ignore[index]
