"""What is hidden of values and manifests, and what is not."""

from __future__ import annotations

import pytest

from provisioner.masking import MASK, masked, shown_manifest


@pytest.mark.parametrize(
    "name",
    [
        *("password", "adminPassword", "ADMIN_PASSWORD", "passwd", "JWT_SECRET", "clientSecret"),
        *(
            "API_KEY",
            "api-key",
            "token",
            "GITHUB_TOKEN",
            "WORDPRESS_SALT",
            "AUTH_KEY",
            "SECRET_KEY",
        ),
        *("privateKey", "credentials", "SENTRY_DSN", "connectionString"),
    ],
)
def test_values_of_secret_names_are_hidden(name: str) -> None:
    assert masked({name: "hunter2"}) == {name: MASK}


def test_where_a_secret_is_may_be_known() -> None:
    values = {
        "secretName": "medusa-secret",
        "valueFrom": {"secretKeyRef": {"name": "medusa-secret", "key": "ADMIN_PASSWORD"}},
        "imagePullSecrets": [{"name": "registry"}],
        "automountServiceAccountToken": False,
        "password": "",
        "keys": 3,
    }
    assert masked(values) == values


def test_an_environment_variable_is_judged_by_its_name() -> None:
    shown = masked({"env": [{"name": "PGPASSWORD", "value": "x"}, {"name": "PORT", "value": "80"}]})
    assert shown["env"] == [{"name": "PGPASSWORD", "value": MASK}, {"name": "PORT", "value": "80"}]


def test_a_password_in_an_address_is_hidden() -> None:
    shown = masked({"command": ["connect", "postgres://medusa:hunter2@host:5432/medusa"]})
    assert shown["command"] == ["connect", f"postgres://medusa:{MASK}@host:5432/medusa"]


def test_of_a_secret_only_its_metadata_is_shown() -> None:
    manifest = {
        "kind": "Secret",
        "metadata": {
            "name": "shop",
            "managedFields": [{}],
            "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "hunter2"},
        },
        "data": {"harmless": "aHVudGVyMg=="},
        "stringData": {"harmless": "hunter2"},
    }
    assert shown_manifest(manifest) == {"kind": "Secret", "metadata": {"name": "shop"}}
