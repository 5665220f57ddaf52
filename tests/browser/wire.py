"""A browser's websocket without the browser: sends any event, and keeps what comes back."""

from __future__ import annotations

import json
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import anyio
from websockets.asyncio.client import ClientConnection, connect

from tests.browser.dashboard import Dashboard

_SPACE = "/_event,"
_ANSWERED_WITHIN = 0.2
"""Seconds after which an event counts as refused without a word; an answer takes some 10 ms."""


@dataclass
class Wire:
    """A connected socket.

    Attributes:
        said: everything the server sent, as text.
        sent_to: where it told the browser to go.
    """

    socket: ClientConnection
    path: str
    said: list[str] = field(default_factory=list)
    sent_to: list[str] = field(default_factory=list)

    async def send(self, name: str, payload: dict[str, Any]) -> None:
        """Send an event, and read until the server is silent."""
        event = {"name": name, "payload": payload, "router_data": _place(self.path)}
        await self.socket.send(f"42{_SPACE}" + json.dumps(["event", event]))
        await self.listen()

    async def listen(self) -> None:
        """Read until the server is silent."""
        while True:
            with anyio.move_on_after(_ANSWERED_WITHIN) as waiting:
                message = str(await self.socket.recv())
            if waiting.cancelled_caught:
                return
            if message == "2":
                await self.socket.send("3")
                continue
            self.said.append(message)
            if message.startswith(f"42{_SPACE}"):
                _, update = json.loads(message[len(_SPACE) + 2 :])
                if isinstance(update, dict):
                    self.sent_to += [
                        event["payload"]["path"]
                        for event in update.get("events") or []
                        if event["name"] == "_redirect"
                    ]

    def forget(self) -> None:
        """Begin to listen anew."""
        self.said.clear()
        self.sent_to.clear()


@asynccontextmanager
async def wired(
    dashboard: Dashboard, *, cookie: str = "", path: str = "/", token: str = ""
) -> AsyncIterator[Wire]:
    """A socket that has opened a page, as whoever has this cookie."""
    headers = {"Origin": dashboard.url} | ({"Cookie": cookie} if cookie else {})
    address = (
        f"ws://{dashboard.host}/_event/?EIO=4&transport=websocket&token={token or uuid.uuid4()}"
    )
    async with connect(address, additional_headers=headers, compression=None) as socket:
        await socket.recv()
        boot = {
            "name": "reflex___state____state.hydrate_and_load",
            "payload": {},
            "router_data": _place(path),
        }
        await socket.send(f"40{_SPACE}" + json.dumps({"event": boot}))
        wire = Wire(socket, path)
        await wire.listen()
        yield wire


def _place(path: str) -> dict[str, str]:
    return {"pathname": path, "asPath": path}
