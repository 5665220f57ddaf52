"""Several containers' logs as one stream, with those of pods that come later."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, replace

import anyio
from anyio.abc import TaskGroup
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

from provisioner import loglines
from provisioner.errors import ActionFailed, StoreWeaverError
from provisioner.inspected import LogLine, LogQuery
from provisioner.lookups import Lookups
from provisioner.observed import ContainerSeen, Observed
from provisioner.observer import Observer

MOST_SOURCES = 24
"""Containers read at once for one reader."""

_WAITING_BATCHES = 64
"""What a slow reader leaves lying before reading on from the cluster waits for it."""

Batch = Sequence[LogLine]
_Key = tuple[str, str]


@dataclass
class _Source:
    """A container's log: how often it had restarted when it was begun, and how far it was read."""

    restarts: int
    is_open: bool = True
    last: str = ""


class Follower:
    """Reads every container that the query wants, and each new one once it has begun."""

    def __init__(
        self,
        lookups: Lookups,
        observer: Observer,
        *,
        store_id: str,
        namespace: str,
        query: LogQuery,
    ) -> None:
        self._lookups = lookups
        self._observer = observer
        self._store_id = store_id
        self._namespace = namespace
        self._query = query
        self._sources: dict[_Key, _Source] = {}

    @asynccontextmanager
    async def lines(self, *, follow: bool) -> AsyncIterator[MemoryObjectReceiveStream[Batch]]:
        """The lines in the order of their arrival; without `follow` it ends with what there is."""
        sink, stream = anyio.create_memory_object_stream[Batch](_WAITING_BATCHES)
        with stream:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._run, sink, follow)
                try:
                    yield stream
                finally:
                    # before the stream is closed, which who writes to it would take for a fault
                    tasks.cancel_scope.cancel()

    async def _run(self, sink: MemoryObjectSendStream[Batch], follow: bool) -> None:
        is_ongoing = follow and not self._query.previous
        async with sink, anyio.create_task_group() as tasks:
            with self._observer.changes() as changes:
                self._begin(tasks, sink, follow=is_ongoing)
                while is_ongoing:
                    changed = await anext(changes)
                    if changed.is_everything or self._store_id in changed.store_ids:
                        self._begin(tasks, sink, follow=True)

    def _begin(
        self, tasks: TaskGroup, sink: MemoryObjectSendStream[Batch], *, follow: bool
    ) -> None:
        observed = self._observer.observed(self._store_id)
        for key, container in self._wanted(observed):
            known = self._sources.get(key)
            if known and (known.is_open or known.restarts >= container.restarts):
                continue
            if sum(source.is_open for source in self._sources.values()) >= MOST_SOURCES:
                return
            source = _Source(container.restarts, last=known.last if known else "")
            self._sources[key] = source
            tasks.start_soon(self._read, key, source, sink, follow)

    def _wanted(self, observed: Observed) -> Iterator[tuple[_Key, ContainerSeen]]:
        for pod in observed.pods:
            if self._query.pods and pod.name not in self._query.pods:
                continue
            for container in pod.containers:
                if self._query.container not in {"", container.name}:
                    continue
                has_log = container.state != "waiting" or container.restarts > 0
                if container.restarts > 0 if self._query.previous else has_log:
                    yield (pod.name, container.name), container

    async def _read(
        self, key: _Key, source: _Source, sink: MemoryObjectSendStream[Batch], follow: bool
    ) -> None:
        pod, container = key
        since = source.last or self._query.since
        query = {"follow": str(follow).lower(), "previous": str(self._query.previous).lower()}
        query |= {"sinceTime": since} if since else {"tailLines": str(self._query.tail)}
        splitter = loglines.Splitter()
        try:
            async with aclosing(
                self._lookups.log(self._namespace, pod, container, query=query)
            ) as chunks:
                async for chunk in chunks:
                    await self._pass_on(splitter.feed(chunk), key, source, sink, since=since)
            await self._pass_on(splitter.end(), key, source, sink, since=since)
        except StoreWeaverError as error:
            await sink.send([_note(key, error)])
        finally:
            source.is_open = False

    async def _pass_on(
        self,
        raw: Sequence[bytes],
        key: _Key,
        source: _Source,
        sink: MemoryObjectSendStream[Batch],
        *,
        since: str,
    ) -> None:
        pod, container = key
        lines = [loglines.read(each, pod=pod, container=container) for each in raw]
        # the API server goes by whole seconds
        fresh = [line for line in lines if not since or line.at > since]
        if fresh:
            source.last = fresh[-1].at or source.last
            await sink.send(fresh)


def _note(key: _Key, error: StoreWeaverError) -> LogLine:
    detail = error.detail if isinstance(error, ActionFailed) else ""
    text = loglines.readable(" ".join(f"{error.message} {detail}".split()))[:500]
    return replace(LogLine(at="", pod=key[0], container=key[1], text=text), is_note=True)
