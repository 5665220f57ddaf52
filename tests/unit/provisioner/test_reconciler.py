"""The next action: by state alone, one at a time, and never one that costs data."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioner import reconciler as r
from provisioner import steps
from provisioner.causes import diagnosis
from provisioner.observed import ContainerSeen, Observed, VolumeSeen
from provisioner.reconciler import Wanted, next_action
from provisioner.views import Status
from tests.unit.provisioner.worlds import RELEASE, namespace, pod, seen, wanted

ALL = ("database", "shop")
RUNNING = seen(namespace(), ready=ALL, is_routed=True)


@pytest.mark.parametrize(
    ("what_is_there", "action"),
    [
        (seen(None), r.EnsureNamespace),
        (seen(namespace(credentials="", release="")), r.EnsureSecrets),
        (seen(namespace(release=""), secrets=()), r.EnsureSecrets),
        (seen(namespace(release="")), r.ApplyRelease),
        (seen(namespace(release="another")), r.ApplyRelease),
        (seen(namespace()), r.Wait),
        (seen(namespace(), ready=("database",), starting=("shop",)), r.Wait),
        (seen(namespace(), ready=ALL), r.Wait),
        (RUNNING, r.Probe),
        (seen(namespace(generation=7)), r.Stop),
        (seen(namespace(generation=7, stopped="done")), r.Remove),
        (seen(namespace(is_terminating=True)), r.Wait),
        (seen(namespace(store_id="somebodyelse")), r.Fail),
        (seen(namespace(), is_stale=True), r.Wait),
    ],
)
def test_on_the_way_to_ready(what_is_there: Observed, action: type) -> None:
    assert isinstance(next_action(wanted(), what_is_there), action)


def test_the_time_is_up() -> None:
    late = wanted(is_overdue=True)
    action = next_action(late, seen(namespace(), starting=ALL))
    assert isinstance(action, r.Fail)
    assert "database is not ready" in action.diagnosis.cause


@pytest.mark.parametrize(("restarts", "code"), [(0, "ingress-no-class"), (2, "crash")])
def test_what_runs_between_two_crashes_is_the_cause_when_the_time_is_up(
    restarts: int, code: str
) -> None:
    container = ContainerSeen(
        name="shop",
        image="localhost/shop:1",
        is_ready=True,
        restarts=restarts,
        state="running",
        exit_code=3 if restarts else None,
    )
    running = pod(is_ready=True, containers=(container,))
    action = next_action(wanted(is_overdue=True), seen(namespace(), ready=ALL, pods=(running,)))
    assert isinstance(action, r.Fail)
    assert action.diagnosis.code == code


def test_what_an_action_came_up_against_is_the_cause_when_the_time_is_up() -> None:
    full = diagnosis("quota", "The quota is used up.")
    action = next_action(wanted(is_overdue=True, problem=full), seen(namespace(release="")))
    assert action == r.Fail(full)


def test_where_nothing_is_known_the_slowest_step_is_named() -> None:
    late = wanted(is_overdue=True, slowest="The step Database took the longest: 3 min 10 s.")
    action = next_action(late, seen(namespace(), starting=ALL))
    assert isinstance(action, r.Fail)
    assert action.diagnosis.cause.endswith("The step Database took the longest: 3 min 10 s.")


@pytest.mark.parametrize(
    ("code", "tries", "fails"),
    [
        ("pod-security", 1, True),
        ("rights-missing", 1, True),
        ("chart-schema", 1, True),
        ("refused", 1, False),
        ("refused", 6, True),
        ("quota", 100, False),
        ("webhook-away", 100, False),
    ],
)
def test_a_refusal_ends_the_way_by_its_class(code: str, tries: int, fails: bool) -> None:
    met = wanted(problem=diagnosis(code, "It is refused.", tries=tries))
    action = next_action(met, seen(namespace(release="")))
    assert isinstance(action, r.Fail if fails else r.ApplyRelease)


@pytest.mark.parametrize(("restarts", "fails"), [(0, False), (2, False), (3, True)])
def test_a_crash_is_named_at_once_and_fails_after_some_tries(restarts: int, fails: bool) -> None:
    crashing = ContainerSeen(
        name="shop",
        image="shop:1",
        is_ready=False,
        restarts=restarts,
        state="waiting",
        reason="CrashLoopBackOff",
        exit_code=3,
    )
    action = next_action(
        wanted(), seen(namespace(), starting=ALL, pods=(pod(containers=(crashing,)),))
    )
    words = "shop keeps ending with status 3."
    if fails:
        assert isinstance(action, r.Fail)
        assert action.diagnosis.cause == words
    else:
        assert action == r.Wait(words)


def test_an_ingress_that_nobody_takes_is_named_by_what_it_lacks() -> None:
    action = next_action(wanted(), seen(namespace(), ready=ALL))
    assert isinstance(action, r.Wait)
    assert "names no class" in action.reason


def test_the_time_does_not_run_out_on_an_old_picture() -> None:
    action = next_action(wanted(is_overdue=True), seen(namespace(), starting=ALL, is_stale=True))
    assert isinstance(action, r.Wait)


def test_what_waiting_cannot_mend_fails_at_once() -> None:
    container = ContainerSeen(
        name="shop",
        image="bad::name",
        is_ready=False,
        restarts=0,
        state="waiting",
        reason="InvalidImageName",
        message="couldn't parse image name",
    )
    action = next_action(
        wanted(), seen(namespace(), starting=ALL, pods=(pod(containers=(container,)),))
    )
    assert isinstance(action, r.Fail)
    assert "bad::name" in action.diagnosis.cause


@pytest.mark.parametrize(
    ("what_is_there", "action"),
    [
        (RUNNING, r.Settle("ok")),
        (
            seen(namespace(release="older"), ready=ALL, is_routed=True),
            r.Settle("ok", drift=r.DRIFT),
        ),
        (seen(None), r.Settle("degraded", r.LOST)),
        (seen(namespace(), ready=ALL, has_ingress=False), r.ApplyRelease()),
        (seen(namespace(), ready=("database",), is_routed=True), r.ApplyRelease()),
        (seen(namespace(credentials=""), ready=ALL), r.EnsureSecrets()),
    ],
)
def test_a_ready_store_is_kept(what_is_there: Observed, action: r.Action) -> None:
    assert next_action(wanted("ready"), what_is_there) == action


@pytest.mark.parametrize(
    ("what_is_there", "action"),
    [
        (seen(None), r.EnsureNamespace()),
        (seen(namespace(generation=2, credentials="")), r.EnsureSecrets()),
        (seen(namespace(generation=2, release="")), r.ApplyRelease()),
        (RUNNING, r.Repair()),
        (seen(namespace(generation=2), ready=ALL, is_routed=True), r.Settle("ok")),
    ],
)
def test_a_repair_is_done_once_and_makes_what_is_missing(
    what_is_there: Observed, action: r.Action
) -> None:
    wish = wanted("ready", generation=2, is_repair=True)
    assert next_action(wish, what_is_there) == action


@pytest.mark.parametrize(
    "what_is_there", [RUNNING, seen(namespace(), ready=("database",)), seen(namespace(release=""))]
)
def test_images_that_cannot_sell_are_not_brought_to_a_store_that_does(
    what_is_there: Observed,
) -> None:
    wish = wanted("ready", generation=2, is_repair=True, lacking="Run `make up`.")
    assert next_action(wish, what_is_there) == r.Settle("degraded", "Run `make up`.")
    drifted = seen(namespace(release="another"), ready=ALL, is_routed=True)
    well = next_action(wanted("ready", lacking="Run `make up`."), drifted)
    assert well == r.Settle("ok", drift=r.DRIFT)


@pytest.mark.parametrize("kept", [{"storeweaver-copy"}, {"shop-secret"}])
def test_a_secret_that_was_removed_is_put_back_from_its_copy(kept: set[str]) -> None:
    action = next_action(wanted("ready"), replace(RUNNING, secrets=frozenset(kept)))
    assert isinstance(action, r.EnsureSecrets)
    assert "was removed" in action.reason


def test_a_secret_without_a_copy_is_made_anew_by_a_click_alone() -> None:
    robbed = replace(RUNNING, secrets=frozenset())
    action = next_action(wanted("ready"), robbed)
    assert isinstance(action, r.Settle)
    assert action.health == "degraded"
    assert "Somebody removed shop-secret and storeweaver-copy" in action.message
    assert next_action(wanted("ready", is_repair=True), robbed) == r.Repair()


def test_what_was_removed_is_named() -> None:
    action = next_action(wanted("ready"), seen(namespace(), ready=("database",)))
    assert isinstance(action, r.ApplyRelease)
    assert "shop was removed" in action.reason


def test_a_ready_store_with_trouble_is_degraded_and_says_why() -> None:
    action = next_action(
        wanted("ready"), seen(namespace(), ready=("database",), starting=("shop",), is_routed=True)
    )
    assert isinstance(action, r.Settle)
    assert action.health == "degraded"
    assert "shop" in action.message


@pytest.mark.parametrize(
    ("what_is_there", "action"),
    [
        (RUNNING, r.Stop()),
        (
            seen(namespace(stopped="done"), pods=(pod("shop-1"), pod("shop-2"))),
            r.Wait("Its pods are stopping: shop-1, shop-2."),
        ),
        (seen(namespace(stopped="done")), r.Remove()),
        (seen(namespace(is_terminating=True)), r.Wait("What it consists of is removed.")),
        (seen(None), r.ConfirmGone()),
        (seen(namespace(store_id="somebodyelse")), r.ConfirmGone()),
    ],
)
def test_deleting(what_is_there: Observed, action: r.Action) -> None:
    assert next_action(wanted("deleting"), what_is_there) == action


STUCK = (
    "Some content in the namespace has finalizers remaining: example.com/stuck in 1 resource "
    "instances"
)


@pytest.mark.parametrize("status", ["deleting", "failed"])
def test_what_holds_a_removal_up_is_named_once_it_should_be_over(status: Status) -> None:
    held = seen(namespace(is_terminating=True, blocked_by=(STUCK,)))
    assert next_action(wanted(status), held) == r.Wait("What it consists of is removed.")
    action = next_action(wanted(status, is_held_up=True), held)
    assert isinstance(action, r.Wait)
    assert action.held_by is not None
    assert action.held_by.code == "held-by-finalizer"
    assert "example.com/stuck" in action.reason


def test_pods_that_do_not_stop_are_not_waited_for() -> None:
    hanging = seen(namespace(stopped="done"), pods=(pod(),))
    assert next_action(wanted("deleting", is_held_up=True), hanging) == r.Remove()


def test_what_a_failed_try_left_is_removed() -> None:
    assert next_action(wanted("failed"), RUNNING) == r.Stop()
    assert next_action(wanted("failed"), seen(namespace(stopped="done"))) == r.Remove()
    assert next_action(wanted("failed"), seen(None)) == r.Settle("unknown")


SPACES = st.one_of(
    st.none(),
    st.builds(
        namespace,
        store_id=st.sampled_from(["tabcdefghijk", "somebodyelse", ""]),
        generation=st.integers(1, 2),
        credentials=st.sampled_from(["", "made"]),
        release=st.sampled_from(["", RELEASE, "another"]),
        stopped=st.sampled_from(["", "done"]),
        is_terminating=st.booleans(),
    ),
)
SIGHTS = st.builds(
    seen,
    SPACES,
    ready=st.sampled_from([(), ("database",), ALL]),
    starting=st.sampled_from([(), ("shop",)]),
    volumes=st.sampled_from([(), (VolumeSeen(name="data", phase="Pending", requested="1Gi"),)]),
    is_routed=st.booleans(),
    has_ingress=st.booleans(),
    is_stale=st.booleans(),
)
WANTED = st.builds(
    wanted,
    st.sampled_from(["provisioning", "ready", "failed", "deleting"]),
    generation=st.integers(1, 2),
    was_ready=st.booleans(),
    is_overdue=st.booleans(),
    is_repair=st.booleans(),
    is_held_up=st.booleans(),
    problem=st.sampled_from([None, diagnosis("quota", "Full."), diagnosis("pod-security", "No.")]),
).map(lambda made: replace(made, was_ready=False) if made.status == "failed" else made)


@given(WANTED, SIGHTS)
def test_it_is_total_and_pure(store: Wanted, sight: Observed) -> None:
    assert next_action(store, sight) == next_action(store, sight)


@given(SIGHTS)
def test_a_store_that_was_ready_is_never_removed_nor_failed(sight: Observed) -> None:
    action = next_action(wanted("ready"), sight)
    assert not isinstance(action, r.Stop | r.Remove | r.Fail | r.ConfirmGone)


@given(WANTED, SIGHTS)
def test_nothing_is_decided_by_an_old_picture(store: Wanted, sight: Observed) -> None:
    assert isinstance(next_action(store, replace(sight, is_stale=True)), r.Wait)


@given(WANTED, SIGHTS)
def test_a_namespace_of_somebody_else_is_never_touched(store: Wanted, sight: Observed) -> None:
    foreign = replace(sight, namespace=namespace(store_id="somebodyelse"))
    action = next_action(store, foreign)
    changing = r.Stop | r.Remove | r.ApplyRelease | r.EnsureSecrets | r.Repair
    assert not isinstance(action, changing)


@given(SIGHTS)
def test_a_deleted_store_is_never_made_again(sight: Observed) -> None:
    action = next_action(wanted("deleting"), sight)
    assert isinstance(action, r.Stop | r.Remove | r.Wait | r.ConfirmGone)


@given(WANTED, SIGHTS)
def test_progress_names_known_steps_and_none_twice(store: Wanted, sight: Observed) -> None:
    found = r.progress(store, sight)
    assert found.done | found.active <= set(steps.STEPS)
    assert not found.done & found.active


def test_progress_ends_with_the_shops_own_answer() -> None:
    assert r.progress(wanted(), RUNNING).active == {steps.ANSWERS}
    assert r.progress(wanted("ready"), RUNNING).done == set(steps.STEPS)


def test_every_transition_joins_known_statuses() -> None:
    known = {"", "provisioning", "ready", "failed", "deleting"}
    assert {end for before, after, _ in r.TRANSITIONS for end in (before, after)} == known
    assert ("ready", "failed") not in {(before, after) for before, after, _ in r.TRANSITIONS}
