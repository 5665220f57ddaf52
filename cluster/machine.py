"""Whether this machine, and the state folder on it, can carry the cluster."""

from __future__ import annotations

import os
import platform
import re
import shutil

from cluster.errors import ClusterError
from cluster.home import Home

LAYOUT = "1"
"""Version of the state folder's layout; raised when an older one cannot be used."""

ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}

NEEDED_TO_START = 2 * 1024**3
"""Bytes below which the kubelet would evict pods for want of disk soon."""

LONGEST_SOCKET = 107
"""Bytes of a Unix socket's path: Linux has 108 for it and its end (unix(7))."""

KUBELET_SOCKET = "pod-resources/4294967295"
"""The longest that the kubelet makes below its folder: a random 32-bit number, renamed when it
listens."""

SAFE_PATH = re.compile(r"[A-Za-z0-9/._-]+")


def architecture() -> str:
    """This machine's architecture by Debian's and Go's name.

    Raises:
        ClusterError: no packages or images exist for it.
    """
    machine = platform.machine()
    if machine not in ARCHITECTURES:
        raise ClusterError(
            f"The local cluster runs on amd64 and arm64, and this machine is {machine}.",
            next_step="Name an existing cluster with CLUSTER_CONTEXT instead.",
        )
    return ARCHITECTURES[machine]


def check(home: Home) -> None:
    """Refuse a machine or a state folder that cannot carry the cluster.

    Raises:
        ClusterError: not root, an unknown architecture, a folder that is not ours, of
            another version or another user, a path too long, or a full disk.
    """
    if os.geteuid() != 0:
        raise ClusterError(
            "The local cluster needs root: it makes namespaces, mounts and cgroups.",
            next_step="Run the command with sudo, or name an existing cluster with "
            "CLUSTER_CONTEXT.",
        )
    architecture()
    if not SAFE_PATH.fullmatch(str(home.root)):
        raise ClusterError(
            f"STOREWEAVER_HOME is {home.root}, which holds a character that mount options "
            "cannot carry.",
            next_step="Use letters, digits, dots, dashes and underscores only.",
        )
    excess = len(str(home.kubelet / KUBELET_SOCKET)) - LONGEST_SOCKET
    if excess > 0:
        raise ClusterError(
            f"STOREWEAVER_HOME is {home.root}, too long a path for the kubelet's sockets in it; "
            f"{len(str(home.root)) - excess} characters are the most.",
            next_step="Set STOREWEAVER_HOME to a shorter path.",
        )
    _check_folder(home)
    free = shutil.disk_usage(_existing(home)).free
    if free < NEEDED_TO_START:
        raise ClusterError(
            f"{home.root} has {free // 1024**2} MB free, and the cluster needs "
            f"{NEEDED_TO_START // 1024**2} MB to start.",
            next_step="Free some room, or set STOREWEAVER_HOME to a folder on a larger disk.",
        )


def claim(home: Home) -> None:
    """Mark the state folder as ours, with the version of its layout."""
    home.root.mkdir(mode=0o711, parents=True, exist_ok=True)
    if not home.version_file.exists():
        home.version_file.write_text(LAYOUT + "\n")


def is_ours(home: Home) -> bool:
    """Whether the state folder was made by this tool."""
    return home.version_file.is_file()


def _check_folder(home: Home) -> None:
    if not home.root.exists():
        return
    if home.root.stat().st_uid != 0:
        raise ClusterError(
            f"{home.root} belongs to user {home.root.stat().st_uid}, not to root.",
            next_step="Set STOREWEAVER_HOME to another folder.",
        )
    # the cache may have been filled before the first start
    inhabited = any(entry != home.cache for entry in home.root.iterdir())
    if not is_ours(home):
        if inhabited:
            raise ClusterError(
                f"{home.root} holds files that are not Store Weaver's.",
                next_step="Set STOREWEAVER_HOME to an empty or a new folder.",
            )
        return
    version = home.version_file.read_text().strip()
    if version != LAYOUT:
        raise ClusterError(
            f"{home.root} has layout {version}, and this version uses layout {LAYOUT}.",
            next_step="Run the version that made it, or set STOREWEAVER_HOME to a new folder.",
        )


def _existing(home: Home) -> str:
    folder = home.root
    while not folder.exists():
        folder = folder.parent
    return str(folder)
