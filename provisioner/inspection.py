"""The service that shows what a store is made of, to whoever owns it; it changes nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import anyio
import yaml
from anyio.streams.memory import MemoryObjectReceiveStream

from provisioner import decoding, seeing
from provisioner.access import Cluster
from provisioner.errors import ActionFailed, Conflict, InvalidInput, StoreWeaverError, Unavailable
from provisioner.following import Batch, Follower
from provisioner.inspected import (
    ConfigurationView,
    ContainerView,
    LogQuery,
    Manifest,
    ObjectEvent,
    PodView,
    ResourceDetail,
    ResourceView,
    RunningView,
)
from provisioner.lookups import RESOURCES, Resource
from provisioner.masking import masked, shown_manifest
from provisioner.observed import Observed, PodSeen
from provisioner.stores import StoreService
from provisioner.summaries import summary
from provisioner.usage import Usage
from provisioner.views import Actor, StoreView

MOST_LINES = 10_000
"""Lines of one container from before now."""

_NAME = 253
_MOST_PODS = 100
_WAITING_EVENTS = 20_000


class Inspection:
    """Looks into a store's namespace; each call decides whether the actor may."""

    def __init__(self, stores: StoreService, cluster: Callable[[], Cluster], usage: Usage) -> None:
        """`cluster` may raise Unavailable while there is none."""
        self._stores = stores
        self._cluster = cluster
        self._usage = usage

    async def running(self, actor: Actor, store_id: str) -> RunningView:
        """Pods, replicas and usage, from memory: the cluster is not asked.

        Raises:
            NotFound: there is no such store, or it is somebody else's.
        """
        store = await self._stores.get(actor, store_id)
        try:
            observed = self._observed(store)
        except Unavailable:
            observed = Observed(is_stale=True)
        lasting = [each for each in observed.workloads if each.kind != "Job"]
        return RunningView(
            pods=tuple(_pod(pod) for pod in observed.pods),
            replicas_ready=sum(each.ready for each in lasting),
            replicas_wanted=sum(each.wanted for each in lasting),
            usage=self._usage.of(store_id, observed),
            is_stale=observed.is_stale,
        )

    async def resources(self, actor: Actor, store_id: str) -> tuple[ResourceView, ...]:
        """Every object of the store, by kind and name; of Secrets only their names.

        Raises:
            NotFound: there is no such store, or it is somebody else's.
            Unavailable: the cluster cannot be reached.
            ActionFailed: it refuses.
        """
        store = await self._stores.get(actor, store_id)
        if not self._is_there(store):
            return ()
        lookups = self._cluster().lookups
        found: dict[str, Sequence[Manifest]] = {}
        failures: list[StoreWeaverError] = []

        async def look(resource: Resource) -> None:
            try:
                found[resource.kind] = await lookups.listed(resource, store.namespace)
            except StoreWeaverError as error:
                failures.append(error)

        async with anyio.create_task_group() as tasks:
            for resource in RESOURCES.values():
                tasks.start_soon(look, resource)
        if failures and not found:
            raise failures[0]
        # a kind that may not be read, as on a cluster with rights of its own, hides no other
        return tuple(summary(each) for kind in RESOURCES for each in found.get(kind, ()))

    async def resource(
        self, actor: Actor, store_id: str, *, kind: str, name: str
    ) -> ResourceDetail:
        """One object, with every secret masked, and what was reported of it.

        Raises:
            NotFound: there is no such store or object, or the store is somebody else's.
            InvalidInput: the kind is not one that is shown.
            Unavailable: the cluster cannot be reached.
        """
        resource = RESOURCES.get(kind)
        if resource is None or not 0 < len(name) <= _NAME:
            raise InvalidInput(
                "There is nothing of this kind to show.",
                hint=f"Kinds are {', '.join(RESOURCES)}.",
            )
        store = await self._stores.get(actor, store_id)
        self._must_be_there(store)
        lookups = self._cluster().lookups
        manifest = await lookups.one(resource, store.namespace, name)
        events = await lookups.events_about(kind, name, namespace=store.namespace)
        return ResourceDetail(
            resource=summary(manifest),
            manifest=_yaml(shown_manifest(manifest)),
            events=tuple(sorted(map(_event, events), key=lambda each: each.at, reverse=True)),
        )

    async def configuration(self, actor: Actor, store_id: str) -> ConfigurationView:
        """The values that the store's release is made with, as Helm keeps them.

        Raises:
            NotFound: there is no such store, or it is somebody else's.
            Conflict: there is no release yet, or no longer.
            Unavailable: the cluster cannot be reached.
        """
        store = await self._stores.get(actor, store_id)
        self._must_be_there(store)
        try:
            release = await self._cluster().helm.release(store.id, namespace=store.namespace)
        except ActionFailed as error:
            if "not found" not in error.detail:
                raise
            raise Conflict(
                f"{store.name} has no release yet.", hint="It is made in the step Database."
            ) from error
        return ConfigurationView(
            chart=release.chart,
            chart_version=release.chart_version,
            revision=release.revision,
            status=release.status,
            applied_at=release.applied_at,
            values=_yaml(masked(release.values)),
        )

    @asynccontextmanager
    async def logs(
        self, actor: Actor, store_id: str, query: LogQuery, *, follow: bool
    ) -> AsyncIterator[MemoryObjectReceiveStream[Batch]]:
        """The lines of the store's containers as they come, until the context is left.

        Raises:
            NotFound: there is no such store, or it is somebody else's.
            InvalidInput: the query asks for too much.
            Conflict: nothing of the store is on the cluster.
            Unavailable: the cluster cannot be reached.
        """
        if not 0 <= query.tail <= MOST_LINES or len(query.pods) > _MOST_PODS:
            raise InvalidInput(
                "That is more than is read at once.",
                hint=f"At most {MOST_LINES:,} lines of {_MOST_PODS} pods.",
            )
        store = await self._stores.get(actor, store_id)
        self._must_be_there(store)
        cluster = self._cluster()
        follower = Follower(
            cluster.lookups,
            cluster.observer,
            store_id=store.id,
            namespace=store.namespace,
            query=query,
        )
        async with follower.lines(follow=follow) as stream:
            yield stream

    @asynccontextmanager
    async def events(
        self, actor: Actor, store_id: str
    ) -> AsyncIterator[MemoryObjectReceiveStream[ObjectEvent]]:
        """What Kubernetes reports of the store's objects, Normal or Warning, as it comes.

        It begins with all that the cluster still keeps, and each later version of an event
        comes under the same id.

        Raises:
            NotFound: there is no such store, or it is somebody else's.
            Conflict: nothing of the store is on the cluster.
            Unavailable: the cluster cannot be reached.
        """
        store = await self._stores.get(actor, store_id)
        self._must_be_there(store)
        sink, stream = anyio.create_memory_object_stream[ObjectEvent](_WAITING_EVENTS)

        def put(read: decoding.Event) -> None:
            try:
                sink.send_nowait(_event(read))
            except anyio.WouldBlock:
                # a reader that does not read any more is told no more
                sink.close()
            except anyio.ClosedResourceError:
                pass

        reflector = self._cluster().lookups.events(
            store.namespace, put=put, on_problem=lambda _: None
        )
        with sink, stream:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(reflector.run)
                try:
                    yield stream
                finally:
                    tasks.cancel_scope.cancel()

    def _observed(self, store: StoreView) -> Observed:
        return self._cluster().observer.observed(store.id)

    def _is_there(self, store: StoreView) -> bool:
        """Whether the namespace is this store's by its label: the row alone does not say so,
        since the name may have been taken by something else in the cluster."""
        namespace = self._observed(store).namespace
        return namespace is not None and namespace.name == store.namespace

    def _must_be_there(self, store: StoreView) -> None:
        if not self._is_there(store):
            raise Conflict(
                f"Nothing of {store.name} is on the cluster.",
                hint=(
                    "A failed store's objects are removed; its timeline keeps the cause."
                    if store.status == "failed"
                    else "It shows here as soon as its namespace is made."
                ),
            )


def _pod(pod: PodSeen) -> PodView:
    return PodView(
        name=pod.name,
        component=pod.component,
        phase="Terminating" if pod.is_terminating else pod.phase,
        is_ready=pod.is_ready,
        restarts=sum(each.restarts for each in pod.containers),
        containers=tuple(
            ContainerView(
                name=each.name,
                image=each.image,
                state=each.state,
                reason=each.reason,
                restarts=each.restarts,
                is_ready=each.is_ready,
            )
            for each in pod.containers
        ),
    )


def _event(read: decoding.Event) -> ObjectEvent:
    seen = seeing.event(read)
    return ObjectEvent(
        id=read.metadata.name,
        at=seen.at,
        type=read.type or "Normal",
        kind=seen.kind,
        name=seen.name,
        reason=seen.reason,
        message=seen.message,
        count=seen.count,
    )


def _yaml(value: object) -> str:
    text: str = yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=100)
    return text
