"""The containers, when no kubelet is there to stop them."""

from __future__ import annotations

from cluster.home import Home
from cluster.processes import children, end, processes

GRACE = 5.0
"""Seconds that a container has between SIGTERM and SIGKILL."""


def stop_pods(home: Home) -> None:
    """End every container, then the shims that kept them; volumes stay as they are."""
    shims = [process for process in processes(home) if process.is_shim]
    end(children(shim.pid for shim in shims), grace=GRACE)
    end(shims, grace=2.0)
