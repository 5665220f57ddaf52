"""What an upgrade of a Medusa release changes, and what it must not."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.charts.rendering import STORE, Chart, Release


def test_what_cannot_be_changed_is_the_same_for_all_values(medusa: Chart) -> None:
    """Selectors, Service names and claims: an upgrade from one file to another is accepted."""

    def fixed(release: Release) -> dict[str, Any]:
        return {
            component: (
                made["kind"],
                made["metadata"]["name"],
                made["spec"]["selector"],
                made["spec"].get("serviceName"),
                made["spec"].get("volumeClaimTemplates"),
                [
                    volume["persistentVolumeClaim"]
                    for volume in made["spec"]["template"]["spec"]["volumes"]
                    if "persistentVolumeClaim" in volume
                ],
            )
            for component, made in release.workloads.items()
            if component != "init"
        }

    defaults = fixed(medusa.render())
    assert fixed(medusa.render("values-local.yaml")) == defaults
    assert fixed(medusa.render("values-prod.yaml")) == defaults
    for component, (_, _, selector, _, _, _) in defaults.items():
        assert selector == {
            "matchLabels": {
                "app.kubernetes.io/name": "medusa",
                "app.kubernetes.io/instance": STORE,
                "app.kubernetes.io/component": component,
            }
        }


def test_the_init_job_is_another_one_exactly_when_it_runs_something_else(medusa: Chart) -> None:
    def job(**values: object) -> Any:
        (made,) = medusa.render(init__mode="job", **values).all("Job")
        return made

    first = job()
    another: tuple[dict[str, object], ...] = (
        {"images__backend": "localhost/storeweaver/backend:ba9876543210"},
        {"shop__currency": "eur"},
        {"backend__resources__limits__memory": "1Gi"},
        {"secretName": "another"},
    )
    for values in another:
        assert job(**values)["metadata"]["name"] != first["metadata"]["name"], values
    same: tuple[dict[str, object], ...] = (
        {"postgres__storage": "2Gi"},
        {"storefront__replicas": 3},
        {"backend__replicas": 2},
        {"ingress__className": "other"},
    )
    for values in same:
        other = job(**values)
        assert other["metadata"]["name"] == first["metadata"]["name"], values
        # what the API server would refuse to change
        assert other["spec"] == first["spec"], values


@pytest.mark.parametrize(
    ("values", "restarted"),
    [
        ({"host": "other.localhost"}, {"backend"}),
        ({"shop__country": "de"}, {"backend"}),
        ({"scheme": "https"}, {"backend", "storefront"}),
        ({"images__postgres": "localhost/storeweaver/postgres:2"}, {"postgres"}),
        ({"valkey__resources__limits__memory": "192Mi"}, {"redis"}),
        ({"postgres__storage": "2Gi", "ingress__className": "other"}, set()),
    ],
)
def test_an_upgrade_restarts_what_changed_and_nothing_else(
    medusa: Chart, values: dict[str, object], restarted: set[str]
) -> None:
    before = medusa.render().pods
    after = medusa.render(**values).pods
    assert {name for name in before if before[name] != after[name]} == restarted
