"""How the pods of a Medusa release run: privileges, probes, secrets, resources."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest

from tests.unit.charts.pod_security import PROBES, violations
from tests.unit.charts.rendering import Chart, Release

PROD = ("values-prod.yaml",)
VALUES = [
    pytest.param((), {}, id="defaults"),
    pytest.param((), {"init__mode": "job", "backend__replicas": 2}, id="job"),
    pytest.param(("values-local.yaml",), {}, id="local"),
    pytest.param(PROD, {}, id="prod"),
]
USERS = {"backend": 1000, "init": 1000, "storefront": 1000, "postgres": 999, "redis": 999}

SERVING = {"DATABASE_URL", "REDIS_URL", "JWT_SECRET", "COOKIE_SECRET"}
PREPARING = {*SERVING, "ADMIN_EMAIL", "ADMIN_PASSWORD", "PUBLISHABLE_KEY", "STORE_NAME"}
DATABASES = {"postgres": {"POSTGRES_PASSWORD"}, "redis": {"VALKEY_PASSWORD"}}
STOREFRONT = {"storefront": {"PUBLISHABLE_KEY", "STORE_NAME"}}

SUFFIXES = {
    **{"m": Decimal("0.001"), "": Decimal(1)},
    **{name: Decimal(1000**power) for power, name in enumerate("kMG", start=1)},
    **{f"{name}i": Decimal(1024**power) for power, name in enumerate("KMG", start=1)},
}


def amount(quantity: str | int) -> Decimal:
    """A quantity of Kubernetes as a number."""
    found = re.fullmatch(r"([0-9.]+)([A-Za-z]*)", str(quantity))
    assert found is not None, quantity
    return Decimal(found[1]) * SUFFIXES[found[2]]


def secret_keys(release: Release) -> dict[str, set[str]]:
    """What each pod gets of the shop's Secret, by component."""
    keys: dict[str, set[str]] = {}
    for component, container in release.containers.items():
        sources = [each["valueFrom"] for each in container["env"] if "valueFrom" in each]
        assert {source["secretKeyRef"]["name"] for source in sources} == {"medusa-secret"}
        keys[component] = {source["secretKeyRef"]["key"] for source in sources}
    return keys


@pytest.mark.parametrize(("files", "values"), VALUES)
def test_every_pod_meets_pod_security_restricted(
    medusa: Chart, files: tuple[str, ...], values: dict[str, object]
) -> None:
    for component, pod in medusa.render(*files, **values).pods.items():
        assert violations(pod["spec"]) == [], component


@pytest.mark.parametrize(("files", "values"), VALUES)
def test_pods_run_as_their_images_user_on_a_read_only_file_system(
    medusa: Chart, files: tuple[str, ...], values: dict[str, object]
) -> None:
    release = medusa.render(*files, **values)
    for component, pod in release.pods.items():
        context = pod["spec"]["securityContext"]
        assert context["runAsUser"] == context["fsGroup"] == USERS[component]
        container = release.containers[component]
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        mounts = {mount["mountPath"]: mount["name"] for mount in container["volumeMounts"]}
        volumes = {volume["name"]: volume for volume in pod["spec"]["volumes"]}
        assert amount(volumes[mounts["/tmp"]]["emptyDir"]["sizeLimit"]) > 0
        assert set(mounts.values()) == set(volumes)


@pytest.mark.parametrize(("files", "values"), VALUES)
def test_pods_know_nothing_of_the_cluster(
    medusa: Chart, files: tuple[str, ...], values: dict[str, object]
) -> None:
    for pod in medusa.render(*files, **values).pods.values():
        assert pod["spec"]["automountServiceAccountToken"] is False
        assert pod["spec"]["enableServiceLinks"] is False


@pytest.mark.parametrize(("files", "values"), VALUES)
def test_pods_stop_within_five_seconds(
    medusa: Chart, files: tuple[str, ...], values: dict[str, object]
) -> None:
    release = medusa.render(*files, **values)
    for component, pod in release.pods.items():
        grace = pod["spec"]["terminationGracePeriodSeconds"]
        assert grace <= 5
        # the images need up to two seconds more
        lifecycle = release.containers[component].get("lifecycle", {"preStop": {"sleep": {}}})
        assert lifecycle["preStop"]["sleep"].get("seconds", 0) <= grace - 3


@pytest.mark.parametrize(("files", "values"), VALUES)
def test_probes_open_connections_and_run_nothing(
    medusa: Chart, files: tuple[str, ...], values: dict[str, object]
) -> None:
    for component, container in medusa.render(*files, **values).containers.items():
        if component == "init":
            assert not set(PROBES) & container.keys()
            continue
        probes = {name: container[name] for name in PROBES}
        (port,) = container["ports"]
        for probe in probes.values():
            (action,) = probe.keys() & {"httpGet", "tcpSocket", "exec", "grpc"}
            assert action == ("tcpSocket" if component in DATABASES else "httpGet")
            assert probe[action]["port"] == port["name"]
        assert probes["startupProbe"]["periodSeconds"] == 1
        assert probes["readinessProbe"]["periodSeconds"] >= 5
        assert probes["livenessProbe"]["periodSeconds"] >= 20


def test_liveness_and_readiness_ask_the_process_alone(medusa: Chart) -> None:
    """Paths that answer while the database, or for the storefront the backend, is away."""
    containers = medusa.render().containers
    for component, path in {"backend": "/health", "storefront": "/healthz"}.items():
        for probe in PROBES:
            assert containers[component][probe]["httpGet"]["path"] == path


def test_each_pod_gets_the_secrets_that_it_needs(medusa: Chart) -> None:
    inline = secret_keys(medusa.render())
    assert inline == {"backend": PREPARING, **STOREFRONT, **DATABASES}
    job = secret_keys(medusa.render(init__mode="job"))
    assert job == {"backend": SERVING, "init": PREPARING, **STOREFRONT, **DATABASES}


@pytest.mark.parametrize(("files", "values"), VALUES)
def test_no_secret_is_given_by_value(
    medusa: Chart, files: tuple[str, ...], values: dict[str, object]
) -> None:
    secret = {*PREPARING, *DATABASES["postgres"], *DATABASES["redis"]}
    release = medusa.render(*files, **values)
    for container in release.containers.values():
        assert not secret & {each["name"] for each in container["env"] if "value" in each}
        assert all("secretRef" not in source for source in container.get("envFrom", ()))
    for settings in release.all("ConfigMap"):
        assert not secret & settings["data"].keys()


def test_what_postgresql_is_told_fits_the_address_in_the_secret(medusa: Chart) -> None:
    told = {
        each["name"]: each.get("value") for each in medusa.render().containers["postgres"]["env"]
    }
    assert (told["POSTGRES_USER"], told["POSTGRES_DB"]) == ("medusa", "medusa")


@pytest.mark.parametrize(("files", "values"), VALUES)
def test_every_container_asks_for_what_it_uses_and_is_bounded(
    medusa: Chart, files: tuple[str, ...], values: dict[str, object]
) -> None:
    for container in medusa.render(*files, **values).containers.values():
        requests, limits = container["resources"]["requests"], container["resources"]["limits"]
        assert 0 < amount(requests["cpu"]) <= 1
        assert 0 < amount(requests["memory"]) <= amount(limits["memory"])
        assert ("cpu" in limits) == (files == PROD)


def total(release: Release) -> dict[str, Decimal]:
    """The most that the release asks of the namespace: with every pod that an update adds."""
    sums: dict[str, Decimal] = {}

    def add(name: str, value: Decimal) -> None:
        sums[name] = sums.get(name, Decimal(0)) + value

    for component, workload in release.workloads.items():
        spec: dict[str, Any] = workload["spec"]
        is_rolling = spec.get("strategy", {}).get("type") == "RollingUpdate"
        number = Decimal(spec.get("replicas", 1) + is_rolling)
        add("pods", number)
        for bound, quantities in release.containers[component]["resources"].items():
            for name, quantity in quantities.items():
                add(f"{bound}.{name}", number * amount(quantity))
    for claim in release.all("PersistentVolumeClaim"):
        add("persistentvolumeclaims", Decimal(1))
        add("requests.storage", amount(claim["spec"]["resources"]["requests"]["storage"]))
    return sums


@pytest.mark.parametrize(
    ("files", "values"),
    [
        (PROD, {"backend__replicas": 2}),
        (PROD, {"init__mode": "inline"}),
        ((), {"resourceQuota__enabled": True, "init__mode": "job", "storefront__replicas": 2}),
        (("values-local.yaml",), {"resourceQuota__enabled": True}),
    ],
)
def test_the_quota_holds_the_shop_while_it_is_updated(
    medusa: Chart, files: tuple[str, ...], values: dict[str, object]
) -> None:
    release = medusa.render(*files, **values)
    hard = release.one("ResourceQuota", "quota")["spec"]["hard"]
    asked = total(release)
    for name, quantity in asked.items():
        if name in hard:
            assert quantity <= amount(hard[name]), name
    assert {
        "requests.cpu",
        "requests.memory",
        "limits.memory",
        "pods",
    } <= hard.keys() & asked.keys()
    assert hard["services.loadbalancers"] == hard["services.nodeports"] == "0"


def test_quota_and_defaults_are_for_production(medusa: Chart) -> None:
    for kind in ("ResourceQuota", "LimitRange"):
        assert not medusa.render().all(kind)
    (bounds,) = medusa.render(*PROD).one("LimitRange", "limits")["spec"]["limits"]
    assert bounds["type"] == "Container"
    # every resource that the quota bounds, or a pod that asks for nothing is refused
    assert bounds["default"].keys() == {"cpu", "memory"}
    assert bounds["defaultRequest"].keys() == {"cpu", "memory"}
