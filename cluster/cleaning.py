"""Leave the machine as it was before the first start."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cluster import cgroups
from cluster.commands import run
from cluster.errors import ClusterError
from cluster.home import Home
from cluster.kubectl import kubectl
from cluster.lifecycle import running, stop
from cluster.locks import holder
from cluster.machine import is_ours
from cluster.processes import end, find, processes

STORE_LABEL = "storeweaver.dev/store"
"""On the namespace of every store; its value is the store's id."""

ENTRIES = Path("/proc/self/mountinfo")


@dataclass(frozen=True)
class Loss:
    """What `clean` would destroy for good.

    Attributes:
        stores: namespaces of stores, with the store's id where it is known.
        volumes: number of volumes, of stores and others.
    """

    stores: tuple[str, ...]
    volumes: int

    @property
    def text(self) -> str:
        """What to tell before it is gone; "" where there is nothing to lose."""
        if not self.stores and not self.volumes:
            return ""
        listed = [f"  {store}" for store in self.stores] or ["  (none)"]
        first = f"This destroys {self.volumes} volumes for good, and these stores:"
        return "\n".join([first, *listed])


def loss(home: Home) -> Loss:
    """What there is to lose, asked of the cluster or, where it does not answer, of the volumes."""
    folders = [entry for entry in home.volumes.glob("*") if entry.is_dir()]
    stores = _living_stores(home)
    if stores is None:
        # the folders are named VOLUME_NAMESPACE_CLAIM
        names = {entry.name.split("_")[1] for entry in folders if entry.name.count("_") >= 2}
        stores = tuple(sorted(name for name in names if name.startswith("store-")))
    return Loss(stores=stores, volumes=len(folders))


def _living_stores(home: Home) -> tuple[str, ...] | None:
    """The stores that the cluster names; None where it does not answer."""
    if running(home) is None:
        return None
    try:
        answer = kubectl(home, "get", "namespaces", f"--selector={STORE_LABEL}", "--output=json")
    except ClusterError:
        return None
    return tuple(
        f"{item['metadata']['name']} ({item['metadata']['labels'][STORE_LABEL]})"
        for item in json.loads(answer)["items"]
    )


def clean(home: Home, *, note: Callable[[str], None]) -> None:
    """Stop the cluster and remove its processes, mounts, cgroups and files.

    A cache outside the state folder (`STOREWEAVER_CACHE`) belongs to whoever named
    it, and stays.

    Raises:
        ClusterError: the folder is not ours, a dashboard runs in it, or something holds on to it.
    """
    if not home.root.exists():
        return
    if not is_ours(home):
        raise ClusterError(
            f"{home.root} was not made by Store Weaver, and nothing in it was removed.",
            next_step="Set STOREWEAVER_HOME to the folder that `make up` used.",
        )
    if holder(home.platform / "supervisor.lock"):
        raise ClusterError(
            f"A dashboard runs in {home.root}, and nothing was removed.",
            next_step="`make clean` stops it first.",
        )
    note("stopping")
    stop(home)
    end(processes(home), grace=3.0)
    # containers whose shim is gone
    end(find(cgroups.members(home.name)), grace=0.5)
    note("removing cgroups")
    busy = cgroups.remove(home.name)
    if busy:
        raise ClusterError(
            f"The cgroup {busy[0]} is still in use.",
            next_step=f"See who is in it with `cat {busy[0]}/cgroup.procs`, end it, and run "
            "`make clean` again.",
        )
    note("removing files")
    _unmount_below(home.root)
    _remove(home)


def _unmount_below(folder: Path) -> None:
    points = [line.split()[4] for line in ENTRIES.read_text().splitlines()]
    for point in sorted(points, key=len, reverse=True):
        if Path(point).is_relative_to(folder):
            run(["umount", "--lazy", point])


def _remove(home: Home) -> None:
    """Remove the state folder, its version last, so that a half-removed one is known as ours."""
    for entry in home.root.iterdir():
        if entry != home.version_file:
            _remove_tree(entry)
    home.version_file.unlink()
    home.root.rmdir()


def _remove_tree(path: Path, *, tries: int = 20) -> None:
    if not path.is_dir() or path.is_symlink():
        path.unlink()
        return
    for attempt in range(tries):
        try:
            shutil.rmtree(path)
        except OSError as error:
            # a process that is ending may still write its last lines
            if attempt == tries - 1:
                raise ClusterError(
                    f"{path} cannot be removed: {error.strerror}.",
                    next_step="See who uses it with `fuser -vm` and run `make clean` again.",
                ) from error
            time.sleep(0.1)
        else:
            return
