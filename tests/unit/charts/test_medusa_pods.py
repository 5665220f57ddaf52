"""How the pods of a Medusa release run: privileges, probes, secrets, resources."""

from __future__ import annotations

import pytest

from tests.unit.charts.pod_security import PROBES
from tests.unit.charts.quantities import amount, total
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


def secret_keys(release: Release) -> dict[str, set[str]]:
    """What each pod gets of the shop's Secret, by component."""
    keys: dict[str, set[str]] = {}
    for component, container in release.containers.items():
        sources = [each["valueFrom"] for each in container["env"] if "valueFrom" in each]
        assert {source["secretKeyRef"]["name"] for source in sources} == {"medusa-secret"}
        keys[component] = {source["secretKeyRef"]["key"] for source in sources}
    return keys


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


def test_what_postgresql_is_told_fits_the_address_in_the_secret(medusa: Chart) -> None:
    told = {
        each["name"]: each.get("value") for each in medusa.render().containers["postgres"]["env"]
    }
    assert (told["POSTGRES_USER"], told["POSTGRES_DB"]) == ("medusa", "medusa")


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
