"""What docs/engines.md asks of a chart, for every entry of the engine table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from provisioner.engines import ENGINES, Engine
from provisioner.preparation import ImageReady, Preparation
from provisioner.release import release_for
from provisioner.settings import Settings
from tests.unit.charts.conftest import chart
from tests.unit.charts.pod_security import PROBES, violations
from tests.unit.charts.quantities import amount, total
from tests.unit.charts.rendering import STORE, Chart, Release

FILES = ((), ("values-local.yaml",), ("values-prod.yaml",))
COMPONENT = "app.kubernetes.io/component"
LABELS = {
    "app.kubernetes.io/instance": STORE,
    "app.kubernetes.io/managed-by": "Helm",
    "storeweaver.dev/store": STORE,
}


@pytest.fixture(params=ENGINES.values(), ids=lambda engine: engine.key)
def engine(request: pytest.FixtureRequest) -> Engine:
    found: Engine = request.param
    return found


@pytest.fixture
def engines_chart(engine: Engine, helm_home: Path) -> Chart:
    return chart(engine, helm_home)


@pytest.fixture(params=FILES, ids=["defaults", "local", "prod"])
def release(engines_chart: Chart, request: pytest.FixtureRequest) -> Release:
    return engines_chart.render(*request.param)


def sources(release: Release) -> set[tuple[str, str]]:
    """Every (Secret, key) that a pod reads."""
    found = set()
    for container in release.containers.values():
        assert not any("secretRef" in each for each in container.get("envFrom", ()))
        for each in container.get("env", ()):
            if "valueFrom" in each:
                reference = each["valueFrom"]["secretKeyRef"]
                found.add((reference["name"], reference["key"]))
    return found


@pytest.mark.parametrize("files", FILES)
def test_lint_finds_nothing(engines_chart: Chart, files: tuple[str, ...]) -> None:
    assert "[WARNING]" not in engines_chart.lint(*files)


@pytest.mark.parametrize(
    "environment",
    [{}, {"ENVIRONMENT": "production"}, {"INGRESS_CLASS": "public", "STORAGE_CLASS": "fast"}],
)
def test_the_chart_takes_what_the_platform_gives(
    engine: Engine, engines_chart: Chart, environment: dict[str, str]
) -> None:
    given = release_for(
        engine,
        store_id=STORE,
        namespace=f"store-{STORE}",
        host="tea.localhost",
        settings=Settings.from_environment(environment),
        preparation=Preparation(
            images={
                name: ImageReady(reference=f"localhost/storeweaver/{name}:1", reason="")
                for name in engine.images.values()
            },
            http_port=8080,
        ),
    )
    rendered = engines_chart.render(*(path.name for path in given.values_files), **given.values)
    (ingress,) = rendered.all("Ingress")
    (rule,) = ingress["spec"]["rules"]
    assert rule["host"] == "tea.localhost"
    used = {container["image"] for container in rendered.containers.values()}
    assert used == set(given.values["images"].values())
    for claim in rendered.all("PersistentVolumeClaim"):
        assert claim["spec"].get("storageClassName", "") == environment.get("STORAGE_CLASS", "")
    assert ingress["spec"].get("ingressClassName", "") == environment.get("INGRESS_CLASS", "")


@pytest.mark.parametrize("environment", ["local", "production"])
def test_the_chart_takes_every_choice_that_the_engine_offers(
    engine: Engine, engines_chart: Chart, environment: str
) -> None:
    most = max(len(option.choices) for option in engine.options)
    for number in range(most):
        chosen = {
            option.key: option.choices[number % len(option.choices)].value
            for option in engine.options
        }
        given = release_for(
            engine,
            store_id=STORE,
            namespace=f"store-{STORE}",
            host="tea.localhost",
            settings=Settings.from_environment({"ENVIRONMENT": environment}),
            preparation=Preparation(
                images={
                    name: ImageReady(reference=f"localhost/storeweaver/{name}:1", reason="")
                    for name in engine.images.values()
                }
            ),
            chosen=chosen,
        )
        files = [path.name for path in given.values_files]
        rendered = engines_chart.render(*files, **given.values)
        settings = {
            key: value for made in rendered.all("ConfigMap") for key, value in made["data"].items()
        } | {
            each["name"]: each["value"]
            for container in rendered.containers.values()
            for each in container.get("env", ())
            if "value" in each
        }
        assert settings["STORE_CURRENCY"].upper() == chosen["currency"]
        assert settings["STORE_COUNTRY"].upper() == chosen["country"]


def test_the_tables_components_are_the_charts_workloads(engine: Engine, release: Release) -> None:
    components = {
        made["metadata"]["labels"][COMPONENT] for made in release.all("Deployment", "StatefulSet")
    }
    assert components == set(engine.components)
    assert release.pods.keys() >= components


def test_pods_read_what_the_table_makes_and_nothing_else(engine: Engine, release: Release) -> None:
    made = {(name, key) for name, keys in engine.secrets.items() for key in keys}
    # the rest of what is made goes into what is read
    assert sources(release) <= made
    assert {name for name, _ in sources(release)} == engine.secrets.keys()
    for credential in engine.credentials:
        assert credential.key in {key for _, key in sources(release)}


def test_no_secret_is_in_the_release(engine: Engine, release: Release) -> None:
    assert not release.all("Secret")
    keys = {key for keys in engine.secrets.values() for key in keys}
    for container in release.containers.values():
        assert not keys & {each["name"] for each in container["env"] if "value" in each}
    for settings in release.all("ConfigMap"):
        assert not keys & settings["data"].keys()


def test_there_are_no_hooks(release: Release) -> None:
    for found in release.objects:
        assert "helm.sh/hook" not in found["metadata"].get("annotations", {})


def test_every_object_and_pod_carries_the_labels(engine: Engine, release: Release) -> None:
    for found in (*release.objects, *release.pods.values()):
        assert LABELS.items() <= found["metadata"]["labels"].items()
        assert found["metadata"]["labels"]["app.kubernetes.io/name"] == engine.chart.name
    for pod in release.pods.values():
        # a new chart would restart what did not change
        assert not {"app.kubernetes.io/version", "helm.sh/chart"} & pod["metadata"]["labels"].keys()


def test_every_pod_meets_the_level_that_its_namespace_enforces(
    engine: Engine, release: Release
) -> None:
    assert engine.pod_security == "restricted"
    for component, pod in release.pods.items():
        assert violations(pod["spec"]) == [], component
        assert pod["spec"]["automountServiceAccountToken"] is False
        assert pod["spec"]["enableServiceLinks"] is False
        context = pod["spec"]["securityContext"]
        assert context["fsGroup"] == context["runAsUser"]
        container = release.containers[component]
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        mounted = {mount["name"] for mount in container["volumeMounts"]}
        assert mounted == {volume["name"] for volume in pod["spec"]["volumes"]}


def test_pods_stop_within_five_seconds(release: Release) -> None:
    for component, pod in release.pods.items():
        grace = pod["spec"]["terminationGracePeriodSeconds"]
        assert grace <= 5
        # the images need up to three seconds more
        lifecycle = release.containers[component].get("lifecycle", {})
        pause = lifecycle.get("preStop", {"sleep": {"seconds": 0}})
        assert pause["sleep"]["seconds"] <= grace - 3


def test_probes_open_connections_and_run_nothing(engine: Engine, release: Release) -> None:
    for component in engine.components:
        container = release.containers[component]
        probes = {name: container[name] for name in PROBES}
        (port,) = container["ports"]
        for probe in probes.values():
            (action,) = probe.keys() & {"httpGet", "tcpSocket", "exec", "grpc"}
            assert action == ("tcpSocket" if component in engine.database else "httpGet")
            assert probe[action]["port"] == port["name"]
        assert probes["startupProbe"]["periodSeconds"] == 1
        assert probes["readinessProbe"]["periodSeconds"] >= 5
        assert probes["livenessProbe"]["periodSeconds"] >= 20


def test_every_container_asks_for_what_it_uses_and_is_bounded(release: Release) -> None:
    is_production = bool(release.all("ResourceQuota"))
    for container in release.containers.values():
        requests, limits = container["resources"]["requests"], container["resources"]["limits"]
        assert 0 < amount(requests["cpu"]) <= 1
        assert 0 < amount(requests["memory"]) <= amount(limits["memory"])
        assert ("cpu" in limits) == is_production


def test_data_is_in_claims_of_their_own(release: Release) -> None:
    used = {
        volume["persistentVolumeClaim"]["claimName"]
        for pod in release.pods.values()
        for volume in pod["spec"]["volumes"]
        if "persistentVolumeClaim" in volume
    }
    assert used == {made["metadata"]["name"] for made in release.all("PersistentVolumeClaim")}
    assert not any("volumeClaimTemplates" in made["spec"] for made in release.all("StatefulSet"))


@pytest.mark.parametrize(
    ("files", "is_kept"), [(FILES[0], True), (FILES[1], False), (FILES[2], True)]
)
def test_volumes_outlive_the_release_where_that_is_wanted(
    engines_chart: Chart, files: tuple[str, ...], is_kept: bool
) -> None:
    release = engines_chart.render(*files)
    claims = {made["metadata"]["name"] for made in release.all("PersistentVolumeClaim")}
    kept = {
        made["metadata"]["name"]
        for made in release.objects
        if made["metadata"].get("annotations", {}).get("helm.sh/resource-policy") == "keep"
    }
    assert kept == (claims if is_kept else set())


def test_the_quota_holds_the_shop_while_it_is_updated(engines_chart: Chart) -> None:
    for files in FILES:
        release = engines_chart.render(*files, resourceQuota__enabled=True)
        (quota,) = release.all("ResourceQuota")
        hard, asked = quota["spec"]["hard"], total(release)
        for name in hard.keys() & asked.keys():
            assert asked[name] <= amount(hard[name]), name
        assert {"requests.cpu", "requests.memory", "limits.memory", "pods"} <= hard.keys()
        assert hard["services.loadbalancers"] == hard["services.nodeports"] == "0"


def test_quota_limits_and_tls_are_for_production(engines_chart: Chart) -> None:
    for kind in ("ResourceQuota", "LimitRange"):
        assert not engines_chart.render().all(kind)
    release = engines_chart.render("values-prod.yaml")
    (limits,) = release.all("LimitRange")
    (bounds,) = limits["spec"]["limits"]
    # every resource that the quota bounds, or a pod that asks for nothing is refused
    assert bounds["default"].keys() == bounds["defaultRequest"].keys() == {"cpu", "memory"}
    (ingress,) = release.all("Ingress")
    assert ingress["spec"]["tls"] == [{"hosts": ["shop.localhost"], "secretName": f"{STORE}-tls"}]
    assert ingress["metadata"]["annotations"] == {"cert-manager.io/cluster-issuer": "letsencrypt"}


def test_a_certificate_of_ones_own(engines_chart: Chart) -> None:
    tls = {"enabled": True, "secretName": "shop-certificate"}
    release = engines_chart.render(
        scheme="https", ingress={"annotations": {"example.com/limit": "10"}, "tls": tls}
    )
    (ingress,) = release.all("Ingress")
    assert ingress["spec"]["tls"][0]["secretName"] == "shop-certificate"
    assert ingress["metadata"]["annotations"] == {"example.com/limit": "10"}


def test_images_may_come_from_a_private_registry(engines_chart: Chart) -> None:
    release = engines_chart.render(
        imagePullSecrets=[{"name": "registry"}], imagePullPolicy="Always"
    )
    for component, pod in release.pods.items():
        assert pod["spec"]["imagePullSecrets"] == [{"name": "registry"}]
        assert release.containers[component]["imagePullPolicy"] == "Always"


def test_what_cannot_be_changed_is_the_same_for_all_values(engines_chart: Chart) -> None:
    """An upgrade from one file of values to another is accepted."""

    def fixed(release: Release) -> dict[str, Any]:
        return {
            made["metadata"]["name"]: (
                made["kind"],
                made["spec"]["selector"],
                made["spec"].get("serviceName"),
            )
            for made in release.all("Deployment", "StatefulSet")
        }

    found = [fixed(engines_chart.render(*files)) for files in FILES]
    assert found[0] == found[1] == found[2]


def test_nobody_but_the_shop_reaches_anything_unless_allowed(release: Release) -> None:
    denied = [
        policy
        for policy in release.all("NetworkPolicy")
        if policy["spec"]["podSelector"] == {}
        and not policy["spec"].keys() & {"ingress", "egress"}
        and set(policy["spec"]["policyTypes"]) == {"Ingress", "Egress"}
    ]
    assert len(denied) == 1


def test_unknown_values_are_refused(engines_chart: Chart) -> None:
    assert "'colour' not allowed" in engines_chart.refusal(colour="blue")


def test_the_schema_is_closed_at_every_level(engines_chart: Chart) -> None:
    def open_objects(schema: Any, path: str) -> list[str]:
        if isinstance(schema, list):
            return [found for item in schema for found in open_objects(item, path)]
        if not isinstance(schema, dict):
            return []
        own = schema.get("type") == "object" and schema.get("additionalProperties") is not False
        below = [
            found
            for name, value in schema.items()
            for found in open_objects(value, f"{path}/{name}")
        ]
        return [path, *below] if own else below

    schema = json.loads((engines_chart.path / "values.schema.json").read_text())
    assert open_objects(schema, "") == []


def test_every_value_has_a_default_and_a_comment(engines_chart: Chart) -> None:
    """No value is known to the schema alone, and none is without its meaning."""
    lines = (engines_chart.path / "values.yaml").read_text().splitlines()
    schema = json.loads((engines_chart.path / "values.schema.json").read_text())
    top = {line.split(":")[0]: number for number, line in enumerate(lines) if line[:1].isalpha()}
    assert top.keys() == schema["properties"].keys() == set(schema["required"])
    for name, number in top.items():
        nearby = (lines[number - 1], *lines[number + 1 : number + 2])
        assert any(line.lstrip().startswith("#") for line in nearby), name
