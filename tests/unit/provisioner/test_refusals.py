"""From what the API server and Helm really say to a cause."""

from __future__ import annotations

import pytest

from provisioner import refusals
from provisioner.errors import ActionFailed

SAID = [
    (
        "quota",
        'pods "shop-6b8-" is forbidden: exceeded quota: store, requested: pods=1, used: pods=3, '
        "limited: pods=3",
        "The quota store of its namespace is used up: requested: pods=1, used: pods=3",
    ),
    (
        "quota",
        'pods "shop" is forbidden: failed quota: store: must specify limits.cpu for: shop',
        "The quota store of its namespace asks for more: must specify limits.cpu for: shop",
    ),
    (
        "limit-range",
        'pods "shop" is forbidden: maximum memory usage per Container is 16Mi, but limit is 64Mi',
        "maximum memory usage per Container is 16Mi, but limit is 64Mi",
    ),
    (
        "limit-range",
        'pods "shop" is forbidden: [minimum cpu usage per Container is 1, but request is 100m, '
        "maximum memory usage per Container is 16Mi, but limit is 64Mi]",
        "minimum cpu usage per Container is 1",
    ),
    (
        "pod-security",
        'pods "shop" is forbidden: violates PodSecurity "restricted:latest": host namespaces '
        "(hostNetwork=true), runAsNonRoot != true",
        "The Pod Security level restricted:latest of its namespace forbids a pod: host namespaces",
    ),
    (
        "webhook-refused",
        'Error: admission webhook "policy.example.com" denied the request: no shops on Sundays',
        "The admission webhook policy.example.com refuses: no shops on Sundays",
    ),
    (
        "webhook-away",
        'Error: Internal error occurred: failed calling webhook "policy.example.com": failed to '
        'call webhook: Post "https://policy.kube-system.svc:443/?timeout=10s": context deadline '
        "exceeded",
        "The admission webhook policy.example.com cannot be asked: failed to call webhook",
    ),
    (
        "webhook-refused",
        "configmaps \"shop\" is forbidden: ValidatingAdmissionPolicy 'no-maps' with binding "
        "'no-maps' denied request: no maps here",
        "The admission policy no-maps refuses: no maps here",
    ),
    (
        "host-taken",
        'admission webhook "validate.nginx.ingress.kubernetes.io" denied the request: host '
        '"tea.example.com" and path "/" is already defined in ingress other/shop',
        "The host tea.example.com belongs to the Ingress other/shop already.",
    ),
    (
        "rights-missing",
        'roles.rbac.authorization.k8s.io "shop" is forbidden: User "storeweaver:provisioner" '
        'cannot get resource "roles" in API group "rbac.authorization.k8s.io" in the namespace '
        '"store-tea"',
        "The platform may not get roles.rbac.authorization.k8s.io in the namespace store-tea",
    ),
    (
        "rights-missing",
        'namespaces is forbidden: User "somebody" cannot create resource "namespaces" in API group '
        '"" at the cluster scope',
        "The platform may not create namespaces in the cluster: it lacks that right.",
    ),
    (
        "chart-schema",
        "Error: values don't meet the specifications of the schema(s) in the following chart(s):\n"
        "shop:\n- at '/host': got string, want integer",
        "The chart refuses the values it was given: shop: - at '/host': got string, want integer",
    ),
    (
        "chart-template",
        "Error: execution error at (shop/templates/shop.yaml:1:4): host is required",
        "The chart cannot be rendered: execution error at (shop/templates/shop.yaml:1:4): host",
    ),
    (
        "chart-template",
        'Error: shop/templates/broken.yaml:1:10\n  executing "shop/templates/broken.yaml" at '
        "<.Values.no.such>:\n    nil pointer evaluating interface {}.such",
        "The chart cannot be rendered: shop/templates/broken.yaml:1:10 executing",
    ),
    (
        "chart-template",
        "Error: YAML parse error on shop/templates/all.yaml: error converting YAML to JSON: yaml: "
        "line 3: did not find expected key",
        "The chart cannot be rendered: YAML parse error on shop/templates/all.yaml",
    ),
    (
        "chart-template",
        'Error: Service "shop" is invalid: spec.ports[0].protocol: Unsupported value: "odd"',
        'The chart makes an object that is refused: Service "shop" is invalid',
    ),
    (
        "chart-version",
        "Error: chart requires kubeVersion: >=9.0.0 which is incompatible with Kubernetes v1.36.1",
        "The chart asks for Kubernetes >=9.0.0, and this cluster is v1.36.1.",
    ),
    (
        "chart-version",
        "Error: unable to build kubernetes objects from release manifest: resource mapping not "
        'found for name: "shop" namespace: "" from "": no matches for kind "Shop" in version '
        '"example.com/v1"',
        "The cluster does not know the kind Shop of example.com/v1",
    ),
    (
        "namespace-deleted",
        'secrets "shop" is forbidden: unable to create new content in namespace store-tea because '
        "it is being terminated",
        "Its namespace store-tea is being deleted",
    ),
]


@pytest.mark.parametrize(("code", "said", "words"), SAID, ids=[f"{c}-{s[:30]}" for c, s, _ in SAID])
def test_what_is_said_is_understood(code: str, said: str, words: str) -> None:
    found = refusals.explain(ActionFailed("Refused.", detail=said), tries=1)
    assert found.code == code
    assert words in found.cause
    assert found.hint
    assert found.evidence


def test_what_is_not_known_is_told_as_it_was_said() -> None:
    error = ActionFailed(
        "Helm refused to upgrade: odd.", hint="Do this.", detail="Error: odd\nmore"
    )
    found = refusals.explain(error, tries=2)
    assert (found.code, found.cause, found.hint) == ("refused", error.message, "Do this.")
    assert found.evidence == ("Error: odd", "more")
    assert not found.is_final


def test_the_last_word_counts_and_not_what_was_noted_on_the_way() -> None:
    noted = 'level=WARN msg="admission webhook \\"a\\" denied the request: no" attempt=1'
    said = "Error: UPGRADE FAILED: values don't meet the specifications of the schema(s): odd"
    assert refusals.explain(ActionFailed("No.", detail=f"{noted}\n{said}"), tries=1).code == (
        "chart-schema"
    )


def test_what_makes_no_sense_fails_at_once() -> None:
    assert refusals.explain(ActionFailed("Odd.", is_permanent=True), tries=1).is_final


def test_a_refusal_of_megabytes_is_read_in_no_time_and_kept_short() -> None:
    said = "is forbidden: " * 300_000 + "\x1b[31m\0" + "x" * 1_000_000
    found = refusals.explain(ActionFailed("Refused.", detail=said), tries=1)
    assert sum(len(line) for line in found.evidence) < 5_000
    assert not any("\x1b" in line or "\0" in line for line in found.evidence)
