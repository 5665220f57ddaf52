"""What the cluster shows of every store, kept current by watches; reading it asks nobody."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import anyio

from provisioner import decoding, seeing
from provisioner.connection import Connection
from provisioner.decoding import STORE_LABEL
from provisioner.naming import NAMESPACE_PREFIX
from provisioner.observed import DiskSeen, Found, Observed
from provisioner.settings import Settings
from provisioner.sightings import Seen, Sighting, Sightings
from provisioner.watching import HasMetadata, Kind, Reflector

SILENCE_SECONDS = 90.0
"""After which a watch without a word is taken for broken; a bookmark is due each minute."""

_LABELLED = {"labelSelector": STORE_LABEL}
_WARNINGS = {"fieldSelector": "type=Warning"}

T = TypeVar("T", bound=HasMetadata)


@dataclass(frozen=True, kw_only=True)
class Changed:
    """Which stores look different since the subscriber was told last.

    Attributes:
        store_ids: of those whose objects have changed.
        is_everything: the watches were lost or are back, so that `is_stale` has changed for
            every store, those included of which the cluster shows nothing.
    """

    store_ids: frozenset[str] = frozenset()
    is_everything: bool = False


class Changes(AsyncIterator[Changed]):
    """One subscriber's view of what has changed; what it has not fetched yet adds up."""

    def __init__(self) -> None:
        self._store_ids: set[str] = set()
        self._is_everything = False
        self._news = anyio.Event()

    async def __anext__(self) -> Changed:
        """Wait until something has changed, and take all of it."""
        await self._news.wait()
        changed = Changed(store_ids=frozenset(self._store_ids), is_everything=self._is_everything)
        self._store_ids.clear()
        self._is_everything = False
        self._news = anyio.Event()
        return changed

    def add(self, store_id: str) -> None:
        self._store_ids.add(store_id)
        self._news.set()

    def add_everything(self) -> None:
        self._is_everything = True
        self._news.set()


class Observer:
    """Follows the objects of all stores, one watch a kind for the whole cluster.

    All methods belong to the event loop that `run` runs in.
    """

    def __init__(self, settings: Settings, *, silence_seconds: float = SILENCE_SECONDS) -> None:
        self._subscribers: set[Changes] = set()
        self._sightings = Sightings(self._announce)
        self._disks: dict[str, DiskSeen] = {}
        self._connection = Connection(settings)
        self._is_live = False
        self._reflectors = {
            kind.name: Reflector(
                kind,
                connection=self._connection,
                silence_seconds=silence_seconds,
                on_problem=self._look_at_watches,
            )
            for kind in self._kinds()
        }

    async def run(self) -> None:
        """Follow the cluster until cancelled; whatever fails is tried again."""
        try:
            async with anyio.create_task_group() as tasks:
                for name, reflector in self._reflectors.items():
                    if name != "events":
                        tasks.start_soon(reflector.run)
                # which events are kept depends on the namespaces that are known
                await self._reflectors["namespaces"].has_listed.wait()
                tasks.start_soon(self._reflectors["events"].run)
        finally:
            with anyio.CancelScope(shield=True):
                await self._connection.aclose()

    def observed(self, store_id: str) -> Observed:
        """What the cluster shows of a store; empty, and not None, where it shows nothing."""
        return self._sightings.observed(store_id, is_stale=not self._is_live)

    @contextmanager
    def changes(self) -> Iterator[Changes]:
        """A subscription that lasts as long as the context; read `observed` after entering it."""
        changes = Changes()
        self._subscribers.add(changes)
        try:
            yield changes
        finally:
            self._subscribers.discard(changes)

    def found(self) -> list[Found]:
        """Every namespace in which something carries a store's label, by name.

        While `is_live` is false the list may lack some, or have some that are gone.
        """
        return self._sightings.found()

    def disks(self) -> list[DiskSeen]:
        """Every PersistentVolume made for a claim in a namespace that is named as a store's."""
        return sorted(self._disks.values(), key=lambda each: each.name)

    def filled(self, store_id: str) -> dict[str, int]:
        """How many bytes lie in the store's volumes, by claim; without those whose storage does
        not tell."""
        namespace = self.observed(store_id).namespace
        return {
            each.claim: each.used
            for each in self._disks.values()
            if namespace and each.namespace == namespace.name and each.used is not None
        }

    @property
    def is_live(self) -> bool:
        """Whether every watch runs, so that what is observed is what there is."""
        return self._is_live

    @property
    def waiting_reason(self) -> str:
        """Why the cluster cannot be seen just now, in a sentence; "" while it can."""
        return next(filter(None, (each.problem for each in self._reflectors.values())), "")

    def _look_at_watches(self) -> None:
        is_live = not any(each.problem for each in self._reflectors.values())
        if is_live != self._is_live:
            self._is_live = is_live
            for subscriber in self._subscribers:
                subscriber.add_everything()

    def _announce(self, store_id: str) -> None:
        for subscriber in self._subscribers:
            subscriber.add(store_id)

    def _kinds(self) -> Iterator[Kind[Any]]:
        sightings = self._sightings
        yield Kind(
            name="namespaces",
            path="/api/v1/namespaces",
            query=_LABELLED,
            read=decoding.Namespace,
            replace=lambda all_: sightings.replace_namespaces(
                (seeing.namespace(each), each.metadata.creation_timestamp) for each in all_
            ),
            put=lambda each: sightings.put_namespace(
                seeing.namespace(each), created=each.metadata.creation_timestamp
            ),
            remove=lambda each: sightings.remove_namespace(each.metadata.name),
        )
        yield self._objects("pods", "/api/v1/pods", decoding.Pod, seeing.pod)
        yield self._objects(
            "deployments", "/apis/apps/v1/deployments", decoding.Workload, seeing.deployment
        )
        yield self._objects(
            "stateful sets", "/apis/apps/v1/statefulsets", decoding.Workload, seeing.stateful_set
        )
        yield self._objects("jobs", "/apis/batch/v1/jobs", decoding.Workload, seeing.job)
        yield self._objects(
            "ingresses",
            "/apis/networking.k8s.io/v1/ingresses",
            decoding.Ingress,
            seeing.ingress,
        )
        yield self._objects(
            "volume claims", "/api/v1/persistentvolumeclaims", decoding.Claim, seeing.volume
        )
        yield self._objects(
            "seals of Secrets",
            "/apis/coordination.k8s.io/v1/leases",
            decoding.Object,
            seeing.seal,
        )
        yield Kind(
            name="volumes",
            path="/api/v1/persistentvolumes",
            query={},
            read=decoding.Volume,
            replace=self._replace_disks,
            put=self._put_disk,
            remove=lambda each: self._remove_disk(each.metadata.name),
        )
        yield Kind(
            name="events",
            path="/api/v1/events",
            query=_WARNINGS,
            read=decoding.Event,
            replace=lambda all_: sightings.replace_events(
                (each.metadata.namespace, each.metadata.name, seeing.event(each)) for each in all_
            ),
            put=lambda each: sightings.put_event(
                seeing.event(each), namespace=each.metadata.namespace, name=each.metadata.name
            ),
            remove=lambda each: sightings.remove_event(
                namespace=each.metadata.namespace, name=each.metadata.name
            ),
            is_bookmarked=False,
        )

    def _replace_disks(self, listed: Sequence[decoding.Volume]) -> None:
        names = {each.metadata.name for each in listed}
        for name in self._disks.keys() - names:
            self._remove_disk(name)
        for each in listed:
            self._put_disk(each)

    def _put_disk(self, read: decoding.Volume) -> None:
        if read.claimed_in.startswith(NAMESPACE_PREFIX):
            self._disks[read.metadata.name] = seeing.disk(read)

    def _remove_disk(self, name: str) -> None:
        self._disks.pop(name, None)

    def _objects(self, name: str, path: str, read: type[T], see: Callable[[T], Seen]) -> Kind[T]:
        """A kind whose objects lie in stores' namespaces and carry their label."""
        sightings = self._sightings

        def sighting(found: T) -> Sighting:
            metadata = found.metadata
            return Sighting(metadata.namespace, metadata.name, metadata.store_id, see(found))

        def replace(found: Sequence[T]) -> None:
            sightings.replace(name, [sighting(each) for each in found])

        return Kind(
            name=name,
            path=path,
            query=_LABELLED,
            read=read,
            replace=replace,
            put=lambda found: sightings.put(name, sighting(found)),
            remove=lambda found: sightings.remove(
                name, namespace=found.metadata.namespace, name=found.metadata.name
            ),
        )
