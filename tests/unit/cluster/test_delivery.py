"""How images reach a cluster, and which of them stay there."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from cluster.delivery import Delivery, deliver, loader, registry_reference
from cluster.errors import ClusterError
from cluster.home import Home
from cluster.image_settings import ImageSettings
from cluster.images import BuiltImage
from cluster.node_images import used_by_workloads
from cluster.progress import Progress


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(root=tmp_path / "state", cache=tmp_path / "state" / "cache")


def image(name: str, folder: Path = Path("/images")) -> BuiltImage:
    reference = f"localhost/storeweaver/{name}:0123456789ab"
    return BuiltImage(name, reference, folder / f"{name}.tar", "sha256:a0", {})


def put_on_path(name: str, script: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


def hand_over(
    home: Home, context: str, *images: BuiltImage, present: tuple[str, ...] = ()
) -> Delivery:
    return deliver(
        home,
        images,
        context=context,
        present=present,
        progress=Progress(stream=io.StringIO()),
        settings=ImageSettings(),
    )


@pytest.mark.parametrize(
    ("context", "program", "cluster"),
    [
        ("k3d-shop", "k3d", "shop"),
        ("k3d-my-shop", "k3d", "my-shop"),
        ("kind-kind", "kind", "kind"),
        ("minikube", "minikube", "minikube"),
        ("minikube-two", "minikube", "minikube-two"),
    ],
)
def test_the_context_tells_which_program_made_the_cluster(
    context: str, program: str, cluster: str
) -> None:
    found = loader(context)
    assert found is not None
    assert (found.program, found.cluster) == (program, cluster)


@pytest.mark.parametrize("context", ["production", "k3d", "k3d-", "kindergarten", "minikube-"])
def test_other_contexts_tell_nothing(context: str) -> None:
    assert loader(context) is None


@pytest.mark.parametrize(
    ("context", "expected"),
    [
        ("k3d-shop", "image import --cluster=shop /images/valkey.tar"),
        ("kind-shop", "load image-archive --name=shop /images/valkey.tar"),
        ("minikube", "image load --profile=minikube /images/valkey.tar"),
    ],
)
def test_each_program_is_called_in_its_own_way(
    context: str, expected: str, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = tmp_path / "said"
    program = context.partition("-")[0]
    put_on_path(program, f'echo "$@" >> {said}', tmp_path / "bin", monkeypatch)
    delivery = hand_over(home, context, image("valkey"))
    assert said.read_text() == expected + "\n"
    assert delivery.references == {"valkey": "localhost/storeweaver/valkey:0123456789ab"}
    assert delivery.request == ""


def test_images_that_every_node_has_are_not_loaded_again(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = tmp_path / "said"
    put_on_path("kind", f'echo "$@" >> {said}', tmp_path / "bin", monkeypatch)
    hand_over(
        home, "kind-shop", image("valkey"), image("mysql"), present=(image("valkey").reference,)
    )
    assert said.read_text() == "load image-archive --name=shop /images/mysql.tar\n"


def test_a_program_that_is_not_there_is_named(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(ClusterError) as caught:
        hand_over(home, "k3d-shop", image("valkey"))
    assert "k3d is not on the PATH" in caught.value.problem
    assert "IMAGE_REGISTRY" in caught.value.next_step


def test_a_program_that_fails_is_quoted(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_on_path("kind", "echo no nodes found >&2; exit 1", tmp_path / "bin", monkeypatch)
    with pytest.raises(ClusterError) as caught:
        hand_over(home, "kind-shop", image("valkey"))
    assert caught.value.detail == "no nodes found"


def test_any_other_cluster_gets_a_list_of_what_to_provide(home: Home) -> None:
    there, absent = image("valkey"), image("mysql")
    delivery = hand_over(home, "production", there, absent, present=(there.reference,))
    assert delivery.to_provide == (absent,)
    assert "localhost/storeweaver/mysql:0123456789ab  from /images/mysql.tar" in delivery.request
    assert "valkey" not in delivery.request


def test_a_registry_keeps_name_and_tag() -> None:
    assert (
        registry_reference("localhost/storeweaver/valkey:0123456789ab", "registry.example/team")
        == "registry.example/team/valkey:0123456789ab"
    )


def test_images_of_workloads_are_found_at_any_depth() -> None:
    container = {"name": "main", "image": "one"}
    pod = {"containers": [container], "initContainers": [{"name": "first", "image": "two"}]}
    deployment = {"replicas": 0, "template": {"spec": {"containers": [{"image": "three"}]}}}
    job = {"template": {"spec": {"containers": [{"image": "four"}]}}}
    listed = {
        "items": [
            {"kind": "Pod", "spec": pod},
            {"kind": "Deployment", "spec": deployment},
            {"kind": "CronJob", "spec": {"schedule": "* * * * *", "jobTemplate": {"spec": job}}},
        ]
    }
    assert used_by_workloads(listed) == {"one", "two", "three", "four"}
