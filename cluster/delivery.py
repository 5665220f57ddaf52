"""Bringing the images to an existing cluster, by the way that the cluster offers."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cluster.builder import Builder
from cluster.commands import run
from cluster.errors import ClusterError, CommandFailed
from cluster.home import Home
from cluster.image_recipes import PREFIX
from cluster.image_settings import ImageSettings
from cluster.image_states import lock_file
from cluster.images import BuiltImage
from cluster.locks import exclusive
from cluster.packages import BUILDER, unpack
from cluster.progress import Progress


@dataclass(frozen=True)
class Delivery:
    """Where the pods of an existing cluster find the images.

    Attributes:
        references: what pods must name, by image name.
        to_provide: images that nothing could bring there; whoever runs the cluster must.
    """

    references: dict[str, str]
    to_provide: tuple[BuiltImage, ...] = ()

    @property
    def request(self) -> str:
        """What to ask of whoever runs the cluster; empty where nothing is to be asked."""
        if not self.to_provide:
            return ""
        lines = [f"  {image.reference}  from {image.archive}" for image in self.to_provide]
        return (
            "This cluster's nodes need these images (each file is an OCI archive), or set "
            "IMAGE_REGISTRY to a registry that they can pull from:\n" + "\n".join(lines)
        )


@dataclass(frozen=True)
class Loader:
    """A program that puts an image archive on the nodes of clusters it made.

    Attributes:
        program: its name.
        cluster: the cluster's name as the program knows it.
        arguments: that load an archive; the file comes last.
    """

    program: str
    cluster: str
    arguments: tuple[str, ...]


def loader(context: str) -> Loader | None:
    """The program that made the cluster of a kubeconfig context, told by the context's name."""
    tool, dash, name = context.partition("-")
    if tool == "k3d" and name:
        return Loader("k3d", name, ("image", "import", f"--cluster={name}"))
    if tool == "kind" and name:
        return Loader("kind", name, ("load", "image-archive", f"--name={name}"))
    if tool == "minikube" and bool(dash) == bool(name):
        return Loader("minikube", context, ("image", "load", f"--profile={context}"))
    return None


def deliver(
    home: Home,
    images: Iterable[BuiltImage],
    *,
    context: str,
    present: Iterable[str],
    progress: Progress,
    settings: ImageSettings | None = None,
) -> Delivery:
    """Bring `images` to the cluster of `context`: by `IMAGE_REGISTRY` where it is set.

    Args:
        present: references that every node has already; they are not loaded again.

    Raises:
        ClusterError: the registry refuses, or the cluster's own program is missing or fails.
    """
    settings = ImageSettings.from_environment() if settings is None else settings
    wanted = tuple(images)
    if settings.registry:
        return _push(home, wanted, settings.registry, progress)
    there = set(present)
    absent = tuple(image for image in wanted if image.reference not in there)
    references = {image.name: image.reference for image in wanted}
    way = loader(context)
    if way is None:
        return Delivery(references, absent)
    if absent:
        _load(way, absent, progress)
    return Delivery(references)


def registry_reference(reference: str, registry: str) -> str:
    """The name of one of our images in a registry."""
    return f"{registry}/{reference.removeprefix(f'{PREFIX}/')}"


def _load(way: Loader, images: Sequence[BuiltImage], progress: Progress) -> None:
    if shutil.which(way.program) is None:
        raise ClusterError(
            f"The context is one of {way.program}'s, and {way.program} is not on the PATH.",
            next_step=f"Put {way.program} on the PATH, or set IMAGE_REGISTRY to a registry that "
            "the cluster can pull from.",
        )
    with progress.phase(f"Images to {way.program} cluster {way.cluster}") as note:
        for image in images:
            note(image.name)
            try:
                run([way.program, *way.arguments, image.archive])
            except CommandFailed as failure:
                raise ClusterError(
                    f"{way.program} could not load the image {image.name}.",
                    next_step=f"Check that the cluster {way.cluster} runs, and run the command "
                    "again.",
                    detail=failure.detail,
                ) from failure


def _push(home: Home, images: Sequence[BuiltImage], registry: str, progress: Progress) -> Delivery:
    with progress.phase(f"Images to {registry}") as note:
        packages = unpack(home, BUILDER, note=note)
        lock = exclusive(lock_file(home), waiting=lambda pid: note(f"waiting for process {pid}"))
        with lock, Builder(home, packages=packages) as builder:
            for image in images:
                note(image.name)
                _push_one(builder, image, registry)
    return Delivery({image.name: registry_reference(image.reference, registry) for image in images})


def _push_one(builder: Builder, image: BuiltImage, registry: str) -> None:
    target = registry_reference(image.reference, registry)
    try:
        if not builder.holds(image.reference):
            builder.load(image.archive)
        builder.push(image.reference, target)
    except CommandFailed as failure:
        raise ClusterError(
            f"{target} could not be pushed.",
            next_step="Check IMAGE_REGISTRY and that you are signed in to it (`docker login` or "
            "`podman login`), and run the command again.",
            detail=failure.detail,
        ) from failure
