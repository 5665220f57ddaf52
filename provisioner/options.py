"""What an owner may choose about a new shop besides its name: pure values and their check.

An engine lists its options, each a few choices, and each choice carries the values that Helm
is given for it. What an engine does not list cannot be asked of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from provisioner.errors import InvalidInput


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One answer: `values` is what the chart is given for it, nested as in values.yaml."""

    value: str
    label: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Option:
    """A question of the create dialog; its first choice is what a store gets unasked.

    Attributes:
        key: as in the database and the API.
        hint: what the choice is for, and whether it can be changed later.
    """

    key: str
    label: str
    hint: str
    choices: tuple[Choice, ...]

    @property
    def default(self) -> Choice:
        """What a store gets unasked."""
        return self.choices[0]

    def choice(self, value: str) -> Choice | None:
        """The choice of this value."""
        return next((choice for choice in self.choices if choice.value == value), None)


Options = Sequence[Option]

CURRENCIES: Mapping[str, str] = {
    "USD": "US dollar",
    "EUR": "Euro",
    "GBP": "Pound sterling",
    "AUD": "Australian dollar",
    "BRL": "Brazilian real",
    "CAD": "Canadian dollar",
    "CHF": "Swiss franc",
    "CZK": "Czech koruna",
    "DKK": "Danish krone",
    "HKD": "Hong Kong dollar",
    "ILS": "Israeli shekel",
    "INR": "Indian rupee",
    "MXN": "Mexican peso",
    "NOK": "Norwegian krone",
    "NZD": "New Zealand dollar",
    "PLN": "Polish zloty",
    "RON": "Romanian leu",
    "SEK": "Swedish krona",
    "SGD": "Singapore dollar",
    "TRY": "Turkish lira",
    "ZAR": "South African rand",
}
"""ISO 4217. All of them have two decimals, as the prices of a shop's first products have."""

COUNTRIES: Mapping[str, str] = {
    "US": "United States",
    "AT": "Austria",
    "AU": "Australia",
    "BE": "Belgium",
    "BR": "Brazil",
    "CA": "Canada",
    "CH": "Switzerland",
    "CZ": "Czechia",
    "DE": "Germany",
    "DK": "Denmark",
    "ES": "Spain",
    "FI": "Finland",
    "FR": "France",
    "GB": "United Kingdom",
    "GR": "Greece",
    "HK": "Hong Kong",
    "IE": "Ireland",
    "IL": "Israel",
    "IN": "India",
    "IT": "Italy",
    "LU": "Luxembourg",
    "MX": "Mexico",
    "NL": "Netherlands",
    "NO": "Norway",
    "NZ": "New Zealand",
    "PL": "Poland",
    "PT": "Portugal",
    "RO": "Romania",
    "SE": "Sweden",
    "SG": "Singapore",
    "TR": "Türkiye",
    "ZA": "South Africa",
}
"""ISO 3166-1 alpha-2."""


def currency() -> Option:
    """The currency of a chart that takes one at `shop.currency`."""
    return Option(
        key="currency",
        label="Currency",
        hint="Of all prices. Later it is changed in the shop's own admin.",
        choices=tuple(
            Choice(value=code, label=f"{code} · {name}", values={"shop": {"currency": code}})
            for code, name in CURRENCIES.items()
        ),
    )


def country() -> Option:
    """The country of a chart that takes one at `shop.country`."""
    return Option(
        key="country",
        label="Country",
        hint="Where the shop is and delivers to. Later it is changed in the shop's own admin.",
        choices=tuple(
            Choice(value=code, label=name, values={"shop": {"country": code}})
            for code, name in COUNTRIES.items()
        ),
    )


def checked(options: Options, wanted: Mapping[str, str]) -> dict[str, str]:
    """What was asked for, where it differs from what a store gets unasked.

    Raises:
        InvalidInput: the engine has no such option, or the option no such choice.
    """
    known = {option.key: option for option in options}
    chosen: dict[str, str] = {}
    for key, value in wanted.items():
        option = known.get(key)
        if option is None:
            raise InvalidInput(
                f"This engine has no option {key[:40]!r}.",
                hint=f"It takes: {', '.join(known) or 'none'}.",
                field="options",
            )
        if option.choice(value) is None:
            raise InvalidInput(
                f"{option.label} cannot be {value[:40]!r}.",
                hint="Choose one of: " + ", ".join(choice.value for choice in option.choices) + ".",
                field=key,
            )
        if value != option.default.value:
            chosen[key] = value
    return chosen


def values(options: Options, chosen: Mapping[str, str]) -> dict[str, Any]:
    """What Helm is given for the choices of a store; one that is no longer offered is left out."""
    merged: dict[str, Any] = {}
    for option in options:
        choice = option.choice(chosen.get(option.key, ""))
        if choice is not None:
            merged = laid_over(merged, choice.values)
    return merged


def laid_over(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Two trees of values as Helm merges them: the second wins, leaf by leaf."""
    merged = dict(under)
    for key, value in over.items():
        below = merged.get(key)
        both_are_trees = isinstance(below, Mapping) and isinstance(value, Mapping)
        merged[key] = laid_over(below, value) if both_are_trees else value  # type: ignore[arg-type]
    return merged
