"""What Helm is given, and the secrets that it is not."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from provisioner.engines import ENGINES, Engine, Template
from provisioner.preparation import ImageReady, Preparation
from provisioner.release import Release, make_secrets, release_for, store_url
from provisioner.settings import Settings

ENGINE = ENGINES["medusa"]
PREPARATION = Preparation(
    images={
        name: ImageReady(reference=f"localhost/{name}:1", reason="")
        for engine in ENGINES.values()
        for name in engine.images.values()
    },
    http_port=8080,
)


def release(**environment: str) -> Release:
    return release_for(
        ENGINE,
        store_id="tabcdefghijk",
        namespace="store-tea",
        host="tea.localhost",
        settings=Settings.from_environment(environment),
        preparation=PREPARATION,
    )


def secret(engine: Engine = ENGINE, name: str = "Tea {id} & Pots") -> dict[str, str]:
    """What is made for a store, of all its Secrets together."""
    made = make_secrets(
        engine, store_id="tabcdefghijk", name=name, host="tea.localhost", email="o@example.com"
    )
    assert made.keys() == engine.secrets.keys()
    values = {key: value for each in made.values() for key, value in each.items()}
    assert len(values) == sum(len(each) for each in made.values()), "a key is in two Secrets"
    return values


def test_the_same_wish_has_the_same_digest() -> None:
    assert release().digest == release().digest


@pytest.mark.parametrize(
    "change", [{"INGRESS_CLASS": "nginx"}, {"ENVIRONMENT": "production"}, {"INGRESS_PORT": "81"}]
)
def test_another_setting_is_another_release(change: dict[str, str]) -> None:
    assert release(**change).digest != release().digest


def test_another_image_is_another_release() -> None:
    newer = replace(
        PREPARATION,
        images={**PREPARATION.images, "postgres": ImageReady(reference="x:2", reason="")},
    )
    changed = release_for(
        ENGINE,
        store_id="tabcdefghijk",
        namespace="store-tea",
        host="tea.localhost",
        settings=Settings(),
        preparation=newer,
    )
    assert changed.digest != release().digest


def test_no_secret_is_among_the_values() -> None:
    made = secret()
    text = json.dumps(release().values)
    assert not any(value in text for key, value in made.items() if "PASSWORD" in key)


@pytest.mark.parametrize("engine", ENGINES.values(), ids=lambda engine: engine.key)
def test_every_credential_of_an_engine_is_made(engine: Engine) -> None:
    made = secret(engine)
    assert {shown.key for shown in engine.credentials} <= made.keys()
    assert all(value for value in made.values())
    assert secret(engine)["ADMIN_PASSWORD"] != made["ADMIN_PASSWORD"]


def test_a_name_with_braces_is_left_as_it_is() -> None:
    assert secret()["STORE_NAME"] == "Tea {id} & Pots"


def test_templates_use_what_stands_before_them() -> None:
    made = secret()
    assert re.fullmatch(
        r"postgres://medusa:[0-9a-f]{32}@tabcdefghijk-postgres:5432/medusa", made["DATABASE_URL"]
    )
    assert made["POSTGRES_PASSWORD"] in made["DATABASE_URL"]
    for engine in ENGINES.values():
        known = {"id", "name", "host", "email"}
        for keys in engine.secrets.values():
            for key, recipe in keys.items():
                if isinstance(recipe, Template):
                    assert set(re.findall(r"{(\w+)}", recipe.text)) <= known
                known.add(key)


def test_the_address_has_a_port_only_where_it_is_not_the_usual_one() -> None:
    local = Settings()
    assert store_url("tea.localhost", local, PREPARATION) == "http://tea.localhost:8080"
    usual = replace(PREPARATION, http_port=80)
    assert store_url("tea.localhost", local, usual) == "http://tea.localhost"
    production = Settings(environment="production", ingress_port=443)
    assert store_url("tea.example", production, PREPARATION) == "https://tea.example"
