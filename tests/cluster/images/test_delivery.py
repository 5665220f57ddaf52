"""Images brought to a real containerd."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from cluster import packages
from cluster.build_sandbox import BuildSandbox
from cluster.delivery import Delivery, deliver
from cluster.errors import ClusterError, CommandFailed
from cluster.image_recipes import PREFIX
from cluster.image_settings import ImageSettings
from cluster.node_images import NodeImages
from cluster.progress import Progress
from tests.cluster.images.conftest import Workshop, wait_for
from tests.cluster.images.registry import registry

SOCKET = Path("/run/containerd/containerd.sock")


@pytest.fixture
def node(workshop: Workshop) -> Iterator[NodeImages]:
    """The images of a containerd of its own, which ends with its sandbox."""
    state = workshop.home.cache / "containerd"
    state.mkdir(exist_ok=True)
    (state / "containerd.toml").write_text(
        f'version = 2\nroot = "{state}/root"\nstate = "/run/containerd"\noom_score = 0\n'
        'disabled_plugins = ["io.containerd.grpc.v1.cri"]\n'
        f'[plugins."io.containerd.internal.v1.opt"]\n  path = "{state}/opt"\n'
    )
    with BuildSandbox(
        cache=workshop.home.cache,
        temporary=workshop.home.cache / "sandbox",
        packages=workshop.debian / packages.key(packages.RUNTIME),
    ) as sandbox:
        script = 'cd "$0" && containerd --config containerd.toml > log 2>&1 &'
        sandbox.run(["sh", "-c", script, state])
        found = NodeImages(sandbox.run, socket=SOCKET)
        wait_for(lambda: answers(found))
        yield found


def test_unchanged_images_are_not_imported_again(node: NodeImages, workshop: Workshop) -> None:
    for name in ("first", "second"):
        workshop.put(name, "FROM scratch\nCOPY content /\n", content=name)
    built = workshop.build("first", "second").built
    noted: list[str] = []
    imported = node.import_missing(built.values(), note=noted.append)
    assert imported == [built["first"].reference, built["second"].reference]
    present = node.present()
    for image in built.values():
        assert present[image.reference] == image.digest
        # without its archive an import could not even be tried
        image.archive.unlink()
    assert node.import_missing(built.values(), note=noted.append) == []
    assert noted == ["first", "second"]


def test_outdated_images_go_unless_a_workload_names_them(
    node: NodeImages, workshop: Workshop
) -> None:
    versions = []
    for content in ("one", "two", "three"):
        workshop.put("aging", "FROM scratch\nCOPY content /\n", content=content)
        versions.append(workshop.built("aging"))
        node.import_missing(versions[-1:], note=lambda _: None)
    oldest, used, current = (image.reference for image in versions)
    others = {name for name in node.present() if "/aging:" not in name}
    assert node.remove_outdated(keep={current, used, *others}) == [oldest]
    assert {used, current} <= node.present().keys()
    assert oldest not in node.present()


def test_a_registry_that_refuses_is_named_and_takes_the_images_once_it_is_open(
    workshop: Workshop,
) -> None:
    workshop.put("pushed", "FROM scratch\nCOPY content /\n", content="pushed")
    image = workshop.built("pushed")

    def push() -> Delivery:
        return deliver(
            workshop.home,
            [image],
            context="somewhere",
            present=(),
            progress=Progress(stream=io.StringIO()),
            settings=ImageSettings(registry=f"{opened.address}/team"),
        )

    with registry() as opened:
        target = f"{opened.address}/team/{image.reference.removeprefix(f'{PREFIX}/')}"
        opened.is_closed = True
        with pytest.raises(ClusterError) as refused:
            push()
        assert refused.value.problem == f"{target} could not be pushed."
        assert "IMAGE_REGISTRY" in refused.value.next_step
        assert "403" in refused.value.detail
        opened.is_closed = False
        assert push().references == {"pushed": target}
        (manifest,) = opened.manifests.values()
        parts = json.loads(manifest)
        for part in (parts["config"], *parts["layers"]):
            assert part["digest"] in opened.blobs


def answers(node: NodeImages) -> bool:
    """Whether containerd has started."""
    try:
        node.present()
    except CommandFailed:
        return False
    return True
