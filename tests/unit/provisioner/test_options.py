"""What an owner may choose, what it comes to, and what is refused."""

from __future__ import annotations

import pytest

from provisioner.engines import ENGINES, Engine
from provisioner.errors import InvalidInput
from provisioner.needs import needs_of
from provisioner.options import checked, laid_over, values
from provisioner.preparation import Preparation
from provisioner.release import release_for
from provisioner.settings import Settings

engines = pytest.mark.parametrize("engine", ENGINES.values(), ids=lambda engine: engine.key)


@engines
def test_what_a_store_gets_unasked_is_what_its_chart_gives(engine: Engine) -> None:
    assert checked(engine.options, {o.key: o.default.value for o in engine.options}) == {}
    assert values(engine.options, {}) == {}


@engines
def test_a_choice_reaches_the_release_and_changes_its_digest(engine: Engine) -> None:
    def release(chosen: dict[str, str]) -> str:
        return release_for(
            engine,
            store_id="a" * 12,
            namespace="store-tea",
            host="tea.localhost",
            settings=Settings(),
            preparation=Preparation(),
            chosen=chosen,
        ).digest

    digests = {
        release({option.key: choice.value} if choice != option.default else {})
        for option in engine.options
        for choice in option.choices
    }
    assert len(digests) == 1 + sum(len(option.choices) - 1 for option in engine.options)


@engines
def test_what_is_not_offered_is_refused_with_what_is(engine: Engine) -> None:
    with pytest.raises(InvalidInput, match="no option 'colour'") as refused:
        checked(engine.options, {"colour": "red"})
    assert "currency" in refused.value.hint
    with pytest.raises(InvalidInput, match="Currency cannot be 'XXX'"):
        checked(engine.options, {"currency": "XXX"})


@pytest.mark.parametrize("environment", ["local", "production"])
@engines
def test_a_large_store_needs_more_than_a_standard_one(engine: Engine, environment: str) -> None:
    standard = needs_of(engine.chart, environment=environment, chosen={})
    large = needs_of(
        engine.chart, environment=environment, chosen=values(engine.options, {"size": "large"})
    )
    assert standard.cpu > 0
    assert large.memory > standard.memory
    assert large.storage > standard.storage


def test_trees_are_laid_over_each_other_leaf_by_leaf() -> None:
    under = {"a": {"b": 1, "c": 2}, "d": 3}
    assert laid_over(under, {"a": {"c": 4}, "d": {"e": 5}}) == {
        "a": {"b": 1, "c": 4},
        "d": {"e": 5},
    }
    assert under == {"a": {"b": 1, "c": 2}, "d": 3}
