"""A time limit that can stand still."""

from __future__ import annotations

from provisioner.countdown import Countdown


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_it_counts_only_while_it_runs() -> None:
    clock = Clock()
    countdown = Countdown(10.0, clock=clock)
    clock.now += 100
    assert countdown.left == 10.0
    countdown.run(True)
    clock.now += 4
    assert countdown.left == 6.0
    countdown.run(True)
    countdown.run(False)
    clock.now += 100
    assert countdown.left == 6.0
    assert not countdown.is_running
    countdown.run(True)
    clock.now += 7
    assert countdown.left == -1.0
