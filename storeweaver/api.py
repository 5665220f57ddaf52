"""REST under /api: what pages can, for programs. Paths and shapes are the forerunner's."""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, FastAPI, Header, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from provisioner.errors import (
    ActionFailed,
    Conflict,
    NotSignedIn,
    StoreWeaverError,
    Unavailable,
)
from provisioner.runtime import Check, HealthView
from provisioner.views import Actor, StoreView
from storeweaver import auth, inspecting, shapes
from storeweaver.api_admin import audit_routes
from storeweaver.api_errors import answer_errors, error_body
from storeweaver.cookies import session_token
from storeweaver.platform import PLATFORM
from storeweaver.stamp import STAMP

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]

T = TypeVar("T")


class NewStore(BaseModel):
    """What a store is asked for with."""

    name: str = Field(max_length=1000, description="1 to 63 characters of any script.")
    engine: str = Field(max_length=100, description="A key that GET /api/engines lists.")
    options: dict[str, str] = Field(
        default_factory=dict,
        max_length=20,
        description="Choices of the engine's options, by their keys; the first is the default.",
    )


class Problem(BaseModel):
    """What every error looks like."""

    error: str
    code: str
    hint: str


def build(*, is_secure: bool) -> FastAPI:
    """The app of programs and sign-in forms; `is_secure` says whether browsers use https."""
    app = FastAPI(
        title="Store Weaver",
        version="1",
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    answer_errors(app)
    app.include_router(auth.routes(is_secure=is_secure))
    app.include_router(_health())
    actor_of = _actor_of(is_secure=is_secure)
    app.include_router(_stores(actor_of))
    app.include_router(_orphans(actor_of))
    app.include_router(inspecting.routes(actor_of), responses={"4XX": {"model": Problem}})
    app.include_router(audit_routes(actor_of))

    @app.api_route("/api/{rest:path}", methods=METHODS, include_in_schema=False)
    @app.api_route("/auth/{rest:path}", methods=METHODS, include_in_schema=False)
    async def nothing(request: Request) -> JSONResponse:
        return _nothing_at(app, request)

    return app


def _actor_of(*, is_secure: bool) -> Any:
    async def actor(request: Request, authorization: Annotated[str, Header()] = "") -> Actor:
        """Who asks: by an API token, or by the browser's session."""
        runtime = PLATFORM.runtime
        kind, _, value = authorization.partition(" ")
        if authorization:
            found = await runtime.tokens.bearer(value.strip()) if kind.lower() == "bearer" else None
        else:
            cookie = session_token(request.headers.get("cookie", ""), is_secure=is_secure)
            found = await runtime.accounts.session(cookie) if cookie else None
        if found is None:
            raise NotSignedIn(
                "This needs an API token or a session, and this one does not count.",
                hint="Send Authorization: Bearer TOKEN; tokens are made on the account page.",
            )
        return found

    return actor


def _stores(actor_of: Any) -> APIRouter:
    router = APIRouter(prefix="/api", responses={"4XX": {"model": Problem}})
    # an annotation made in a function cannot be found again by name, so it is a default
    asking: Any = Depends(actor_of)

    @router.post("/stores", status_code=202)
    async def create(
        wanted: NewStore,
        actor: Actor = asking,
        idempotency_key: Annotated[str, Header()] = "",
    ) -> dict[str, Any]:
        """Ask for a store; the same Idempotency-Key makes one within 24 hours."""
        store = await PLATFORM.runtime.stores.create(
            actor,
            name=wanted.name,
            engine=wanted.engine,
            idempotency_key=idempotency_key,
            options=wanted.options,
        )
        return _accepted(f"{store.name} is on its way.", shapes.store_shape(store))

    @router.get("/stores")
    async def list_stores(actor: Actor = asking) -> dict[str, Any]:
        """One's own stores, newest first."""
        stores = await PLATFORM.runtime.stores.list(actor)
        return {"stores": [shapes.store_shape(store) for store in stores]}

    @router.get("/stores/{store_id}")
    async def get_store(store_id: str, actor: Actor = asking) -> dict[str, Any]:
        """One store with all that `detail` tells."""
        store = await PLATFORM.runtime.stores.get(actor, store_id)
        return {"store": shapes.store_shape(store) | await _detail(actor, store)}

    @router.get("/stores/{store_id}/status")
    async def status(store_id: str, actor: Actor = asking) -> dict[str, Any]:
        """How far a store is."""
        return shapes.status_shape(await PLATFORM.runtime.stores.get(actor, store_id))

    @router.get("/stores/{store_id}/detail")
    async def detail(store_id: str, actor: Actor = asking) -> dict[str, Any]:
        """Steps, timeline and quota; pods, objects and configuration as the cluster has them."""
        return await _detail(actor, await PLATFORM.runtime.stores.get(actor, store_id))

    @router.post("/stores/{store_id}/retry", status_code=202)
    async def retry(store_id: str, actor: Actor = asking) -> dict[str, Any]:
        """Start a failed store anew."""
        store = await PLATFORM.runtime.stores.retry(actor, store_id)
        return _accepted(f"{store.name} starts anew.", shapes.store_shape(store))

    @router.post("/stores/{store_id}/repair", status_code=202)
    async def repair(store_id: str, actor: Actor = asking) -> dict[str, Any]:
        """Have a ready store's release applied again; Secrets and volumes stay."""
        store = await PLATFORM.runtime.stores.repair(actor, store_id)
        return _accepted(f"{store.name} is being repaired.", shapes.store_shape(store))

    @router.delete("/stores/{store_id}", status_code=202)
    async def delete(store_id: str, actor: Actor = asking) -> dict[str, Any]:
        """Delete a store and everything it has. It is final."""
        store = await PLATFORM.runtime.stores.delete(actor, store_id)
        return _accepted(f"{store.name} is being deleted.", shapes.store_shape(store))

    @router.get("/engines")
    async def engines(_actor: Actor = asking) -> dict[str, Any]:
        """What kinds of shop there are."""
        return {
            "engines": [shapes.engine_shape(e) for e in await PLATFORM.runtime.stores.engines()]
        }

    @router.get("/quota")
    async def quota(actor: Actor = asking) -> dict[str, Any]:
        """How much room there is."""
        return shapes.quota_shape(await PLATFORM.runtime.stores.quota(actor))

    return router


def _orphans(actor_of: Any) -> APIRouter:
    router = APIRouter(prefix="/api/admin/orphans", responses={"4XX": {"model": Problem}})
    asking: Any = Depends(actor_of)

    @router.get("")
    async def list_orphans(actor: Actor = asking) -> dict[str, Any]:
        """What the cluster has and no store accounts for; for administrators."""
        orphans = await PLATFORM.runtime.orphans.list(actor)
        return {"orphans": [shapes.orphan_shape(orphan) for orphan in orphans]}

    # a release's name has a slash in it
    @router.post("/{kind}/{name:path}/adopt", status_code=202)
    async def adopt(kind: str, name: str, actor: Actor = asking) -> dict[str, Any]:
        """Make a store of a namespace, or the namespace of a store anew."""
        await PLATFORM.runtime.orphans.adopt(actor, kind, name)
        return {"message": "It is a store again."}

    @router.delete("/{kind}/{name:path}", status_code=202)
    async def remove(kind: str, name: str, actor: Actor = asking) -> dict[str, Any]:
        """Have it removed, data included. It is final."""
        await PLATFORM.runtime.orphans.remove(actor, kind, name)
        return {"message": "It is being removed."}

    return router


def _health() -> APIRouter:
    router = APIRouter(prefix="/api/health")

    @router.get("/live")
    async def live() -> dict[str, str]:
        """Whether this process serves, and which release; asks nothing else."""
        return {"status": "ok", "release": STAMP}

    @router.get("")
    async def health() -> JSONResponse:
        """Whether database, cluster and Helm work; 503 where one does not."""
        try:
            view = await PLATFORM.runtime.health()
        except StoreWeaverError as error:
            unknown = Check(is_ok=False, message=error.message)
            view = HealthView(database=unknown, kubernetes=unknown, helm=unknown)
        return JSONResponse(
            {
                "status": "ok" if view.is_ok else "degraded",
                "timestamp": datetime.now(UTC).isoformat(),
                "checks": {
                    name: {"ok": check.is_ok, "message": check.message}
                    for name, check in (
                        ("database", view.database),
                        ("kubernetes", view.kubernetes),
                        ("helm", view.helm),
                    )
                },
            },
            200 if view.is_ok else 503,
        )

    return router


async def _detail(actor: Actor, store: StoreView) -> dict[str, Any]:
    runtime = PLATFORM.runtime
    return shapes.detail_shape(
        store,
        quota=await runtime.stores.quota(actor),
        timeline=await runtime.stores.timeline(actor, store.id),
        running=await runtime.inspection.running(actor, store.id),
        resources=await _if_there(runtime.inspection.resources(actor, store.id)) or (),
        configuration=await _if_there(runtime.inspection.configuration(actor, store.id)),
    )


async def _if_there(asked: Awaitable[T]) -> T | None:
    """What the cluster shows, or None: a cluster that is away hides nothing that the rows tell."""
    try:
        return await asked
    except (ActionFailed, Conflict, Unavailable):
        return None


def _accepted(message: str, store: dict[str, Any]) -> dict[str, Any]:
    return {"message": message, "store": store}


def _nothing_at(app: FastAPI, request: Request) -> JSONResponse:
    """Nothing took this request: a path that is unknown, or a method it does not take.

    Without this, what is behind the API would answer with a page for people.
    """
    path = request.url.path.rstrip("/")
    allowed = sorted(
        method.upper()
        for template, methods in app.openapi()["paths"].items()
        if _matches(template, path)
        for method in methods
    )
    if allowed:
        return JSONResponse(
            error_body(
                "This path does not take this method.",
                code="method_not_allowed",
                hint=f"It takes {', '.join(allowed)}.",
            ),
            405,
            {"allow": ", ".join(allowed)},
        )
    return JSONResponse(
        error_body(
            "There is no such path.",
            code="not_found",
            hint="GET /api/openapi.json lists them.",
        ),
        404,
    )


def _matches(template: str, path: str) -> bool:
    parts, given = template.split("/"), path.split("/")
    return len(parts) == len(given) and all(
        part == piece or part.startswith("{") for part, piece in zip(parts, given, strict=True)
    )
