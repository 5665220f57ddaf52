"""Helm itself, and the chart rendered by it."""

from __future__ import annotations

from pathlib import Path

import pytest

from cluster.clients import helm
from cluster.home import Home
from tests.unit.charts.rendering import Chart

CHARTS = Path(__file__).parents[3] / "charts"

IMAGES = {
    f"images.{name}": f"localhost/storeweaver/{name}:0123456789ab"
    for name in ("backend", "storefront", "postgres", "valkey")
}


@pytest.fixture(scope="session")
def medusa(tmp_path_factory: pytest.TempPathFactory) -> Chart:
    """The chart with what it requires."""
    return Chart(
        program=helm(Home.from_environment()),
        path=CHARTS / "medusa",
        home=tmp_path_factory.mktemp("helm"),
        required={"host": "shop.localhost", **IMAGES},
    )
