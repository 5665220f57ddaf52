"""Settings: read once, in one place, and refused with a sentence."""

from __future__ import annotations

import pytest

from provisioner.errors import SettingsError
from provisioner.settings import Settings, documented, variable


def test_the_forerunners_defaults() -> None:
    settings = Settings.from_environment({})
    assert (settings.max_stores, settings.max_stores_per_user) == (50, 100)
    assert settings.max_concurrent_provisions == 3
    assert settings.ingress_suffix == ".localhost"
    assert settings.scheme == "http"


def test_production_picks_suffix_and_scheme() -> None:
    settings = Settings.from_environment(
        {"ENVIRONMENT": "production", "PROD_INGRESS_SUFFIX": ".Shops.Example.com"}
    )
    assert settings.ingress_suffix == ".shops.example.com"
    assert settings.scheme == "https"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ENVIRONMENT", "staging"),
        ("MAX_STORES", "many"),
        ("MAX_STORES", "-1"),
        ("MAX_STORES", "1.5"),
        ("MAX_CONCURRENT_PROVISIONS", "0"),
        ("PROVISION_TIMEOUT", "0"),
        ("PROVISION_TIMEOUT", "nan"),
        ("LOCAL_INGRESS_SUFFIX", "localhost"),
        ("LOCAL_INGRESS_SUFFIX", ".bad_label.example"),
        ("INGRESS_ADDRESS", "127.0.0.1"),
        ("PORT", "70000"),
        ("REGISTRATION", "yes"),
    ],
)
def test_a_wrong_value_is_named_with_what_would_be_right(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"^{name} must be ") as refusal:
        Settings.from_environment({name: value})
    assert value in refusal.value.message
    assert name in refusal.value.hint


def test_empty_means_the_default() -> None:
    assert Settings.from_environment({"MAX_STORES": " "}).max_stores == 50


def test_every_setting_is_documented_by_its_variable() -> None:
    listed = documented()
    assert variable("max_stores") in {line.variable for line in listed}
    assert all(line.meaning.endswith(".") for line in listed)
