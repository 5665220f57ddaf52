"""The service that pages, API and CLI call: what a person may do with stores."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Protocol

from sqlalchemy import ColumnElement, delete, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from provisioner import idempotency, naming, quotas, timeline
from provisioner import options as choosing
from provisioner.database import Database, lock, query
from provisioner.engine_views import engine_view
from provisioner.engines import Engine, Engines
from provisioner.errors import (
    ActionFailed,
    Conflict,
    Forbidden,
    InvalidInput,
    NotFound,
)
from provisioner.models import Store, User
from provisioner.preparation import Preparation
from provisioner.release import store_url
from provisioner.settings import Settings
from provisioner.store_views import store_view
from provisioner.views import (
    Actor,
    CredentialView,
    EngineView,
    NameCheck,
    QuotaView,
    StoreEventView,
    StoreView,
)

_NAMESPACE_TRIES = 5


class Secrets(Protocol):
    """Where a store's secrets are: its own namespace, and nowhere else."""

    async def read_secret(self, namespace: str, name: str) -> Mapping[str, str]:
        """The values of a Secret.

        Raises:
            Unavailable: the cluster cannot be reached.
            ActionFailed: there is no such Secret, or it may not be read.
        """


class StoreService:
    """Create, look, retry, delete, for an acting user; each call decides whether they may."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        *,
        engines: Engines,
        preparation: Callable[[], Preparation],
        secrets: Callable[[], Secrets],
    ) -> None:
        """`preparation` tells how the platform fares; `secrets` gives the cluster's Secrets.

        `secrets` may raise Unavailable while there is no cluster.
        """
        self._database = database
        self._settings = settings
        self._engines = engines
        self._preparation = preparation
        self._secrets = secrets

    async def create(
        self,
        actor: Actor,
        *,
        name: str,
        engine: str,
        idempotency_key: str = "",
        options: Mapping[str, str] | None = None,
    ) -> StoreView:
        """Write down the wish for a store and return at once; a worker takes it up.

        The same `idempotency_key` of the same user makes one store within 24 hours.

        Args:
            options: what the engine lets its owner choose, by key.

        Raises:
            InvalidInput: name, engine, options or key cannot be used.
            QuotaReached: the user or the platform has no room.
            Conflict: the key was used for another request, or the engine is not available.
        """
        name = naming.checked_name(name)
        chosen = self._engine(engine)
        wanted = choosing.checked(chosen.options, options or {})
        idempotency.check_key(idempotency_key)
        request = (name, engine, *(f"{key}={wanted[key]}" for key in sorted(wanted)))
        async with self._database.transaction() as session:
            # quotas are counted and the row inserted under one lock: exact under any race
            await lock(session, "count stores")
            known = await idempotency.made_before(session, actor, idempotency_key, request=request)
            if known is not None:
                return await self._view(session, known)
            quotas.check(await quotas.quota_of(session, actor, self._settings))
            store_id = naming.new_id()
            namespace = await _free_namespace(session, name, store_id=store_id)
            host = naming.host_for(namespace, suffix=self._settings.ingress_suffix)
            url = store_url(host, self._settings, self._preparation())
            made = await session.execute(
                insert(Store)
                .values(
                    id=store_id,
                    type=chosen.key,
                    name=name,
                    namespace=namespace,
                    url=url,
                    admin_url=url + chosen.admin_path,
                    user_id=actor.user_id,
                    options=wanted,
                )
                .returning(Store)
            )
            await idempotency.remember(
                session, actor, idempotency_key, request=request, store_id=store_id
            )
            await timeline.record(
                session,
                made.scalar_one(),
                actor=actor.email,
                kind="created",
                message=f"{name} was asked for, as a {chosen.title} shop.",
            )
            await timeline.prune(session, days=self._settings.timeline_days)
            return await self._view(session, store_id)

    async def list(self, actor: Actor) -> tuple[StoreView, ...]:
        """The actor's own stores, newest first."""
        async with self._database.transaction() as session:
            return await self._views(session, col(Store.user_id) == actor.user_id)

    async def list_all(self, actor: Actor) -> tuple[StoreView, ...]:
        """Everybody's stores, newest first.

        Raises:
            Forbidden: the actor is not an administrator.
        """
        if not actor.is_administrator:
            raise Forbidden("Only an administrator sees everybody's stores.")
        return await self.views()

    async def get(self, actor: Actor, store_id: str) -> StoreView:
        """One store.

        Raises:
            NotFound: there is none with this id, or it is somebody else's.
        """
        async with self._database.transaction() as session:
            await self._owned(session, actor, store_id)
            return await self._view(session, store_id)

    async def retry(self, actor: Actor, store_id: str) -> StoreView:
        """Start a failed store anew: empty, with new secrets, under the same id and host.

        Raises:
            NotFound: there is none with this id, or it is somebody else's.
            Conflict: it has not failed.
        """
        async with self._database.transaction() as session:
            store = await self._owned(session, actor, store_id, for_update=True)
            if store.status == "deleting":
                raise Conflict(
                    f"{store.name} is being deleted, and a delete is final.",
                    hint="Create a new store once it is gone.",
                )
            if store.status != "failed":
                raise Conflict(
                    f"{store.name} has not failed, so there is nothing to retry.",
                    hint="A store that is on its way or ready is looked after by itself.",
                )
            await session.execute(
                update(Store)
                .where(col(Store.id) == store_id)
                .values(
                    status="provisioning",
                    generation=Store.generation + 1,
                    error_message="",
                    error_hint="",
                    error_code="",
                    step="",
                    steps=[],
                    attempt=0,
                    not_before=func.now(),
                    queued_at=func.now(),
                    started_at=None,
                    time_left=None,
                )
            )
            await timeline.record(
                session,
                store,
                actor=actor.email,
                kind="retried",
                message="A new try was asked for: it begins empty, with new secrets.",
            )
            return await self._view(session, store_id)

    async def repair(self, actor: Actor, store_id: str) -> StoreView:
        """Have a ready store's release applied again; its Secrets and volumes stay.

        Asking again before it was done changes nothing.

        Raises:
            NotFound: there is none with this id, or it is somebody else's.
            Conflict: it was never ready, or is being deleted.
        """
        async with self._database.transaction() as session:
            store = await self._owned(session, actor, store_id, for_update=True)
            if store.status != "ready":
                raise Conflict(
                    f"{store.name} is not ready, so there is nothing to repair.",
                    hint="A store that has failed is retried; a delete is final."
                    if store.status in {"failed", "deleting"}
                    else "It is still on its way.",
                )
            if store.settled_generation == store.generation:
                await session.execute(
                    update(Store)
                    .where(col(Store.id) == store_id)
                    .values(generation=Store.generation + 1, attempt=0, not_before=func.now())
                )
                await timeline.record(
                    session,
                    store,
                    actor=actor.email,
                    kind="repair",
                    message="A repair was asked for: its release is applied again.",
                )
            return await self._view(session, store_id)

    async def delete(self, actor: Actor, store_id: str) -> StoreView:
        """Ask for a store's end. It is final; asking again changes nothing.

        Raises:
            NotFound: there is none with this id, or it is somebody else's.
        """
        async with self._database.transaction() as session:
            store = await self._owned(session, actor, store_id, for_update=True)
            if store.desired == "present":
                was_begun = store.started_at is not None or store.generation > 1
                await session.execute(
                    update(Store)
                    .where(col(Store.id) == store_id)
                    .values(
                        desired="absent",
                        status="deleting",
                        generation=Store.generation + 1,
                        error_message="",
                        error_hint="",
                        error_code="",
                        attempt=0,
                        not_before=func.now(),
                    )
                )
                await timeline.record(
                    session,
                    store,
                    actor=actor.email,
                    kind="delete",
                    message="Its end was asked for, data included.",
                )
            else:
                was_begun = True
            view = await self._view(session, store_id)
            if not was_begun:
                # nothing of it was ever made on the cluster, so nothing is to be waited for
                await timeline.record(
                    session,
                    store,
                    actor=actor.email,
                    kind="gone",
                    message="Nothing of it had been made.",
                )
                await session.execute(delete(Store).where(col(Store.id) == store_id))
            return view

    async def credentials(self, actor: Actor, store_id: str) -> tuple[CredentialView, ...]:
        """The shop's own sign-in, read from its namespace; that it was seen is written down.

        Raises:
            NotFound: there is no such store, or it is somebody else's.
            Conflict: it has no credentials yet, or no longer.
            Unavailable: the cluster cannot be reached.
        """
        async with self._database.transaction() as session:
            store = await self._owned(session, actor, store_id)
        engine = self._engines[store.type]
        if store.status == "deleting":
            raise Conflict(f"{store.name} is being deleted; its credentials go with it.")
        try:
            values: dict[str, str] = {}
            for secret in engine.credential_secrets:
                values |= await self._secrets().read_secret(store.namespace, secret)
        except ActionFailed as error:
            raise Conflict(
                f"{store.name} has no credentials yet.",
                hint="They are made in the step Secrets.",
            ) from error
        async with self._database.transaction() as session:
            await timeline.record(
                session,
                store,
                actor=actor.email,
                kind="credentials",
                message="The credentials were shown.",
            )
        return tuple(
            CredentialView(
                label=shown.label, value=values.get(shown.key, ""), is_secret=shown.is_secret
            )
            for shown in engine.credentials
        )

    async def timeline(self, actor: Actor, store_id: str) -> tuple[StoreEventView, ...]:
        """What happened to a store, newest first; at most 200 lines.

        Raises:
            NotFound: there is none with this id, or it is somebody else's.
        """
        async with self._database.transaction() as session:
            return await timeline.read(session, await self._owned(session, actor, store_id))

    async def quota(self, actor: Actor) -> QuotaView:
        """How much room the actor and the platform have."""
        async with self._database.transaction() as session:
            return await quotas.quota_of(session, actor, self._settings)

    async def check_name(self, actor: Actor, name: str) -> NameCheck:  # noqa: ARG002
        """What a name would come to; the host is promised only by `create`."""
        try:
            checked = naming.checked_name(name)
        except InvalidInput as error:
            return NameCheck(host="", problem=error.message, hint=error.hint)
        namespace = naming.namespace_for(checked, store_id="xxxxxxxxxxxx")
        suffix = self._settings.ingress_suffix
        if not naming.slug(checked):
            return NameCheck(host=f"(a random name){suffix}", problem="", hint="")
        async with self._database.transaction() as session:
            if await _is_taken(session, namespace):
                namespace += "-…"
        return NameCheck(host=naming.host_for(namespace, suffix=suffix), problem="", hint="")

    async def engines(self) -> tuple[EngineView, ...]:
        """Every engine, whether it can be chosen, and how long its stores usually take."""
        async with self._database.transaction() as session:
            found = await session.execute(query("usual_seconds"))
            usual = {line.type: line.seconds for line in found}
        return tuple(self._engine_view(e, usual.get(e.key)) for e in self._engines.values())

    async def views(self, ids: Collection[str] | None = None) -> tuple[StoreView, ...]:
        """Stores of everybody, for the live board and the platform's own use: no actor asks."""
        async with self._database.transaction() as session:
            if ids is None:
                return await self._views(session)
            return await self._views(session, col(Store.id).in_(list(ids)))

    def _engine(self, key: str) -> Engine:
        engine = self._engines.get(key)
        if engine is None:
            raise InvalidInput(
                f"There is no engine {key[:40]!r}.",
                hint=f"Choose one of: {', '.join(self._engines)}.",
                field="engine",
            )
        view = self._engine_view(engine)
        if not view.is_available:
            raise Conflict(f"{engine.title} is not available. {view.reason}")
        return engine

    def _engine_view(self, engine: Engine, usual_seconds: float | None = None) -> EngineView:
        return engine_view(
            engine,
            preparation=self._preparation(),
            environment=self._settings.environment,
            usual_seconds=usual_seconds,
        )

    async def _owned(
        self, session: AsyncSession, actor: Actor, store_id: str, *, for_update: bool = False
    ) -> Store:
        statement = select(Store).where(col(Store.id) == store_id)
        if not actor.is_administrator:
            statement = statement.where(col(Store.user_id) == actor.user_id)
        if for_update:
            statement = statement.with_for_update()
        store = await session.scalar(statement)
        if store is None:
            raise _gone()
        return store

    async def _view(self, session: AsyncSession, store_id: str) -> StoreView:
        # between two statements a worker may have ended the store
        for view in await self._views(session, col(Store.id) == store_id):
            return view
        raise _gone()

    async def _views(
        self, session: AsyncSession, *conditions: ColumnElement[bool]
    ) -> tuple[StoreView, ...]:
        found = await session.execute(
            select(Store, col(User.email))
            .join(User, col(User.id) == col(Store.user_id))
            .where(*conditions)
            .order_by(col(Store.created_at).desc(), col(Store.id))
            .execution_options(populate_existing=True)
        )
        rows = found.all()
        places: dict[str, int] = {}
        if any(store.status == "provisioning" and not store.started_at for store, _ in rows):
            places = {line.id: line.place for line in await session.execute(query("queue"))}
        preparation = self._preparation()
        return tuple(
            store_view(
                store,
                owner=owner,
                engine=self._engines.get(store.type),
                place=places.get(store.id),
                preparation=preparation,
            )
            for store, owner in rows
        )


async def _free_namespace(session: AsyncSession, name: str, *, store_id: str) -> str:
    """A namespace that no store has; the caller holds the lock "count stores"."""
    plain = naming.namespace_for(name, store_id=store_id)
    namespace = plain
    for _ in range(_NAMESPACE_TRIES):
        if not await _is_taken(session, namespace):
            return namespace
        namespace = naming.with_suffix(plain)
    return naming.namespace_for("", store_id=store_id)


async def _is_taken(session: AsyncSession, namespace: str) -> bool:
    return bool(await session.scalar(select(exists().where(col(Store.namespace) == namespace))))


def _gone() -> NotFound:
    return NotFound("There is no such store.", hint="It may have been deleted.")
