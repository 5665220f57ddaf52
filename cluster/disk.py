"""Room on the disk: asked for before long work, and recognised as the cause after it failed."""

from __future__ import annotations

import shutil
from pathlib import Path

from cluster.errors import ClusterError

MARKS_OF_A_FULL_DISK = (
    "no space left on device",
    "enough free space",
    "disk quota exceeded",
    "write error - write (28",
)
"""What programs print when they meet ENOSPC or EDQUOT, in lower case; the last are apt's."""


def free(folder: Path) -> int:
    """Bytes that can still be written below `folder`, which need not exist yet."""
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free


def require(folder: Path, size: int, *, purpose: str) -> None:
    """Refuse to begin where `size` bytes do not fit.

    Args:
        folder: where they are going to be written; it need not exist yet.
        size: in bytes.
        purpose: what they are needed for, as in "building the images".

    Raises:
        ClusterError: less than that is free.
    """
    available = free(folder)
    if available < size:
        raise ClusterError(
            f"{purpose.capitalize()} needs {_megabytes(size)} in {folder}, and "
            f"{_megabytes(available)} are free.",
            next_step=_NEXT_STEP,
        )


def says_full(text: str) -> bool:
    """Whether the output of a program that failed blames a full disk."""
    lowered = text.lower()
    return any(mark in lowered for mark in MARKS_OF_A_FULL_DISK)


def full(folder: Path, *, purpose: str, detail: str = "") -> ClusterError:
    """The error for work that met a full disk; what it had written is not used."""
    return ClusterError(
        f"The disk of {folder} became full while {purpose}; {_megabytes(free(folder))} are "
        "free now.",
        next_step=_NEXT_STEP,
        detail=detail,
    )


_NEXT_STEP = (
    "Free some room, or set STOREWEAVER_HOME or STOREWEAVER_CACHE to a folder on a larger "
    "disk, and run the command again."
)


def _megabytes(size: int) -> str:
    return f"{size // 1024**2} MB"
