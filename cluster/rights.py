"""What the product must be allowed to do in a cluster, and how that is asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

READ = ("get", "list", "watch")
CHANGE = ("create", "update", "patch", "delete")
ALL = READ + CHANGE


@dataclass(frozen=True)
class Right:
    """Verbs on a kind of object, in every namespace.

    Attributes:
        group: API group; empty for the core group.
        resource: plural name, with the subresource after a slash where there is one.
    """

    group: str
    resource: str
    verbs: tuple[str, ...]

    @property
    def kind(self) -> str:
        """The resource as kubectl names it, such as `deployments.apps`."""
        return f"{self.resource}.{self.group}" if self.group else self.resource


NEEDED = (
    Right("", "namespaces", ALL),
    Right("", "configmaps", ALL),
    Right("", "secrets", ALL),
    Right("", "services", ALL),
    Right("", "persistentvolumeclaims", ALL),
    Right("", "resourcequotas", ALL),
    Right("", "limitranges", ALL),
    Right("apps", "deployments", ALL),
    Right("apps", "statefulsets", ALL),
    Right("batch", "jobs", ALL),
    Right("networking.k8s.io", "ingresses", ALL),
    Right("networking.k8s.io", "networkpolicies", ALL),
    Right("policy", "poddisruptionbudgets", ALL),
    Right("", "pods", (*READ, "delete")),
    Right("", "pods/log", ("get",)),
    Right("", "events", READ),
    Right("", "nodes", ("get", "list")),
    Right("", "persistentvolumes", (*READ, "patch", "delete")),
    Right("coordination.k8s.io", "leases", (*READ, "create", "patch")),
    Right("networking.k8s.io", "ingressclasses", ("get", "list")),
    Right("storage.k8s.io", "storageclasses", ("get", "list")),
)
"""Helm keeps its releases in Secrets; the rest is in the charts or read by the provisioner."""

EVERYTHING = Right("*", "*", ("*",))
"""An administrator's right; asking for it alone spares asking for every other."""


def reviews(*rights: Right) -> bytes:
    """The SelfSubjectAccessReviews for `rights`, as one list to be created by kubectl."""
    items = [_review(right, verb) for right in rights for verb in right.verbs]
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": items}).encode()


def refused(answers: str) -> list[Right]:
    """The rights that the server did not grant.

    Args:
        answers: what kubectl printed for created `reviews`: one JSON object after another.
    """
    verbs: dict[tuple[str, str], list[str]] = {}
    for answer in _objects(answers):
        if not answer["status"]["allowed"]:
            asked = answer["spec"]["resourceAttributes"]
            resource = "/".join(filter(None, (asked["resource"], asked.get("subresource", ""))))
            verbs.setdefault((asked.get("group", ""), resource), []).append(asked["verb"])
    return [Right(group, resource, tuple(v)) for (group, resource), v in verbs.items()]


def _review(right: Right, verb: str) -> dict[str, Any]:
    resource, _, subresource = right.resource.partition("/")
    attributes = {
        "verb": verb,
        "group": right.group,
        "resource": resource,
        "subresource": subresource,
    }
    return {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": attributes},
    }


def _objects(text: str) -> Iterator[dict[str, Any]]:
    decoder = json.JSONDecoder()
    position = 0
    while position < len(text):
        found, position = decoder.raw_decode(text, position)
        yield from found["items"] if found["kind"] == "List" else (found,)
        while position < len(text) and text[position].isspace():
            position += 1
