"""What a part of the cluster is, whichever it may be."""

from __future__ import annotations

import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from cluster.probes import Probe


@dataclass(frozen=True)
class Part:
    """One process of the cluster and how to tell that it works.

    Attributes:
        name: as in `status` and `logs`.
        argv: program and arguments.
        needs: parts that must be ready before this one starts, and are stopped
            only after it.
        ready: answers once the part does its work; absent where running is enough.
        environment: variables added to the supervisor's own.
        sockets: file descriptors of listening sockets that it inherits.
        stop_signal: asks it to end in order.
        grace: seconds between that and SIGKILL in an orderly stop.
        ends_whole: whether processes of its group that outlive it are ended with it.
        once: whether it is a task that runs to its end; it is ready when it has
            succeeded, and is tried again when it has failed.
        after_stop: what follows an orderly stop of it, before its needs are stopped.
    """

    name: str
    argv: tuple[str, ...]
    needs: tuple[str, ...] = ()
    ready: Probe | None = None
    environment: dict[str, str] = field(default_factory=dict)
    sockets: tuple[int, ...] = ()
    stop_signal: signal.Signals = signal.SIGTERM
    grace: float = 3.0
    ends_whole: bool = False
    once: bool = False
    after_stop: Callable[[], None] | None = None


@dataclass(frozen=True)
class ConfigFile:
    """A file that a part reads; written before the part starts."""

    path: Path
    content: str
