"""Whatever dies at whatever action: another worker takes over, and the end is the same.

The actions come from the reconciler itself, so that a new one without a place here fails.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cluster.faulted import cluster, world
from tests.cluster.faults import ACTIONS, FAULTS, LIVES, Case
from tests.cluster.matrix import play_all
from tests.cluster.simulated_shops import World
from tests.postgresql import Server

__all__ = ["cluster", "world"]

pytestmark = pytest.mark.anyio

ONCE = {
    "EnsureNamespace": "create",
    "EnsureSecrets": "create",
    "ApplyRelease": "create",
    "Repair": "repair",
    "Probe": "create",
    "Wait": "create",
    "Fail": "fail",
    "Stop": "delete",
    "Remove": "delete",
    "ConfirmGone": "delete",
    "Settle": "create",
}
"""The life in which each action meets its faults here; `make soak` plays them in every life."""


def test_every_action_of_the_reconciler_meets_every_fault() -> None:
    assert set(ONCE) == ACTIONS
    assert {action for actions in LIVES.values() for action in actions} == ACTIONS


@pytest.mark.parametrize("fault", FAULTS)
async def test_the_end_is_as_if_nothing_had_happened(
    world: World, postgresql: Server, tmp_path: Path, fault: str
) -> None:
    cases = [Case(life, action, fault) for action, life in ONCE.items()]
    await play_all([case for case in cases if case.is_possible], world, postgresql, tmp_path)
