"""Which connections NetworkPolicies allow between the pods of one namespace."""

from __future__ import annotations

from typing import Any

Object = dict[str, Any]
Labels = dict[str, str]


def allowed(policies: list[Object], pods: dict[str, Labels]) -> set[tuple[str, str, int]]:
    """Every (from, to, port) that both ends' policies allow, over the ports that they name.

    Args:
        policies: all NetworkPolicies of the namespace.
        pods: labels by name.
    """
    ports = {
        port["port"]
        for policy in policies
        for rule in policy["spec"].get("ingress", ())
        for port in rule["ports"]
    }
    return {
        (source, target, port)
        for source in pods
        for target in pods
        for port in ports
        if source != target
        and _allows(policies, "Egress", pods[source], pods[target], port)
        and _allows(policies, "Ingress", pods[target], pods[source], port)
    }


def open_from_outside(policies: list[Object], pods: dict[str, Labels]) -> dict[str, list[Object]]:
    """By pod, who beyond the namespace's pods may connect; an empty list is everybody."""
    found: dict[str, list[Object]] = {}
    for policy in policies:
        for rule in policy["spec"].get("ingress", ()):
            outside = [peer for peer in rule.get("from", ()) if peer.keys() != {"podSelector"}]
            if outside or "from" not in rule:
                for name, labels in pods.items():
                    if _selects(policy["spec"]["podSelector"], labels):
                        found[name] = outside
    return found


def _allows(policies: list[Object], direction: str, own: Labels, peer: Labels, port: int) -> bool:
    mine = [
        policy["spec"]
        for policy in policies
        if direction in policy["spec"]["policyTypes"]
        and _selects(policy["spec"]["podSelector"], own)
    ]
    if not mine:
        return True
    rules = [rule for spec in mine for rule in spec.get(direction.lower(), ())]
    end = "from" if direction == "Ingress" else "to"
    return any(
        port in [named["port"] for named in rule["ports"]]
        and (
            end not in rule
            or any(
                other.keys() == {"podSelector"} and _selects(other["podSelector"], peer)
                for other in rule[end]
            )
        )
        for rule in rules
    )


def _selects(selector: Object, labels: Labels) -> bool:
    if any(labels.get(name) != value for name, value in selector.get("matchLabels", {}).items()):
        return False
    for expression in selector.get("matchExpressions", ()):
        if expression["operator"] != "In":
            raise NotImplementedError(expression["operator"])
        if labels.get(expression["key"]) not in expression["values"]:
            return False
    return True
