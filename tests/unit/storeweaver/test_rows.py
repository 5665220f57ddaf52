"""From views to what a browser holds."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import pytest

from provisioner.steps import PLANNED
from storeweaver.state.rows import LABELS, TONES, store_row, tone
from tests.unit.storeweaver.views import NOON, store

HALFWAY = (
    replace(PLANNED[0], state="done", started_at=NOON, ended_at=NOON),
    replace(PLANNED[1], state="active", started_at=NOON),
    *PLANNED[2:],
)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, "ready"),
        ({"health": "degraded"}, "degraded"),
        ({"status": "provisioning"}, "provisioning"),
        ({"status": "provisioning", "waiting_for": "It is next."}, "queued"),
        ({"status": "failed"}, "failed"),
        ({"status": "deleting", "health": "degraded"}, "deleting"),
    ],
)
def test_a_tone_tells_apart_what_a_person_must(fields: dict[str, Any], expected: str) -> None:
    assert tone(store(**fields)) == expected
    assert set(LABELS) == set(TONES)


def test_progress_shows_only_on_the_way() -> None:
    coming = store_row(store(status="provisioning", steps=HALFWAY))
    assert coming.progress == "Secrets, 1 of 6"
    assert coming.segments == ["done", "active", *["waiting"] * 4]
    assert store_row(store(steps=HALFWAY)).segments == []


def test_the_note_is_what_matters_now() -> None:
    assert store_row(store(status="failed", error_message="It ran out of memory.")).note == (
        "It ran out of memory."
    )
    assert store_row(store(status="deleting", error_message="A volume is in use.")).note == (
        "A volume is in use."
    )
    assert store_row(store(health_message="all is well")).note == ""


def test_a_row_is_made_once_for_all_tabs_and_anew_for_a_change() -> None:
    before = store("a")
    assert store_row(before) is store_row(before)
    after = replace(before, status="failed", error_message="It is broken.")
    assert store_row(after).note == "It is broken."
    assert store_row(before).note == ""


def test_fifty_rows_stay_small() -> None:
    assert len(str(asdict(store_row(store())))) < 700
