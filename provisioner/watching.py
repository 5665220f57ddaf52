"""One kind of object, followed for ever: list, watch from there, list anew when it breaks."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, NoReturn, Protocol, TypeVar

import aiohttp
import anyio
import msgspec

from provisioner.backoff import Backoff
from provisioner.connection import CONNECT_SECONDS, Answer, Connection, refusal
from provisioner.decoding import Change, Listed, Metadata, Object, Status
from provisioner.errors import ActionFailed, StoreWeaverError

PAGE = 500
"""Objects asked for at once: what decoding holds the event loop up for, some 10 ms."""

LIST_SECONDS = 60.0
WATCH_SECONDS = (240, 300)
"""How long the server lets a watch run; drawn anew each time, so that not all end at once."""

SHORTEST_PAUSE = 0.1
LONGEST_PAUSE = 5.0
"""Seconds before the next attempt; the pause doubles with each that fails."""

STEADY_SECONDS = 5.0
"""A watch that ran as long is worth a quick attempt when it breaks."""

BEING_READ = "The cluster is being read."

_log = logging.getLogger(__name__)


class HasMetadata(Protocol):
    @property
    def metadata(self) -> Metadata: ...


T = TypeVar("T", bound=HasMetadata)


@dataclass(frozen=True, kw_only=True)
class Kind(Generic[T]):
    """What is followed, and who is told.

    Attributes:
        name: its plural, for people.
        path: of its list across all namespaces.
        query: selectors.
        read: the struct that an object is decoded into.
        replace: is given every object there is, after each list.
        put: is given an object that was added or has changed.
        remove: is given one that was deleted.
        is_bookmarked: whether the server tells how far a watch has come on which nothing
            happens. Of events it does not, as it keeps none of them in memory.
    """

    name: str
    path: str
    query: Mapping[str, str]
    read: type[T]
    replace: Callable[[Sequence[T]], None]
    put: Callable[[T], None]
    remove: Callable[[T], None]
    is_bookmarked: bool = True


class _Gone(Exception):
    """The server no longer has the version to go on from."""


class Reflector(Generic[T]):
    """Keeps its listener's picture of one kind equal to the server's.

    Attributes:
        problem: why the picture may be old, in a sentence; "" while the watch runs.
        has_listed: is set once the first complete list was handed on.
    """

    def __init__(
        self,
        kind: Kind[T],
        *,
        connection: Connection,
        silence_seconds: float,
        on_problem: Callable[[], None],
    ) -> None:
        """`silence_seconds` must be longer than a minute and a quarter on a real cluster: a
        watch on which nothing happens is sent a bookmark about once a minute. Of a kind
        without bookmarks only the watch's end tells that it still runs.
        """
        self.problem = BEING_READ
        self.has_listed = anyio.Event()
        self._kind = kind
        self._connection = connection
        self._silence = silence_seconds + (0 if kind.is_bookmarked else max(WATCH_SECONDS))
        self._on_problem = on_problem
        self._version = ""
        self._change = msgspec.json.Decoder(Change)
        self._object = msgspec.json.Decoder(kind.read)
        self._page = msgspec.json.Decoder(Listed[kind.read])  # type: ignore[name-defined]

    async def run(self) -> None:
        """Follow until cancelled; no failure ends it."""
        backoff = Backoff(first=SHORTEST_PAUSE, longest=LONGEST_PAUSE)
        while True:
            began = time.monotonic()
            try:
                if not self._version:
                    await self._list()
                await self._watch()
                if not self._kind.is_bookmarked:
                    # the version of the last event may be older than what the server remembers
                    self._version = ""
            except _Gone:
                _log.info(
                    "%s: the server has forgotten the version; listing anew.", self._kind.name
                )
                self._version = ""
                self._set_problem(BEING_READ)
            except StoreWeaverError as failure:
                self._say(failure)
            except Exception:
                _log.exception("Following %s failed.", self._kind.name)
                self._version = ""
                self._set_problem("What the cluster says is not understood.")
            if time.monotonic() - began > STEADY_SECONDS:
                backoff.reset()
            await anyio.sleep(backoff.next())

    async def _list(self) -> None:
        found: list[T] = []
        query = {**self._kind.query, "limit": str(PAGE)}
        while True:
            answer = await self._connection.request(
                "GET", self._kind.path, query=query, seconds=LIST_SECONDS
            )
            if answer.status != 200:
                self._refuse(answer)
            page = self._page.decode(answer.body)
            found += page.items or ()
            if not page.metadata.continue_:
                break
            query["continue"] = page.metadata.continue_
        self._kind.replace(found)
        self._version = page.metadata.resource_version
        self.has_listed.set()

    async def _watch(self) -> None:
        query = {
            **self._kind.query,
            "watch": "true",
            "allowWatchBookmarks": "true",
            "resourceVersion": self._version,
            "timeoutSeconds": str(random.randint(*WATCH_SECONDS)),  # noqa: S311
        }
        timeout = aiohttp.ClientTimeout(
            total=None, sock_connect=CONNECT_SECONDS, sock_read=self._silence
        )
        async with self._connection.exchange(
            "GET", self._kind.path, query=query, timeout=timeout
        ) as response:
            if response.status != 200:
                self._refuse(Answer(response.status, await response.read()))
            self._set_problem("")
            unfinished = b""
            async for chunk in response.content.iter_any():
                *lines, unfinished = (unfinished + chunk).split(b"\n")
                for line in lines:
                    if line:
                        self._take(line)

    def _take(self, line: bytes) -> None:
        change = self._change.decode(line)
        if change.type == "ERROR":
            status = msgspec.json.decode(change.object, type=Status)
            self._refuse(Answer(status.code or 500, change.object))
        if change.type == "BOOKMARK":
            bookmark = msgspec.json.decode(change.object, type=Object)
            self._version = bookmark.metadata.resource_version
            return
        found = self._object.decode(change.object)
        if change.type == "DELETED":
            self._kind.remove(found)
        else:
            self._kind.put(found)
        self._version = found.metadata.resource_version

    def _refuse(self, answer: Answer) -> NoReturn:
        if answer.status == 410:
            raise _Gone
        raise refusal(answer, doing=f"show its {self._kind.name}")

    def _say(self, failure: StoreWeaverError) -> None:
        if not self.problem:
            detail = failure.detail if isinstance(failure, ActionFailed) else failure.__cause__
            _log.warning("Lost sight of %s: %s %s", self._kind.name, failure.message, detail)
        # a watch resumed after a fault does not tell when it has caught up; a list is current,
        # and only a watch that the server ended in order is resumed from its version
        self._version = ""
        self._set_problem(failure.message)

    def _set_problem(self, problem: str) -> None:
        if problem != self.problem:
            self.problem = problem
            self._on_problem()
