"""Answers that go on: line by line as it comes, until the reader leaves or may no longer read."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from typing import Generic, TypeVar

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from provisioner.changes import Change
from provisioner.errors import NotFound
from provisioner.runtime import Runtime
from provisioner.views import Actor

NDJSON = "application/x-ndjson"

HEARTBEAT = 15.0
"""Seconds without a line after which an empty one is sent, so that both ends notice a break."""

GATHERING = 0.04
"""Seconds for which lines are gathered before they are sent as one piece."""

LARGEST_PIECE = 256 * 1024
"""Bytes after which a piece is sent without gathering more."""

LONGEST_LEAVE = 900.0
"""Seconds after which a reader asks again, whatever happened: an API token that was taken back
is told to nobody."""

T = TypeVar("T")


class Streamed(Response, Generic[T]):
    """What a stream brings.

    What opening the stream raises is answered as every other error is.
    """

    def __init__(
        self,
        opened: AbstractAsyncContextManager[MemoryObjectReceiveStream[T]],
        *,
        encode: Callable[[T], bytes],
        leave: Leave,
        media_type: str = NDJSON,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(media_type=media_type, headers=headers)
        del self.headers["content-length"]
        self._opened = opened
        self._encode = encode
        self._leave = leave

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """All in the task of the request, so that what it opens it closes."""
        async with self._opened as stream:
            await send(
                {
                    "type": "http.response.start",
                    "status": self.status_code,
                    "headers": self.raw_headers,
                }
            )
            async with anyio.create_task_group() as tasks:

                async def end_when_gone() -> None:
                    while (await receive())["type"] != "http.disconnect":
                        pass
                    tasks.cancel_scope.cancel()

                async def end_when_over() -> None:
                    await self._leave.over()
                    tasks.cancel_scope.cancel()

                tasks.start_soon(end_when_gone)
                tasks.start_soon(end_when_over)
                while piece := await self._piece(stream):
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
                tasks.cancel_scope.cancel()
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _piece(self, stream: MemoryObjectReceiveStream[T]) -> bytes:
        """What came since the last one; empty once nothing comes any more."""
        item: T
        try:
            with anyio.fail_after(HEARTBEAT):
                item = await stream.receive()
        except TimeoutError:
            return b"\n"
        except anyio.EndOfStream:
            return b""
        piece = bytearray(self._encode(item))
        await anyio.sleep(GATHERING)
        while len(piece) < LARGEST_PIECE:
            try:
                piece += self._encode(stream.receive_nowait())
            except (anyio.WouldBlock, anyio.EndOfStream):
                break
        return bytes(piece)


class Leave:
    """The reader's leave to read about a store, from now until it is over."""

    def __init__(self, runtime: Runtime, actor: Actor, store_id: str) -> None:
        self._runtime = runtime
        self._actor = actor
        self._store_id = store_id

    async def over(self) -> None:
        """Wait until the session has ended or the store is gone, or until that is unknown.

        Whoever still may asks again, and is judged anew.
        """
        expires = self._actor.expires_at
        left = LONGEST_LEAVE
        if expires is not None:
            left = min(left, (expires - datetime.now(UTC)).total_seconds())
        with anyio.move_on_after(left):
            async with self._runtime.changes.subscribe() as changes:
                # the first one says only that nobody looked before
                await anext(changes)
                async for change in changes:
                    if await self._ends(change):
                        return

    async def _ends(self, change: Change) -> bool:
        actor = self._actor
        if change.everything or actor.user_id in change.users:
            return True
        if actor.session_id and actor.session_id in change.ended_sessions:
            return True
        if self._store_id in change.store_ids:
            try:
                await self._runtime.stores.get(actor, self._store_id)
            except NotFound:
                return True
        return False
