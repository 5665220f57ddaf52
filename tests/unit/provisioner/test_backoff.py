"""Waits between tries."""

from __future__ import annotations

from provisioner.backoff import Backoff


def test_waits_double_up_to_the_longest_and_begin_again_after_success() -> None:
    backoff = Backoff(first=1.0, longest=4.0)
    bounds = [(0.5, 1.5), (1.0, 3.0), (2.0, 6.0), (2.0, 6.0)]
    for least, most in bounds:
        assert least <= backoff.next() <= most
    backoff.reset()
    assert 0.5 <= backoff.next() <= 1.5


def test_many_that_failed_together_do_not_try_again_together() -> None:
    assert len({Backoff(first=1.0, longest=4.0).next() for _ in range(20)}) > 1
