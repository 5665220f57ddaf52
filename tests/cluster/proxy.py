"""A TCP relay on the loopback that can be cut or fall silent: a real fault of the network."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

LOOPBACK = "127.0.0.1"
CHUNK = 65536


class Proxy:
    """Relays every connection to `target`, a port or a socket's path, until it is cut.

    Attributes:
        port: that it listens on; the same after a cut was mended.
        accepted: connections so far.
    """

    def __init__(self, target: int | Path) -> None:
        self._target = target
        self._server: asyncio.Server | None = None
        self._relays: set[asyncio.Task[None]] = set()
        self._flows = asyncio.Event()
        self._flows.set()
        self.port = 0
        self.accepted = 0

    async def mend(self) -> None:
        """Listen (again), and let everything flow."""
        self._flows.set()
        if self._server is None:
            self._server = await asyncio.start_server(self._relay, LOOPBACK, self.port)
            self.port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """Break every connection and refuse new ones."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
        for relay in self._relays:
            relay.cancel()
        await asyncio.gather(*self._relays, return_exceptions=True)

    def fall_silent(self) -> None:
        """Keep every connection and take new ones, but pass nothing on."""
        self._flows.clear()

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._relays.add(task)
        self.accepted += 1
        writers = [writer]
        try:
            far_reader, far_writer = await (
                asyncio.open_unix_connection(self._target)
                if isinstance(self._target, Path)
                else asyncio.open_connection(LOOPBACK, self._target)
            )
            writers.append(far_writer)
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._pass_on(reader, far_writer))
                tasks.create_task(self._pass_on(far_reader, writer))
        except (OSError, ExceptionGroup, asyncio.CancelledError):
            # either side has hung up, or the proxy was cut
            pass
        finally:
            self._relays.discard(task)
            for each in writers:
                each.transport.abort()

    async def _pass_on(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while data := await source.read(CHUNK):
            await self._flows.wait()
            sink.write(data)
            await sink.drain()
        with suppress(OSError):
            sink.write_eof() if sink.can_write_eof() else sink.close()


@asynccontextmanager
async def proxied(target: int | Path) -> AsyncIterator[Proxy]:
    """A proxy in front of a port or socket of this machine, open until the context is left."""
    proxy = Proxy(target)
    await proxy.mend()
    try:
        yield proxy
    finally:
        await proxy.cut()
