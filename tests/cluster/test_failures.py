"""What only a real kubelet can show: each cause with its evidence, kept when all else is gone."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from provisioner.views import StoreView
from tests.browser.conftest import pages  # noqa: F401 - a fixture
from tests.cluster.conftest import LocalCluster, describe
from tests.cluster.identity import workers_kubeconfig
from tests.cluster.read_pages import read_pages
from tests.cluster.staging import Manifest, Staged, claim, deployment, evidence, mounted, plain
from tests.cluster.waiting import until
from tests.cluster.working import Platform, settings_for, working
from tests.postgresql import TEMPLATE, Server

SECONDS = 45.0
"""In which a store has to become Ready here; the kubelet starts a crashed container again after
10 and 20 seconds."""

NOISE = """
exec 1>&2
head -c 3000000 /dev/urandom
echo
printf '\\033[31mred\\033[0m and \\000 nothing\\n'
echo "signing in with $ADMIN_PASSWORD"
echo "POSTGRES_PASSWORD=hunter22"
echo "no licence"
exit 3
"""
MAPS = {"apiGroups": [""], "apiVersions": ["v1"], "resources": ["configmaps"]}


def running(*command: str, **container: object) -> Manifest:
    """The shop, with a command of its own."""
    secret = [{"secretRef": {"name": "shop-secret"}}]
    return deployment(container={"command": [*command], "envFrom": secret, **container})


CASES = {
    "name": Staged(
        code="image-name",
        words="cannot be used",
        objects=(deployment(container={"image": "Odd::Name"}),),
    ),
    "registry": Staged(
        code="registry-unreachable",
        words="its registry is out of reach",
        objects=(deployment(container={"image": "example.test/none:1"}),),
    ),
    "crash": Staged(
        code="crash", words="shop keeps ending with status 3", objects=(running("sh", "-c", NOISE),)
    ),
    "memory": Staged(
        code="out-of-memory",
        words="used more memory than its limit",
        objects=(running("tail", "/dev/zero", resources={"limits": {"memory": "32Mi"}}),),
    ),
    "quota": Staged(
        code="quota",
        words="The quota shop of its namespace is used up",
        objects=(
            plain("v1", "ResourceQuota", spec={"hard": {"pods": "0"}}),
            running("sleep", "600"),
        ),
    ),
    "volume": Staged(
        code="volume-no-class",
        words="the storage class none-such does not exist",
        objects=(
            deployment(volumes=mounted(), container={"command": ["sleep", "600"]}),
            claim(storageClassName="none-such"),
        ),
    ),
    "security": Staged(
        code="pod-security",
        words="The Pod Security level restricted",
        objects=(deployment(hostNetwork=True),),
    ),
    "broken": Staged(
        code="chart-template",
        words="The chart cannot be rendered",
        files=(("templates/broken.yaml", "{{ .Values.no.such.thing }}"),),
    ),
    "webhook": Staged(
        code="webhook-away",
        words="The admission webhook silent.example.com cannot be asked",
        objects=(plain("v1", "ConfigMap", data={"a": "b"}),),
    ),
    "probe": Staged(
        code="probe-failing",
        words="shop does not answer its probe",
        objects=(
            running("sleep", "600", readinessProbe={"tcpSocket": {"port": 9}, "periodSeconds": 2}),
        ),
    ),
}

PLAIN = Staged(
    code="",
    words="",
    objects=(deployment(container={"command": ["sleep", "600"]}, volumes=mounted()), claim()),
)

KEPT = Staged(
    code="",
    words="",
    objects=(
        running("sleep", "600"),
        plain("v1", "ConfigMap", metadata={"finalizers": ["example.com/stuck"]}),
    ),
)


@pytest.fixture(scope="module")
def platform(
    cluster: LocalCluster,
    helm: Path,
    postgresql: Server,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Platform]:
    folder = tmp_path_factory.mktemp("failures")
    postgresql.execute(f"create database failures template {TEMPLATE}")
    engines = {
        key: case.engine(folder / "charts", key)
        for key, case in {**CASES, "kept": KEPT, "plain": PLAIN}.items()
    }
    settings = settings_for(
        database_url=postgresql.url_of("failures"),
        kubeconfig=workers_kubeconfig(cluster, folder / "kubeconfig"),
        helm=helm,
        port=cluster.http_port,
        images={"shop": cluster.image("postgres")},
        state=folder,
    )
    limits = replace(
        settings,
        provision_timeout=SECONDS,
        max_concurrent_provisions=len(engines),
        max_stores_per_user=len(engines) + 1,
        new_user_stores=len(engines) + 1,
    )
    with working(limits, engines=engines) as found:
        yield found
    postgresql.execute("drop database failures with (force)")


@pytest.fixture
def silent_webhook(cluster: LocalCluster) -> Iterator[None]:
    """A webhook at an address where nobody is, for stores of one engine."""
    webhook = {
        "name": "silent.example.com",
        "admissionReviewVersions": ["v1"],
        "sideEffects": "None",
        "timeoutSeconds": 2,
        "clientConfig": {"url": "https://192.0.2.1/"},
        "namespaceSelector": {"matchLabels": {"storeweaver.dev/engine": "webhook"}},
        "rules": [{**MAPS, "operations": ["CREATE"]}],
    }
    configuration = {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": "silent"},
        "webhooks": [webhook],
    }
    cluster.apply(json.dumps(configuration))
    yield
    cluster.kubectl("delete", "validatingwebhookconfiguration", "silent")


@pytest.mark.usefixtures("silent_webhook")
def test_each_failure_keeps_its_cause_and_its_evidence_and_its_page_says_it(
    cluster: LocalCluster,
    platform: Platform,
    postgresql: Server,
    pages: Path,  # noqa: F811
    tmp_path: Path,
) -> None:
    made = {key: platform.create(key, key) for key in CASES}
    password = secret(cluster, made["crash"])
    problems = until_failed(cluster, platform, made)
    assert not problems, "\n".join(problems)
    texts = read_pages(
        pages,
        database_url=postgresql.url_of("failures"),
        email=platform.person.email,
        stores={key: store.id for key, store in made.items()},
        log=tmp_path / "dashboard.log",
    )
    for key, store in made.items():
        view = platform.get(store)
        assert view is not None
        assert CASES[key].words in texts[key], texts[key]
        assert view.error_hint in texts[key], texts[key]
        until(f"{key} is cleaned up", partial(is_clean, cluster, store))
        told = evidence(platform.timeline(store), "failed")
        assert f"Cause: {CASES[key].code}" in told, key

    logs = evidence(platform.timeline(made["crash"]), "failed")
    assert "| red and nothing" in logs
    assert "| signing in with •••••" in logs
    assert "| POSTGRES_PASSWORD=•••••" in logs
    assert "| no licence" in logs
    assert "hunter22" not in logs
    assert password not in logs
    assert "\x1b" not in logs
    assert len(logs) < 30_000
    for store in made.values():
        platform.delete(store)
    until("all are gone", lambda: not any(platform.get(store) for store in made.values()))


def secret(cluster: LocalCluster, store: StoreView) -> str:
    """The store's password, as it is in its namespace."""
    found = until(
        "the store's Secret is there",
        lambda: cluster.kubectl(
            *("get", "secret", "shop-secret", "-n", store.namespace, "--ignore-not-found"),
            "-o=jsonpath={.data.ADMIN_PASSWORD}",
        ),
    )
    return base64.b64decode(found).decode()


def until_failed(
    cluster: LocalCluster, platform: Platform, made: dict[str, StoreView]
) -> list[str]:
    """Wait until every store has failed as it should; what is missing at the end."""
    problems: list[str] = []

    def have_failed() -> bool:
        views = {key: platform.get(store) for key, store in made.items()}
        return all(view is not None and view.status == "failed" for view in views.values())

    until("every store has failed", have_failed)
    for key, store in made.items():
        view = platform.get(store)
        assert view is not None
        case = CASES[key]
        if view.error_code != case.code or case.words not in view.error_message:
            problems.append(f"{key}: {view.error_code}: {view.error_message}")
            problems.append(evidence(platform.timeline(store), "failed"))
            if not is_clean(cluster, store):
                describe(cluster, store.namespace)
    return problems


def is_clean(cluster: LocalCluster, store: StoreView) -> bool:
    return not cluster.kubectl("get", "namespace", store.namespace, "--ignore-not-found")


def until_running(cluster: LocalCluster, store: StoreView) -> None:
    phases = "-o=jsonpath={.items[*].status.phase}"
    until(
        "its pod runs",
        lambda: cluster.kubectl("get", "pods", "-n", store.namespace, phases) == "Running",
    )


def test_a_delete_under_running_pods_leaves_no_volume(
    cluster: LocalCluster, platform: Platform
) -> None:
    store = platform.create("Plain", "plain")
    until_running(cluster, store)
    volumes = "-o=jsonpath={range .items[*]}{.spec.claimRef.namespace} {end}"
    assert store.namespace in cluster.kubectl("get", "persistentvolumes", volumes)
    begun = time.monotonic()
    platform.delete(store)
    until("it is gone", lambda: platform.get(store) is None)
    print(f"deleted under a running pod in {time.monotonic() - begun:.1f} s")
    assert is_clean(cluster, store)
    assert store.namespace not in cluster.kubectl("get", "persistentvolumes", volumes)


def test_a_finalizer_that_nobody_takes_away_is_named_with_its_owner(
    cluster: LocalCluster, platform: Platform
) -> None:
    store = platform.create("Kept", "kept")
    until(
        "what it consists of is there",
        lambda: (
            cluster.kubectl(
                *("get", "pods", "-n", store.namespace, "-o=jsonpath={.items[*].status.phase}")
            )
            == "Running"
        ),
    )
    platform.delete(store)
    told = platform.until(
        "the page names the finalizer", store, lambda view: view.error_code == "held-by-finalizer"
    )
    assert "waits for the finalizer example.com/stuck" in told.error_message
    assert "controller of example.com" in told.error_message
    cluster.kubectl(
        *("patch", "configmap", "shop", "-n", store.namespace, "--type=merge"),
        *("-p", '{"metadata": {"finalizers": null}}'),
    )
    until("it is gone", lambda: platform.get(store) is None)
    assert is_clean(cluster, store)
