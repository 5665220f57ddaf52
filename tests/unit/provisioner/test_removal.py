"""When what was told to go should be gone, and what is told of it until then."""

from __future__ import annotations

from typing import Any

from provisioner.causes import diagnosis
from provisioner.countdown import Countdown
from provisioner.models import Store
from provisioner.removal import Removal
from tests.unit.provisioner.worlds import namespace, seen

HELD = diagnosis("held-by-pod", "It is not gone yet: the pod a has not ended.")


def store(status: str, **fields: Any) -> Store:
    plain = {"error_message": "", "error_hint": "", "error_code": ""}
    return Store(status=status, **(plain | fields))


def over(removal: Removal) -> Removal:
    """The same ten seconds later."""
    removal.limit = Countdown(-0.1)
    return removal


def test_it_counts_while_something_goes_and_the_cluster_is_seen() -> None:
    removal = Removal()
    removal.look(store("provisioning"), seen(namespace()))
    assert not removal.limit.is_running
    for status, sight in (
        ("deleting", seen(namespace())),
        ("failed", seen(None)),
        ("provisioning", seen(namespace(is_terminating=True))),
        ("provisioning", seen(namespace(stopped="done"))),
    ):
        removal.look(store(status), sight)
        assert removal.limit.is_running
    removal.look(store("deleting"), seen(namespace(), is_stale=True))
    assert not removal.limit.is_running


def test_the_next_removal_begins_anew() -> None:
    removal = over(Removal())
    removal.look(store("deleting"), seen(namespace()))
    assert removal.is_held_up
    removal.look(store("ready"), seen(namespace()))
    assert not removal.is_held_up


def test_what_holds_it_up_is_shown_with_the_way_out_and_noted_once() -> None:
    removal = Removal()
    changes, notes = removal.told(store("deleting"), HELD.cause, HELD)
    assert changes == {
        "error_message": HELD.cause,
        "error_hint": HELD.hint,
        "error_code": "held-by-pod",
    }
    assert [(note.kind, note.message) for note in notes] == [("blocked", HELD.cause)]
    assert removal.told(store("deleting", **changes), HELD.cause, HELD) == ({}, [])


def test_when_it_goes_on_the_way_out_is_shown_no_longer() -> None:
    shown = store("deleting", error_message=HELD.cause, error_hint="x", error_code="held-by-pod")
    changes, notes = Removal().told(shown, "What it consists of is removed.", None)
    assert changes == {
        "error_message": "What it consists of is removed.",
        "error_hint": "",
        "error_code": "",
    }
    assert notes == []
