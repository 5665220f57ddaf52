"""Everything behind the app or the stand-alone worker, put together and kept running."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

import anyio

from provisioner import preparation as preparing
from provisioner import timeline
from provisioner.access import ClusterAccess
from provisioner.accounts import Accounts
from provisioner.administration import ensure_administrator
from provisioner.attention import Attention
from provisioner.audit import Audit
from provisioner.backoff import Backoff
from provisioner.changes import Change, Changes
from provisioner.claims import Claims
from provisioner.database import Database
from provisioner.engines import ENGINES, Engines
from provisioner.errors import StoreWeaverError, Unavailable
from provisioner.inspection import Inspection
from provisioner.observer import Changed
from provisioner.orphans import Orphans
from provisioner.overview import Overview
from provisioner.people import People
from provisioner.sessions import Sessions
from provisioner.settings import Settings
from provisioner.stores import StoreService
from provisioner.tokens import Tokens
from provisioner.usage import Usage
from provisioner.views import PreparationView
from provisioner.worker import Worker

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Check:
    """Whether one thing that the platform needs works."""

    is_ok: bool
    message: str


@dataclass(frozen=True)
class HealthView:
    """How the platform's own needs fare."""

    database: Check
    kubernetes: Check
    helm: Check

    @property
    def is_ok(self) -> bool:
        return self.database.is_ok and self.kubernetes.is_ok and self.helm.is_ok


class Runtime:
    """The services, and the tasks behind them."""

    def __init__(self, settings: Settings, *, engines: Engines = ENGINES) -> None:
        self.settings = settings
        self._engines = engines
        self.database = Database(settings.database_url)
        self.changes = Changes(self.database)
        self._preparation = preparing.read(settings)
        self._access = ClusterAccess(settings)
        self._access.prepare(self._preparation)
        self.accounts = Accounts(self.database, settings)
        self.tokens = Tokens(self.database)
        self.people = People(self.database, settings)
        self.stores = StoreService(
            self.database,
            settings,
            engines=engines,
            preparation=lambda: self._preparation,
            secrets=lambda: self._access.get().kube,
        )
        self.orphans = Orphans(
            self.database,
            settings,
            engines=engines,
            cluster=self._access.get,
            preparation=lambda: self._preparation,
            stores=self.stores,
        )
        self.attention = Attention()
        self._usage = Usage(
            self.attention,
            lambda: self._access.get().lookups,
            filled=lambda store_id: self._access.get().observer.filled(store_id),
            on_sample=self._sampled,
        )
        self.inspection = Inspection(self.stores, self._access.get, self._usage)
        self._access.listen(self._seen)
        self.sessions = Sessions(self.database)
        self.audit = Audit(self.database)
        self.overview = Overview(
            self.database,
            settings,
            engines=engines,
            cluster=self._access.get,
            preparation=lambda: self._preparation,
            stores=self.stores,
        )

    def preparation(self) -> PreparationView:
        """How far cluster and images are."""
        return self._preparation.view

    async def health(self) -> HealthView:
        """Ask database, cluster and Helm."""
        return HealthView(
            database=await _checked(self._ask_database),
            kubernetes=await _checked(self._ask_kubernetes),
            helm=await _checked(self._ask_helm),
        )

    async def run(self, *, is_working: bool) -> None:
        """Keep everything running, with or without a worker, until cancelled."""
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._follow_preparation)
            await self._migrate()
            tasks.start_soon(self.changes.run)
            tasks.start_soon(self._access.run)
            tasks.start_soon(self._usage.run)
            if is_working:
                worker = Worker(
                    settings=self.settings,
                    engines=self._engines,
                    claims=partial(
                        _claims, database=self.database, seconds=self.settings.claim_seconds
                    ),
                    changes=self.changes,
                    access=self._access,
                    preparation=lambda: self._preparation,
                )
                tasks.start_soon(worker.run)

    async def _migrate(self) -> None:
        """Bring the schema up, as soon as there is a database."""
        backoff = Backoff(first=0.2, longest=5.0)
        while True:
            try:
                await self.database.migrate()
                await ensure_administrator(self.database, self.settings)
                async with self.database.transaction() as session:
                    await timeline.prune(session, days=self.settings.timeline_days)
            except Unavailable as error:
                log.warning("%s", error.__cause__ or error)
                await anyio.sleep(backoff.next())
            else:
                return

    async def _follow_preparation(self) -> None:
        async for preparation in preparing.follow(self.settings):
            self._preparation = preparation
            self._access.prepare(preparation)
            self._ground_changed()

    def _seen(self, changed: Changed) -> None:
        looked_at = self.attention.store_ids
        seen = looked_at if changed.is_everything else looked_at & changed.store_ids
        if seen:
            self.changes.announce(Change(seen=seen))

    def _sampled(self, store_ids: frozenset[str]) -> None:
        self.changes.announce(Change(sampled=store_ids))

    def _ground_changed(self) -> None:
        self.changes.announce(Change(preparation=True))

    async def _ask_database(self) -> str:
        await self.database.check()
        return "It answers."

    async def _ask_kubernetes(self) -> str:
        return await self._access.get().kube.version()

    async def _ask_helm(self) -> str:
        return await self._access.get().helm.version()


@asynccontextmanager
async def running(settings: Settings, *, engines: Engines = ENGINES) -> AsyncIterator[Runtime]:
    """A runtime whose tasks run while the context lasts.

    It does not wait for the database: services raise Unavailable until there is one.
    """
    runtime = Runtime(settings, engines=engines)
    try:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(partial(runtime.run, is_working=settings.worker == "inside"))
            yield runtime
            tasks.cancel_scope.cancel()
    finally:
        with anyio.CancelScope(shield=True):
            await runtime.database.close()


def _claims(worker: str, *, database: Database, seconds: float) -> Claims:
    return Claims(database, worker=worker, seconds=seconds)


async def _checked(ask: Callable[[], Awaitable[str]]) -> Check:
    try:
        return Check(is_ok=True, message=await ask())
    except StoreWeaverError as error:
        return Check(is_ok=False, message=error.message)
