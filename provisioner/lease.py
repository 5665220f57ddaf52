"""How long a claim surely lasts, and the cluster's requests that end with it.

A worker that was stopped beyond its claim and goes on must not do what it was about to:
another has the store then. So each request and each Helm process asks the lease first, and
none outlives it.
"""

from __future__ import annotations

import math
import time
from collections.abc import Awaitable, Callable, Mapping

from provisioner.connection import JSON, Answer, Connection
from provisioner.errors import ClaimLost

LEAST_FOR_HELM = 0.8
"""The part of a claim that a Helm process begins with; with less, the claim is renewed first."""


def uptime() -> float:
    """Seconds since the machine was started, those included in which it slept."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class Lease:
    """A claim's end by this machine's clock; never later than by the database's."""

    def __init__(
        self, seconds: float, *, asked_at: float, renew: Callable[[], Awaitable[bool]]
    ) -> None:
        """`seconds` long from `asked_at` (`uptime`), when the database was asked for it.

        `renew` prolongs it and returns whether it was still held.
        """
        self._seconds = seconds
        self._renew = renew
        self.ends_at = asked_at + seconds

    def extend(self, *, asked_at: float) -> None:
        """The database has prolonged it when it was asked then."""
        self.ends_at = asked_at + self._seconds

    @property
    def left(self) -> float:
        """Seconds until it ends."""
        return self.ends_at - uptime()

    def check(self) -> None:
        """Raise `ClaimLost` where it has ended."""
        if self.left <= 0:
            raise ClaimLost("The claim has run out, so that nothing is begun any more.")

    async def refresh(self) -> None:
        """Have most of it left.

        Raises:
            ClaimLost: it is over.
            Unavailable: the database cannot be reached.
        """
        self.check()
        if self.left >= LEAST_FOR_HELM * self._seconds:
            return
        asked_at = uptime()
        if not await self._renew():
            raise ClaimLost("The claim is somebody else's now.")
        self.extend(asked_at=asked_at)


async def _always() -> bool:
    return True


FOREVER = Lease(math.inf, asked_at=0.0, renew=_always)
"""For what no claim is needed for."""


class Leased:
    """Requests to the API server, none of which begins or lasts beyond the lease."""

    def __init__(self, connection: Connection, lease: Lease) -> None:
        self._connection = connection
        self._lease = lease

    async def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: object = None,
        content_type: str = JSON,
        seconds: float = 10.0,
    ) -> Answer:
        """As `Connection.request`.

        Raises:
            ClaimLost: the lease has ended.
        """
        self._lease.check()
        return await self._connection.request(
            method,
            path,
            query=query,
            body=body,
            content_type=content_type,
            seconds=min(seconds, self._lease.left),
        )
