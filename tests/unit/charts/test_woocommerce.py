"""What a WooCommerce release consists of, how it runs, and what changes with its values."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.charts.network_flows import allowed, open_from_outside
from tests.unit.charts.rendering import STORE, Chart, Release

LOCAL = ("values-local.yaml",)
PROD = ("values-prod.yaml",)
VALUES = [
    pytest.param((), id="defaults"),
    pytest.param(LOCAL, id="local"),
    pytest.param(PROD, id="prod"),
]
SHOP = {
    *("Deployment/wordpress", "StatefulSet/mysql", "Service/wordpress", "Service/mysql"),
    *("ConfigMap/wordpress", "Ingress/wordpress-ingress"),
    *("PersistentVolumeClaim/wordpress", "PersistentVolumeClaim/mysql"),
    *("NetworkPolicy/default-deny", "NetworkPolicy/wordpress", "NetworkPolicy/mysql"),
}
PRODUCTION = {"ResourceQuota/quota", "LimitRange/limits", "NetworkPolicy/acme"}
CONTENT = "/var/www/html/wp-content"


def settings(release: Release) -> dict[str, str]:
    found: dict[str, str] = release.one("ConfigMap", "wordpress")["data"]
    return found


@pytest.mark.parametrize(("files", "names"), [((), SHOP), (LOCAL, SHOP), (PROD, SHOP | PRODUCTION)])
def test_names(woocommerce: Chart, files: tuple[str, ...], names: set[str]) -> None:
    assert woocommerce.render(*files).names == names


@pytest.mark.parametrize("files", VALUES)
def test_each_service_leads_to_the_port_of_one_component(
    woocommerce: Chart, files: tuple[str, ...]
) -> None:
    release = woocommerce.render(*files)
    led = {}
    for service in release.all("Service"):
        (port,) = service["spec"]["ports"]
        (component,) = [
            component
            for component, pod in release.pods.items()
            if service["spec"]["selector"].items() <= pod["metadata"]["labels"].items()
        ]
        (offered,) = release.containers[component]["ports"]
        assert offered["name"] == port["targetPort"]
        led[service["metadata"]["name"]] = (component, port["port"], offered["containerPort"])
    assert led == {"wordpress": ("wordpress", 8080, 8080), "mysql": ("mysql", 3306, 3306)}
    assert settings(release)["WORDPRESS_DB_HOST"] == "mysql"


def test_wordpress_and_mysql_agree_on_database_user_and_password(woocommerce: Chart) -> None:
    release = woocommerce.render()
    told = {each["name"]: each for each in release.containers["mysql"]["env"]}
    asked = settings(release)
    assert told["MYSQL_DATABASE"]["value"] == asked["WORDPRESS_DB_NAME"]
    assert told["MYSQL_USER"]["value"] == asked["WORDPRESS_DB_USER"]
    wordpress = {each["name"]: each for each in release.containers["wordpress"]["env"]}
    assert wordpress["WORDPRESS_DB_PASSWORD"]["valueFrom"] == told["MYSQL_PASSWORD"]["valueFrom"]


def test_each_pod_gets_the_secrets_that_it_needs(woocommerce: Chart) -> None:
    release = woocommerce.render(secrets={"wordpress": "one", "mysql": "other"})
    given = {
        component: {
            (each["valueFrom"]["secretKeyRef"]["name"], each["valueFrom"]["secretKeyRef"]["key"])
            for each in container["env"]
            if "valueFrom" in each
        }
        for component, container in release.containers.items()
    }
    own = ("ADMIN_USER", "ADMIN_EMAIL", "ADMIN_PASSWORD", "STORE_NAME", "WORDPRESS_SALT_SEED")
    assert given == {
        "wordpress": {*(("one", key) for key in own), ("other", "MYSQL_PASSWORD")},
        "mysql": {("other", "MYSQL_PASSWORD"), ("other", "MYSQL_ROOT_PASSWORD")},
    }


def test_what_the_owner_makes_is_on_the_volume(woocommerce: Chart) -> None:
    release = woocommerce.render(wordpress__content={"storage": "5Gi"}, mysql__storage="3Gi")
    mounts = {
        mount["mountPath"]: (mount["name"], mount.get("subPath", ""))
        for mount in release.containers["wordpress"]["volumeMounts"]
    }
    assert mounts == {
        "/tmp": ("tmp", ""),
        **{
            f"{CONTENT}/{kind}": ("content", kind)
            for kind in ("uploads", "plugins", "themes", "languages")
        },
    }
    sizes = {
        claim["metadata"]["name"]: claim["spec"]["resources"]["requests"]["storage"]
        for claim in release.all("PersistentVolumeClaim")
    }
    assert sizes == {"wordpress": "5Gi", "mysql": "3Gi"}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, {"WORDPRESS_FILE_MODS": "on", "WORDPRESS_UPDATES": "off", "WORDPRESS_MAIL": "off"}),
        ({}, {"WORDPRESS_BLOCK_EXTERNAL": "on"}),
        ({"wordpress__extensions": False}, {"WORDPRESS_FILE_MODS": "off"}),
        (
            {"wordpress__outgoing": True},
            {"WORDPRESS_BLOCK_EXTERNAL": "off", "WORDPRESS_UPDATES": "on"},
        ),
        (
            {"wordpress__outgoing": True, "wordpress__extensions": False},
            {"WORDPRESS_UPDATES": "off"},
        ),
        ({"wordpress__mail": True}, {"WORDPRESS_MAIL": "on"}),
        ({"wordpress__workers": 3}, {"PHP_WORKERS": "3"}),
        ({"wordpress__pageCacheSeconds": 0}, {"PAGE_CACHE_SECONDS": "0"}),
        ({"shop": {"currency": "eur"}}, {"STORE_CURRENCY": "EUR", "STORE_COUNTRY": "US"}),
        ({"shop": {"country": "us:ca"}}, {"STORE_COUNTRY": "US:CA"}),
        ({"port": 8081}, {"STORE_URL": "http://shop.localhost:8081"}),
        ({"scheme": "https", "port": 443}, {"STORE_URL": "https://shop.localhost"}),
        ({}, {"STORE_ID": STORE}),
    ],
)
def test_settings_follow_the_values(
    woocommerce: Chart, values: dict[str, object], expected: dict[str, str]
) -> None:
    assert expected.items() <= settings(woocommerce.render(**values)).items()


def test_the_database_is_sized_by_value(woocommerce: Chart) -> None:
    release = woocommerce.render(mysql__bufferPool="128M", mysql__connections=60)
    told = {each["name"]: each.get("value") for each in release.containers["mysql"]["env"]}
    assert (told["MYSQL_BUFFER_POOL"], told["MYSQL_CONNECTIONS"]) == ("128M", "60")


@pytest.mark.parametrize("files", VALUES)
def test_the_database_takes_a_connection_of_each_worker(
    woocommerce: Chart, files: tuple[str, ...]
) -> None:
    release = woocommerce.render(*files)
    told = {each["name"]: each.get("value") for each in release.containers["mysql"]["env"]}
    pods = 2 * release.one("Deployment", "wordpress")["spec"]["replicas"]
    workers = pods * int(settings(release)["PHP_WORKERS"])
    assert int(told["MYSQL_CONNECTIONS"]) >= workers + 10


def test_a_database_outage_restarts_nothing(woocommerce: Chart) -> None:
    container = woocommerce.render().containers["wordpress"]
    assert container["startupProbe"]["httpGet"]["path"] == "/healthz"
    assert container["livenessProbe"]["httpGet"]["path"] == "/livez"
    assert container["readinessProbe"]["httpGet"]["path"] == "/livez"


def test_several_pods_take_turns(woocommerce: Chart) -> None:
    single = woocommerce.render()
    assert single.one("Deployment", "wordpress")["spec"]["strategy"] == {"type": "Recreate"}
    assert not single.all("PodDisruptionBudget")
    release = woocommerce.render(
        wordpress={"replicas": 3, "content": {"accessMode": "ReadWriteMany"}}
    )
    spec = release.one("Deployment", "wordpress")["spec"]
    assert spec["strategy"] == {"type": "RollingUpdate"}
    (spread,) = spec["template"]["spec"]["topologySpreadConstraints"]
    (budget,) = release.all("PodDisruptionBudget")
    assert spread["labelSelector"] == budget["spec"]["selector"] == spec["selector"]


@pytest.mark.parametrize("files", VALUES)
def test_the_shops_own_flows_and_no_others_are_open(
    woocommerce: Chart, files: tuple[str, ...]
) -> None:
    release = woocommerce.render(*files)
    pods = {name: pod["metadata"]["labels"] for name, pod in release.pods.items()}
    pods["stranger"] = {"app.kubernetes.io/name": "something-else"}
    policies = release.all("NetworkPolicy")
    assert allowed(policies, pods) == {("wordpress", "mysql", 3306)}
    assert open_from_outside(policies, pods).keys() == {"wordpress"}


@pytest.mark.parametrize(
    ("values", "ports"),
    [
        ({}, []),
        ({"wordpress__outgoing": True}, [80, 443]),
        ({"wordpress__mail": True}, [465, 587]),
        ({"wordpress__outgoing": True, "wordpress__mail": True}, [80, 443, 465, 587]),
    ],
)
def test_the_internet_is_reached_where_a_value_says_so(
    woocommerce: Chart, values: dict[str, object], ports: list[int]
) -> None:
    policy = woocommerce.render(**values).one("NetworkPolicy", "wordpress")
    outside = [
        rule
        for rule in policy["spec"]["egress"]
        if any("ipBlock" in peer for peer in rule.get("to", ()))
    ]
    assert [port["port"] for rule in outside for port in rule["ports"]] == ports
    for rule in outside:
        for peer in rule["to"]:
            assert peer["ipBlock"]["except"], "what is near is reached as well"


def test_notes_name_addresses_and_where_the_credentials_are(woocommerce: Chart) -> None:
    notes = woocommerce.notes(*PROD, secrets={"wordpress": "credentials"})
    assert "https://shop.localhost/\n" in notes
    assert "https://shop.localhost/wp-admin/\n" in notes
    assert "get secret credentials" in notes
    assert f"get secret {STORE}-tls" in notes


@pytest.mark.parametrize(
    ("values", "restarted"),
    [
        ({"host": "other.localhost"}, {"wordpress"}),
        ({"wordpress__workers": 3}, {"wordpress"}),
        ({"images__mysql": "localhost/storeweaver/mysql:2"}, {"mysql"}),
        ({"mysql__storage": "2Gi", "ingress__className": "other"}, set()),
    ],
)
def test_an_upgrade_restarts_what_changed_and_nothing_else(
    woocommerce: Chart, values: dict[str, object], restarted: set[str]
) -> None:
    before = woocommerce.render().pods
    after = woocommerce.render(**values).pods
    assert {name for name in before if before[name] != after[name]} == restarted


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"colour": "blue"}, "'colour' not allowed"),
        ({"secretName": "wordpress-secret"}, "'secretName' not allowed"),
        ({"images__postgres": "postgres:17"}, "at '/images'"),
        ({"images__wordpress": "localhost/wordpress"}, "at '/images/wordpress'"),
        ({"images__mysql": ""}, "at '/images/mysql'"),
        ({"secrets__redis": "redis-secret"}, "at '/secrets'"),
        ({"shop__country": "usa"}, "at '/shop/country'"),
        ({"shop__currency": "euro"}, "at '/shop/currency'"),
        ({"wordpress__workers": 0}, "at '/wordpress/workers'"),
        ({"wordpress__extensions": "yes"}, "at '/wordpress/extensions'"),
        ({"wordpress__content__class": "fast"}, "at '/wordpress/content'"),
        ({"wordpress__content__accessMode": "ReadOnlyMany"}, "at '/wordpress/content/accessMode'"),
        ({"mysql__bufferPool": "64MB"}, "at '/mysql/bufferPool'"),
        ({"mysql__connections": 5}, "at '/mysql/connections'"),
        ({"mysql__replicas": 2}, "at '/mysql'"),
        ({"host": "Shop.localhost"}, "at '/host'"),
        ({"ingress__tls__enabled": True}, "at '/scheme'"),
    ],
)
def test_refused(woocommerce: Chart, values: dict[str, Any], said: str) -> None:
    refusal = woocommerce.refusal(**values)
    assert "values don't meet the specifications of the schema" in refusal
    assert said in refusal
