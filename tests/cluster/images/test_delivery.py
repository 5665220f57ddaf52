"""Images brought to a real containerd."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cluster import packages
from cluster.build_sandbox import BuildSandbox
from cluster.errors import CommandFailed
from cluster.node_images import NodeImages
from tests.cluster.images.conftest import Workshop, wait_for

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


def answers(node: NodeImages) -> bool:
    """Whether containerd has started."""
    try:
        node.present()
    except CommandFailed:
        return False
    return True
