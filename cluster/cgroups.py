"""The control groups below which the pods live, in either version of cgroups."""

from __future__ import annotations

import os
import time
from pathlib import Path

from cluster.errors import ClusterError

MOUNTS = Path("/proc/self/mounts")
V2_CONTROLLERS = ("cpu", "cpuset", "io", "memory", "pids", "hugetlb")


def hierarchies(mounts: Path = MOUNTS) -> tuple[list[Path], bool]:
    """Mount points of the hierarchies to use, and whether they are of version 2.

    A machine with both (a "hybrid" one) is used as version 1, as the kubelet does:
    its controllers are all in the old hierarchies.
    """
    first: list[Path] = []
    second: list[Path] = []
    for line in mounts.read_text().splitlines():
        _, point, kind, *_ = line.split()
        if kind == "cgroup":
            first.append(Path(point))
        elif kind == "cgroup2":
            second.append(Path(point))
    return (first, False) if first else (second, True)


def create(name: str) -> str:
    """Make the group `name` in every hierarchy; its path within them.

    Raises:
        ClusterError: the machine has no usable cgroups.
    """
    found, is_second = hierarchies()
    if not found:
        raise ClusterError(
            "This machine mounts no cgroups, without which pods cannot be limited.",
            next_step="Mount them (systemd does it) or run on another machine.",
        )
    for hierarchy in found:
        group = hierarchy / name
        try:
            group.mkdir(exist_ok=True)
            if is_second:
                _delegate(hierarchy)
            elif (group / "cpuset.cpus").exists():
                for file in ("cpuset.cpus", "cpuset.mems"):
                    if not (group / file).read_text().strip():
                        (group / file).write_text((hierarchy / file).read_text())
        except OSError as error:
            raise ClusterError(
                f"The cgroup {group} cannot be made: {error.strerror}.",
                next_step="Give this container or machine write access to /sys/fs/cgroup.",
            ) from error
    return f"/{name}"


def _delegate(hierarchy: Path) -> None:
    available = (hierarchy / "cgroup.controllers").read_text().split()
    wanted = [f"+{name}" for name in V2_CONTROLLERS if name in available]
    (hierarchy / "cgroup.subtree_control").write_text(" ".join(wanted))


def everywhere(mounts: Path = MOUNTS) -> list[Path]:
    """Mount points of all hierarchies of either version.

    Where both are mounted, runc makes its groups in the new one as well.
    """
    lines = (line.split() for line in mounts.read_text().splitlines())
    return [Path(point) for _, point, kind, *_ in lines if kind in {"cgroup", "cgroup2"}]


def members(name: str) -> set[int]:
    """Processes that live below the group `name` in any hierarchy."""
    found: set[int] = set()
    for hierarchy in everywhere():
        for folder, _, files in os.walk(hierarchy / name):
            if "cgroup.procs" in files:
                try:
                    found.update(map(int, Path(folder, "cgroup.procs").read_text().split()))
                except OSError:
                    continue
    return found


def remove(name: str, *, timeout: float = 5.0) -> list[Path]:
    """Remove the group `name` with all below it; those that were still busy at the end."""
    deadline = time.monotonic() + timeout
    while True:
        left = [group for group in _groups(name) if not _remove(group)]
        if not left or time.monotonic() > deadline:
            return left
        time.sleep(0.05)


def _groups(name: str) -> list[Path]:
    """Every group below `name`, the deepest first."""
    return [
        Path(folder)
        for hierarchy in everywhere()
        for folder, _, _ in os.walk(hierarchy / name, topdown=False)
    ]


def _remove(group: Path) -> bool:
    try:
        group.rmdir()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True
