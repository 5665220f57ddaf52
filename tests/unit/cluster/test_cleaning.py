"""What `clean` refuses to remove."""

from __future__ import annotations

from pathlib import Path

import pytest

from cluster import cleaning
from cluster.errors import ClusterError
from cluster.home import Home
from cluster.locks import take
from cluster.machine import claim


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(root=tmp_path / "home", cache=tmp_path / "cache")


def test_the_ground_is_not_taken_from_under_a_dashboard_that_runs(home: Home) -> None:
    claim(home)
    lock = home.platform / "supervisor.lock"
    lock.parent.mkdir()
    assert take(lock)
    with pytest.raises(ClusterError, match="nothing was removed") as refusal:
        cleaning.clean(home, note=print)
    assert "make clean" in refusal.value.next_step
    assert lock.exists()


def test_a_folder_of_somebody_else_is_left_alone(home: Home) -> None:
    kept = home.root / "letters"
    kept.parent.mkdir()
    kept.touch()
    with pytest.raises(ClusterError, match="not made by Store Weaver"):
        cleaning.clean(home, note=print)
    assert kept.exists()


def test_what_would_be_lost_is_read_from_the_volumes_where_no_cluster_runs(home: Home) -> None:
    assert cleaning.loss(home).text == ""
    for name in ("pvc-1_store-tea_data", "pvc-2_store-tea_uploads", "pvc-3_other_data"):
        (home.volumes / name).mkdir(parents=True)
    lost = cleaning.loss(home)
    assert (lost.stores, lost.volumes) == (("store-tea",), 3)
    assert "3 volumes" in lost.text
    assert "store-tea" in lost.text
