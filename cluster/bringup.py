"""Everything from a bare machine to a running cluster with its images."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from cluster import images, toolchain
from cluster.clients import helm
from cluster.commands import run
from cluster.errors import ClusterError
from cluster.home import Home
from cluster.image_recipes import ALL, PAUSE, references
from cluster.images import BuiltImage, Outcome
from cluster.kubectl import used_references
from cluster.lifecycle import Running, running, start
from cluster.local import Programs
from cluster.locks import exclusive
from cluster.machine import check, claim
from cluster.node import CONTAINERD_SOCKET
from cluster.node_images import NodeImages
from cluster.packages import RUNTIME, unpack
from cluster.progress import Progress
from cluster.sandbox import inside


@dataclass(frozen=True)
class Result:
    """What `up` came to.

    Attributes:
        running: the cluster.
        imported: references that the node did not have before.
        failed: images that could not be built, with the reason.
    """

    running: Running
    imported: tuple[str, ...]
    failed: dict[str, ClusterError]


def up(home: Home, *, progress: Progress, names: Iterable[str] = ALL) -> Result:
    """Fetch, build and start what is missing; where nothing is, this takes a second.

    Images are built while the programs are, and the cluster starts as soon as its own
    programs are there.

    Raises:
        ClusterError: the machine cannot carry the cluster, or a part of it fails.
    """
    check(home)
    wanted = {*names, PAUSE}
    claim(home)
    with (
        exclusive(home.lock_file, waiting=lambda pid: _say_waiting(progress, pid)),
        ThreadPoolExecutor(2, thread_name_prefix="up") as pool,
    ):
        building = pool.submit(images.build, home, wanted, progress=progress)
        programs = _programs(home, progress)
        with progress.phase("Kubernetes") as note:
            cluster = start(home, programs, note=note)
        outcome = building.result()
        imported = _import(home, cluster, outcome, progress)
    return Result(running=cluster, imported=imported, failed=outcome.failed)


def build_images(home: Home, *, progress: Progress, names: Iterable[str] = ALL) -> Outcome:
    """Build the images, and import them where the local cluster runs.

    Raises:
        ClusterError: nothing can be built.
    """
    check(home)
    claim(home)
    outcome = images.build(home, names, progress=progress)
    found = running(home)
    if found is not None and found.is_ready:
        _import(home, found, outcome, progress)
    return outcome


def node_images(cluster: Running) -> NodeImages:
    """The images that the running node has."""
    prefix = inside(cluster.supervisor)
    return NodeImages(lambda argv: run([*prefix, *argv]), socket=CONTAINERD_SOCKET)


def _programs(home: Home, progress: Progress) -> Programs:
    with progress.phase("Container runtime") as note:
        packages = unpack(home, RUNTIME, note=note)
    with progress.phase("Helm") as note:
        helm(home, note=note)
    built = toolchain.build(home, ("kubernetes", "addons", "relay"), progress=progress)
    return Programs(
        kubernetes=built["kubernetes"],
        addons=built["addons"],
        relay=built["relay"],
        packages=packages,
        pause_reference=references(home)[PAUSE],
    )


def _import(home: Home, cluster: Running, outcome: Outcome, progress: Progress) -> tuple[str, ...]:
    """Import what the node lacks, and drop our older images that no workload names."""
    node = node_images(cluster)
    built: list[BuiltImage] = list(outcome.built.values())
    with progress.phase("Images to the node") as note:
        imported = node.import_missing(built, note=note)
        if imported:
            keep = {*references(home).values(), *used_references(home)}
            node.remove_outdated(keep=keep)
    return tuple(imported)


def _say_waiting(progress: Progress, pid: int) -> None:
    with progress.phase("Another command") as note:
        note(f"waiting for process {pid} to finish")
