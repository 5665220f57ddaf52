"""Each action of each life, with each fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cluster.faults import FAULTS, LIVES
from tests.cluster.matrix import every_case, play_all
from tests.cluster.simulated_shops import World
from tests.postgresql import Server

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("life", LIVES)
@pytest.mark.parametrize("fault", FAULTS)
async def test_the_end_is_as_if_nothing_had_happened(
    world: World, postgresql: Server, tmp_path: Path, life: str, fault: str
) -> None:
    cases = [case for case in every_case() if (case.life, case.fault) == (life, fault)]
    await play_all(cases, world, postgresql, tmp_path)
