"""What a push costs without Reflex: one socket.io emit to everybody, behind the same server.

The reference of `bench.live`: machines differ, the ratio to this does not.
"""

from __future__ import annotations

from typing import Any

import socketio

NAMESPACE = "/_event"


def app() -> Any:
    """An ASGI app: `POST /say` sends its body, as text, to every connected socket."""
    sockets = socketio.AsyncServer(
        async_mode="asgi", cors_allowed_origins="*", max_http_buffer_size=10_000_000
    )
    sockets.on("connect", _welcome, namespace=NAMESPACE)
    other = socketio.ASGIApp(sockets, socketio_path="_event")

    async def serve(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["path"] != "/say":
            await other(scope, receive, send)
            return
        said = await _body(receive)
        await sockets.emit("event", said, namespace=NAMESPACE)
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    return serve


async def _welcome(_session: str, _environment: Any, _given: Any = None) -> None:
    """Everybody is let in."""


async def _body(receive: Any) -> str:
    said, is_more = b"", True
    while is_more:
        message = await receive()
        said += message.get("body", b"")
        is_more = message.get("more_body", False)
    return said.decode()
