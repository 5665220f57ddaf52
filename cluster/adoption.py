"""The commands of the tool, on a cluster that the user named: nothing is installed there."""

from __future__ import annotations

import json
from dataclasses import asdict

from cluster import delivery, images
from cluster.errors import ClusterError
from cluster.existing import ExistingCluster, named
from cluster.existing_checks import Report
from cluster.home import Home
from cluster.image_recipes import STORES
from cluster.machine import claim
from cluster.progress import Progress


def up(home: Home, *, progress: Progress) -> int:
    """Check the named cluster, and bring it the store images by the way that it offers.

    Raises:
        ClusterError: it lacks something, or the images cannot be built or brought there.
    """
    cluster = _named(home)
    with progress.phase(f"Cluster {cluster.context}"):
        report = cluster.check()
    print(table(report))
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
    for error in outcome.failed.values():
        print(f"{error.problem}\n{error.next_step}")
    if delivered.request:
        print(delivered.request)
    return 1 if outcome.failed or delivered.to_provide else 0


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
