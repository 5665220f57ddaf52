"""How far the platform's ground is: cluster, images, and where to find them.

`make up` prepares cluster and images while the dashboard serves already, and tells how far
it is in one JSON file, replaced whole at each change. Without such a file, as in a cluster
that was there before, everything counts as ready.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import msgspec
from watchfiles import awatch

from provisioner.engines import Engine
from provisioner.errors import SettingsError
from provisioner.settings import Settings
from provisioner.views import PhaseView, PreparationView

log = logging.getLogger(__name__)


class _Phase(msgspec.Struct):
    name: str
    state: Literal["waiting", "running", "done", "failed"]
    note: str = ""
    seconds: float = 0.0


class _Image(msgspec.Struct):
    name: str
    reference: str
    state: Literal["ready", "lacking", "building", "waiting", "failed", "missing"] = "ready"
    reason: str = ""
    versions: dict[str, str] = msgspec.field(default_factory=dict)


class _Cluster(msgspec.Struct):
    state: Literal["starting", "ready", "failed", "away"] = "ready"
    reason: str = ""


class _Ingress(msgspec.Struct):
    http_port: int = 0
    https_port: int = 0
    address: str = ""


class _File(msgspec.Struct):
    phases: list[_Phase] = msgspec.field(default_factory=list)
    images: list[_Image] = msgspec.field(default_factory=list)
    cluster: _Cluster = msgspec.field(default_factory=lambda: _Cluster(state="starting"))
    ingress: _Ingress = msgspec.field(default_factory=_Ingress)
    kubeconfig: str = ""
    helm: str = ""


@dataclass(frozen=True, kw_only=True)
class ImageReady:
    """An image, by its name.

    Attributes:
        reason: why it cannot be used yet, or "".
        lacks: what shops need and it was built without, with what mends it; or "". It does
            not mend itself.
        versions: of what is in it, by the names that people know.
    """

    reference: str
    reason: str
    lacks: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Preparation:
    """How the platform's ground is.

    Attributes:
        cluster_reason: why the cluster cannot be used, or "".
        images: by name.
        http_port: on which customers reach the ingress; 0 where nothing says.
        address: HOST:PORT at which the worker reaches it, or "".
        kubeconfig: path, or "".
        helm: path of the program, or "".
    """

    cluster_reason: str = ""
    images: Mapping[str, ImageReady] = field(default_factory=dict)
    phases: tuple[PhaseView, ...] = ()
    http_port: int = 0
    address: str = ""
    kubeconfig: str = ""
    helm: str = ""

    def lacks(self, engine: Engine) -> str:
        """Why a store of this engine cannot be started yet, in a sentence; "" where it can."""
        if self.cluster_reason:
            return self.cluster_reason
        for name in engine.images.values():
            image = self.images.get(name)
            if image is None:
                return f"The image {name} is not known; the setting IMAGES can name it."
            if image.reason or image.lacks:
                return image.reason or image.lacks
        return ""

    def forbids(self, engine: Engine) -> str:
        """Why no store of this engine can be asked for, in a sentence; "" where one can.

        What is only on its way forbids nothing: the store waits for it.
        """
        images = (self.images.get(name) for name in engine.images.values())
        return next((image.lacks for image in images if image and image.lacks), "")

    def versions(self, engine: Engine) -> dict[str, str]:
        """Of what the engine's images hold, by the names that people know."""
        found: dict[str, str] = {}
        for name in engine.images.values():
            if image := self.images.get(name):
                found |= image.versions
        return found

    def references(self, engine: Engine) -> dict[str, str]:
        """The engine's image references, by their key in the chart; "" where one is not known."""
        unknown = ImageReady(reference="", reason="")
        return {
            key: self.images.get(name, unknown).reference for key, name in engine.images.items()
        }

    @property
    def view(self) -> PreparationView:
        """As the dashboard shows it."""
        waiting = [image.reason for image in self.images.values() if image.reason]
        headline = self.cluster_reason or (waiting[0] if waiting else "")
        return PreparationView(is_done=not headline, headline=headline, phases=self.phases)


def read(settings: Settings) -> Preparation:
    """What is known now.

    Raises:
        SettingsError: IMAGES cannot be understood.
    """
    if not settings.preparation_file:
        return Preparation(
            images=_named_images(settings.images),
            http_port=settings.ingress_port,
            address=settings.ingress_address,
            kubeconfig=settings.kubeconfig,
            helm=settings.helm,
        )
    try:
        found = msgspec.json.decode(Path(settings.preparation_file).read_bytes(), type=_File)
    except (OSError, msgspec.MsgspecError) as error:
        log.info("the preparation file cannot be read: %s", error)
        return Preparation(cluster_reason="Kubernetes is being prepared.")
    return Preparation(
        cluster_reason=_cluster_reason(found.cluster),
        images={
            image.name: ImageReady(
                reference=image.reference,
                reason=_image_reason(image),
                lacks=image.reason if image.state == "lacking" else "",
                versions=image.versions,
            )
            for image in found.images
        },
        phases=tuple(
            PhaseView(name=phase.name, state=phase.state, note=phase.note, seconds=phase.seconds)
            for phase in found.phases
        ),
        http_port=settings.ingress_port or found.ingress.http_port,
        address=settings.ingress_address or found.ingress.address,
        kubeconfig=settings.kubeconfig or found.kubeconfig,
        helm=found.helm or settings.helm,
    )


async def follow(settings: Settings) -> AsyncIterator[Preparation]:
    """What is known at first, and again after each change of the file."""
    current = read(settings)
    yield current
    if not settings.preparation_file:
        return
    file = Path(settings.preparation_file)
    # the folder is watched, since the file is replaced by a new one at each change
    async for changes in awatch(file.parent, debounce=50, recursive=False):
        if any(Path(path) == file for _, path in changes) and (now := read(settings)) != current:
            current = now
            yield current


def _cluster_reason(cluster: _Cluster) -> str:
    match cluster.state:
        case "ready":
            return ""
        case "starting":
            return cluster.reason or "Kubernetes is being prepared."
        case "failed":
            return cluster.reason or "Kubernetes could not be started; `make logs` says why."
        case _:
            return cluster.reason or "Kubernetes is away; it is started again by itself."


def _image_reason(image: _Image) -> str:
    match image.state:
        case "ready" | "lacking":
            return ""
        case "building" | "waiting":
            return image.reason or f"The image {image.name} is being built."
        case _:
            return image.reason or f"The image {image.name} is missing; `make up` builds it."


def _named_images(text: str) -> dict[str, ImageReady]:
    images = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, separator, reference = part.partition("=")
        if not separator or not name or not reference:
            raise SettingsError(
                f"IMAGES must be NAME=REFERENCE, separated by commas; {part!r} is not.",
                hint="Correct IMAGES and start again.",
            )
        images[name] = ImageReady(reference=reference, reason="")
    return images
