"""Values that the chart refuses, with a message that names the value."""

from __future__ import annotations

import pytest

from tests.unit.charts.rendering import STORE, Chart

DIGEST = "sha256:" + "0a" * 32


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"colour": "blue"}, "'colour' not allowed"),
        ({"images__wordpress": "wordpress:7"}, "at '/images'"),
        ({"backend__resources__limits__gpu": 1}, "at '/backend/resources/limits'"),
        ({"backend__uploads__class": "fast"}, "at '/backend/uploads'"),
        ({"ingress__tls__issuer": "letsencrypt"}, "at '/ingress/tls'"),
        (
            {"networkPolicy__ingressFrom": [{"cidr": "10.0.0.0/8"}]},
            "at '/networkPolicy/ingressFrom/0'",
        ),
        ({"imagePullSecrets": ["registry"]}, "at '/imagePullSecrets/0'"),
        ({"host": ""}, "at '/host'"),
        ({"host": "Shop.localhost"}, "at '/host'"),
        ({"host": "shop_1.localhost"}, "at '/host'"),
        ({"host": "shop.localhost/app"}, "at '/host'"),
        ({"host": "*.localhost"}, "at '/host'"),
        ({"host": "127.0.0.1"}, "at '/host'"),
        ({"host": "a" * 64 + ".localhost"}, "at '/host'"),
        ({"scheme": "ftp"}, "at '/scheme'"),
        ({"port": 65536}, "at '/port'"),
        ({"port": "8081"}, "at '/port'"),
        ({"secretName": "Medusa Secret"}, "at '/secretName'"),
        ({"images__backend": ""}, "at '/images/backend'"),
        ({"images__backend": "localhost/storeweaver/backend"}, "at '/images/backend'"),
        ({"images__storefront": ""}, "at '/images/storefront'"),
        ({"images__valkey": "valkey@sha256:123"}, "at '/images/valkey'"),
        ({"imagePullPolicy": "Sometimes"}, "at '/imagePullPolicy'"),
        ({"shop__currency": "euro"}, "at '/shop/currency'"),
        ({"shop__country": "deu"}, "at '/shop/country'"),
        ({"init__mode": "hook"}, "at '/init/mode'"),
        ({"backend__replicas": 0}, "at '/backend/replicas'"),
        ({"storefront__enabled": "no"}, "at '/storefront/enabled'"),
        ({"postgres__storage": "1 GB"}, "at '/postgres/storage'"),
        ({"valkey__storage": "100m"}, "at '/valkey/storage'"),
        ({"backend__resources__requests__cpu": "half"}, "at '/backend/resources/requests/cpu'"),
        ({"backend__uploads__accessMode": "ReadOnlyMany"}, "at '/backend/uploads/accessMode'"),
        ({"resourceQuota__hard": {"pods": "many"}}, "at '/resourceQuota/hard/pods'"),
        ({"ingress__annotations": {"example.com/limit": 10}}, "at '/ingress/annotations/"),
        ({"ingress__tls__enabled": True}, "at '/scheme'"),
        ({"networkPolicy": None}, "networkPolicy"),
    ],
)
def test_refused(medusa: Chart, values: dict[str, object], said: str) -> None:
    refusal = medusa.refusal(**values)
    assert "values don't meet the specifications of the schema" in refusal
    assert said in refusal


@pytest.mark.parametrize("missing", ["host", "images.backend", "images.postgres", "images.valkey"])
def test_what_is_required_is_named_when_it_is_missing(medusa: Chart, missing: str) -> None:
    given = {name: value for name, value in medusa.required.items() if name != missing}
    refusal = Chart(medusa.program, medusa.path, medusa.home, given).refusal()
    assert f"at '/{missing.replace('.', '/')}'" in refusal


@pytest.mark.parametrize(
    "values",
    [
        {"host": "localhost"},
        {"host": "one.shops.example.com"},
        {"images__backend": f"registry.example.com:5000/team/medusa@{DIGEST}"},
        {"images__backend": f"medusa:2.21.2@{DIGEST}"},
        {"backend__resources__requests__cpu": 0.5},
        {"postgres__storage": 5 * 2**30},
        {"resourceQuota__hard": {"count/secrets": 10}},
        {
            "networkPolicy__ingressFrom": [
                {"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16"]}}
            ]
        },
    ],
)
def test_accepted(medusa: Chart, values: dict[str, object]) -> None:
    assert medusa.render(**values).objects


@pytest.mark.parametrize("name", ["1shop", "a" * 41])
def test_a_name_that_no_service_could_have_is_refused(medusa: Chart, name: str) -> None:
    words = [
        word for value, given in medusa.required.items() for word in ("--set", f"{value}={given}")
    ]
    done = medusa.run("template", name, str(medusa.path), *words)
    assert done.returncode != 0
    assert f'The release\'s name "{name}"' in done.stderr
    assert medusa.run("template", STORE, str(medusa.path), *words).returncode == 0
