"""The Kubernetes adapter against a real API server, with the rights that the product has."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest

from cluster.pki import Authority, Leaf
from cluster.stages import STUCK
from provisioner.decoding import STORE_LABEL
from provisioner.errors import ActionFailed, Unavailable
from provisioner.kube import ROLE, ROLE_BINDING, Kube, SecretRead
from provisioner.settings import Settings
from tests.cluster.proxy import proxied
from tests.cluster.stores import Manifest, SimulatedStores, claim, ingress, namespace, pod
from tests.cluster.waiting import PATIENCE

pytestmark = pytest.mark.anyio

PROVISIONER = "storeweaver:provisioner"


@pytest.fixture
async def kube(stores: SimulatedStores) -> AsyncIterator[Kube]:
    async with Kube.connected(stores.settings) as kube:
        yield kube


async def json_of(stores: SimulatedStores, *what: str) -> Manifest:
    found: Manifest = json.loads(await stores.kubectl("get", *what, "--output=json"))
    return found


# --- connecting


async def test_the_version_is_told(kube: Kube) -> None:
    assert (await kube.version()).startswith("v1.")


async def test_a_kubeconfig_that_does_not_exist_yet_is_waited_for(
    stores: SimulatedStores, tmp_path: Path
) -> None:
    settings = Settings(kubeconfig=str(tmp_path / "config"))
    with pytest.raises(Unavailable, match="not there yet"):
        async with Kube.connected(settings):
            pass
    stores.kubeconfig(tmp_path / "config")
    async with Kube.connected(settings) as kube:
        assert await kube.version()


@pytest.mark.parametrize("content", ["", "[]", "clusters: 3", "a: [", "current-context: x"])
async def test_a_kubeconfig_that_makes_no_sense_is_unavailable(
    tmp_path: Path, content: str
) -> None:
    (tmp_path / "config").write_text(content)
    with pytest.raises(Unavailable, match="cannot be used"):
        async with Kube.connected(Settings(kubeconfig=str(tmp_path / "config"))):
            pass


async def test_a_context_that_does_not_exist_is_unavailable(stores: SimulatedStores) -> None:
    settings = Settings(kubeconfig=stores.settings.kubeconfig, cluster_context="absent")
    with pytest.raises(Unavailable, match="cannot be used"):
        async with Kube.connected(settings):
            pass


async def test_inline_certificates_are_used_and_leave_no_file(
    stores: SimulatedStores, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flattened = await stores.kubectl("config", "view", "--raw", "--flatten")
    (tmp_path / "config").write_text(flattened)
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    async with Kube.connected(Settings(kubeconfig=str(tmp_path / "config"))) as kube:
        assert await kube.version()
        assert list(folder.iterdir()) == []


async def test_a_kubeconfig_that_changes_is_read_again(
    stores: SimulatedStores, tmp_path: Path
) -> None:
    async with proxied(stores.port) as first, proxied(stores.port) as second:
        path = stores.kubeconfig(tmp_path / "config", port=first.port)
        async with Kube.connected(Settings(kubeconfig=str(path))) as kube:
            await kube.version()
            await first.cut()
            with pytest.raises(Unavailable, match="does not answer"):
                await kube.version()
            stores.kubeconfig(path, port=second.port)
            await kube.version()
            assert second.accepted == 1


async def test_credentials_that_are_refused_are_read_again(
    stores: SimulatedStores, tmp_path: Path
) -> None:
    path = stores.kubeconfig(tmp_path / "config", user={"token": "forged"})
    async with Kube.connected(Settings(kubeconfig=str(path))) as kube:
        with pytest.raises(Unavailable, match="credentials"):
            await kube.version()
        stores.kubeconfig(path)
        assert await kube.version()


async def test_a_server_that_does_not_answer_is_given_up(
    stores: SimulatedStores, tmp_path: Path
) -> None:
    async with proxied(stores.port) as proxy:
        path = stores.kubeconfig(tmp_path / "config", port=proxy.port)
        async with Kube.connected(Settings(kubeconfig=str(path))) as kube:
            await kube.version()
            proxy.fall_silent()
            with anyio.fail_after(30), pytest.raises(Unavailable, match="does not answer"):
                await kube.version()
            await proxy.mend()
            assert await kube.version()


# --- namespaces


async def test_a_namespace_is_made_once_and_kept(kube: Kube, stores: SimulatedStores) -> None:
    for note in ("first", "second"):
        await kube.ensure_namespace(
            "store-once",
            labels={STORE_LABEL: "once", "example.test/a": "b"},
            annotations={"storeweaver.dev/note": note},
        )
    metadata = (await json_of(stores, "namespace", "store-once"))["metadata"]
    assert metadata["labels"].items() >= {STORE_LABEL: "once", "example.test/a": "b"}.items()
    assert metadata["annotations"] == {"storeweaver.dev/note": "first"}


@pytest.mark.parametrize("owner", ["another", ""])
async def test_a_namespace_of_somebody_else_is_refused(
    kube: Kube, stores: SimulatedStores, owner: str
) -> None:
    name = f"store-taken{owner}"
    manifest = namespace(name, owner)
    if not owner:
        del manifest["metadata"]["labels"]
    await stores.apply(manifest)
    with pytest.raises(ActionFailed, match=owner or "something else") as refused:
        await kube.ensure_namespace(name, labels={STORE_LABEL: "mine"}, annotations={})
    assert refused.value.is_permanent
    with pytest.raises(ActionFailed, match="left alone") as refused:
        await kube.delete_namespace(name, store_id="mine")
    assert refused.value.is_permanent
    assert await kube.namespace_exists(name, store_id=owner or "")
    assert not await kube.namespace_exists(name, store_id="mine")


async def test_a_namespace_goes_and_may_come_back(kube: Kube, stores: SimulatedStores) -> None:
    name = await stores.add("again", pod("stuck", STUCK))
    await stores.kubectl("wait", "-n", name, "pod/stuck", "--for=condition=Ready")
    for _ in range(2):
        await kube.delete_namespace(name, store_id="again")
    labels = {STORE_LABEL: "again"}
    with pytest.raises(ActionFailed, match="still being deleted") as refused:
        await kube.ensure_namespace(name, labels=labels, annotations={})
    assert not refused.value.is_permanent
    with pytest.raises(ActionFailed) as refused:
        await kube.ensure_secret(name, "late", values={}, labels={})
    assert not refused.value.is_permanent
    await stores.kubectl("delete", "pod", "stuck", "-n", name, "--force", "--grace-period=0")
    with anyio.fail_after(PATIENCE):
        while await kube.namespace_exists(name, store_id="again"):
            await anyio.sleep(0.1)
    await kube.delete_namespace(name, store_id="again")
    await kube.ensure_namespace(name, labels=labels, annotations={})


async def test_annotations_are_set_and_removed(kube: Kube, stores: SimulatedStores) -> None:
    await stores.apply(namespace("store-notes", "notes", kept="1", removed="1"))
    await kube.annotate_namespace("store-notes", {"added": "1", "removed": None})
    metadata = (await json_of(stores, "namespace", "store-notes"))["metadata"]
    assert metadata["annotations"] == {"storeweaver.dev/kept": "1", "storeweaver.dev/added": "1"}
    with pytest.raises(ActionFailed, match="annotate") as refused:
        await kube.annotate_namespace("store-absent", {"a": "b"})
    assert not refused.value.is_permanent


# --- Secrets


async def test_a_secret_is_never_overwritten(kube: Kube, stores: SimulatedStores) -> None:
    name = await stores.add("secrets")
    for password in ("first-ü", "second"):
        await kube.ensure_secret(
            name, "shop-secret", values={"PASSWORD": password}, labels={STORE_LABEL: "secrets"}
        )
    assert await kube.read_secret(name, "shop-secret") == {"PASSWORD": "first-ü"}
    with pytest.raises(ActionFailed, match="Secret absent"):
        await kube.read_secret(name, "absent")


async def test_a_seal_goes_with_its_secret(kube: Kube, stores: SimulatedStores) -> None:
    name, labels = await stores.add("sealed"), {STORE_LABEL: "sealed"}
    for password in ("first", "second"):
        uid = await kube.ensure_secret(name, "own", values={"A": password}, labels=labels)
        assert (await kube.secrets_of(name))["own"] == SecretRead(uid, {"A": password})
        for _ in range(2):
            await kube.seal_secret(name, "own", uid=uid, labels=labels)
        await stores.kubectl("get", "lease", "own", "-n", name)
        await stores.kubectl("delete", "secret", "own", "-n", name)
        with anyio.fail_after(PATIENCE):
            while await stores.kubectl("get", "lease", "own", "-n", name, "--ignore-not-found"):
                await anyio.sleep(0.05)


async def test_a_secret_is_changed_where_it_is_told(kube: Kube, stores: SimulatedStores) -> None:
    name = await stores.add("changed")
    await kube.ensure_secret(name, "own", values={"A": "1", "B": "1"}, labels={})
    await kube.change_secret(name, "own", values={"B": "2", "C": "2"})
    assert await kube.read_secret(name, "own") == {"A": "1", "B": "2", "C": "2"}


async def test_what_makes_no_sense_is_refused_for_good(kube: Kube, stores: SimulatedStores) -> None:
    name = await stores.add("senseless")
    with pytest.raises(ActionFailed) as refused:
        await kube.ensure_secret(name, "Not A Name", values={"A": "b"}, labels={})
    assert refused.value.is_permanent
    assert "Not A Name" in refused.value.detail


# --- volumes


async def test_volumes_are_found_until_they_are_gone(kube: Kube, stores: SimulatedStores) -> None:
    volume = {"name": "data", "persistentVolumeClaim": {"claimName": "data"}}
    name = await stores.add("volumes", claim("data"), pod("shop", volumes=[volume]))
    await stores.kubectl("wait", "-n", name, "pod/shop", "--for=condition=Ready", "--timeout=60s")
    found = await kube.contents.volumes_of(name)
    assert len(found) == 1
    assert await kube.contents.volumes_of("store-another") == []
    await stores.kubectl("delete", "pod", "shop", "-n", name)
    for _ in range(2):
        await kube.contents.delete_claims(name)
    with anyio.fail_after(PATIENCE):
        while await kube.contents.volumes_of(name):
            await anyio.sleep(0.1)


# --- pods and ingresses


async def test_pods_are_told_to_stop(kube: Kube, stores: SimulatedStores) -> None:
    name = await stores.add("stopping", pod("one"), pod("two"))
    for _ in range(2):
        await kube.contents.delete_pods(name)
    await stores.kubectl("wait", "-n", name, "pods", "--all", "--for=delete", "--timeout=60s")


async def test_whoever_has_a_host_is_found(kube: Kube, stores: SimulatedStores) -> None:
    name = await stores.add("hosts", ingress("one", "a.example.com", "b.example.com"))
    await stores.add("others", ingress("two", "b.example.com"))
    found = await kube.contents.holders_of("b.example.com")
    assert found == [f"{name}/one", "store-others/two"]
    assert await kube.contents.holders_of("c.example.com") == []


async def test_a_log_that_cannot_be_had_is_refused(kube: Kube, stores: SimulatedStores) -> None:
    name = await stores.add("silent")
    with pytest.raises(ActionFailed, match="log of nobody"):
        await kube.contents.last_lines(name, "nobody", "shop", number=5, is_previous=True)


# --- rights

CLUSTER_ROLE = "storeweaver-provisioner"


async def user(stores: SimulatedStores, kind: str) -> Manifest:
    """Credentials of a provisioner that is a user with a certificate, or a service account."""
    if kind == "User":
        authority = Authority(stores.cluster.home.pki / "cluster", name="storeweaver")
        authority.issue([Leaf("provisioner", PROVISIONER)])
        pair = authority.path("provisioner")
        return {"client-certificate": str(pair.certificate), "client-key": str(pair.key)}
    account = {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {"name": "provisioner", "namespace": "default"},
    }
    await stores.apply(account)
    return {"token": (await stores.kubectl("create", "token", "provisioner")).strip()}


@pytest.mark.parametrize("kind", ["User", "ServiceAccount"])
async def test_secrets_are_read_in_the_platforms_own_namespaces_only(
    stores: SimulatedStores, tmp_path: Path, kind: str
) -> None:
    path = stores.kubeconfig(tmp_path / "config", user=await user(stores, kind))
    name = await stores.add(f"rights{kind.lower()}")
    binding = ("clusterrolebinding", "provisioner-in-a-pod")
    account = "--serviceaccount=default:provisioner"
    async with Kube.connected(Settings(kubeconfig=str(path))) as kube:
        if kind == "ServiceAccount":
            # the role may not be read: nothing is done
            await kube.ensure_role_binding(name)
            assert (await json_of(stores, "rolebindings", "-n", name))["items"] == []
            await stores.kubectl("create", *binding, f"--clusterrole={CLUSTER_ROLE}", account)
        try:
            for _ in range(2):
                await kube.ensure_role_binding(name)
            await kube.ensure_secret(name, "own", values={"A": "b"}, labels={})
            assert await kube.read_secret(name, "own") == {"A": "b"}
            for elsewhere in ("kube-system", "default"):
                with pytest.raises(ActionFailed, match="refused") as refused:
                    await kube.read_secret(elsewhere, "any")
                assert "cannot get resource" in refused.value.detail
            made = await json_of(stores, "rolebinding", ROLE_BINDING, "-n", name)
            assert made["roleRef"]["name"] == ROLE
            assert [each["kind"] for each in made["subjects"]] == [kind]
        finally:
            await stores.kubectl("delete", "--ignore-not-found", *binding)
