"""Kubernetes' quantities as numbers."""

from __future__ import annotations

import pytest

from provisioner.quantities import amount


@pytest.mark.parametrize(
    ("quantity", "number"),
    [
        ("250m", 0.25),
        ("2", 2.0),
        ("1500000n", 0.0015),
        ("40u", 0.00004),
        ("128Mi", 128 * 1024**2),
        ("1Gi", 1024**3),
        ("1k", 1000.0),
        ("5M", 5_000_000.0),
        ("1e3", 1000.0),
        ("0.5", 0.5),
    ],
)
def test_every_form_is_read(quantity: str, number: float) -> None:
    assert amount(quantity) == pytest.approx(number)


@pytest.mark.parametrize("nonsense", ["", "Mi", "many", "1Qi"])
def test_what_is_no_quantity_is_nothing(nonsense: str) -> None:
    assert amount(nonsense) == 0.0
