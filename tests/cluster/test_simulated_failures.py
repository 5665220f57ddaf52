"""Every cause that a control plane alone can give: named while it waits, or failed by its class;
and whatever came of it, a delete leaves nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from pathlib import Path

import anyio
import anyio.to_thread
import pytest

from cluster.simulated import SimulatedCluster
from provisioner.database import Database
from provisioner.runtime import Runtime, running
from provisioner.settings import Settings
from provisioner.views import Actor, StoreView
from tests.browser.conftest import pages
from tests.cluster.read_pages import read_pages
from tests.cluster.simulated_shops import MARK, Storefronts
from tests.cluster.simulated_world import cluster, settings, shops
from tests.cluster.staging import (
    Manifest,
    Staged,
    claim,
    deployment,
    evidence,
    ingress,
    is_gone,
    mounted,
    plain,
    shown,
)
from tests.cluster.waiting import PATIENCE
from tests.services.people import person

__all__ = ["cluster", "pages", "settings", "shops"]

pytestmark = pytest.mark.anyio

LARGE = {"requests": {"cpu": "100", "memory": "1Gi"}}
VAST = {"requests": {"cpu": "1", "memory": "900Gi"}}
HIGHEST = {"hard": {"pods": "0"}}
LIMITS = {"limits": [{"type": "Container", "max": {"memory": "16Mi"}}]}
ROLE: Manifest = {"rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]}
SCHEMA = json.dumps({"type": "object", "properties": {"host": {"type": "integer"}}})
TAINT = {"key": "example.com/reserved", "effect": "NoSchedule"}
CORDONED = {"key": "node.kubernetes.io/unschedulable", "operator": "Exists"}
"""Tolerated by the pod that a taint keeps out, so that the other case's node does not do it."""
WHOLE = (deployment(), ingress())

CASES = {
    "image-missing": Staged(
        code="image-not-found",
        words="cannot be pulled, as it is not there",
        objects=(deployment("image-not-found"),),
    ),
    "image-forbidden": Staged(
        code="pull-refused", words="may not be pulled", objects=(deployment("image-forbidden"),)
    ),
    "registry-away": Staged(
        code="registry-unreachable",
        words="its registry is out of reach",
        objects=(deployment("registry-away"),),
    ),
    "image-name": Staged(
        code="image-name",
        words="cannot be used",
        objects=(deployment("image-name"),),
        fails=True,
    ),
    "no-secret": Staged(
        code="container-not-made",
        words='secret "shop-licence" not found',
        objects=(deployment("no-secret"),),
    ),
    "crash": Staged(
        code="crash",
        words="shop keeps ending with status 1: Error: the shop's database has no table",
        objects=(deployment("crash"),),
        fails=True,
    ),
    "memory": Staged(
        code="out-of-memory",
        words="used more memory than its limit",
        objects=(deployment("out-of-memory"),),
        fails=True,
    ),
    "needs-cpu": Staged(
        code="unschedulable-cpu",
        words="No node has enough CPU for shop",
        objects=(deployment(container={"resources": LARGE}),),
    ),
    "needs-memory": Staged(
        code="unschedulable-memory",
        words="No node has enough memory for shop",
        objects=(deployment(container={"resources": VAST}),),
    ),
    "tainted": Staged(
        code="unschedulable-taint",
        words="Every node keeps shop out by a taint",
        objects=(deployment(nodeSelector={"test": "tainted"}, tolerations=[CORDONED]),),
    ),
    "node-away": Staged(
        code="node-away",
        words="No node is there to take shop",
        objects=(deployment(nodeSelector={"test": "away"}),),
    ),
    "class-missing": Staged(
        code="volume-no-class",
        words="the storage class none-such does not exist",
        objects=(deployment(volumes=mounted()), claim(storageClassName="none-such")),
    ),
    "class-empty": Staged(
        code="volume-no-class",
        words="it names no storage class",
        objects=(deployment(volumes=mounted()), claim(storageClassName="")),
    ),
    "no-provisioner": Staged(
        code="volume-no-provisioner",
        words="its provisioner example.com/nobody has not made it",
        objects=(deployment(volumes=mounted()), claim(storageClassName="nobody")),
    ),
    "quota": Staged(
        code="quota",
        words="The quota shop of its namespace is used up",
        objects=(plain("v1", "ResourceQuota", spec=HIGHEST), deployment()),
    ),
    "limits": Staged(
        code="limit-range",
        words="maximum memory usage per Container is 16Mi",
        objects=(
            plain("v1", "LimitRange", spec=LIMITS),
            deployment(container={"resources": {"limits": {"memory": "64Mi"}}}),
        ),
        fails=True,
    ),
    "privileged": Staged(
        code="pod-security",
        words="The Pod Security level restricted",
        objects=(deployment(hostNetwork=True),),
        fails=True,
    ),
    "rights": Staged(
        code="rights-missing",
        words="The platform may not get roles.rbac.authorization.k8s.io in the namespace store-",
        objects=(plain("rbac.authorization.k8s.io/v1", "Role", **ROLE),),
        fails=True,
    ),
    "webhook-away": Staged(
        code="webhook-away",
        words="The admission webhook away.example.com cannot be asked",
        objects=(plain("v1", "ConfigMap", data={"a": "b"}),),
    ),
    "policy": Staged(
        code="webhook-refused",
        words="The admission policy no-maps refuses: no maps here",
        objects=(plain("v1", "ConfigMap", data={"a": "b"}),),
        fails=True,
    ),
    "schema": Staged(
        code="chart-schema",
        words="The chart refuses the values",
        files=(("values.schema.json", SCHEMA),),
        fails=True,
    ),
    "template": Staged(
        code="chart-template",
        words="The chart cannot be rendered",
        files=(("templates/broken.yaml", '{{ fail "there is no such thing" }}'),),
        fails=True,
    ),
    "no-object": Staged(
        code="chart-template",
        words="The chart makes an object that is refused",
        objects=(plain("v1", "Service", spec={"ports": [{"port": 80, "protocol": "odd"}]}),),
        fails=True,
    ),
    "kube-version": Staged(
        code="chart-version",
        words="The chart asks for Kubernetes",
        files=(
            (
                "Chart.yaml",
                json.dumps(
                    {
                        "apiVersion": "v2",
                        "name": "kube-version",
                        "version": "0.1.0",
                        "kubeVersion": ">=9.0.0",
                    }
                ),
            ),
        ),
        fails=True,
    ),
    "kind-unknown": Staged(
        code="chart-version",
        words="The cluster does not know the kind Shop of example.com/v1",
        objects=(plain("example.com/v1", "Shop", spec={}),),
        fails=True,
    ),
    "no-controller": Staged(
        code="ingress-not-taken",
        words="No ingress controller of the class simulated has taken up",
        objects=(deployment(), ingress("ignored")),
    ),
    "wrong-answer": Staged(
        code="shop-wrong-answer",
        words="The shop answers with status 404: no such shop",
        objects=WHOLE,
    ),
    "host-taken": Staged(
        code="host-taken",
        words="Something else answers under the shop's host",
        objects=WHOLE,
        page=f"<h1>Another</h1><a {MARK}>",
    ),
    "empty": Staged(
        code="shop-empty",
        words="shows no product yet",
        objects=WHOLE,
        page="<h1>empty</h1>",
    ),
}

NODES = """
{{"apiVersion": "v1", "kind": "Node",
  "metadata": {{"name": "{name}", "labels": {{"test": "{name}", "type": "kwok"}},
               "annotations": {{"kwok.x-k8s.io/node": "fake"}}}},
  "spec": {spec},
  "status": {{"allocatable": {{"cpu": "8", "memory": "8Gi", "pods": "10"}}}}}}
"""


@pytest.fixture
def roomy(settings: Settings) -> Settings:
    """With room for all cases at once."""
    return replace(
        settings,
        images="shop=example.test/shop:1,database=example.test/database:1",
        max_concurrent_provisions=len(CASES),
        max_stores_per_user=len(CASES),
        new_user_stores=len(CASES),
        claim_seconds=Settings.claim_seconds,
        provision_timeout=3600.0,
    )


@pytest.fixture
async def owner(database: Database) -> Actor:
    return await person(database, "owner@example.com")


def apply(cluster: SimulatedCluster, *manifests: object) -> None:
    whole = {"apiVersion": "v1", "kind": "List", "items": list(manifests)}
    cluster.kubectl("apply", "--server-side", "--filename=-", stdin=json.dumps(whole).encode())


@pytest.fixture
def obstacles(cluster: SimulatedCluster) -> None:
    """What stands in the way of some, and belongs to the whole cluster."""
    chosen = {"matchLabels": {"storeweaver.dev/engine": "webhook-away"}}
    maps = {"apiGroups": [""], "apiVersions": ["v1"], "resources": ["configmaps"]}
    apply(
        cluster,
        json.loads(NODES.format(name="tainted", spec=json.dumps({"taints": [TAINT]}))),
        json.loads(NODES.format(name="away", spec=json.dumps({"unschedulable": True}))),
        {
            "apiVersion": "storage.k8s.io/v1",
            "kind": "StorageClass",
            "metadata": {"name": "nobody"},
            "provisioner": "example.com/nobody",
        },
        {
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": "ValidatingWebhookConfiguration",
            "metadata": {"name": "away"},
            "webhooks": [
                {
                    "name": "away.example.com",
                    "admissionReviewVersions": ["v1"],
                    "sideEffects": "None",
                    "timeoutSeconds": 1,
                    "clientConfig": {"url": "https://127.0.0.1:1/"},
                    "namespaceSelector": chosen,
                    "rules": [{**maps, "operations": ["CREATE"]}],
                }
            ],
        },
        {
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": "ValidatingAdmissionPolicy",
            "metadata": {"name": "no-maps"},
            "spec": {
                "matchConstraints": {"resourceRules": [{**maps, "operations": ["CREATE"]}]},
                "matchConditions": [
                    {"name": "ours", "expression": "object.metadata.name == 'shop'"}
                ],
                "validations": [{"expression": "false", "message": "no maps here"}],
            },
        },
        {
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": "ValidatingAdmissionPolicyBinding",
            "metadata": {"name": "no-maps"},
            "spec": {
                "policyName": "no-maps",
                "validationActions": ["Deny"],
                "matchResources": {
                    "namespaceSelector": {"matchLabels": {"storeweaver.dev/engine": "policy"}}
                },
            },
        },
    )


@pytest.mark.usefixtures("obstacles")
async def test_each_is_named_on_its_page_too_and_each_can_be_deleted(
    cluster: SimulatedCluster,
    shops: Storefronts,
    roomy: Settings,
    owner: Actor,
    pages: Path,
    tmp_path: Path,
) -> None:
    engines = {key: case.engine(tmp_path / "charts", key) for key, case in CASES.items()}
    async with running(roomy, engines=engines) as runtime:
        made: dict[str, StoreView] = {}
        for key, case in CASES.items():
            made[key] = await runtime.stores.create(owner, name=key, engine=key)
            if case.page is not None:
                shops.pages[made[key].url.split("/")[2].partition(":")[0]] = case.page
        problems = await until_told(runtime, owner, made)
        assert not problems, "\n".join(problems)
        texts = await anyio.to_thread.run_sync(
            partial(
                read_pages,
                pages,
                database_url=roomy.database_url,
                email=owner.email,
                stores={key: store.id for key, store in made.items()},
                log=tmp_path / "dashboard.log",
            )
        )
        for key, case in CASES.items():
            assert case.words in texts[key], f"{key}: {texts[key]}"
        for key, case in CASES.items():
            if case.fails:
                timeline = await runtime.stores.timeline(owner, made[key].id)
                assert f"Cause: {case.code}" in evidence(timeline, "failed"), key
        for store in made.values():
            await runtime.stores.delete(owner, store.id)
        with anyio.fail_after(PATIENCE):
            for store in made.values():
                while not await is_gone(runtime, owner, store):
                    await anyio.sleep(0.2)
        left = await anyio.to_thread.run_sync(
            cluster.kubectl, "get", "namespaces", "-l", "storeweaver.dev/store", "-o", "name"
        )
        assert left == ""


async def until_told(runtime: Runtime, owner: Actor, made: dict[str, StoreView]) -> list[str]:
    """Wait until every store says what it should; what is missing at the end."""
    problems = ["not asked yet"]
    with anyio.move_on_after(PATIENCE):
        while problems:
            problems = []
            for key, case in CASES.items():
                view, said = await shown(runtime, owner, made[key])
                is_failed = view.status == "failed" and view.error_code == case.code
                if case.words not in said or (is_failed if case.fails else False) != case.fails:
                    problems.append(f"{key}: {view.status} {view.error_code}: {said}")
            await anyio.sleep(0.2)
    return problems


async def test_another_ingress_with_the_host_is_named_when_the_time_is_up(
    cluster: SimulatedCluster,
    shops: Storefronts,
    roomy: Settings,
    owner: Actor,
    tmp_path: Path,
) -> None:
    engine = CASES["host-taken"].engine(tmp_path / "charts", "rival")
    short = replace(roomy, provision_timeout=20.0)
    async with running(short, engines={"rival": engine}) as runtime:
        store = await runtime.stores.create(owner, name="rival", engine="rival")
        host = store.url.split("/")[2].partition(":")[0]
        shops.pages[host] = f"<h1>Another</h1><a {MARK}>"
        theirs = ingress()
        theirs["metadata"] = {"name": "theirs", "namespace": "default"}
        theirs["spec"]["rules"][0]["host"] = host
        await anyio.to_thread.run_sync(apply, cluster, theirs)
        with anyio.fail_after(PATIENCE):
            while (view := await runtime.stores.get(owner, store.id)).status != "failed":
                await anyio.sleep(0.1)
        assert view.error_code == "host-taken"
        assert f"The host {host} belongs to the Ingress default/theirs" in view.error_message
        assert "then retry" in view.error_hint or "another name" in view.error_hint
        await runtime.stores.delete(owner, store.id)
        with anyio.fail_after(PATIENCE):
            while not await is_gone(runtime, owner, store):
                await anyio.sleep(0.2)
