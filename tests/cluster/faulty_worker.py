"""A worker as `python -m provisioner` runs it, that stops once at one action and says so.

It is told by two variables: FAULT_AT, such as `before Remove` or `after ApplyRelease`, and
FAULT_FOLDER, in which it leaves the file `reached` there and goes on when there is a file `go`;
`passed` says that the action has come to its end, or was refused. Nothing is played: what
happens to it meanwhile is up to the test.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio

from provisioner.__main__ import work
from provisioner.settings import Settings
from provisioner.tending import Tending
from tests.cluster.simulated_shops import SHOP


class Stop:
    """The place at which the worker stops, once."""

    def __init__(self, at: str, folder: Path) -> None:
        self._when, _, self._action = at.partition(" ")
        self._folder = folder
        self._was_reached = False

    def around(self, carry_out: Callable[..., Awaitable[bool]]) -> Callable[..., Awaitable[bool]]:
        """The same, with the stop before or after it."""

        async def stopping(tending: Tending, action: object, *rest: Any) -> bool:
            if type(action).__name__ != self._action or self._was_reached:
                return await carry_out(tending, action, *rest)
            self._was_reached = True
            try:
                if self._when == "before":
                    await self._wait()
                done = await carry_out(tending, action, *rest)
                if self._when == "after":
                    await self._wait()
                return done
            finally:
                (self._folder / "passed").touch()

        return stopping

    async def _wait(self) -> None:
        (self._folder / "reached").touch()
        while not (self._folder / "go").exists():
            await anyio.sleep(0.01)


def main() -> None:
    """Work until SIGTERM."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    if at := os.environ.get("FAULT_AT", ""):
        stop = Stop(at, Path(os.environ["FAULT_FOLDER"]))
        Tending._carry_out = stop.around(Tending._carry_out)  # type: ignore[method-assign, assignment]
    anyio.run(work, Settings.from_environment(), {SHOP.key: SHOP})


if __name__ == "__main__":
    main()
