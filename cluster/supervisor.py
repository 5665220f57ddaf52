"""Runs the parts of one cluster: starts them by their needs, stops them in reverse."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

import anyio

from cluster.home import Home
from cluster.keeper import Keeper, PartState
from cluster.logs import rotate
from cluster.parts import Part
from cluster.processes import marks

GO_SETTINGS = {"GOGC": "25"}
"""Variables of every part: when garbage is collected at a quarter of Go's usual growth, the
control plane at rest takes 625 MB, against 653 MB at half of it, and the API server computes
some 0.6 s more in its first minute. The whole cluster then takes 1,333 MB (`bench.cluster`)."""

HOUSEKEEPING_INTERVAL = 60.0
"""Seconds between two looks at log sizes and certificates; after a clock that jumped, a
certificate may be invalid for as long."""

RECOVERY = 1.0
"""Seconds after which a status that found no room on the disk is written again."""


class Supervisor:
    """Owns every part from the first start to the orderly stop."""

    def __init__(
        self,
        home: Home,
        parts: Iterable[Part],
        *,
        renew: Callable[[], object],
        facts: dict[str, object],
    ) -> None:
        """`renew` re-issues certificates that are due; `facts` stand in the status file."""
        self._home = home
        self._renew = renew
        self._facts = facts
        self._begun = time.time()
        self._untold = anyio.Event()
        self._keepers = {
            part.name: Keeper(
                part,
                log=home.logs / f"{part.name}.log",
                environment={**marks(home, part.name), **GO_SETTINGS},
                changed=self._write_status,
            )
            for part in parts
        }

    async def run(self) -> None:
        """Run until SIGTERM or SIGINT; then stop every part, those that others need last."""
        with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
            async with anyio.create_task_group() as tasks:
                for keeper in self._keepers.values():
                    needs = [self._keepers[need] for need in keeper.part.needs]
                    tasks.start_soon(keeper.run, needs)
                tasks.start_soon(self._keep_house)
                tasks.start_soon(self._make_up_for_untold)
                async for _ in signals:
                    break
                await self._stop()
                tasks.cancel_scope.cancel()

    async def _stop(self) -> None:
        for layer in stop_layers(keeper.part for keeper in self._keepers.values()):
            async with anyio.create_task_group() as tasks:
                for name in layer:
                    tasks.start_soon(self._keepers[name].stop)

    async def _keep_house(self) -> None:
        while True:
            try:
                for log in self._home.logs.glob("*.log"):
                    rotate(log)
                self._renew()
            except OSError as error:
                _say(f"Logs and certificates are looked after later: {error}.")
            await anyio.sleep(HOUSEKEEPING_INTERVAL)

    def _write_status(self) -> None:
        """Tell how the parts fare; a full disk ends neither them nor this process."""
        states = [asdict(keeper.state) for keeper in self._keepers.values()]
        try:
            write_status(
                status_file(self._home),
                {"supervisor": os.getpid(), "begun": self._begun, **self._facts, "parts": states},
            )
        except OSError as error:
            _say(f"The status is written later: {error}.")
            self._untold.set()

    async def _make_up_for_untold(self) -> None:
        while True:
            await self._untold.wait()
            await anyio.sleep(RECOVERY)
            self._untold = anyio.Event()
            self._write_status()


def stop_layers(parts: Iterable[Part]) -> list[list[str]]:
    """Names of parts in the order in which they may stop; those of one layer together.

    A part stops only when nothing that needs it runs any more.
    """
    needs = {part.name: set(part.needs) for part in parts}
    layers = []
    while needs:
        needed = set().union(*needs.values())
        layer = sorted(name for name in needs if name not in needed)
        layers.append(layer)
        for name in layer:
            del needs[name]
    return layers


def status_file(home: Home) -> Path:
    """Where the supervisor writes how its parts fare, at each change."""
    return home.run / "status.json"


def write_status(path: Path, status: dict[str, object]) -> None:
    """Replace the status file, so that a reader sees the old or the new one whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".new")
    temporary.write_text(json.dumps(status))
    temporary.replace(path)


def read_parts(status: dict[str, object]) -> list[PartState]:
    """The parts' states out of a status file's content."""
    parts = status.get("parts")
    return [PartState(**part) for part in parts] if isinstance(parts, list) else []


def _say(what: str) -> None:
    """To the log, which may be on the disk that is full."""
    with suppress(OSError):
        print(what, file=sys.stderr, flush=True)
