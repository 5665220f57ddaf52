"""From an entry of the engine table to a card of the create dialog."""

from __future__ import annotations

from provisioner.engines import Engine
from provisioner.needs import needs_of
from provisioner.preparation import Preparation
from provisioner.views import ChoiceView, EngineView, OptionView


def engine_view(
    engine: Engine, *, preparation: Preparation, environment: str, usual_seconds: float | None
) -> EngineView:
    """The view of an engine on a platform that is prepared so far."""
    has_chart = (engine.chart / "Chart.yaml").is_file()
    forbidden = (
        preparation.forbids(engine) if has_chart else "This installation has no chart for it."
    )
    needs = needs_of(engine.chart, environment=environment, chosen={})
    return EngineView(
        key=engine.key,
        title=engine.title,
        summary=engine.summary,
        is_available=not forbidden,
        reason=forbidden or preparation.lacks(engine),
        offers=engine.offers,
        options=tuple(
            OptionView(
                key=option.key,
                label=option.label,
                hint=option.hint,
                choices=tuple(
                    ChoiceView(value=choice.value, label=choice.label) for choice in option.choices
                ),
            )
            for option in engine.options
        ),
        usual_seconds=usual_seconds,
        cpu=needs.cpu,
        memory=needs.memory,
        storage=needs.storage,
    )
