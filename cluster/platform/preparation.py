"""Brings the cluster and the images up behind the dashboard, and tells the app how they fare.

Runs as a part of the platform, from its start to its stop. The cluster that it starts lives
on without it.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from types import FrameType

from cluster import adoption, bringup
from cluster.clients import helm
from cluster.errors import ClusterError, CommandFailed
from cluster.existing import ExistingCluster, named
from cluster.existing_checks import Report
from cluster.home import Home
from cluster.image_recipes import references
from cluster.lifecycle import running
from cluster.locks import exclusive
from cluster.platform.access import write_named
from cluster.platform.account import account
from cluster.platform.findings import Informer
from cluster.platform.place import Place
from cluster.processes import MARK, PART_MARK
from cluster.supervisor import status_file

FIRST_DELAY = 5.0
LONGEST_DELAY = 60.0
LONGEST_DELAY_OF_IMAGES = 900.0
"""Seconds; a build takes both cores for minutes, while asking for a cluster costs nothing."""


def retry_delay(failures: int, *, longest: float) -> float:
    """Seconds to wait before a try that follows `failures` failed ones in a row."""
    return float(min(FIRST_DELAY * 2 ** min(max(0, failures - 1), 30), longest))


def run(home: Home) -> None:
    """Prepare, and again whenever that failed or the cluster crashed, until this process ends."""
    cluster = named(home)
    informer = Informer(home, account(home.root), is_local=cluster is None)
    threading.Thread(target=informer.follow, name="informer", daemon=True).start()
    failures = 0
    while True:
        informer.begin()
        try:
            if cluster is None:
                _prepare_local(home, informer)
            else:
                _prepare_named(home, cluster, informer)
        except ClusterError as error:
            print(f"{error.detail}\n{error}", file=sys.stderr, flush=True)
            informer.note(error=_reason(error), is_preparing=False)
        is_cheap = bool(informer.findings.error) or cluster is not None
        longest = LONGEST_DELAY if is_cheap else LONGEST_DELAY_OF_IMAGES
        is_complete = not informer.findings.error and not informer.findings.reasons
        failures = 0 if is_complete else failures + 1
        informer.due.wait(None if is_complete else retry_delay(failures, longest=longest))
        while cluster is None and is_complete and not _has_crashed(home):
            informer.due.clear()
            informer.due.wait()


def _prepare_local(home: Home, informer: Informer) -> None:
    # before the images: stores can be made as soon as those that they need are there
    with informer.progress.phase("Helm") as note:
        informer.note(helm=str(helm(home, note=note)))
    result = bringup.up(home, progress=informer.progress)
    delivered = {
        name: reference for name, reference in references(home).items() if name not in result.failed
    }
    informer.note(
        delivered=delivered,
        reasons={name: str(error) for name, error in result.failed.items()},
        is_preparing=False,
    )


def _prepare_named(home: Home, cluster: ExistingCluster, informer: Informer) -> None:
    with informer.progress.phase("Helm") as note:
        informer.note(helm=str(helm(home, note=note)))

    def checked(report: Report) -> None:
        report.require()
        write_named(cluster, Place.of(home), account(home.root))

    adopted = adoption.adopt(home, progress=informer.progress, checked=checked)
    to_provide = {image.name for image in adopted.delivery.to_provide}
    reasons = {name: str(error) for name, error in adopted.outcome.failed.items()}
    for name in to_provide:
        reasons[name] = (
            "The cluster's nodes do not have it. Bring it there, or set IMAGE_REGISTRY to a "
            "registry that they can pull from."
        )
    informer.note(
        delivered={
            name: reference
            for name, reference in adopted.delivery.references.items()
            if name not in reasons
        },
        reasons=reasons,
        is_preparing=False,
    )


def _reason(error: ClusterError) -> str:
    """Why, for a person who sees the dashboard and no terminal."""
    if isinstance(error, CommandFailed):
        return f"{error.problem} `make logs PART=preparation` says why."
    return str(error)


def _has_crashed(home: Home) -> bool:
    """Whether the cluster's supervisor was killed; False where somebody stopped it in order."""
    # whoever stops it holds the lock until the last trace of a crash is gone
    with exclusive(home.lock_file, waiting=lambda _: None):
        return running(home) is None and status_file(home).exists()


def _stop(_: int, __: FrameType | None) -> None:
    """End every program that works for this one, then this one."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if os.getpgrp() == os.getpid():
        os.killpg(os.getpid(), signal.SIGTERM)
    sys.exit(0)


def main() -> int:
    """Run until SIGTERM."""
    # what is started from here is the cluster's: it outlives this part, and needs no secret
    # of the app's
    for name in (MARK, PART_MARK, "DATABASE_URL", "ADMIN_PASSWORD"):
        os.environ.pop(name, None)
    signal.signal(signal.SIGTERM, _stop)
    run(Home.from_environment())
    return 0


if __name__ == "__main__":
    sys.exit(main())
