"""The check of pods finds each of the standard's violations."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tests.unit.charts.pod_security import violations

GOOD: dict[str, Any] = {
    "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
    "volumes": [{"name": "tmp", "emptyDir": {}}],
    "containers": [
        {
            "name": "web",
            "ports": [{"containerPort": 80}],
            "livenessProbe": {"httpGet": {"port": 80}},
            "securityContext": {
                "allowPrivilegeEscalation": False,
                "capabilities": {"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]},
            },
        }
    ],
}


def changed(path: tuple[str | int, ...], value: object) -> dict[str, Any]:
    spec = copy.deepcopy(GOOD)
    place: Any = spec
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return spec


def test_a_pod_within_the_standard() -> None:
    assert violations(GOOD) == []


CONTAINER = ("containers", 0, "securityContext")


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("hostNetwork",), True, "hostNetwork"),
        (("hostPID",), True, "hostPID"),
        (("volumes", 0), {"name": "tmp", "hostPath": {"path": "/"}}, "volume of type hostPath"),
        (("securityContext", "sysctls"), [{"name": "kernel.msgmax"}], "sysctls"),
        (("securityContext", "runAsNonRoot"), False, "web: runAsNonRoot is not true"),
        (("securityContext", "runAsUser"), 0, "web: runs as root"),
        (("securityContext", "seccompProfile"), {}, "web: no seccomp profile"),
        ((*CONTAINER, "seccompProfile"), {"type": "Unconfined"}, "web: no seccomp profile"),
        ((*CONTAINER, "runAsUser"), 0, "web: runs as root"),
        ((*CONTAINER, "privileged"), True, "web: privileged"),
        (
            (*CONTAINER, "allowPrivilegeEscalation"),
            True,
            "web: allowPrivilegeEscalation is not false",
        ),
        ((*CONTAINER, "capabilities"), {}, "web: capabilities are not dropped"),
        ((*CONTAINER, "capabilities", "add"), ["SYS_ADMIN"], "web: capabilities are added"),
        ((*CONTAINER, "procMount"), "Unmasked", "web: procMount"),
        ((*CONTAINER, "appArmorProfile"), {"type": "Unconfined"}, "web: appArmorProfile"),
        (("containers", 0, "ports", 0, "hostPort"), 80, "web: hostPort"),
        (
            ("containers", 0, "livenessProbe", "httpGet", "host"),
            "elsewhere",
            "web: a probe of another host",
        ),
        (("initContainers",), [{"name": "first"}], "first: capabilities are not dropped"),
    ],
)
def test_a_violation(path: tuple[str | int, ...], value: object, said: str) -> None:
    assert said in violations(changed(path, value))
