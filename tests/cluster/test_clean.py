"""After `clean` the machine is as it was before the first `up`."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from cluster import bringup, cgroups, cleaning
from cluster.commands import run
from cluster.errors import ClusterError
from cluster.home import Home
from cluster.image_recipes import PAUSE
from cluster.kubectl import kubectl
from cluster.processes import processes
from cluster.progress import Progress
from cluster.sandbox import OWN_STATE, SHARED_STATE, inside
from tests.cluster.conftest import LocalCluster
from tests.cluster.test_workloads import wait_rolled_out, web

WATCHED = (
    "/etc",
    "/run",
    "/var/log",
    "/var/lib/kubelet",
    "/var/lib/cni",
    "/var/lib/containerd",
    "/opt",
    "/usr/libexec",
)


def machine() -> dict[str, set[str]]:
    """What a cluster could leave: files, mounts, cgroups, listeners, network devices, accounts."""
    folders = [Path(folder) for folder in WATCHED if Path(folder).exists()]
    files = {str(path) for folder in folders for path in (folder, *folder.rglob("*"))}
    listening = {
        line.split()[1]
        for table in ("tcp", "tcp6", "udp", "udp6")
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]
        if line.split()[3] in {"0A", "07"}
    }
    return {
        "files": files,
        "mounts": {
            line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()
        },
        "cgroups": {str(entry) for h in cgroups.everywhere() for entry in h.iterdir()},
        "listening": listening,
        "devices": {
            line.split(":")[0].strip() for line in Path("/proc/net/dev").read_text().splitlines()
        },
        "accounts": set(Path("/etc/passwd").read_text().splitlines()),
    }


def test_clean_leaves_nothing(other: Home) -> None:
    before = machine()
    bringup.up(other, progress=Progress(), names=[PAUSE])
    kubectl(other, "create", "namespace", "store-lost")
    kubectl(other, "label", "namespace", "store-lost", f"{cleaning.STORE_LABEL}=lost12345678")
    during = machine()
    assert during["listening"] - before["listening"]
    assert any(other.name in group for group in during["cgroups"])
    assert cleaning.loss(other).stores == ("store-lost (lost12345678)",)
    cleaning.clean(other, note=print)
    after = machine()
    # whoever else works on this machine may begin to listen at any time
    after["listening"] &= during["listening"]
    for what, there in before.items():
        assert after[what] - there == set(), what
    assert not processes(other)
    assert not other.root.exists()
    assert other.cache.exists()


def test_clean_twice_is_no_error(other: Home) -> None:
    cleaning.clean(other, note=print)


def test_a_folder_of_somebody_else_is_never_removed(other: Home) -> None:
    other.root.mkdir()
    (other.root / "thesis.txt").write_text("years of work")
    with pytest.raises(ClusterError, match="was not made by Store Weaver"):
        cleaning.clean(other, note=print)
    with pytest.raises(ClusterError, match="not Store Weaver's"):
        bringup.up(other, progress=Progress(), names=[PAUSE])
    assert (other.root / "thesis.txt").read_text() == "years of work"


def test_clean_after_a_crash_leaves_nothing(other: Home) -> None:
    before = machine()
    bringup.up(other, progress=Progress(), names=[PAUSE])
    during = machine()
    for process in processes(other):
        process.signal(signal.SIGKILL)
    cleaning.clean(other, note=print)
    after = machine()
    after["listening"] &= during["listening"]
    for what, there in before.items():
        assert after[what] - there == set(), what


def test_two_installations_share_no_folder_and_either_may_go(
    cluster: LocalCluster, namespace: str, other: Home
) -> None:
    bringup.up(other, progress=Progress(), names=[PAUSE])
    cleaning.clean(other, note=print)
    web(cluster, namespace, "web")
    wait_rolled_out(cluster, namespace, "web")
    for name in OWN_STATE:
        folder = SHARED_STATE / name
        prefix = inside(cluster.running.supervisor)
        seen = run([*prefix, "stat", "--format=%d %i", folder]).split()
        assert run([*prefix, "ls", folder]), f"{folder} is used by nobody"
        on_host = folder.stat() if folder.exists() else None
        assert on_host is None or seen != [str(on_host.st_dev), str(on_host.st_ino)]
