"""Claims stores that are due and tends them, side by side, until it is told to stop."""

from __future__ import annotations

import logging
import os
import secrets
import socket
import time
from collections.abc import Callable

import anyio
import anyio.abc

from provisioner.access import ClusterAccess
from provisioner.backoff import Backoff, spread
from provisioner.changes import Changes
from provisioner.claims import Claimed, Claims
from provisioner.engines import Engines
from provisioner.errors import ClaimLost, StoreWeaverError, Unavailable
from provisioner.health import ShopProbe
from provisioner.observer import Changed
from provisioner.preparation import Preparation
from provisioner.settings import Settings
from provisioner.tending import Means, Tending

log = logging.getLogger(__name__)

ROOM = 200
"""Stores that one worker tends at once. Most of them only wait for the cluster."""

LONGEST_RETRY = 5.0
"""Seconds between two tries while the database is away."""


class Worker:
    """One of any number of workers on the same database."""

    def __init__(
        self,
        *,
        settings: Settings,
        engines: Engines,
        claims: Callable[[str], Claims],
        changes: Changes,
        access: ClusterAccess,
        preparation: Callable[[], Preparation],
    ) -> None:
        """`claims` makes the claims of a worker by its name."""
        self.name = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(2)}"
        self._settings = settings
        self._engines = engines
        self._claims = claims(self.name)
        self._changes = changes
        self._access = access
        access.listen(self._notice)
        self._preparation = preparation
        self._held: dict[str, Tending] = {}
        self._scopes: dict[str, anyio.CancelScope] = {}
        self._woken: set[str] = set()
        self._has_read_anew = False
        self._wake = anyio.Event()
        self._renewed_at = time.monotonic()

    async def run(self) -> None:
        """Work for ever. Cancelled, it gives its claims back."""
        async with ShopProbe() as probe, anyio.create_task_group() as tasks:
            means = Means(
                settings=self._settings,
                engines=self._engines,
                claims=self._claims,
                probe=probe,
                cluster=self._access.get,
                preparation=self._preparation,
            )
            tasks.start_soon(self._follow_database)
            tasks.start_soon(self._renew)
            await self._claim(means, tasks)

    def wake(self) -> None:
        """Look for work now."""
        self._wake.set()

    async def _claim(self, means: Means, tasks: anyio.abc.TaskGroup) -> None:
        backoff = Backoff(first=0.25, longest=LONGEST_RETRY)
        while True:
            self._wake = anyio.Event()
            try:
                pause = await self._claim_due(means, tasks)
                backoff.reset()
            except Unavailable as error:
                log.warning("%s", error)
                pause = backoff.next()
            with anyio.move_on_after(pause):
                await self._wake.wait()

    async def _claim_due(self, means: Means, tasks: anyio.abc.TaskGroup) -> float | None:
        """Claim what is due; seconds until more is, or None."""
        room = ROOM - len(self._held)
        if self._access.cluster is None or room <= 0:
            return None
        await self._look_for_absent()
        woken, self._woken = self._woken, set()
        preparation = self._preparation()
        try:
            taken = await self._claims.take(
                places=self._settings.max_concurrent_provisions,
                room=room,
                engines=[
                    key for key, engine in self._engines.items() if not preparation.lacks(engine)
                ],
                known=list(self._engines),
                woken=woken,
            )
        except Unavailable:
            self._woken |= woken
            raise
        for claimed in taken:
            tending = Tending(means, claimed)
            self._held[claimed.store.id] = tending
            # a wish that was announced between the claim and this line was told to nobody
            tending.wake()
            tasks.start_soon(self._tend, tending)
        if len(taken) == room:
            return 0.0
        due = await self._claims.next_due()
        # what is due now and was not taken is held by another worker, or about to be free
        return None if due is None else max(due, 0.05)

    async def _tend(self, tending: Tending) -> None:
        claimed = tending.claimed
        store_id = claimed.store.id
        # for whoever comes next when this worker is told to stop
        pause: float | None = 0.0
        try:
            with anyio.CancelScope() as scope:
                self._scopes[store_id] = scope
                pause = await self._run(tending)
        finally:
            self._scopes.pop(store_id, None)
            await self._give_back(tending.claimed, pause)
            del self._held[store_id]
        if tending.has_news:
            # it came after the last look, while nobody else could claim the store
            self._woken.add(store_id)
        self.wake()

    async def _run(self, tending: Tending) -> float | None:
        """Tend the store; seconds after which it is looked at again, None for never."""
        store_id = tending.claimed.store.id
        try:
            return await tending.run()
        except ClaimLost:
            log.info("the claim on store %s is over", store_id)
        except Unavailable as error:
            log.warning("store %s: %s", store_id, error)
            return spread(1.0)
        except StoreWeaverError as error:
            log.error("store %s: %s", store_id, error)
        except Exception:
            log.exception("store %s could not be tended; it is tried again", store_id)
        return self._claims.seconds

    async def _look_for_absent(self) -> None:
        """Have ready stores looked at of which a cluster that was just read shows nothing: what
        vanished while nobody watched tells of itself by no event.
        """
        observer = self._access.get().observer
        if self._has_read_anew and observer.is_live:
            seen = {place.namespace.store_id for place in observer.found() if place.namespace}
            self._woken |= await self._claims.absent(seen)
            self._has_read_anew = False

    async def _give_back(self, claimed: Claimed, pause: float | None) -> None:
        with anyio.CancelScope(shield=True), anyio.move_on_after(2):
            try:
                await self._claims.release(claimed, look_again_in=pause)
            except StoreWeaverError as error:
                log.warning("store %s: its claim ends by itself: %s", claimed.store.id, error)

    async def _follow_database(self) -> None:
        async with self._changes.subscribe() as changes:
            async for change in changes:
                everything = change.everything or change.preparation
                for store_id, tending in self._held.items():
                    if everything or store_id in change.store_ids:
                        tending.wake()
                # also what this worker tends: when it fails or is deleted, a place is free
                if everything or change.store_ids:
                    self.wake()

    def _notice(self, changed: Changed) -> None:
        """The cluster shows something new: stores that nobody tends are claimed for a look."""
        self._has_read_anew |= changed.is_everything
        for store_id in self._held if changed.is_everything else changed.store_ids:
            if tending := self._held.get(store_id):
                tending.notice()
            else:
                self._woken.add(store_id)
        self.wake()

    async def _renew(self) -> None:
        """Keep the claims; without them, stop before another worker may begin."""
        interval = self._claims.seconds / 3
        while True:
            await anyio.sleep(interval)
            held = dict(self._held)
            try:
                kept = (
                    await self._claims.renew(
                        [(tending.claimed, tending.time_left) for tending in held.values()]
                    )
                    if held
                    else set()
                )
                self._renewed_at = time.monotonic()
            except Unavailable as error:
                log.warning("claims cannot be renewed: %s", error)
                if time.monotonic() - self._renewed_at < self._claims.seconds - interval:
                    continue
                kept = set()
            for store_id in held.keys() - kept:
                if scope := self._scopes.get(store_id):
                    scope.cancel()
