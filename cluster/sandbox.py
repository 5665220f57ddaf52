"""The private mount and network namespace in which the whole cluster lives.

Addresses of pods and services, firewall rules, mounts and sockets below /run exist
in there only. No file holds the namespaces: they live as long as any process in
them, so that nothing can be left behind by a crash.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Container, Iterable
from contextlib import suppress
from pathlib import Path

from cluster.addresses import NODE_ADDRESS, NODE_NETWORK_BITS
from cluster.commands import run
from cluster.errors import ClusterError
from cluster.home import Home
from cluster.packages import overlay_commands
from cluster.processes import Process

CLONE_NEWNS = 0x00020000
CLONE_NEWNET = 0x40000000
NODE_DEVICE = "node0"

SHARED_STATE = Path("/var/lib")
OWN_STATE = ("cni", "kubelet")
"""Below it: what the CNI library and the kubelet write to, and no setting moves."""

MS_BIND = 0x1000
MS_REC = 0x4000


def enter(home: Home, *, packages: Path, living: Iterable[Process]) -> bool:
    """Move this process into the cluster's namespaces; whether they were made anew.

    Those of a process in `living` are entered when there is one. To be called
    before the process has a second thread.

    Args:
        packages: unpacked Debian packages, laid over /usr inside.
        living: processes of the cluster that are in its namespaces.

    Raises:
        ClusterError: the kernel refuses, as it does in an unprivileged container.
    """
    for process in living:
        if _join(process.pid):
            return False
    try:
        _call("unshare", CLONE_NEWNS | CLONE_NEWNET)
    except OSError as error:
        raise ClusterError(
            f"Linux refuses a network and mount namespace of the cluster's own: {error.strerror}.",
            next_step="Run as root, in a machine or a container with CAP_SYS_ADMIN and "
            "CAP_NET_ADMIN (for Docker: --privileged).",
        ) from error
    _set_up_mounts(home, packages)
    _set_up_network()
    return True


def inside(pid: int) -> tuple[str, ...]:
    """The command prefix that runs a program in the namespaces of process `pid`."""
    return ("nsenter", f"--target={pid}", "--mount", "--net", "--")


def _join(pid: int) -> bool:
    try:
        with (
            Path(f"/proc/{pid}/ns/net").open() as network,
            Path(f"/proc/{pid}/ns/mnt").open() as mounts,
        ):
            _call("setns", network.fileno(), CLONE_NEWNET)
            _call("setns", mounts.fileno(), CLONE_NEWNS)
    except OSError:
        return False
    return True


def _set_up_mounts(home: Home, packages: Path) -> None:
    run(["mount", "--make-rprivate", "/"])
    for command in overlay_commands(packages):
        run(command)
    run(["mount", "-t", "tmpfs", "-o", "mode=0755", "tmpfs", "/run"])
    cover(SHARED_STATE, without=OWN_STATE)
    logs = home.state / "var-log"
    logs.mkdir(parents=True, exist_ok=True)
    run(["mount", "--bind", logs, "/var/log"])


def cover(folder: Path, *, without: Container[str]) -> None:
    """Lay a folder in memory over `folder`, in which all that was there is still there.

    What is made in it from now on is the cluster's own and ends with it; in its
    folders everything is as before.

    Args:
        without: names that are left out.
    """
    covered = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        names = [entry.name for entry in folder.iterdir()]
        run(["mount", "-t", "tmpfs", "-o", "mode=0755", "tmpfs", folder])
        for name in names:
            if name not in without:
                # another program may have removed it meanwhile
                with suppress(FileNotFoundError):
                    _show(Path(f"/proc/self/fd/{covered}/{name}"), folder / name)
    finally:
        os.close(covered)


def _show(entry: Path, place: Path) -> None:
    if entry.is_symlink():
        place.symlink_to(entry.readlink())
        return
    if entry.is_dir():
        place.mkdir()
    else:
        place.touch()
    # not by mount(8): a process for each entry would take longer than all else here
    _call("mount", bytes(entry), bytes(place), None, MS_BIND | MS_REC, None)


def _set_up_network() -> None:
    """A loopback, and a bridge that carries the node's address.

    A bridge since some kernels lack dummy devices; the default route since the
    API server and kube-proxy look for one to learn the node's address.
    """
    address = f"{NODE_ADDRESS}/{NODE_NETWORK_BITS}"
    for command in (
        ("link", "set", "lo", "up"),
        ("link", "add", NODE_DEVICE, "type", "bridge"),
        ("address", "add", address, "dev", NODE_DEVICE),
        ("link", "set", NODE_DEVICE, "up"),
        ("route", "add", "default", "dev", NODE_DEVICE),
    ):
        run(["ip", *command])


def _call(function: str, *arguments: int | bytes | None) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, function)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
