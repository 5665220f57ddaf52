"""REST under /api/admin: the audit as a file, for administrators."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter, Depends, Response

from provisioner.audit import EXPORT_MOST, as_csv, as_json
from storeweaver.platform import PLATFORM
from storeweaver.state.audit import filter_of


def audit_routes(actor_of: Any) -> APIRouter:
    """The routes; `actor_of` finds out who asks."""
    router = APIRouter(prefix="/api/admin")
    asking: Any = Depends(actor_of)

    @router.get("/audit")
    async def audit(
        actor: Any = asking,
        format: Literal["json", "csv"] = "json",  # noqa: A002 - as it stands in the address
        q: str = "",
        who: str = "",
        source: str = "",
        since: str = "",
        until: str = "",
        others: str = "",
    ) -> Response:
        """Who did what, newest first; `since` and `until` are days as YYYY-MM-DD, in UTC.

        At most 20,000 lines; `Storeweaver-Truncated: yes` says that older ones are left out.
        """
        given = {
            "q": q,
            "who": who,
            "source": source,
            "since": since,
            "until": until,
            "others": others,
        }
        found = await PLATFORM.runtime.audit.lines(actor, filter_of(given), most=EXPORT_MOST + 1)
        lines = found[:EXPORT_MOST]
        return Response(
            as_csv(lines) if format == "csv" else as_json(lines),
            media_type="text/csv" if format == "csv" else "application/json",
            headers={
                "content-disposition": f'attachment; filename="audit.{format}"',
                "storeweaver-truncated": "yes" if len(found) > EXPORT_MOST else "no",
            },
        )

    return router
