"""What the worker may do in the cluster, and what it is refused, asked of a real API server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cluster import clients
from cluster.commands import run
from cluster.errors import CommandFailed
from cluster.home import Home
from cluster.simulated import Programs, SimulatedCluster, simulated
from tests.cluster.identity import workers_kubeconfig
from tests.cluster.waiting import until

CHART = Path(__file__).parents[2] / "charts" / "medusa"
STORE = "store-first"
LABELS = {
    "storeweaver.dev/store": "s123456789ab",
    "pod-security.kubernetes.io/enforce": "restricted",
}
USER = "storeweaver:provisioner"
SHOP = (
    "host=first.example.test",
    *(f"images.{name}=example.test/{name}:1" for name in ("backend", "storefront")),
    *(f"images.{name}=example.test/{name}:1" for name in ("postgres", "valkey")),
)
"""Values of a shop; its pods are played."""


@dataclass(frozen=True)
class Worker:
    """Calls a simulated cluster with the worker's own certificate."""

    cluster: SimulatedCluster
    kubeconfig: Path
    helm_program: Path

    def kubectl(self, *arguments: str, stdin: object = None) -> str:
        return run(
            [self.cluster.program, "kubectl", *arguments],
            env={"KUBECONFIG": str(self.kubeconfig)},
            stdin=None if stdin is None else json.dumps(stdin).encode(),
        )

    def helm(self, *arguments: str | Path) -> str:
        environment = {"KUBECONFIG": str(self.kubeconfig), "HOME": str(self.kubeconfig.parent)}
        try:
            return run([self.helm_program, *arguments], env=environment)
        except CommandFailed as failure:
            raise AssertionError(failure.detail) from failure

    def create(self, manifest: object) -> str:
        return self.kubectl("create", "--filename=-", stdin=manifest)

    def refusal(self, *arguments: str, stdin: object = None) -> str:
        """What the API server says when it refuses; fails where it does not."""
        with pytest.raises(CommandFailed) as caught:
            self.kubectl(*arguments, stdin=stdin)
        said = caught.value.detail
        assert "orbidden" in said or "denied request" in said, said
        return said


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory, programs: Programs) -> Iterator[Worker]:
    folder = tmp_path_factory.mktemp("worker")
    with simulated(tmp_path_factory.mktemp("rights"), programs) as cluster:
        kubeconfig = workers_kubeconfig(cluster, folder / "kubeconfig")
        found = Worker(cluster, kubeconfig, clients.helm(Home.from_environment()))
        until("the policy is in force", lambda: _is_policed(found))
        yield found


@pytest.fixture(scope="module")
def store(worker: Worker) -> str:
    """The namespace of a store, made by the worker as it makes every one."""
    worker.create(namespace(STORE))
    worker.create(binding(STORE))
    until(
        "the binding is in force",
        lambda: worker.kubectl("auth", "whoami") and _may_read_secrets(worker, STORE),
    )
    return STORE


def namespace(name: str, **labels: str | None) -> dict[str, Any]:
    wanted = {**LABELS, **{k.replace("_", "/"): v for k, v in labels.items()}}
    kept = {key: value for key, value in wanted.items() if value is not None}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": kept}}


def binding(namespace: str, *, role: str = "storeweaver-store", user: str = USER) -> dict[str, Any]:
    group = "rbac.authorization.k8s.io"
    return {
        "apiVersion": f"{group}/v1",
        "kind": "RoleBinding",
        "metadata": {"name": f"worker-{role}-{len(user)}", "namespace": namespace},
        "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": role},
        "subjects": [{"apiGroup": group, "kind": "User", "name": user}],
    }


def secret(namespace: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "credentials", "namespace": namespace},
        "stringData": {"password": "one"},
    }


def pod(namespace: str, *, name: str = "intruder") -> dict[str, Any]:
    spec = {"containers": [{"name": "main", "image": "example.test/main:1"}]}
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


def test_a_store_is_made_released_and_removed(worker: Worker, store: str) -> None:
    worker.create(secret(store))
    for _ in ("install", "upgrade"):
        worker.helm(
            *("upgrade", "--install", "shop", CHART, f"--namespace={store}"),
            *(f"--values={CHART / 'values-prod.yaml'}", "--disable-openapi-validation"),
            *(f"--set={value}" for value in SHOP),
        )
    kinds = "deployments,statefulsets,services,ingresses,persistentvolumeclaims"
    assert "shop-" in worker.kubectl("get", kinds, f"--namespace={store}")
    worker.kubectl("annotate", "namespace", store, "storeweaver.dev/step=one")
    pods = worker.kubectl("get", "pods", f"--namespace={store}", "--output=name").split()
    for name in pods[:1]:
        worker.kubectl("delete", name, f"--namespace={store}", "--wait=false")
    worker.helm("uninstall", "shop", f"--namespace={store}")
    worker.create(namespace("store-second"))
    worker.kubectl("delete", "namespace", "store-second", "--wait=false")


def test_what_the_worker_watches_it_may_read_everywhere(worker: Worker) -> None:
    kinds = "pods,deployments,statefulsets,jobs,ingresses,persistentvolumeclaims,events,leases"
    worker.kubectl("get", kinds, "--all-namespaces")
    worker.kubectl("get", "namespaces,persistentvolumes,ingressclasses,storageclasses")


def test_what_pods_use_the_worker_may_read_where_it_is_measured(worker: Worker) -> None:
    """A simulated cluster has nothing that measures, so the right itself is asked for."""
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {
            "resourceAttributes": {"verb": "list", "group": "metrics.k8s.io", "resource": "pods"}
        },
    }
    # kubectl itself would look the kind up in a group that is not there
    path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
    answer = worker.kubectl("create", f"--raw={path}", "--filename=-", stdin=review)
    assert json.loads(answer)["status"]["allowed"] is True


@pytest.mark.usefixtures("others")
@pytest.mark.parametrize(
    "asked",
    [
        ("get", "secrets", "--all-namespaces"),
        ("get", "secrets", "--namespace=kube-system"),
        ("get", "secrets", "--namespace=default"),
        ("get", "secrets", "--namespace=unlabelled"),
        ("get", "configmaps", "--namespace=kube-system"),
        ("get", "clusterroles"),
        ("get", "clusterrole", "cluster-admin"),
        ("get", "--raw=/api/v1/nodes/simulated/proxy/pods"),
        ("get", "nodes", "--as=storeweaver-administrator", "--as-group=system:masters"),
        ("delete", "namespace", "kube-system"),
        ("delete", "namespace", "unlabelled"),
        ("delete", "namespace", "store-unlabelled"),
        ("delete", "pod", "bystander", "--namespace=unlabelled"),
        ("delete", "node", "simulated"),
        ("delete", "validatingadmissionpolicy", "storeweaver-provisioner"),
        ("label", "namespace", "kube-system", "storeweaver.dev/store=s123456789ab"),
        ("label", "namespace", "default", "storeweaver.dev/store=s123456789ab"),
        ("label", "namespace", "store-unlabelled", "storeweaver.dev/store=s123456789ab"),
        ("create", "serviceaccount", "intruder", "--namespace=kube-system"),
        ("create", "token", "default", "--namespace=default"),
        ("create", "clusterrolebinding", "all", "--clusterrole=cluster-admin", f"--user={USER}"),
    ],
    ids=" ".join,
)
def test_refused_outside_of_stores(worker: Worker, asked: tuple[str, ...]) -> None:
    worker.refusal(*asked)


@pytest.fixture(scope="module")
def others(worker: Worker) -> None:
    """Namespaces that are not ours, each with something in it."""
    for name in ("unlabelled", "store-unlabelled"):
        worker.cluster.kubectl("create", "namespace", name)
    until(
        "the namespace has its service account",
        lambda: worker.cluster.kubectl(
            *("get", "serviceaccounts", "default", "--ignore-not-found"), "--namespace=unlabelled"
        ),
    )
    bystander = json.dumps(pod("unlabelled", name="bystander")).encode()
    worker.cluster.kubectl("create", "--filename=-", stdin=bystander)


@pytest.mark.usefixtures("others")
@pytest.mark.parametrize("place", ["kube-system", "default", "unlabelled", "store-unlabelled"])
def test_nothing_is_made_outside_of_stores(worker: Worker, place: str) -> None:
    for manifest in (pod(place), secret(place), binding(place)):
        worker.refusal("create", "--filename=-", stdin=manifest)


@pytest.mark.parametrize(
    "manifest",
    [
        namespace("foo"),
        namespace("store-x", **{"storeweaver.dev_store": None}),
        namespace("store-x", **{"storeweaver.dev_store": ""}),
        namespace("store-x", **{"pod-security.kubernetes.io_enforce": None}),
        namespace("store-x", **{"pod-security.kubernetes.io_enforce": "privileged"}),
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"generateName": "store-"}},
    ],
    ids=["name", "no-label", "empty-label", "no-standard", "privileged", "generated"],
)
def test_a_namespace_that_is_no_stores_is_refused(worker: Worker, manifest: object) -> None:
    assert "ValidatingAdmissionPolicy" in worker.refusal("create", "--filename=-", stdin=manifest)


@pytest.mark.parametrize(
    "label",
    [
        "storeweaver.dev/store=another",
        "storeweaver.dev/store-",
        "pod-security.kubernetes.io/enforce=privileged",
        "pod-security.kubernetes.io/enforce-",
    ],
)
def test_what_guards_a_store_stays(worker: Worker, store: str, label: str) -> None:
    worker.refusal("label", "--overwrite", "namespace", store, label)


def test_rights_in_a_store_are_the_workers_and_no_more(worker: Worker, store: str) -> None:
    for manifest in (
        binding(store, role="cluster-admin"),
        binding(store, user="somebody"),
        pod(store),
    ):
        worker.refusal("create", "--filename=-", stdin=manifest)
    worker.refusal("create", "token", "default", f"--namespace={store}")
    worker.refusal("get", "rolebindings", f"--namespace={store}")


@pytest.mark.usefixtures("others")
def test_the_policy_refuses_by_itself(worker: Worker) -> None:
    """Not only because a right is missing: with all of them, what is elsewhere stays safe."""
    worker.cluster.kubectl(
        *("create", "clusterrolebinding", "too-much", "--clusterrole=cluster-admin"),
        f"--user={USER}",
    )
    try:
        until("the rights are there", lambda: _may_read_secrets(worker, "kube-system"))
        for manifest in (secret("unlabelled"), pod("kube-system"), binding("store-unlabelled")):
            said = worker.refusal("create", "--filename=-", stdin=manifest)
            assert "only what is in the namespace of a store" in said
        assert "outside of namespaces" in worker.refusal("delete", "node", "simulated")
        assert "binds storeweaver-store to itself" in worker.refusal(
            "create", "--filename=-", stdin=binding(STORE, role="view")
        )
    finally:
        worker.cluster.kubectl("delete", "clusterrolebinding", "too-much")
        until("they are gone", lambda: not _may_read_secrets(worker, "kube-system"))


def _is_policed(worker: Worker) -> bool:
    try:
        worker.kubectl("create", "--dry-run=server", "--filename=-", stdin=namespace("foo"))
    except CommandFailed as failure:
        return "ValidatingAdmissionPolicy" in failure.detail
    return False


def _may_read_secrets(worker: Worker, namespace: str) -> bool:
    try:
        return "yes" in worker.kubectl(
            "auth", "can-i", "get", "secrets", f"--namespace={namespace}"
        )
    except CommandFailed:
        return False
