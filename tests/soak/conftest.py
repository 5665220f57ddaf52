"""What long tests share with those on simulated clusters."""

from __future__ import annotations

from tests.cluster.conftest import programs
from tests.cluster.faulted import cluster, world

__all__ = ["cluster", "programs", "world"]
