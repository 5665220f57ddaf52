"""The commands of the tool, on a cluster that the user named: nothing is installed there."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass

from cluster import delivery, images
from cluster.delivery import Delivery
from cluster.errors import ClusterError
from cluster.existing import ExistingCluster, named
from cluster.existing_checks import Report
from cluster.home import Home
from cluster.image_recipes import STORES
from cluster.images import Outcome
from cluster.machine import claim
from cluster.progress import Progress


@dataclass(frozen=True)
class Adopted:
    """A named cluster that is usable, with what was done about its images."""

    outcome: Outcome
    delivery: Delivery


def adopt(
    home: Home, *, progress: Progress, checked: Callable[[Report], None] = lambda _: None
) -> Adopted:
    """Check the named cluster, and bring it the store images by the way that it offers.

    Args:
        checked: is told what the checks came to, before anything is built.

    Raises:
        ClusterError: it lacks something, or the images cannot be built or brought there.
    """
    cluster = _named(home)
    with progress.phase(f"Cluster {cluster.context}"):
        report = cluster.check()
    checked(report)
    report.require()
    claim(home)
    outcome = images.build(home, STORES, progress=progress)
    delivered = delivery.deliver(
        home,
        outcome.built.values(),
        context=cluster.context,
        present=cluster.images_on_every_node(),
        progress=progress,
    )
    return Adopted(outcome, delivered)


def up(home: Home, *, progress: Progress) -> int:
    """The same, with its findings printed; 1 where an image is missing in the end.

    Raises:
        ClusterError: as `adopt`.
    """
    adopted = adopt(home, progress=progress, checked=lambda report: print(table(report)))
    for error in adopted.outcome.failed.values():
        print(f"{error.problem}\n{error.next_step}")
    if adopted.delivery.request:
        print(adopted.delivery.request)
    return 1 if adopted.outcome.failed or adopted.delivery.to_provide else 0


def status(home: Home, *, as_json: bool) -> int:
    """Print what the checks of the named cluster come to."""
    report = _named(home).check()
    print(json.dumps(asdict(report), indent=1) if as_json else table(report))
    return 0 if report.is_usable else 3


def table(report: Report) -> str:
    """The checks as lines for a terminal, each problem with its way out."""
    lines = [f"{'CHECK':16}{'STATE':10}FOUND"]
    for check in report.checks:
        lines.append(f"{check.name:16}{check.state:10}{check.found or check.problem}")
        if check.next_step:
            lines.append(f"{'':26}{check.next_step}")
    return "\n".join(lines)


def _named(home: Home) -> ExistingCluster:
    cluster = named(home)
    if cluster is None:
        raise ClusterError("No cluster is named.", next_step="Set CLUSTER_CONTEXT.")
    return cluster
