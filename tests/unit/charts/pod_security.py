"""The Pod Security Standard `restricted`, as Kubernetes 1.36 checks it, over a pod's spec.

See "Pod Security Standards" in the documentation of Kubernetes, from which each rule is taken.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Object = dict[str, Any]

VOLUME_TYPES = {
    *("configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim"),
    *("projected", "secret"),
}
SECCOMP_TYPES = ("RuntimeDefault", "Localhost")
PROBES = ("startupProbe", "readinessProbe", "livenessProbe")
ACTIONS = ("httpGet", "tcpSocket")


def violations(spec: Object) -> list[str]:
    """What in a pod's spec the standard forbids, one line each."""
    found = list(_of_pod(spec))
    pod = spec.get("securityContext", {})
    for kind in ("initContainers", "containers", "ephemeralContainers"):
        for container in spec.get(kind, ()):
            found += [f"{container['name']}: {line}" for line in _of_container(container, pod)]
    return found


def _of_pod(spec: Object) -> Iterator[str]:
    for name in ("hostNetwork", "hostPID", "hostIPC"):
        if spec.get(name):
            yield name
    for volume in spec.get("volumes", ()):
        for kind in volume.keys() - {"name"} - VOLUME_TYPES:
            yield f"volume of type {kind}"
    if spec.get("securityContext", {}).get("sysctls"):
        yield "sysctls"


def _of_container(container: Object, pod: Object) -> Iterator[str]:
    own = container.get("securityContext", {})
    if own.get("privileged"):
        yield "privileged"
    if own.get("allowPrivilegeEscalation") is not False:
        yield "allowPrivilegeEscalation is not false"
    capabilities = own.get("capabilities", {})
    if "ALL" not in capabilities.get("drop", ()):
        yield "capabilities are not dropped"
    if set(capabilities.get("add", ())) - {"NET_BIND_SERVICE"}:
        yield "capabilities are added"
    if own.get("procMount", "Default") != "Default":
        yield "procMount"
    if own.get("runAsNonRoot", pod.get("runAsNonRoot")) is not True:
        yield "runAsNonRoot is not true"
    if own.get("runAsUser", pod.get("runAsUser")) == 0:
        yield "runs as root"
    seccomp = own.get("seccompProfile", pod.get("seccompProfile", {}))
    if seccomp.get("type") not in SECCOMP_TYPES:
        yield "no seccomp profile"
    for context in (own, pod):
        if {"user", "role"} & context.get("seLinuxOptions", {}).keys():
            yield "seLinuxOptions"
        if context.get("appArmorProfile", {}).get("type") == "Unconfined":
            yield "appArmorProfile"
        if context.get("windowsOptions", {}).get("hostProcess"):
            yield "hostProcess"
    if any(port.get("hostPort") for port in container.get("ports", ())):
        yield "hostPort"
    handlers = [container.get(probe, {}) for probe in PROBES]
    handlers += container.get("lifecycle", {}).values()
    if any(handler.get(action, {}).get("host") for handler in handlers for action in ACTIONS):
        yield "a probe of another host"
