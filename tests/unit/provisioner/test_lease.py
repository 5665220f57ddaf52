"""A lease ends no later than the claim, and what asks it does nothing afterwards."""

from __future__ import annotations

import pytest

from provisioner.backoff import spread
from provisioner.errors import ClaimLost
from provisioner.lease import FOREVER, Lease, uptime

pytestmark = pytest.mark.anyio

SECONDS = 15.0


class Database:
    """Answers a renewal, and counts them."""

    def __init__(self, *, is_held: bool) -> None:
        self.asked = 0
        self._is_held = is_held

    async def renew(self) -> bool:
        self.asked += 1
        return self._is_held


def lease(database: Database, *, age: float) -> Lease:
    return Lease(SECONDS, asked_at=uptime() - age, renew=database.renew)


async def test_a_fresh_claim_is_not_renewed_first() -> None:
    database = Database(is_held=True)
    await lease(database, age=0.0).refresh()
    assert database.asked == 0


async def test_one_with_little_left_is_renewed_before_something_long_begins() -> None:
    database = Database(is_held=True)
    old = lease(database, age=10.0)
    assert old.left < 6.0
    await old.refresh()
    assert database.asked == 1
    assert old.left > 14.0


async def test_one_that_has_run_out_is_not_even_asked_for() -> None:
    database = Database(is_held=True)
    over = lease(database, age=SECONDS + 1)
    with pytest.raises(ClaimLost):
        over.check()
    with pytest.raises(ClaimLost):
        await over.refresh()
    assert database.asked == 0


async def test_one_that_somebody_else_has_is_over() -> None:
    with pytest.raises(ClaimLost):
        await lease(Database(is_held=False), age=10.0).refresh()


async def test_what_needs_no_claim_has_all_time() -> None:
    FOREVER.check()
    await FOREVER.refresh()


def test_waits_are_spread_by_half_of_themselves() -> None:
    waits = {spread(2.0) for _ in range(200)}
    assert len(waits) > 100
    assert all(1.0 <= wait <= 3.0 for wait in waits)
