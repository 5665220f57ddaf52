"""Helm itself, and the charts rendered by it."""

from __future__ import annotations

from pathlib import Path

import pytest

from cluster.clients import helm
from cluster.home import Home
from provisioner.engines import ENGINES, Engine
from tests.unit.charts.rendering import Chart


@pytest.fixture(scope="session")
def helm_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for Helm's own files."""
    return tmp_path_factory.mktemp("helm")


@pytest.fixture(scope="session")
def medusa(helm_home: Path) -> Chart:
    """The chart with what it requires."""
    return chart(ENGINES["medusa"], helm_home)


@pytest.fixture(scope="session")
def woocommerce(helm_home: Path) -> Chart:
    """The chart with what it requires."""
    return chart(ENGINES["woocommerce"], helm_home)


def chart(engine: Engine, helm_home: Path) -> Chart:
    """The chart of an engine with what every chart requires: a host and images."""
    images = {f"images.{key}": f"localhost/storeweaver/{key}:0123456789ab" for key in engine.images}
    return Chart(
        program=helm(Home.from_environment()),
        path=engine.chart,
        home=helm_home,
        required={"host": "shop.localhost", **images},
    )
