"""Starts a supervisor that outlives its caller, and ends one in order."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from cluster.home import Home
from cluster.locks import holder

STOP_TIMEOUT = 40.0
"""Seconds for a supervisor to stop all its parts; then it is killed."""

LOOK_INTERVAL = 0.03

_SOURCE = Path(__file__).parent.parent


def spawn(home: Home, arguments: Sequence[str], *, log: Path) -> subprocess.Popen[bytes]:
    """Start `python -m ARGUMENTS` in a session of its own, with its output in `log`."""
    with log.open("ab") as sink:
        child = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            cwd="/",
            start_new_session=True,
            env={
                **os.environ,
                "STOREWEAVER_HOME": str(home.root),
                "STOREWEAVER_CACHE": str(home.cache),
                "PYTHONPATH": str(_SOURCE),
            },
        )
    # it outlives this process or not: in a long one, somebody has to take its exit status
    threading.Thread(target=child.wait, daemon=True).start()
    return child


def end(lock: Path) -> bool:
    """Have the supervisor that holds `lock` stop its parts and go; whether there was one."""
    pid = holder(lock)
    if not pid:
        return False
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_TIMEOUT
    while holder(lock) == pid and time.monotonic() < deadline:
        time.sleep(LOOK_INTERVAL)
    if holder(lock) == pid:
        os.kill(pid, signal.SIGKILL)
    return True
