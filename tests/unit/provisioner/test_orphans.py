"""What no store accounts for, told from what is seen and what is known."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from provisioner.engines import ENGINES
from provisioner.observed import DiskSeen, Found, NamespaceSeen, VolumeSeen
from provisioner.orphans import Known, find
from provisioner.quantities import amount
from provisioner.views import OrphanView

BORN = datetime(2026, 1, 1, tzinfo=UTC)
STORE = "tabcdefghijk"
TEA = Known(store_id=STORE, name="Tea", namespace="store-tea", is_expected=True)


def place(
    name: str = "store-tea",
    *,
    store_id: str = STORE,
    engine: str = "medusa",
    is_terminating: bool = False,
) -> Found:
    return Found(
        name=name,
        namespace=NamespaceSeen(
            name=name,
            store_id=store_id,
            engine=engine,
            is_terminating=is_terminating,
            annotations=(("generation", "3"),),
        ),
        created=BORN,
        store_ids=frozenset({store_id}),
        volumes=(VolumeSeen(name="data", phase="Bound", requested="1Gi"),),
    )


def disk(phase: str = "Released", *, namespace: str = "store-tea") -> DiskSeen:
    return DiskSeen(name="pvc-1", namespace=namespace, phase=phase, capacity="2Gi", created=BORN)


def found(
    *places: Found, disks: tuple[DiskSeen, ...] = (), known: tuple[Known, ...] = ()
) -> tuple[OrphanView, ...]:
    return find(places, disks, known, ENGINES)


def test_a_store_and_its_namespace_are_no_orphans() -> None:
    assert found(place(), disks=(disk("Bound"),), known=(TEA,)) == ()


def test_a_namespace_without_a_row_can_be_adopted_or_removed() -> None:
    (orphan,) = found(place())
    assert (orphan.kind, orphan.name, orphan.store_id) == ("namespace", "store-tea", STORE)
    assert (orphan.size, orphan.created_at, orphan.generation) == (2**30, BORN, 3)
    assert orphan.can_adopt
    assert orphan.can_remove
    assert not orphan.hint


@pytest.mark.parametrize(
    ("where", "can_remove"),
    [
        (place(engine="unheard-of"), True),
        (place(store_id="UPPER"), True),
        (place("store-tea", is_terminating=True), False),
        (place("kube-system"), False),
    ],
    ids=["engine", "label", "going", "elsewhere"],
)
def test_what_cannot_be_a_store_is_not_adopted_and_says_why(where: Found, can_remove: bool) -> None:
    (orphan,) = found(where)
    assert not orphan.can_adopt
    assert orphan.hint
    assert orphan.can_remove is can_remove


def test_a_copied_label_takes_no_store_over() -> None:
    (orphan,) = found(place(), place("store-copy"), known=(TEA,))
    assert (orphan.name, orphan.can_adopt, orphan.can_remove) == ("store-copy", False, True)


def test_a_release_outside_of_a_stores_namespace_names_the_way_out() -> None:
    elsewhere = Found(
        name="default",
        namespace=None,
        created=None,
        store_ids=frozenset({STORE}),
        volumes=(),
    )
    (orphan,) = found(elsewhere)
    assert (orphan.kind, orphan.can_adopt, orphan.can_remove) == ("release", False, False)
    assert f"helm uninstall {STORE} --namespace default" in orphan.hint


def test_a_store_whose_namespace_somebody_deleted() -> None:
    (orphan,) = found(known=(TEA,))
    assert (orphan.kind, orphan.name) == ("store", STORE)
    assert "Tea" in orphan.cause
    assert orphan.can_adopt
    assert orphan.can_remove


def test_a_store_on_its_way_has_no_namespace_yet() -> None:
    coming = Known(store_id=STORE, name="Tea", namespace="store-tea", is_expected=False)
    assert found(known=(coming,)) == ()


def test_a_volume_left_behind_is_told_and_one_in_use_or_going_is_not() -> None:
    (orphan,) = found(disks=(disk(),))
    assert (orphan.kind, orphan.name, orphan.size) == ("volume", "pvc-1", 2 * 2**30)
    (failed,) = found(disks=(disk("Failed"),))
    assert "could not be cleared" in failed.cause
    assert found(disks=(disk("Bound"),)) == ()
    going = Known(store_id=STORE, name="Tea", namespace="store-tea", is_expected=False)
    assert found(disks=(disk(),), known=(going,)) == ()


@pytest.mark.parametrize(
    ("quantity", "number"),
    [("1Gi", 2**30), ("500m", 0.5), ("2G", 2e9), ("1e3", 1000), ("12", 12), ("odd", 0), ("", 0)],
)
def test_quantities(quantity: str, number: float) -> None:
    assert amount(quantity) == number
