"""The index of what was seen, against the plain idea of what it should show."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from provisioner.observed import EventSeen, NamespaceSeen, Observed, PodSeen, VolumeSeen
from provisioner.sightings import MOST_EVENTS, Sighting, Sightings

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
IDS = ("a", "b", "c")
NAMESPACES = ("store-a", "store-b", "elsewhere")


def a_pod(name: str, phase: str = "Running") -> PodSeen:
    return PodSeen(name=name, component="", phase=phase, is_ready=True, is_terminating=False)


def an_event(minute: int) -> EventSeen:
    return EventSeen(
        at=BEGIN + timedelta(minutes=minute),
        kind="Pod",
        name="shop",
        reason="BackOff",
        message=str(minute),
        count=1,
    )


def sightings() -> tuple[Sightings, list[str]]:
    told: list[str] = []
    return Sightings(told.append), told


def with_store(store_id: str = "a") -> tuple[Sightings, list[str]]:
    seen, told = sightings()
    seen.put_namespace(NamespaceSeen(name=f"store-{store_id}", store_id=store_id), created=BEGIN)
    told.clear()
    return seen, told


def test_objects_may_come_before_their_namespace() -> None:
    seen, told = sightings()
    seen.put("pods", Sighting("store-a", "shop", "a", a_pod("shop")))
    assert told == []
    assert seen.observed("a", is_stale=False) == Observed()
    seen.put_namespace(NamespaceSeen(name="store-a", store_id="a"), created=BEGIN)
    assert told == ["a"]
    assert [each.name for each in seen.observed("a", is_stale=False).pods] == ["shop"]


def test_nothing_is_built_twice() -> None:
    seen, told = with_store()
    first = seen.observed("a", is_stale=False)
    assert seen.observed("a", is_stale=False) is first
    seen.put("pods", Sighting("store-a", "shop", "a", a_pod("shop")))
    second = seen.observed("a", is_stale=False)
    seen.put("pods", Sighting("store-a", "shop", "a", a_pod("shop")))
    assert seen.observed("a", is_stale=False) is second
    assert told == ["a"]
    assert seen.observed("a", is_stale=True).is_stale


def test_kinds_share_no_names() -> None:
    seen, _ = with_store()
    seen.put("pods", Sighting("store-a", "same", "a", a_pod("same")))
    volume = VolumeSeen(name="same", phase="Bound", requested="1Gi")
    seen.put("volumes", Sighting("store-a", "same", "a", volume))
    seen.replace("pods", [])
    observed = seen.observed("a", is_stale=False)
    assert (observed.pods, observed.volumes) == ((), (volume,))


def test_the_older_of_two_namespaces_is_the_stores() -> None:
    seen, _ = with_store()
    seen.put_namespace(
        NamespaceSeen(name="a-copy", store_id="a"), created=BEGIN + timedelta(seconds=1)
    )
    found = seen.observed("a", is_stale=False).namespace
    assert found is not None
    assert found.name == "store-a"
    seen.remove_namespace("store-a")
    found = seen.observed("a", is_stale=False).namespace
    assert found is not None
    assert found.name == "a-copy"


def test_the_newest_warnings_are_kept() -> None:
    seen, told = with_store()
    for minute in reversed(range(MOST_EVENTS + 10)):
        seen.put_event(an_event(minute), namespace="store-a", name=str(minute))
    events = seen.observed("a", is_stale=False).events
    assert [each.message for each in events] == [str(m) for m in range(10, MOST_EVENTS + 10)]
    assert len(told) == MOST_EVENTS


def test_warnings_go_with_their_namespace_and_elsewhere_are_not_kept() -> None:
    seen, _ = with_store()
    seen.put_event(an_event(1), namespace="elsewhere", name="x")
    seen.put_event(an_event(1), namespace="store-a", name="x")
    seen.remove_namespace("store-a")
    for name in ("store-a", "elsewhere"):
        seen.put_namespace(NamespaceSeen(name=name, store_id=name), created=BEGIN)
        assert seen.observed(name, is_stale=False).events == ()


def test_a_list_of_warnings_replaces_what_was_known() -> None:
    seen, _ = with_store()
    seen.put_event(an_event(1), namespace="store-a", name="expired")
    seen.replace_events([("store-a", "kept", an_event(2))])
    assert seen.observed("a", is_stale=False).events == (an_event(2),)


OBJECTS = st.builds(
    lambda namespace, name, store_id, phase: Sighting(
        namespace, name, store_id, a_pod(name, phase)
    ),
    st.sampled_from(NAMESPACES),
    st.sampled_from(("x", "y")),
    st.sampled_from(IDS),
    st.sampled_from(("Pending", "Running")),
)
STEPS = st.one_of(
    st.tuples(st.just("put"), OBJECTS),
    st.tuples(st.just("remove"), OBJECTS),
    st.tuples(st.just("namespace"), st.tuples(st.sampled_from(NAMESPACES), st.sampled_from(IDS))),
    st.tuples(st.just("no namespace"), st.sampled_from(NAMESPACES)),
)


@given(st.lists(STEPS, max_size=30))
def test_any_history_shows_what_a_fresh_list_shows(steps: list[tuple[str, object]]) -> None:
    """And a store is told exactly when it looks different."""
    seen, told = sightings()
    pods: dict[tuple[str, str], Sighting] = {}
    namespaces: dict[str, str] = {}
    for step in steps:
        before = {each: seen.observed(each, is_stale=False) for each in IDS}
        told.clear()
        match step:
            case "put", Sighting() as found:
                pods[found.namespace, found.name] = found
                seen.put("pods", found)
            case "remove", Sighting() as found:
                pods.pop((found.namespace, found.name), None)
                seen.remove("pods", namespace=found.namespace, name=found.name)
            case "namespace", (str(name), str(store_id)):
                namespaces[name] = store_id
                seen.put_namespace(NamespaceSeen(name=name, store_id=store_id), created=BEGIN)
            case "no namespace", str(name):
                namespaces.pop(name, None)
                seen.remove_namespace(name)
        after = {each: seen.observed(each, is_stale=False) for each in IDS}
        changed = {each for each in IDS if before[each] != after[each]}
        assert changed <= set(told)
        if len(set(namespaces.values())) == len(namespaces):
            for each in set(told) - changed:
                # another namespace stood in for it a moment ago
                assert step[0] in {"namespace", "no namespace"}, each

    fresh, _ = sightings()
    fresh.replace("pods", list(pods.values()))
    fresh.replace_namespaces(
        (NamespaceSeen(name=name, store_id=store_id), BEGIN)
        for name, store_id in namespaces.items()
    )
    for each in IDS:
        assert fresh.observed(each, is_stale=False) == seen.observed(each, is_stale=False)
    seen.replace_namespaces([])
    seen.replace("pods", [])
    assert all(seen.observed(each, is_stale=False) == Observed() for each in IDS)
