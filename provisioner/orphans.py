"""What no store accounts for: found by the watches, removed or adopted by a click alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from provisioner import naming, timeline
from provisioner.access import Cluster
from provisioner.database import Database
from provisioner.engines import Engines
from provisioner.errors import Conflict, Forbidden, NotFound, Unavailable
from provisioner.models import Store
from provisioner.observed import DiskSeen, Found, NamespaceSeen
from provisioner.preparation import Preparation
from provisioner.quantities import amount
from provisioner.reconciler import GENERATION
from provisioner.release import store_url
from provisioner.settings import Settings
from provisioner.stores import StoreService
from provisioner.views import Actor, OrphanView

_STORE_ID = re.compile(r"[a-z][a-z0-9]{11}")
_NAMESPACE = re.compile(r"store-[a-z0-9]([a-z0-9-]{0,55}[a-z0-9])?")
"""As the database accepts them for a row."""


@dataclass(frozen=True, kw_only=True)
class Known:
    """What the database says of a store that may be missing in the cluster, or found in it.

    Attributes:
        is_expected: whether its namespace has to be there: it took orders and is not
            being deleted.
    """

    store_id: str
    name: str
    namespace: str
    is_expected: bool


def find(
    found: Sequence[Found], disks: Sequence[DiskSeen], known: Collection[Known], engines: Engines
) -> tuple[OrphanView, ...]:
    """What the cluster has and the database does not know, and the other way round. Pure."""
    by_id = {store.store_id: store for store in known}
    of_stores = {store.namespace for store in known}
    sizes: dict[str, float] = {}
    for disk in disks:
        sizes[disk.namespace] = sizes.get(disk.namespace, 0.0) + amount(disk.capacity)
    orphans: list[OrphanView] = []
    for place in found:
        size = sizes.get(place.name) or sum(amount(each.requested) for each in place.volumes)
        if place.namespace is None:
            orphans += [
                _release(place, store_id, size)
                for store_id in sorted(place.store_ids)
                if place.name not in of_stores
            ]
            continue
        owner = by_id.get(place.namespace.store_id)
        if owner is None or owner.namespace != place.name:
            can_adopt = owner is None and place.name not in of_stores
            orphans.append(_namespace(place, place.namespace, size, can_adopt, engines))
    seen = {place.name: place.namespace for place in found}
    for store in known:
        there = seen.get(store.namespace)
        if store.is_expected and (there is None or there.store_id != store.store_id):
            orphans.append(_row(store, sizes.get(store.namespace, 0.0)))
    orphans += [
        _volume(disk)
        for disk in disks
        if disk.phase in {"Released", "Failed"}
        and disk.namespace not in of_stores
        and disk.namespace not in seen
    ]
    return tuple(orphans)


class Orphans:
    """The service behind the administrator's list of orphans.

    Every method raises `Forbidden` where the actor is no administrator, and `Unavailable`
    while the cluster cannot be seen: what is not seen is not told to be gone.
    """

    def __init__(
        self,
        database: Database,
        settings: Settings,
        *,
        engines: Engines,
        cluster: Callable[[], Cluster],
        preparation: Callable[[], Preparation],
        stores: StoreService,
    ) -> None:
        self._database = database
        self._settings = settings
        self._engines = engines
        self._cluster = cluster
        self._preparation = preparation
        self._stores = stores

    async def list(self, actor: Actor) -> tuple[OrphanView, ...]:
        """Namespaces, then stores, then volumes; each kind by name."""
        _need_administrator(actor)
        return await self._find()

    async def remove(self, actor: Actor, kind: str, name: str) -> None:
        """Have an orphan removed, data included. A namespace goes as a store does, by a row
        that is being deleted until the cluster confirms that nothing is left.

        Raises:
            NotFound: it is no orphan, or no longer.
            Conflict: the platform may not remove it; the hint says who can.
        """
        orphan = await self._one(actor, kind, name)
        if not orphan.can_remove:
            raise Conflict(
                f"The platform may not remove the {kind} {orphan.name}.", hint=orphan.hint
            )
        match orphan.kind:
            case "store":
                await self._stores.delete(actor, orphan.store_id)
            case "volume":
                await self._cluster().kube.contents.delete_volume(
                    orphan.name, namespace=orphan.namespace
                )
            case _ if orphan.can_adopt:
                await self._insert(actor, orphan, is_wanted=False)
            case _:
                await self._cluster().kube.delete_namespace(orphan.name, store_id=orphan.store_id)

    async def adopt(self, actor: Actor, kind: str, name: str) -> None:
        """Make a store of a namespace, the administrator's own, with its data; or make the
        namespace of a store anew, empty.

        Raises:
            NotFound: it is no orphan, or no longer.
            Conflict: it cannot be adopted; the hint says why.
        """
        orphan = await self._one(actor, kind, name)
        if not orphan.can_adopt:
            raise Conflict(f"The {kind} {orphan.name} cannot be adopted.", hint=orphan.hint)
        if orphan.kind == "store":
            await self._stores.repair(actor, orphan.store_id)
        else:
            await self._insert(actor, orphan, is_wanted=True)

    async def _one(self, actor: Actor, kind: str, name: str) -> OrphanView:
        _need_administrator(actor)
        for orphan in await self._find():
            if (orphan.kind, orphan.name) == (kind, name):
                return orphan
        raise NotFound(
            "There is no such orphan.", hint="It may have been removed or adopted already."
        )

    async def _find(self) -> tuple[OrphanView, ...]:
        observer = self._cluster().observer
        if not observer.is_live:
            raise Unavailable(
                "The cluster cannot be seen just now, so orphans cannot be told.",
                hint=observer.waiting_reason,
            )
        # seen first, read afterwards: a store's row is there before its namespace
        found, disks = observer.found(), observer.disks()
        async with self._database.transaction() as session:
            rows = await session.execute(
                select(
                    col(Store.id),
                    col(Store.name),
                    col(Store.namespace),
                    (col(Store.status) == "ready").label("is_expected"),
                )
            )
            known = [
                Known(
                    store_id=row.id,
                    name=row.name,
                    namespace=row.namespace,
                    is_expected=row.is_expected,
                )
                for row in rows
            ]
        return find(found, disks, known, self._engines)

    async def _insert(self, actor: Actor, orphan: OrphanView, *, is_wanted: bool) -> None:
        """A row for a namespace, so that a worker looks after it, or removes it."""
        engine = self._engines[orphan.engine]
        host = naming.host_for(orphan.name, suffix=self._settings.ingress_suffix)
        url = store_url(host, self._settings, self._preparation())
        generation = orphan.generation if is_wanted else orphan.generation + 1
        values = {
            "id": orphan.store_id,
            "type": engine.key,
            "name": orphan.name.removeprefix(naming.NAMESPACE_PREFIX),
            "namespace": orphan.name,
            "url": url,
            "admin_url": url + engine.admin_path,
            "user_id": actor.user_id,
            "generation": generation,
            "settled_generation": orphan.generation,
            "desired": "present" if is_wanted else "absent",
            "status": "ready" if is_wanted else "deleting",
            # it may hold orders, so that nothing but a delete may remove it
            "started_at": func.now(),
            "ready_at": func.now(),
        }
        try:
            async with self._database.transaction() as session:
                made = await session.execute(insert(Store).values(values).returning(Store))
                await timeline.record(
                    session,
                    made.scalar_one(),
                    actor=actor.email,
                    kind="adopted" if is_wanted else "delete",
                    message=(
                        f"The namespace {orphan.name}, which no store had, was adopted."
                        if is_wanted
                        else f"The end of {orphan.name}, which no store had, was asked for."
                    ),
                )
        except IntegrityError as error:
            raise Conflict(
                f"The namespace {orphan.name} has got a store in this moment.",
                hint="Look at the list again.",
            ) from error


def _namespace(
    place: Found, namespace: NamespaceSeen, size: float, can_adopt: bool, engines: Engines
) -> OrphanView:
    hint = ""
    if namespace.engine not in engines:
        hint = "This installation does not have its engine, so that it can only be removed."
    elif not can_adopt:
        hint = "The store that its label names has another namespace."
    elif not (_STORE_ID.fullmatch(namespace.store_id) and _NAMESPACE.fullmatch(place.name)):
        hint = "Its label or its name is none that a store of this platform can have."
    if namespace.is_terminating:
        hint = "It is being deleted."
    generation = namespace.annotation(GENERATION)
    return OrphanView(
        kind="namespace",
        name=place.name,
        namespace=place.name,
        store_id=namespace.store_id,
        engine=namespace.engine,
        generation=int(generation) if generation.isdecimal() else 1,
        cause="It carries the label of a store that the database does not have.",
        hint=hint,
        size=int(size),
        created_at=place.created,
        can_adopt=not hint,
        can_remove=not namespace.is_terminating and _is_touchable(place.name),
    )


def _release(place: Found, store_id: str, size: float) -> OrphanView:
    return OrphanView(
        kind="release",
        name=f"{place.name}/{store_id}",
        namespace=place.name,
        store_id=store_id,
        cause=f"The namespace {place.name} has objects of the store {store_id} and not its label.",
        hint="The platform has no rights there. An administrator of the cluster removes it: "
        f"helm uninstall {store_id} --namespace {place.name}",
        size=int(size),
    )


def _row(store: Known, size: float) -> OrphanView:
    return OrphanView(
        kind="store",
        name=store.store_id,
        namespace=store.namespace,
        store_id=store.store_id,
        cause=f"Somebody deleted the namespace of {store.name}, and its data with it.",
        hint="Adopting makes it anew, empty, at its address; removing deletes the store.",
        size=int(size),
        can_adopt=True,
        can_remove=True,
    )


def _volume(disk: DiskSeen) -> OrphanView:
    is_failed = disk.phase == "Failed"
    return OrphanView(
        kind="volume",
        name=disk.name,
        namespace=disk.namespace,
        cause=f"The namespace {disk.namespace} that it was made for is gone"
        + (", and its storage could not be cleared." if is_failed else "."),
        hint="Removing deletes its data.",
        size=int(amount(disk.capacity)),
        created_at=disk.created,
        can_remove=True,
    )


def _is_touchable(namespace: str) -> bool:
    """The platform's own rights end at this prefix."""
    return namespace.startswith(naming.NAMESPACE_PREFIX)


def _need_administrator(actor: Actor) -> None:
    if not actor.is_administrator:
        raise Forbidden("Only an administrator sees what no store accounts for.")
