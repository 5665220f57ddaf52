"""Brings one claimed store to where it should be: look, act, record, again."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

import anyio

from provisioner import actions, outcomes, reconciler, refusals, steps
from provisioner.access import Cluster
from provisioner.actions import Subject
from provisioner.backoff import Backoff, spread
from provisioner.causes import Diagnosis
from provisioner.claims import Claimed, Claims, Note
from provisioner.countdown import Countdown
from provisioner.engines import Engines
from provisioner.errors import ActionFailed, Unavailable
from provisioner.health import ShopProbe
from provisioner.observed import Observed
from provisioner.preparation import Preparation
from provisioner.reconciler import Action, Wait, Wanted, next_action
from provisioner.release import store_url
from provisioner.removal import Removal
from provisioner.settings import Settings
from provisioner.views import Status

log = logging.getLogger(__name__)

FIRST_DELAY = 0.5
LONGEST_DELAY = 30.0
"""Seconds between two tries of what failed; the wait doubles."""

ECHO = 5.0
"""Seconds in which the watches show what was just done; normally it is milliseconds."""

FIRST_PROBE = 0.1
LONGEST_PROBE = 1.0
"""Seconds between two questions to a shop whose pods are ready."""


@dataclass(frozen=True, kw_only=True)
class Means:
    """What tending needs besides the claim."""

    settings: Settings
    engines: Engines
    claims: Claims
    probe: ShopProbe
    cluster: Callable[[], Cluster]
    preparation: Callable[[], Preparation]


class Tending:
    """One store in one worker's hands."""

    def __init__(self, means: Means, claimed: Claimed) -> None:
        self._means = means
        self.claimed = claimed
        self._engine = means.engines[claimed.store.type]
        left = claimed.store.time_left
        self._clock = Countdown(means.settings.provision_timeout if left is None else left)
        self._removal = Removal()
        self._gone = Backoff(first=FIRST_DELAY, longest=LONGEST_DELAY)
        self._problem: Diagnosis | None = None
        self._probes = 0
        self._done: list[Note] = []
        self._stir = anyio.Event()
        self._has_wish = False
        self._has_news = False

    @property
    def time_left(self) -> float:
        """Seconds in which the store has to become Ready."""
        return self._clock.left

    @property
    def has_news(self) -> bool:
        """Whether the cluster has shown something of it since the last look."""
        return self._has_news

    def wake(self) -> None:
        """The owner's wish, or the platform's ground, has changed: look again now."""
        self._has_wish = True
        self._stir.set()

    def notice(self) -> None:
        """The cluster shows something new of it."""
        self._has_news = True
        self._stir.set()

    async def run(self) -> float | None:
        """Tend the store until nothing is to be done.

        Returns:
            Seconds after which it should be looked at again; None to wait for a change.

        Raises:
            ClaimLost: it is somebody else's now, or gone.
            Unavailable: the database cannot be reached.
        """
        backoff = Backoff(first=2 * FIRST_DELAY, longest=LONGEST_DELAY)
        while True:
            await self._reload_if_told()
            store = self.claimed.store
            if store.status == "provisioning" and store.started_at is None:
                # a retry came while the last try was cleaned up: it has to queue
                return 0.0
            # what comes from here on is news to this look
            self._has_news = False
            try:
                if await self._look(self._means.cluster().under(self.claimed.lease)):
                    return None
                backoff.reset()
            except Unavailable as error:
                self._clock.stop()
                await self._say(error.message)
                await self._pause(backoff.next(), for_news=True)
            except ActionFailed as error:
                await self._refused(error)

    async def _look(self, cluster: Cluster) -> bool:
        """One look and one action; whether nothing is left to do."""
        store = self.claimed.store
        preparation = self._means.preparation()
        lacking = preparation.lacks(self._engine) if store.status == "provisioning" else ""
        seen = cluster.observer.observed(store.id)
        subject = actions.subject_for(
            self.claimed,
            self._engine,
            settings=self._means.settings,
            preparation=preparation,
            namespace=seen.namespace,
        )
        self._clock.run(store.status == "provisioning" and not seen.is_stale and not lacking)
        self._removal.look(store, seen)
        wanted = self._wanted(subject, preparation)
        action: Action = Wait(lacking) if lacking else next_action(wanted, seen)
        await self._record_progress(
            wanted, seen, action, store_url(subject.host, self._means.settings, preparation)
        )
        if self.claimed.store.generation != store.generation:
            return False
        return await self._carry_out(action, cluster, subject, wanted, seen)

    async def _carry_out(
        self,
        action: Action,
        cluster: Cluster,
        subject: Subject,
        wanted: Wanted,
        seen: Observed,
    ) -> bool:
        """Do the one thing; whether nothing is left to do."""
        began = time.monotonic()
        match action:
            case Wait():
                self._problem = None
                await self._wait(wanted)
                return False
            case reconciler.Settle():
                await self._settle(action, seen)
                return True
            case reconciler.Fail(diagnosis):
                await self._fail(
                    await actions.examine(cluster, subject, seen, diagnosis, slowest=wanted.slowest)
                )
                return False
            case reconciler.Probe():
                await self._ask(subject)
                return False
            case reconciler.ConfirmGone():
                return await self._confirm_gone(cluster, subject)
            case reconciler.EnsureNamespace():
                await actions.ensure_namespace(cluster, subject)
            case reconciler.EnsureSecrets():
                await self._tell_removed(action.reason)
                await actions.ensure_secrets(
                    cluster,
                    subject,
                    may_renew=wanted.is_repair or not wanted.was_ready,
                    has_pods=bool(seen.pods),
                )
            case reconciler.ApplyRelease():
                await self._tell_removed(action.reason)
                await actions.apply_release(cluster, subject)
            case reconciler.Repair():
                await actions.repair(cluster, subject)
            case reconciler.Stop():
                await actions.stop(cluster, subject)
            case reconciler.Remove():
                await actions.remove(cluster, subject)
        await self._echo(cluster, wanted, action)
        self._probes, self._problem = 0, None
        self._done.append(Note("action", reconciler.told(action), seconds=time.monotonic() - began))
        if self.claimed.store.attempt:
            await self._record({"attempt": 0})
        return False

    async def _confirm_gone(self, cluster: Cluster, subject: Subject) -> bool:
        left = await actions.remains(cluster, subject)
        if left is None:
            await self._means.claims.forget(self.claimed)
            return True
        await self._show_removal(left.cause, held_by=left if self._removal.is_held_up else None)
        await self._pause(self._gone.next())
        return False

    async def _show_removal(self, reason: str, *, held_by: Diagnosis | None) -> None:
        """Tell what a deletion waits for."""
        changes, notes = self._removal.told(self.claimed.store, reason, held_by)
        if changes or notes:
            await self._record(changes, *notes)

    async def _echo(
        self,
        cluster: Cluster,
        wanted: Wanted,
        action: Action,
    ) -> None:
        """Wait until the watches show what was done, so that it is not done again.

        Raises:
            ActionFailed: they do not, although they are connected.
        """
        with anyio.move_on_after(ECHO):
            while True:
                seen = cluster.observer.observed(wanted.store_id)
                if seen.is_stale or next_action(wanted, seen) != action:
                    return
                await self._stirred()
        raise ActionFailed(
            "The cluster does not show what was done in it.",
            hint="It is tried again by itself.",
            detail=f"{type(action).__name__} changed nothing that the watches see",
        )

    async def _record_progress(
        self, wanted: Wanted, seen: Observed, action: Action, url: str
    ) -> None:
        store = self.claimed.store
        progress = replace(
            reconciler.progress(wanted, seen),
            message=action.reason if isinstance(action, Wait) else "",
        )
        changes: dict[str, Any] = {}
        if store.observed_generation != store.generation:
            changes["observed_generation"] = store.generation
        if wanted.status == "provisioning":
            known = steps.from_json(store.steps)
            now = steps.advance(known, progress, now=self._means.claims.now())
            if now != known:
                changes["steps"] = steps.to_json(now)
                self._done += outcomes.finished(known, now)
                changes["step"] = next((s.name for s in now if s.state == "active"), store.step)
            if url != store.url:
                changes |= {"url": url, "admin_url": url + self._engine.admin_path}
        if changes or self._done:
            await self._record(changes)
        if wanted.status == "deleting" and isinstance(action, Wait):
            await self._show_removal(action.reason, held_by=action.held_by)

    async def _record(self, changes: Mapping[str, Any], *notes: Note) -> None:
        """Write down where the store is, with what was done since the last time."""
        done, self._done = self._done, []
        self.claimed = await self._means.claims.record(self.claimed, changes, notes=[*done, *notes])

    async def _settle(self, action: reconciler.Settle, seen: Observed) -> None:
        """Record how the store fares now that nothing is to be done."""
        changes, notes = outcomes.settled(self.claimed.store, action, seen)
        if changes or self._done:
            await self._record(changes, *notes)

    async def _tell_removed(self, reason: str) -> None:
        """Show what somebody removed of a ready store; "" for nothing."""
        if reason and self.claimed.store.status == "ready":
            await self._degrade(reason)

    async def _degrade(self, cause: str) -> None:
        """Show why a ready store is not well, before it is mended."""
        store = self.claimed.store
        if (store.health, store.health_message) != ("degraded", cause):
            await self._record(
                {"health": "degraded", "health_message": cause}, Note("health", cause)
            )

    async def _ask(self, subject: Subject) -> None:
        """Ask the shop, and record that it is Ready, or why not yet."""
        problem = await self._means.probe.ask(
            self._engine,
            url=self.claimed.store.url,
            address=self._means.preparation().address,
            names=(subject.name, subject.store_id),
        )
        self._problem = problem
        if problem is not None:
            self._probes += 1
            await self._say(problem.cause)
            await self._pause(min(FIRST_PROBE * 1.5 ** (self._probes - 1), LONGEST_PROBE))
            return
        store, now = self.claimed.store, self._means.claims.now()
        changes = outcomes.ready(store, now=now)
        known = steps.from_json(store.steps)
        self._done += outcomes.finished(known, steps.from_json(changes["steps"]))
        took = (now - store.started_at).total_seconds() if store.started_at else None
        await self._record(
            changes, Note("ready", f"The shop answers at {store.url}.", seconds=took)
        )
        self._clock.stop()

    async def _fail(self, diagnosis: Diagnosis) -> None:
        """Keep cause and evidence before anything is cleaned up."""
        store = self.claimed.store
        self._problem = None
        if store.ready_at is not None:
            await self._degrade(diagnosis.cause)
            return
        log.warning("store %s failed: %s", store.id, diagnosis.cause)
        await self._record(
            outcomes.failed(store, diagnosis, now=self._means.claims.now()),
            Note("failed", diagnosis.cause, evidence=diagnosis.evidence),
        )

    async def _refused(self, error: ActionFailed) -> None:
        """Try again later; whether that has sense is decided by the next look."""
        store = self.claimed.store
        attempt, before = store.attempt + 1, self._problem
        self._problem = refusals.explain(error, tries=attempt)
        # what is refused for hours stands in the log once
        is_known = before is not None and before.cause == self._problem.cause
        level = logging.DEBUG if is_known else logging.WARNING
        log.log(level, "store %s: %s (%s)", store.id, error.message, error.detail)
        if store.status == "ready":
            await self._degrade(self._problem.cause)
        elif store.status == "deleting":
            await self._show_removal(self._problem.cause, held_by=self._problem)
        self._done.append(Note("refused", f"Try {attempt}: {self._problem.cause}"))
        await self._say(self._problem.cause, attempt=attempt)
        if store.status != "provisioning" or not self._problem.is_final:
            await self._pause(spread(min(FIRST_DELAY * 2.0**attempt, LONGEST_DELAY)))

    async def _say(self, text: str, *, attempt: int | None = None) -> None:
        """Show what it waits for: in the step under way, or as what a deletion waits for."""
        store = self.claimed.store
        changes: dict[str, Any] = {} if attempt is None else {"attempt": attempt}
        if store.status == "provisioning":
            known = steps.from_json(store.steps) or steps.PLANNED
            said = tuple(
                replace(step, message=text) if step.name == store.step else step for step in known
            )
            if said != known:
                changes["steps"] = steps.to_json(said)
        elif store.status == "deleting" and store.error_message != text:
            changes["error_message"] = text
        if changes:
            await self._record(changes)

    async def _wait(self, wanted: Wanted) -> None:
        """Wait for the cluster, the owner, or the end of a time limit that was not over yet."""
        limits = [
            max(0.0, limit.left)
            for limit, is_over in (
                (self._clock, wanted.is_overdue),
                (self._removal.limit, wanted.is_held_up),
            )
            if limit.is_running and not is_over
        ]
        await self._stirred(min(limits, default=None))

    async def _pause(self, seconds: float, *, for_news: bool = False) -> None:
        """Let time pass, unless the owner wishes otherwise, or the cluster shows news."""
        generation = self.claimed.store.generation
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            await self._stirred(left)
            # what this worker wrote itself is announced as well, and is no reason to go on
            await self._reload_if_told()
            if self.claimed.store.generation != generation or (for_news and self._has_news):
                return

    async def _stirred(self, seconds: float | None = None) -> None:
        """Wait until something stirs, or for so many seconds."""
        with anyio.move_on_after(seconds):
            await self._stir.wait()
        self._stir = anyio.Event()

    async def _reload_if_told(self) -> None:
        if self._has_wish:
            self._has_wish = False
            self.claimed = await self._means.claims.reload(self.claimed)

    def _wanted(self, subject: Subject, preparation: Preparation) -> Wanted:
        store = self.claimed.store
        return Wanted(
            store_id=store.id,
            namespace=store.namespace,
            host=subject.host,
            status=cast(Status, store.status),
            generation=store.generation,
            was_ready=store.ready_at is not None,
            components=self._engine.components,
            database=self._engine.database,
            secrets=tuple(self._engine.secrets),
            release=subject.release.digest,
            is_overdue=self._clock.left <= 0,
            is_repair=store.settled_generation != store.generation,
            is_held_up=self._removal.is_held_up,
            problem=self._problem,
            slowest=steps.slowest(steps.from_json(store.steps), now=self._means.claims.now()),
            lacking=preparation.forbids(self._engine),
        )
