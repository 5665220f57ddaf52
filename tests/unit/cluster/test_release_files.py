"""Which files of a checkout the app is made of."""

from __future__ import annotations

from pathlib import Path

from cluster.platform.releases import SOURCE, content_hash, files


def put(path: Path, text: str = "") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_what_charts_share_is_in_each_of_them(tmp_path: Path) -> None:
    put(tmp_path / "charts/shared/names.tpl", "one")
    put(tmp_path / "charts/shop/Chart.yaml")
    (tmp_path / "charts/shop/templates").mkdir()
    (tmp_path / "charts/shop/templates/shared").symlink_to("../../shared")
    assert {str(path) for path in files(tmp_path)} == {
        "charts/shared/names.tpl",
        "charts/shop/Chart.yaml",
        "charts/shop/templates/shared/names.tpl",
    }
    before = content_hash(tmp_path)
    put(tmp_path / "charts/shared/names.tpl", "other")
    assert content_hash(tmp_path) != before


def test_links_that_lead_away_or_round_are_left_out(tmp_path: Path) -> None:
    put(tmp_path / "secret/key", "not ours")
    put(tmp_path / "charts/shop/Chart.yaml")
    (tmp_path / "charts/shop/away").symlink_to("../../secret")
    (tmp_path / "charts/shop/key").symlink_to("../../secret/key")
    (tmp_path / "charts/shop/round").symlink_to("..")
    (tmp_path / "charts/shop/nowhere").symlink_to("nothing")
    assert [str(path) for path in files(tmp_path)] == ["charts/shop/Chart.yaml"]


def test_the_checkouts_charts_are_whole() -> None:
    found = {str(path) for path in files(SOURCE)}
    for chart in ("medusa", "woocommerce"):
        assert f"charts/{chart}/templates/shared/_pods.tpl" in found
