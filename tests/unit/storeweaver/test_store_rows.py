"""What a store's page is given to show."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from provisioner.views import StepState, StepView
from storeweaver.state.store_rows import cores, figure, history, size, waterfall

BEGIN = datetime(2026, 1, 31, 12, tzinfo=UTC)


def step(state: StepState, start: float | None = None, end: float | None = None) -> StepView:
    def at(seconds: float | None) -> datetime | None:
        return None if seconds is None else BEGIN + timedelta(seconds=seconds)

    return StepView(name=state, state=state, started_at=at(start), ended_at=at(end))


def places(*steps: StepView, now: float = 0) -> list[tuple[str, str]]:
    rows = waterfall(steps, now=BEGIN + timedelta(seconds=now))
    return [(row.left, row.width) for row in rows]


def test_steps_stand_where_they_were_in_the_whole_time() -> None:
    assert places(step("done", 0, 5), step("done", 2, 10)) == [
        ("0.00%", "50.00%"),
        ("20.00%", "80.00%"),
    ]


def test_a_step_under_way_reaches_until_now() -> None:
    assert places(step("done", 0, 5), step("active", 5), step("waiting"), now=20) == [
        ("0.00%", "25.00%"),
        ("25.00%", "75.00%"),
        ("0.00%", "0%"),
    ]


def test_steps_that_have_not_begun_have_no_place() -> None:
    assert places(step("waiting"), step("waiting")) == [("0.00%", "0%")] * 2
    assert places(step("active", 0)) == [("0.00%", "0.00%")]


@pytest.mark.parametrize(
    ("limit", "requested", "percent", "tone", "of"),
    [
        (1000.0, 10.0, 50, "provisioning", "of 1000 B"),
        (600.0, 10.0, 83, "degraded", "of 600 B"),
        (510.0, 10.0, 98, "failed", "of 510 B"),
        (0.0, 250.0, 100, "provisioning", "of 250 B requested, no limit"),
        (0.0, 0.0, 0, "provisioning", "no limit"),
    ],
)
def test_a_figure_is_judged_by_its_limit(
    limit: float, requested: float, percent: int, tone: str, of: str
) -> None:
    shown = figure("Memory", [400, 500], limit=limit, request=requested, words=size)
    assert (shown.percent, shown.tone, shown.of) == (percent, tone, of)
    assert shown.value == "500 B"


def test_a_figure_before_its_first_sample_has_no_value() -> None:
    assert figure("CPU", [], limit=1, request=0, words=cores).value == ""


def test_a_history_ends_at_the_right_with_its_highest_at_the_top() -> None:
    assert history([1]) == ""
    assert history([0, 2, 1]) == "0.0,23.0 50.0,1.0 100.0,12.0"
    assert history([0, 0]) == "0.0,23.0 100.0,23.0"


def test_amounts_are_in_words() -> None:
    assert [cores(each) for each in (0.0042, 0.25, 1, 1.5)] == [
        "4 m",
        "250 m",
        "1 core",
        "1.5 cores",
    ]
    assert [size(each) for each in (512, 2048, 1.5 * 1024**2, 512 * 1024**2, 1024**3)] == [
        *("512 B", "2 KiB", "1.5 MiB", "512 MiB", "1 GiB"),
    ]
