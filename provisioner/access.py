"""The way to the cluster: one connection, its watches, and Helm, made anew when they are lost."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

import anyio

from provisioner.backoff import Backoff
from provisioner.errors import ActionFailed, Unavailable
from provisioner.helm import Helm
from provisioner.kube import Kube
from provisioner.lease import Lease
from provisioner.lookups import Lookups
from provisioner.observer import Changed, Observer
from provisioner.preparation import Preparation
from provisioner.settings import Settings

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Cluster:
    """A cluster, as the worker and those who look use it."""

    kube: Kube
    observer: Observer
    helm: Helm
    lookups: Lookups

    def under(self, lease: Lease) -> Cluster:
        """The same for the holder of a claim, until it ends."""
        return replace(self, kube=self.kube.under(lease), helm=self.helm.under(lease))


class ClusterAccess:
    """Keeps the cluster that the preparation names at hand.

    Attributes:
        cluster: None while there is none.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._wanted: tuple[str, str] | None = None
        self._renewed = anyio.Event()
        self._listeners: list[Callable[[Changed], None]] = []
        self.cluster: Cluster | None = None

    def listen(self, listener: Callable[[Changed], None]) -> None:
        """Have `listener` called with every change that the watches show."""
        self._listeners.append(listener)

    def prepare(self, preparation: Preparation) -> None:
        """Take in where cluster and Helm are; where that is new, connect anew."""
        wanted = None
        if not preparation.cluster_reason:
            wanted = (preparation.kubeconfig, preparation.helm)
        if wanted != self._wanted:
            self._wanted = wanted
            self._renewed.set()

    def get(self) -> Cluster:
        """The cluster.

        Raises:
            Unavailable: there is none.
        """
        if self.cluster is None:
            raise Unavailable(
                "Kubernetes cannot be reached just now.", hint="It is tried again by itself."
            )
        return self.cluster

    async def run(self) -> None:
        """Connect and stay connected, for ever."""
        backoff = Backoff(first=0.5, longest=10.0)
        while True:
            self._renewed = anyio.Event()
            if self._wanted is None:
                await self._renewed.wait()
                continue
            try:
                await self._connected(*self._wanted)
                backoff.reset()
            except (Unavailable, ActionFailed) as error:
                log.warning("the cluster cannot be used: %s", error)
                with anyio.move_on_after(backoff.next()):
                    await self._renewed.wait()

    async def _connected(self, kubeconfig: str, helm: str) -> None:
        """Use the cluster until another one is wanted."""
        settings = replace(self._settings, kubeconfig=kubeconfig, helm=helm)
        async with (
            Kube.connected(settings) as kube,
            Lookups.connected(settings) as lookups,
            anyio.create_task_group() as tasks,
        ):
            observer = Observer(settings)
            with observer.changes() as changes:
                self.cluster = Cluster(kube, observer, Helm(settings), lookups)
                self._tell(Changed(is_everything=True))
                tasks.start_soon(observer.run)

                async def forward() -> None:
                    async for changed in changes:
                        self._tell(changed)

                tasks.start_soon(forward)
                try:
                    await self._renewed.wait()
                finally:
                    self.cluster = None
                    self._tell(Changed(is_everything=True))
                tasks.cancel_scope.cancel()

    def _tell(self, changed: Changed) -> None:
        for listener in self._listeners:
            listener(changed)
