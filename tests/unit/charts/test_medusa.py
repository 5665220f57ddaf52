"""What a Medusa release consists of, and what changes with its values."""

from __future__ import annotations

import pytest

from tests.unit.charts.rendering import STORE, Chart, Release

LOCAL = ("values-local.yaml",)
PROD = ("values-prod.yaml",)
VALUES = [
    pytest.param((), id="defaults"),
    pytest.param(LOCAL, id="local"),
    pytest.param(PROD, id="prod"),
]

SHOP = {
    *(
        "Deployment/-medusa",
        "Deployment/-storefront",
        "StatefulSet/-postgres",
        "StatefulSet/-redis",
    ),
    *("Service/-medusa", "Service/-storefront", "Service/-postgres", "Service/-redis"),
    *("ConfigMap/-medusa", "ConfigMap/-storefront", "Ingress/-ingress"),
    *("PersistentVolumeClaim/-postgres", "PersistentVolumeClaim/-redis"),
    "PersistentVolumeClaim/-uploads",
    *("NetworkPolicy/-default-deny", "NetworkPolicy/-medusa", "NetworkPolicy/-storefront"),
    *("NetworkPolicy/-postgres", "NetworkPolicy/-redis"),
}


def named(names: set[str]) -> set[str]:
    return {name.replace("/", f"/{STORE}", 1) for name in names}


def backends(release: Release) -> dict[str, tuple[str, str]]:
    """Service and type by path of the Ingress."""
    (rule,) = release.one("Ingress", "ingress")["spec"]["rules"]
    assert rule["host"] == "shop.localhost"
    return {
        path["path"]: (path["backend"]["service"]["name"], path["pathType"])
        for path in rule["http"]["paths"]
    }


@pytest.mark.parametrize("files", [(), LOCAL])
def test_names(medusa: Chart, files: tuple[str, ...]) -> None:
    assert medusa.render(*files).names == named(SHOP)


def test_names_in_production(medusa: Chart) -> None:
    release = medusa.render(*PROD)
    (job,) = release.all("Job")
    assert job["metadata"]["name"].startswith(f"{STORE}-init-")
    assert release.names == named(SHOP) | {f"Job/{job['metadata']['name']}"} | named(
        {
            *("ResourceQuota/-quota", "LimitRange/-limits", "PodDisruptionBudget/-storefront"),
            *("NetworkPolicy/-init", "NetworkPolicy/-acme"),
        }
    )


@pytest.mark.parametrize("files", VALUES)
def test_each_service_leads_to_the_port_of_one_component(
    medusa: Chart, files: tuple[str, ...]
) -> None:
    release = medusa.render(*files)
    led = {}
    for service in release.all("Service"):
        (port,) = service["spec"]["ports"]
        selected = [
            component
            for component, pod in release.pods.items()
            if service["spec"]["selector"].items() <= pod["metadata"]["labels"].items()
        ]
        (component,) = selected
        numbers = {
            offered["name"]: offered["containerPort"]
            for offered in release.containers[component]["ports"]
        }
        assert numbers[port["targetPort"]] == port["port"]
        led[service["metadata"]["name"].removeprefix(STORE)] = (component, port["port"])
    assert led == {
        "-medusa": ("backend", 9000),
        "-storefront": ("storefront", 8000),
        "-postgres": ("postgres", 5432),
        "-redis": ("redis", 6379),
    }


def test_volumes_have_the_size_and_access_mode_of_their_values(medusa: Chart) -> None:
    release = medusa.render(
        postgres__storage="3Gi",
        valkey__storage="300Mi",
        backend__uploads={"storage": "5Gi", "accessMode": "ReadWriteMany"},
    )
    found = {
        claim["metadata"]["name"].removeprefix(f"{STORE}-"): (
            claim["spec"]["resources"]["requests"]["storage"],
            *claim["spec"]["accessModes"],
        )
        for claim in release.all("PersistentVolumeClaim")
    }
    assert found == {
        "postgres": ("3Gi", "ReadWriteOnce"),
        "redis": ("300Mi", "ReadWriteOnce"),
        "uploads": ("5Gi", "ReadWriteMany"),
    }


@pytest.mark.parametrize("files", VALUES)
def test_the_host_leads_to_the_storefront_but_for_the_backends_paths(
    medusa: Chart, files: tuple[str, ...]
) -> None:
    expected = dict.fromkeys(("/app", "/admin", "/auth", "/store", "/health"), f"{STORE}-medusa")
    expected["/"] = f"{STORE}-storefront"
    assert backends(medusa.render(*files)) == {
        path: (service, "Prefix") for path, service in expected.items()
    }


def test_without_a_storefront_the_host_leads_to_the_backend(medusa: Chart) -> None:
    release = medusa.render(storefront__enabled=False, images__storefront="")
    assert release.names == named({name for name in SHOP if not name.endswith("-storefront")})
    assert {service for service, _ in backends(release).values()} == {f"{STORE}-medusa"}
    assert "/" in backends(release)


def test_the_init_job_takes_the_databases_making_from_the_backend(medusa: Chart) -> None:
    inline = medusa.render()
    assert not inline.all("Job")
    release = medusa.render(init__mode="job")
    init = release.containers["init"]
    assert init["image"] == release.containers["backend"]["image"]
    assert init["args"] == ["node", "boot/bootstrap.mjs"]
    assert release.one("ConfigMap", "medusa")["data"]["INIT_MODE"] == "job"
    assert inline.one("ConfigMap", "medusa")["data"]["INIT_MODE"] == "inline"


def test_several_backends_take_turns(medusa: Chart) -> None:
    single = medusa.render()
    assert single.one("Deployment", "medusa")["spec"]["strategy"] == {"type": "Recreate"}
    assert not single.all("PodDisruptionBudget")
    release = medusa.render(backend__replicas=3)
    spec = release.one("Deployment", "medusa")["spec"]
    assert spec["replicas"] == 3
    assert spec["strategy"] == {"type": "RollingUpdate"}
    (spread,) = spec["template"]["spec"]["topologySpreadConstraints"]
    (budget,) = release.all("PodDisruptionBudget")
    assert spread["labelSelector"] == budget["spec"]["selector"] == spec["selector"]
    assert budget["spec"]["maxUnavailable"] == 1


@pytest.mark.parametrize(
    ("values", "address"),
    [
        ({}, "http://shop.localhost"),
        ({"port": 8081}, "http://shop.localhost:8081"),
        ({"port": 80}, "http://shop.localhost"),
        ({"scheme": "https"}, "https://shop.localhost"),
        ({"scheme": "https", "port": 443}, "https://shop.localhost"),
        ({"scheme": "https", "port": 80}, "https://shop.localhost:80"),
    ],
)
def test_medusa_knows_the_address_as_a_browser_sends_it(
    medusa: Chart, values: dict[str, object], address: str
) -> None:
    settings = medusa.render(**values).one("ConfigMap", "medusa")["data"]
    for name in ("MEDUSA_BACKEND_URL", "STORE_CORS", "ADMIN_CORS", "AUTH_CORS"):
        assert settings[name] == address
    notes = medusa.notes(**values)
    assert f"{address}/\n" in notes
    assert f"{address}/app\n" in notes


@pytest.mark.parametrize(("scheme", "is_secure"), [("http", "false"), ("https", "true")])
def test_cookies_are_secure_where_the_address_is(
    medusa: Chart, scheme: str, is_secure: str
) -> None:
    release = medusa.render(scheme=scheme)
    for name in ("medusa", "storefront"):
        assert release.one("ConfigMap", name)["data"]["COOKIE_SECURE"] == is_secure


def test_the_storefront_calls_the_backend_inside_the_cluster(medusa: Chart) -> None:
    settings = medusa.render().one("ConfigMap", "storefront")["data"]
    assert settings["MEDUSA_BACKEND_URL"] == f"http://{STORE}-medusa:9000"
    assert settings["PORT"] == "8000"


def test_codes_of_country_and_currency_are_taken_in_any_case(medusa: Chart) -> None:
    settings = medusa.render(shop__currency="EUR", shop__country="DE")
    data = settings.one("ConfigMap", "medusa")["data"]
    assert (data["STORE_CURRENCY"], data["STORE_COUNTRY"]) == ("eur", "de")


def test_notes_name_where_the_credentials_are(medusa: Chart) -> None:
    notes = medusa.notes(*PROD, secretName="credentials")
    assert "get secret credentials" in notes
    assert f"get secret {STORE}-tls" in notes
    assert "component=init" in notes
    without = medusa.notes(storefront__enabled=False)
    assert "http://shop.localhost/health\n" in without
