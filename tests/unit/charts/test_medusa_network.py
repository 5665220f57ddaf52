"""Which connections the NetworkPolicies of a Medusa release leave open."""

from __future__ import annotations

import pytest

from tests.unit.charts.network_flows import allowed, open_from_outside
from tests.unit.charts.rendering import Chart, Release

SHOP = {
    ("storefront", "backend", 9000),
    ("backend", "postgres", 5432),
    ("backend", "redis", 6379),
}
INIT = {("init", "postgres", 5432), ("init", "redis", 6379)}
STRANGER = {"stranger": {"app.kubernetes.io/name": "something-else"}}
CONTROLLER = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "ingress"}}}


def pods(release: Release) -> dict[str, dict[str, str]]:
    """Labels by component, and a pod of somebody else in the same namespace."""
    own = {name: pod["metadata"]["labels"] for name, pod in release.pods.items()}
    return {**own, **STRANGER}


@pytest.mark.parametrize(
    ("files", "values", "flows"),
    [
        ((), {}, SHOP),
        ((), {"networkPolicy__ingressFrom": [CONTROLLER]}, SHOP),
        ((), {"init__mode": "job"}, SHOP | INIT),
        (("values-local.yaml",), {}, SHOP),
        (("values-prod.yaml",), {}, SHOP | INIT),
        ((), {"storefront__enabled": False}, {flow for flow in SHOP if "storefront" not in flow}),
    ],
)
def test_the_shops_own_flows_and_no_others_are_open(
    medusa: Chart,
    files: tuple[str, ...],
    values: dict[str, object],
    flows: set[tuple[str, str, int]],
) -> None:
    release = medusa.render(*files, **values)
    assert allowed(release.all("NetworkPolicy"), pods(release)) == flows


def test_customers_reach_what_serves_pages_and_nothing_else(medusa: Chart) -> None:
    release = medusa.render()
    policies = release.all("NetworkPolicy")
    assert open_from_outside(policies, pods(release)) == {"backend": [], "storefront": []}


def test_the_way_from_outside_can_be_narrowed_to_the_ingress_controller(medusa: Chart) -> None:
    release = medusa.render(networkPolicy__ingressFrom=[CONTROLLER])
    policies = release.all("NetworkPolicy")
    assert open_from_outside(policies, pods(release)) == {
        "backend": [CONTROLLER],
        "storefront": [CONTROLLER],
    }


def test_in_production_other_shops_are_kept_out(medusa: Chart) -> None:
    release = medusa.render("values-prod.yaml")
    no_shop = {
        "namespaceSelector": {
            "matchExpressions": [{"key": "storeweaver.dev/store", "operator": "DoesNotExist"}]
        }
    }
    assert open_from_outside(release.all("NetworkPolicy"), pods(release)) == {
        "backend": [no_shop],
        "storefront": [no_shop],
    }


def test_those_who_call_others_may_look_up_names(medusa: Chart) -> None:
    release = medusa.render(init__mode="job")
    asking = {
        policy["spec"]["podSelector"]["matchLabels"]["app.kubernetes.io/component"]
        for policy in release.all("NetworkPolicy")
        for rule in policy["spec"].get("egress", ())
        if rule == {"ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}]}
    }
    assert asking == {"backend", "storefront", "init"}


def test_cert_manager_may_prove_the_host_where_it_is_used(medusa: Chart) -> None:
    policy = medusa.render("values-prod.yaml").one("NetworkPolicy", "acme")
    assert policy["spec"]["podSelector"]["matchLabels"] == {
        "acme.cert-manager.io/http01-solver": "true"
    }
    given = medusa.render(
        scheme="https", ingress={"tls": {"enabled": True, "secretName": "own", "clusterIssuer": ""}}
    )
    assert f"{policy['kind']}/{policy['metadata']['name']}" not in given.names


def test_policies_can_be_left_out(medusa: Chart) -> None:
    assert not medusa.render(networkPolicy__enabled=False).all("NetworkPolicy")
