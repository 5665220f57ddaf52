"""Kubernetes' quantities, such as `250m` and `128Mi`, as numbers."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

_FACTORS = {
    "n": Decimal("1e-9"),
    "u": Decimal("1e-6"),
    "m": Decimal("1e-3"),
    "": Decimal(1),
    **{letter: Decimal(1000) ** power for power, letter in enumerate("kMGTPE", start=1)},
    **{f"{letter}i": Decimal(1024) ** power for power, letter in enumerate("KMGTPE", start=1)},
}


def amount(quantity: str) -> float:
    """The number that a quantity stands for: cores, or bytes; 0 where it is none."""
    digits = quantity.rstrip("EGKMPTikmnu")
    try:
        return float(Decimal(digits) * _FACTORS[quantity[len(digits) :]])
    except (InvalidOperation, KeyError):
        return 0.0
