"""The milestones and their times."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from provisioner import steps
from provisioner.steps import Progress
from provisioner.views import StepView

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def at(seconds: int) -> datetime:
    return BEGIN + timedelta(seconds=seconds)


def progress(*, done: tuple[str, ...] = (), active: tuple[str, ...] = ()) -> Progress:
    return Progress(done=frozenset(done), active=frozenset(active), message="why")


def test_a_step_keeps_when_it_began_and_ended() -> None:
    first = steps.advance((), progress(active=("Namespace",)), now=at(0))
    second = steps.advance(first, progress(done=("Namespace",), active=("Secrets",)), now=at(2))
    third = steps.advance(second, progress(done=("Namespace", "Secrets")), now=at(3))
    namespace, secrets, *others = third
    assert (namespace.state, namespace.started_at, namespace.ended_at) == ("done", at(0), at(2))
    assert (secrets.state, secrets.started_at, secrets.ended_at) == ("done", at(2), at(3))
    assert {step.state for step in others} == {"waiting"}


def test_the_reason_stands_with_the_first_step_under_way() -> None:
    shown = steps.advance((), progress(active=("Database", "Application")), now=at(0))
    assert [step.message for step in shown if step.message] == ["why"]
    assert next(step for step in shown if step.message).name == "Database"


def test_failure_marks_what_was_under_way_and_keeps_what_was_done() -> None:
    shown = steps.advance((), progress(done=("Namespace",), active=("Database",)), now=at(0))
    marked = {step.name: step for step in steps.failed(shown, "no image", now=at(9))}
    assert marked["Namespace"].state == "done"
    assert marked["Database"].state == "failed"
    assert marked["Database"].message == "no image"
    assert marked["Database"].ended_at == at(9)
    assert marked["Ingress"].state == "waiting"


def test_failure_before_the_first_step_is_shown_at_the_first() -> None:
    assert steps.failed((), "no room", now=at(0))[0].state == "failed"


NAMES = st.frozensets(st.sampled_from(steps.STEPS))


@given(st.lists(st.tuples(NAMES, NAMES), max_size=8))
def test_times_never_run_backwards_and_survive_the_database(
    looks: list[tuple[frozenset[str], frozenset[str]]],
) -> None:
    shown: tuple[StepView, ...] = ()
    for second, (done, active) in enumerate(looks):
        found = Progress(done=done, active=active - done)
        shown = steps.advance(shown, found, now=at(second))
        assert steps.from_json(steps.to_json(shown)) == shown
        assert [step.name for step in shown] == list(steps.STEPS)
        for step in shown:
            assert (step.state == "waiting") == (step.started_at is None)
            assert (step.state == "done") == (step.ended_at is not None)
            if step.started_at and step.ended_at:
                assert step.started_at <= step.ended_at


def test_the_slowest_step_is_told_with_its_time() -> None:
    assert steps.slowest(steps.PLANNED, now=BEGIN) == ""
    taken = (
        StepView(
            name="Database", state="done", started_at=BEGIN, ended_at=BEGIN + timedelta(seconds=9)
        ),
        StepView(name="Application", state="active", started_at=BEGIN + timedelta(seconds=9)),
    )
    told = steps.slowest(taken, now=BEGIN + timedelta(seconds=259))
    assert told == "The step Application took the longest: 4 min 10 s."
