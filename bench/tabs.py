"""Browsers' websockets without the browsers: they open the page, and note when something came."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import anyio
import httpx
from websockets.asyncio.client import ClientConnection, connect

from tests.browser.dashboard import Dashboard
from tests.browser.people import PASSWORD, Person

SPACE = "/_event,"
BOOT = {
    "name": "reflex___state____state.hydrate_and_load",
    "payload": {},
    "router_data": {"pathname": "/", "asPath": "/"},
}


@dataclass(eq=False)
class Tab:
    """One open page.

    Attributes:
        received: bytes that came, heartbeats left out.
        arrivals: when each awaited text was first seen, by the monotonic clock.
        heard: told of each message, and when it came.
    """

    received: int = 0
    arrivals: dict[str, float] = field(default_factory=dict)
    awaited: str = ""
    heard: Callable[[str, float], None] | None = None

    async def read(self, socket: ClientConnection) -> None:
        """Note what comes until the socket ends."""
        async for message in socket:
            text = str(message)
            if text == "2":
                await socket.send("3")
                continue
            self.received += len(text)
            if self.heard:
                self.heard(text, time.monotonic())
            if self.awaited and self.awaited in text:
                self.arrivals.setdefault(self.awaited, time.monotonic())


async def cookie_of(dashboard: Dashboard, person: Person) -> str:
    """The session cookie of a person who signs in."""
    async with httpx.AsyncClient(base_url=dashboard.url) as client:
        answer = await client.post(
            "/auth/sign-in", data={"email": person.email, "password": PASSWORD}
        )
    return answer.headers["set-cookie"].partition(";")[0]


@asynccontextmanager
async def opened(
    dashboard: Dashboard, number: int, *, cookie: str = "", shows: str = ""
) -> AsyncIterator[list[Tab]]:
    """So many tabs, each of which has been shown the text `shows`."""
    tabs = [Tab(awaited=shows) for _ in range(number)]
    headers = {"Origin": dashboard.url} | ({"Cookie": cookie} if cookie else {})
    async with anyio.create_task_group() as tasks:

        async def run(tab: Tab) -> None:
            address = (
                f"ws://{dashboard.host}/_event/?EIO=4&transport=websocket&token={uuid.uuid4()}"
            )
            async with connect(
                address,
                additional_headers=headers,
                compression=None,
                max_size=None,
                ping_interval=None,
            ) as socket:
                await socket.recv()
                await socket.send(f"40{SPACE}" + json.dumps({"event": BOOT}))
                await tab.read(socket)

        for tab in tabs:
            tasks.start_soon(run, tab)
            # as people come: not all at once
            await anyio.sleep(0.01)
        if shows:
            await seen(tabs, shows)
        yield tabs
        tasks.cancel_scope.cancel()


async def seen(tabs: Sequence[Tab], text: str) -> list[float]:
    """When each tab had this text, once all of them have; `awaited` must be set before."""
    with anyio.fail_after(120):
        while any(text not in tab.arrivals for tab in tabs):
            await anyio.sleep(0.005)
    return [tab.arrivals[text] for tab in tabs]
