"""How the cluster fares, for people and for programs."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass

from cluster import disk, machine
from cluster.home import Home
from cluster.image_recipes import ALL, recipes
from cluster.image_settings import ImageSettings
from cluster.image_states import ImageState
from cluster.image_states import read as read_images
from cluster.keeper import PartState
from cluster.lifecycle import running
from cluster.listeners import Ports, read_ports
from cluster.machine import is_ours

LIMITS = (
    "Sizes of volumes are not enforced: a volume is a folder of this machine's disk.",
    "NetworkPolicies are accepted and not enforced.",
    "Pods have no way out of the cluster's own network.",
)
"""What this cluster does not do, although its API takes it."""


@dataclass(frozen=True)
class Report:
    """The whole of what `status` says.

    `state` is `absent` before the first start, `stopped`, `starting`, `ready`, or `failing`.
    `warnings` say what will stop it from working soon.
    """

    state: str
    home: str
    ports: Ports | None
    parts: tuple[PartState, ...]
    images: tuple[ImageState, ...]
    limits: tuple[str, ...] = LIMITS
    warnings: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        """The report as JSON's own types."""
        return asdict(self)


def report(home: Home) -> Report:
    """How the local cluster of this installation fares now."""
    found = running(home)
    if found is None:
        state = "stopped" if is_ours(home) else "absent"
    elif found.failing:
        state = "failing"
    else:
        state = "ready" if found.is_ready else "starting"
    wanted = recipes(home, ALL, settings=ImageSettings.from_environment())
    return Report(
        state=state,
        home=str(home.root),
        ports=read_ports(home),
        parts=found.parts if found else (),
        images=tuple(read_images(home, wanted)),
        warnings=_warnings(home),
    )


def _warnings(home: Home) -> tuple[str, ...]:
    free = disk.free(home.root)
    if free >= machine.NEEDED_TO_START:
        return ()
    return (
        f"{home.root} has {free // 1024**2} MB free. Free some room: without it nothing new is "
        "kept, and pods are evicted.",
    )


def table(found: Report) -> str:
    """The report as lines for a terminal."""
    lines = [f"cluster   {found.state}", f"folder    {found.home}"]
    if found.ports is not None and found.state != "stopped":
        suffix = "" if found.ports.http == 80 else f":{found.ports.http}"
        lines += [
            f"API       https://127.0.0.1:{found.ports.api}",
            f"shops     http://NAME.localhost{suffix}",
        ]
    if found.parts:
        lines += ["", f"{'PART':26}{'STATE':12}{'SINCE':>8}{'RESTARTS':>10}"]
        for part in found.parts:
            lines.append(f"{part.name:26}{part.state:12}{age(part.since):>8}{part.restarts:>10}")
            lines += [f"    {line}" for line in part.last_words.splitlines()]
    lines += ["", f"{'IMAGE':26}{'STATE':12}REFERENCE"]
    for image in found.images:
        lines.append(f"{image.name:26}{image.state:12}{image.reference}")
        if image.reason:
            lines.append(f"    {image.reason}")
    lines += ["", *(f"warning: {warning}" for warning in found.warnings)]
    lines += [f"note: {limit}" for limit in found.limits]
    return "\n".join(lines)


def age(since: float) -> str:
    """Time since a Unix time, as a short word."""
    seconds = max(0, int(time.time() - since)) if since else 0
    for size, unit in ((86400, "d"), (3600, "h"), (60, "m")):
        if seconds >= size:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"
