"""The cluster, its images and what no store accounts for, as administrators see them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import reflex as rx

from provisioner.errors import StoreWeaverError
from provisioner.fleet import NodeView
from provisioner.overview import ImageView
from provisioner.views import Actor, OrphanView
from storeweaver.acting import acting
from storeweaver.platform import PLATFORM
from storeweaver.state.handlers import handler, latest
from storeweaver.state.rows import moment
from storeweaver.state.shell import Shell, entering, reporting, tell
from storeweaver.state.texts import text
from storeweaver.state.words import cores, size


@dataclass(frozen=True)
class BarRow:
    """An amount of what there is: requested and used, in percent and in words."""

    label: str
    requested: int
    used: int
    words: str
    used_words: str


@dataclass(frozen=True)
class NodeRow:
    """A node."""

    name: str
    problem: str
    facts: str
    bars: list[BarRow]


@dataclass(frozen=True)
class ImageRow:
    """An image that stores are made of."""

    name: str
    reason: str
    engines: str
    versions: str


@dataclass(frozen=True)
class OrphanRow:
    """Something that no store accounts for."""

    key: str
    kind: str
    name: str
    cause: str
    hint: str
    size: str
    created: str
    can_adopt: bool
    can_remove: bool


class Cluster(rx.State):
    """What the page shows; removing an orphan asks once more."""

    problem: str = ""
    version: str = ""
    helm: str = ""
    nodes: list[NodeRow] = []
    images: list[ImageRow] = []
    orphans: list[OrphanRow] = []
    orphans_problem: str = ""
    is_loaded: bool = False
    is_removing: bool = False
    removed: str = ""
    removed_kind: str = ""

    @handler
    async def enter(self) -> None:
        """The page was opened."""
        async with entering(self):
            await self._read(await (await self.get_state(Shell))._arrive("admin-cluster"))
            self.is_loaded = True

    @latest
    async def pushed(self) -> None:
        """Sent by the server when the preparation changed, and each 15 s for what has no watch."""
        async with entering(self):
            await self._read(acting())

    @handler
    async def adopt(self, kind: str, name: str) -> None:
        """Make a store of an orphan again."""
        async with reporting(self):
            await PLATFORM.runtime.orphans.adopt(acting(), text(kind), text(name))
            await self._read(acting())
            await tell(self, "It is a store again.", "It is in the list of stores.")

    @handler
    async def ask(self, kind: str, name: str) -> None:
        """Ask whether an orphan is to go."""
        async with reporting(self):
            self.removed_kind, self.removed = text(kind), text(name)
            self.is_removing = True

    @handler
    async def set_removing(self, is_open: bool) -> None:
        """Close without removing."""
        if not is_open:
            self.is_removing = False

    @handler
    async def remove(self) -> None:
        """Remove it, data included."""
        if not self.is_removing:
            return
        self.is_removing = False
        async with reporting(self):
            await PLATFORM.runtime.orphans.remove(acting(), self.removed_kind, self.removed)
            await self._read(acting())
            await tell(self, "It is being removed.")

    async def _read(self, actor: Actor) -> None:
        cluster = await PLATFORM.runtime.overview.cluster(actor)
        self.problem, self.version, self.helm = cluster.problem, cluster.version, cluster.helm
        self.nodes = [_node(node) for node in cluster.nodes]
        self.images = [_image(image) for image in cluster.images]
        try:
            orphans = await PLATFORM.runtime.orphans.list(actor)
            self.orphans, self.orphans_problem = [_orphan(orphan) for orphan in orphans], ""
        except StoreWeaverError as error:
            self.orphans, self.orphans_problem = [], f"{error.message} {error.hint}".strip()


def _node(node: NodeView) -> NodeRow:
    has, wants, uses = node.allocatable, node.requested, node.used
    return NodeRow(
        name=node.name,
        problem=node.problem,
        facts=" · ".join(filter(None, (node.version, node.runtime, node.system))),
        bars=[
            _bar("CPU", has.cpu, wants.cpu, uses.cpu if uses else None, words=cores),
            _bar("Memory", has.memory, wants.memory, uses.memory if uses else None, words=size),
            _bar("Pods", has.pods, wants.pods, None, words=lambda number: f"{number:.0f}"),
        ],
    )


def _bar(
    label: str, has: float, wants: float, uses: float | None, *, words: Callable[[float], str]
) -> BarRow:
    return BarRow(
        label=label,
        requested=_percent(wants, has),
        used=_percent(uses or 0, has),
        words=f"{words(wants)} of {words(has)} requested",
        used_words="" if uses is None else f"{words(uses)} used",
    )


def _percent(part: float, whole: float) -> int:
    return min(100, round(100 * part / whole)) if whole else 0


def _image(image: ImageView) -> ImageRow:
    return ImageRow(
        name=image.name,
        reason=image.reason,
        engines=", ".join(image.engines),
        versions=", ".join(f"{name} {version}" for name, version in image.versions.items()),
    )


def _orphan(orphan: OrphanView) -> OrphanRow:
    return OrphanRow(
        key=f"{orphan.kind}/{orphan.name}",
        kind=orphan.kind,
        name=orphan.name,
        cause=orphan.cause,
        hint=orphan.hint,
        size=size(orphan.size) if orphan.size else "",
        created=moment(orphan.created_at),
        can_adopt=orphan.can_adopt,
        can_remove=orphan.can_remove,
    )
