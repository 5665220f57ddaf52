"""REST that looks into a store: its objects, events, logs and configuration."""

from __future__ import annotations

import re
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from provisioner.errors import InvalidInput
from provisioner.inspected import LogLine, LogQuery, ObjectEvent
from provisioner.views import Actor
from storeweaver import shapes
from storeweaver.platform import PLATFORM
from storeweaver.streaming import Leave, Streamed

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z")

_encoder = msgspec.json.Encoder()


def routes(actor_of: Any) -> APIRouter:
    """Its paths; `actor_of` finds out who asks."""
    router = APIRouter(prefix="/api/stores/{store_id}")
    asking: Any = Depends(actor_of)

    @router.get("/resources")
    async def resources(store_id: str, actor: Actor = asking) -> dict[str, Any]:
        """Every object of the store; of Secrets only their names."""
        found = await PLATFORM.runtime.inspection.resources(actor, store_id)
        return {"resources": [shapes.resource_shape(each) for each in found]}

    @router.get("/configuration")
    async def configuration(store_id: str, actor: Actor = asking) -> dict[str, Any]:
        """The values that the store's release is made with, secrets masked."""
        found = await PLATFORM.runtime.inspection.configuration(actor, store_id)
        return shapes.configuration_shape(found)

    @router.get("/events", response_class=Response, response_model=None)
    async def events(store_id: str, actor: Actor = asking) -> Streamed[ObjectEvent]:
        """What Kubernetes reports of the store's objects, a JSON object a line, as it comes."""
        runtime = PLATFORM.runtime
        return Streamed(
            runtime.inspection.events(actor, store_id),
            encode=_event,
            leave=Leave(runtime, actor, store_id),
        )

    @router.get("/logs", response_class=Response, response_model=None)
    async def logs(
        store_id: str,
        actor: Actor = asking,
        pod: Annotated[list[str], Query(description="All of them by default.")] = [],  # noqa: B006
        container: Annotated[str, Query(max_length=253)] = "",
        previous: bool = False,
        follow: bool = False,
        tail: Annotated[int, Query(description="Lines of each container.")] = 1000,
        since: Annotated[str, Query(max_length=40, description="RFC 3339, in UTC.")] = "",
        download: bool = False,
    ) -> Streamed[Any]:
        """What the store's containers write, a JSON object a line; `download` for plain text."""
        if since and not _MOMENT.fullmatch(since):
            raise InvalidInput("since is no time.", hint="Such as 2026-01-31T12:00:00Z.")
        runtime = PLATFORM.runtime
        query = LogQuery(
            pods=frozenset(pod), container=container, previous=previous, tail=tail, since=since
        )
        opened = runtime.inspection.logs(actor, store_id, query, follow=follow and not download)
        leave = Leave(runtime, actor, store_id)
        if not download:
            return Streamed(opened, encode=_lines, leave=leave)
        headers = {"content-disposition": f'attachment; filename="{store_id}.log"'}
        return Streamed(
            opened,
            encode=_plain,
            leave=leave,
            media_type="text/plain; charset=utf-8",
            headers=headers if store_id.isalnum() else None,
        )

    return router


def _event(event: ObjectEvent) -> bytes:
    return _encoder.encode(shapes.object_event_shape(event)) + b"\n"


def _lines(batch: list[LogLine]) -> bytes:
    return b"".join(_encoder.encode(shapes.log_line_shape(line)) + b"\n" for line in batch)


def _plain(batch: list[LogLine]) -> bytes:
    return "".join(
        f"{line.at} {line.pod}/{line.container} {line.text}\n" for line in batch
    ).encode()
