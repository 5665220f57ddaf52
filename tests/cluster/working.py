"""The platform itself at work on a real cluster, asked from ordinary tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from anyio.from_thread import BlockingPortal, start_blocking_portal

from provisioner.engines import ENGINES, Engines
from provisioner.errors import NotFound, Unavailable
from provisioner.runtime import Runtime, running
from provisioner.settings import Settings
from provisioner.views import Actor, StoreEventView, StoreView
from tests.cluster.waiting import PATIENCE, until
from tests.services.people import person


@dataclass(frozen=True)
class Platform:
    """Services and a worker, in a thread of their own, and a person who owns stores."""

    portal: BlockingPortal
    runtime: Runtime
    person: Actor

    def create(self, name: str, engine: str) -> StoreView:
        async def ask() -> StoreView:
            return await self.runtime.stores.create(self.person, name=name, engine=engine)

        return self.portal.call(ask)

    def get(self, store: StoreView) -> StoreView | None:
        """The store as it is now; None once it is gone."""
        try:
            return self.portal.call(self.runtime.stores.get, self.person, store.id)
        except NotFound:
            return None

    def delete(self, store: StoreView) -> None:
        self.portal.call(self.runtime.stores.delete, self.person, store.id)

    def repair(self, store: StoreView) -> None:
        self.portal.call(self.runtime.stores.repair, self.person, store.id)

    def timeline(self, store: StoreView) -> tuple[StoreEventView, ...]:
        """What has happened to it, newest first."""
        return self.portal.call(self.runtime.stores.timeline, self.person, store.id)

    def credentials(self, store: StoreView) -> dict[str, str]:
        """What the owner may reveal, by label."""
        shown = self.portal.call(self.runtime.stores.credentials, self.person, store.id)
        return {credential.label: credential.value for credential in shown}

    def until(
        self,
        what: str,
        store: StoreView,
        condition: Callable[[StoreView], object],
        *,
        patience: float = PATIENCE,
    ) -> StoreView:
        """Wait until the store is so."""
        last: list[StoreView] = []

        def holds() -> bool:
            view = self.get(store)
            assert view is not None, "the store is gone"
            last[:] = [view]
            return bool(condition(view))

        try:
            until(what, holds, patience=patience)
        except AssertionError as error:
            raise AssertionError(f"{error}: {last}") from None
        return last[0]


@contextmanager
def working(settings: Settings, *, engines: Engines = ENGINES) -> Iterator[Platform]:
    """The platform with these settings, ended in order."""
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(running(settings, engines=engines)) as runtime,
    ):

        def is_ready() -> bool:
            try:
                return portal.call(runtime.health).is_ok
            except Unavailable:
                return False

        until("database, Kubernetes and Helm answer", is_ready)

        async def owner() -> Actor:
            return await person(runtime.database, "owner@example.com")

        yield Platform(portal, runtime, portal.call(owner))


def settings_for(
    *,
    database_url: str,
    kubeconfig: Path,
    helm: Path,
    port: int,
    images: dict[str, str],
    state: Path,
) -> Settings:
    """The platform's settings for a cluster whose ingress is on this machine's loopback."""
    return Settings(
        database_url=database_url,
        kubeconfig=str(kubeconfig),
        helm=str(helm),
        ingress_address=f"127.0.0.1:{port}",
        ingress_port=port,
        images=",".join(f"{name}={reference}" for name, reference in images.items()),
        state_folder=state,
        # without the software that sells, a store is never Ready, and is looked at all the same
        provision_timeout=3600.0,
    )
