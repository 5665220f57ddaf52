"""Debian packages in the state folder, without installing any of them.

They are unpacked without running a maintainer script and laid over /usr in the mount
namespace of the process that needs them. Only the standard library is used: this runs
before any other Python package is there.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

from cluster import apt, disk
from cluster.commands import run
from cluster.errors import CommandFailed
from cluster.home import Home
from cluster.locks import exclusive
from cluster.machine import architecture

RUNTIME = ("containerd", "runc", "containernetworking-plugins", "nftables", "iproute2")
"""What the cluster's node runs on."""

BUILDER = ("buildah", "mmdebstrap", "debian-archive-keyring")
"""What builds images."""

PIP = ("python3-pip-whl",)
"""pip as a wheel, for a machine whose Python comes without it."""

RECORD = "storeweaver-packages"
"""In each unpacked folder: one `name=version` a line."""

NEEDED = 500 * 1024**2
"""Bytes for one set; the largest measured is the runtime on Debian 12."""

OS_RELEASE = Path("/etc/os-release")

_PURPOSE = "unpacking Debian packages"

_MERGED = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
"""Links into /usr on every machine, and so in what is unpacked, since only /usr is laid over."""


def unpack(
    home: Home, packages: tuple[str, ...], *, note: Callable[[str], None] = lambda _: None
) -> Path:
    """The folder with `packages` and all they depend on, unpacked.

    Made once for each set of packages and each release of the operating system;
    where it is there already nothing else happens. Only what is essential on every
    Debian machine is taken from the machine itself, so that the folder stays complete
    whatever is installed or removed later.

    Args:
        packages: Debian's names, e.g. `RUNTIME`.
        note: is told how far it is.

    Raises:
        ClusterError: the machine has no apt, no mirror answers, a package is unknown
            or the disk is full.
    """
    root = home.cache / "debian"
    folder = root / key(packages)
    if folder.is_dir():
        return folder
    with exclusive(root / "lock", waiting=lambda pid: note(f"waiting for process {pid}")):
        if not folder.is_dir():
            disk.require(root, NEEDED, purpose=_PURPOSE)
            try:
                _make(folder, packages, note)
            except (CommandFailed, OSError) as failure:
                detail = failure.detail if isinstance(failure, CommandFailed) else str(failure)
                if disk.says_full(detail):
                    raise disk.full(root, purpose=_PURPOSE, detail=detail) from failure
                raise
    return folder


def key(packages: Iterable[str]) -> str:
    """The name of the folder for a set of packages on this release and architecture."""
    lines = (line.split("=", 1) for line in OS_RELEASE.read_text().splitlines() if "=" in line)
    release = {name: value.strip("\"'") for name, value in lines}
    version = release.get("VERSION_ID") or release.get("VERSION_CODENAME", "rolling")
    content = hashlib.sha256("\n".join(sorted(packages)).encode()).hexdigest()[:8]
    return f"{release.get('ID', 'linux')}-{version}-{architecture()}-{content}"


def overlay_commands(folder: Path) -> list[list[str]]:
    """What to run, in a mount namespace of one's own, to have the packages in /usr."""
    return [["mount", "-t", "overlay", "overlay", "-o", f"ro,lowerdir={folder}/usr:/usr", "/usr"]]


def _make(folder: Path, packages: tuple[str, ...], note: Callable[[str], None]) -> None:
    """Download and unpack beside `folder`, then give it its name."""
    root = folder.parent
    archives = root / f"{folder.name}.archives"
    log = root / f"{folder.name}.log"
    partial = root / f"{folder.name}.partial"
    files = apt.download(packages, into=archives, folder=root / "apt", log=log, note=note)
    shutil.rmtree(partial, ignore_errors=True)
    for name in _MERGED:
        (partial / "usr" / name).mkdir(parents=True)
        (partial / name).symlink_to(f"usr/{name}")
    record = []
    note(f"unpacking {len(files)} packages")
    for file in files:
        extract(file, partial, log=log)
        record.append(run(["dpkg-deb", "--show", "--showformat=${Package}=${Version}\n", file]))
    (partial / RECORD).write_text("".join(sorted(record)))
    # after a power cut the name must not stand for files that never reached the disk
    os.sync()
    partial.rename(folder)
    shutil.rmtree(archives, ignore_errors=True)


def extract(file: Path, folder: Path, *, log: Path) -> None:
    """Unpack one package into `folder`, through its links from /bin and the like into /usr.

    `dpkg-deb --extract` would replace those links by folders.
    """
    script = 'dpkg-deb --fsys-tarfile "$0" | tar -x --keep-directory-symlink -C "$1"'
    run(["bash", "-o", "pipefail", "-c", script, file, folder], log=log)
