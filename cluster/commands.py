"""Programs run to their end, with their output kept."""

from __future__ import annotations

import os
import subprocess
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path

from cluster.errors import ClusterError, CommandFailed

TAIL_LINES = 20
"""Lines of a log that are shown when the program behind it fails."""


def run(
    argv: Sequence[str | Path],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stdin: bytes | None = None,
    log: Path | None = None,
    timeout: float | None = None,
) -> str:
    """Run a program to its end and return what it printed to standard output.

    Args:
        argv: the program and its arguments; no shell is involved.
        cwd: its working directory.
        env: variables that are added to this process's own.
        stdin: what it reads; nothing where absent.
        log: a file to which both of its streams are appended; standard output
            is then empty in the result.
        timeout: seconds after which it is killed.

    Raises:
        CommandFailed: it ended with an error; `detail` holds its last lines.
        ClusterError: it could not be started or took longer than `timeout`.
    """
    name = Path(str(argv[0])).name
    words = [str(word) for word in argv]
    merged = {**os.environ, **(env or {})}
    try:
        if log is None:
            result = subprocess.run(
                words, cwd=cwd, env=merged, input=stdin, capture_output=True, timeout=timeout
            )
        else:
            log.parent.mkdir(parents=True, exist_ok=True)
            with log.open("ab") as sink:
                result = subprocess.run(
                    words,
                    cwd=cwd,
                    env=merged,
                    input=stdin,
                    stdout=sink,
                    stderr=subprocess.STDOUT,
                    timeout=timeout,
                )
    except FileNotFoundError as missing:
        raise ClusterError(
            f"{missing.filename} is not on this machine.",
            next_step="Install it, or run `make up`, which brings what it needs.",
        ) from missing
    except subprocess.TimeoutExpired as late:
        raise ClusterError(
            f"{name} did not finish within {late.timeout:.0f} s and was ended.",
            next_step="Run the command again.",
            detail=tail(log) if log else "",
        ) from late
    if result.returncode != 0:
        detail = (
            tail(log)
            if log
            else _last_lines((result.stderr or result.stdout).decode(errors="replace"))
        )
        raise CommandFailed(
            f"{' '.join(words[:3])} ended with status {result.returncode}.",
            returncode=result.returncode,
            next_step=f"Read {log}." if log else "Read the lines above.",
            detail=detail,
        )
    return (result.stdout or b"").decode(errors="replace")


def tail(path: Path, *, lines: int = TAIL_LINES) -> str:
    """The last `lines` lines of a text file; empty when there is no such file."""
    try:
        with path.open(errors="replace") as source:
            return "".join(deque(source, maxlen=lines)).rstrip()
    except FileNotFoundError:
        return ""


def _last_lines(text: str) -> str:
    return "\n".join(text.rstrip().splitlines()[-TAIL_LINES:])
