"""The parts' log files, kept small."""

from __future__ import annotations

import shutil
from pathlib import Path

LARGEST = 16 * 1024 * 1024
"""Bytes after which a log is cut; as much again is kept as the one before."""


def rotate(log: Path, *, largest: int = LARGEST) -> bool:
    """Move what a log holds to `NAME.log.1` when it has grown too large.

    The file itself is emptied in place: the part that writes it, in append mode,
    goes on at its new end.
    """
    try:
        if log.stat().st_size <= largest:
            return False
    except FileNotFoundError:
        return False
    shutil.copyfile(log, log.with_name(log.name + ".1"))
    with log.open("r+b") as file:
        file.truncate(0)
    return True
