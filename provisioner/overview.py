"""How the platform fares as a whole, for administrators: queue, workers, cluster, settings."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from provisioner import fleet, steps
from provisioner.access import Cluster
from provisioner.database import Database, query
from provisioner.engines import Engines
from provisioner.errors import Forbidden, StoreWeaverError
from provisioner.fleet import NodeView
from provisioner.in_force import SettingView, settings_in_force
from provisioner.preparation import Preparation
from provisioner.settings import Settings
from provisioner.stores import StoreService
from provisioner.views import Actor, StoreView


@dataclass(frozen=True, kw_only=True)
class ClaimView:
    """A store that a worker has now.

    Attributes:
        step: what it is at, in a word.
        since: when that began; None where that is not known.
        attempt: failed tries in a row.
        expires_at: when another worker may take it, unless the claim is renewed.
    """

    worker: str
    store_id: str
    name: str
    owner: str
    status: str
    step: str
    since: datetime | None
    attempt: int
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class WaitingView:
    """Stores that wait for the same thing, the one that waits longest first."""

    reason: str
    stores: tuple[StoreView, ...]


@dataclass(frozen=True, kw_only=True)
class QueueView:
    """What the workers do, and what waits for them.

    Attributes:
        places, taken: for stores on their way to Ready, on the whole platform.
    """

    claims: tuple[ClaimView, ...]
    waiting: tuple[WaitingView, ...]
    places: int
    taken: int


@dataclass(frozen=True, kw_only=True)
class ImageView:
    """An image that stores are made of; `reason` says why it is not ready, or what it lacks."""

    name: str
    reference: str
    reason: str
    versions: Mapping[str, str]
    engines: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ClusterView:
    """The cluster as it is now.

    Attributes:
        problem: why it cannot be seen, or "".
        is_measured: whether its metrics tell what is used.
    """

    problem: str
    version: str
    helm: str
    nodes: tuple[NodeView, ...]
    images: tuple[ImageView, ...]

    @property
    def is_measured(self) -> bool:
        return any(node.used is not None for node in self.nodes)


class Overview:
    """The service behind the administrator's page; each call is refused to others.

    Every method raises `Forbidden` where the actor is no administrator.
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
        """`cluster` may raise Unavailable while there is none."""
        self._database = database
        self._settings = settings
        self._engines = engines
        self._cluster = cluster
        self._preparation = preparation
        self._stores = stores

    async def queue(self, actor: Actor) -> QueueView:
        """Who works on what, and who waits for what."""
        _need_administrator(actor)
        async with self._database.transaction() as session:
            claims = tuple(_claim(line) for line in await session.execute(query("claims_held")))
        views = await self._stores.views()
        waiting = [store for store in views if store.waiting_for]
        on_their_way = [store for store in views if store.status == "provisioning"]
        return QueueView(
            claims=claims,
            waiting=_by_reason(waiting),
            places=self._settings.max_concurrent_provisions,
            taken=sum(bool(_begun(store)) for store in on_their_way),
        )

    async def cluster(self, actor: Actor) -> ClusterView:
        """Nodes, versions and images; what cannot be seen is said, not raised."""
        _need_administrator(actor)
        version = helm = problem = ""
        nodes: tuple[NodeView, ...] = ()
        try:
            cluster = self._cluster()
            version = await cluster.kube.version()
            nodes = await fleet.nodes(cluster.kube)
        except StoreWeaverError as error:
            problem = f"{error.message} {error.hint}".strip()
        try:
            helm = await self._cluster().helm.version()
        except StoreWeaverError as error:
            problem = problem or f"{error.message} {error.hint}".strip()
        return ClusterView(
            problem=problem, version=version, helm=helm, nodes=nodes, images=self._images()
        )

    async def settings(self, actor: Actor) -> tuple[SettingView, ...]:
        """The settings in force, and where each comes from."""
        _need_administrator(actor)
        return settings_in_force(self._settings, os.environ)

    def _images(self) -> tuple[ImageView, ...]:
        preparation = self._preparation()
        users: dict[str, list[str]] = {}
        for engine in self._engines.values():
            for image in engine.images.values():
                users.setdefault(image, []).append(engine.title)
        views = []
        for name, titles in sorted(users.items()):
            known = preparation.images.get(name)
            views.append(
                ImageView(
                    name=name,
                    reference=known.reference if known else "",
                    reason=(known.reason or known.lacks) if known else "It is not known yet.",
                    versions=known.versions if known else {},
                    engines=tuple(titles),
                )
            )
        return tuple(views)


def _claim(line: object) -> ClaimView:
    row = line._mapping  # type: ignore[attr-defined]  # a Row of SQLAlchemy
    views = steps.from_json(row["steps"])
    active = next((step for step in views if step.state == "active"), None)
    if row["status"] == "provisioning":
        step, since = row["step"] or "Looking", active.started_at if active else row["started_at"]
    else:
        step = "Deleting" if row["status"] == "deleting" else "Looking after it"
        since = row["updated_at"]
    return ClaimView(
        worker=row["claimed_by"],
        store_id=row["id"],
        name=row["name"],
        owner=row["owner"],
        status=row["status"],
        step=step,
        since=since,
        attempt=row["attempt"],
        expires_at=row["claim_expires_at"],
    )


def _begun(store: StoreView) -> bool:
    return any(step.started_at for step in store.steps)


def _by_reason(stores: list[StoreView]) -> tuple[WaitingView, ...]:
    """Those that wait for a turn are one group, whatever their places."""
    groups: dict[str, list[StoreView]] = {}
    for store in sorted(stores, key=lambda store: store.created_at):
        is_queued = store.waiting_for.startswith(("It is next", "It waits for its turn"))
        reason = "A free place on the way to Ready" if is_queued else store.waiting_for
        groups.setdefault(reason, []).append(store)
    return tuple(
        WaitingView(reason=reason, stores=tuple(group))
        for reason, group in sorted(groups.items(), key=lambda item: -len(item[1]))
    )


def _need_administrator(actor: Actor) -> None:
    if not actor.is_administrator:
        raise Forbidden("Only an administrator sees how the platform fares.")
