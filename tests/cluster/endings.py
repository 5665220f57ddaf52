"""How pods end: the status of a container that was told to stop."""

from __future__ import annotations

from typing import Any

from tests.cluster.conftest import LocalCluster
from tests.cluster.waiting import until

COMPONENT = "app.kubernetes.io/component"


def pods(
    cluster: LocalCluster, namespace: str, component: str, *, label: str = COMPONENT
) -> list[Any]:
    selector = f"{label}={component}"
    found: list[Any] = cluster.json("get", "pods", "-n", namespace, "-l", selector)["items"]
    return found


def running_pod(
    cluster: LocalCluster, namespace: str, component: str, *, label: str = COMPONENT
) -> str:
    """The name of the component's pod, once its container runs and none is about to go."""

    def found() -> str:
        names = [
            pod["metadata"]["name"]
            for pod in pods(cluster, namespace, component, label=label)
            if "deletionTimestamp" not in pod["metadata"]
            and "running" in pod["status"].get("containerStatuses", [{"state": {}}])[0]["state"]
        ]
        return names[0] if len(names) == 1 else ""

    return until(f"the container of {component} runs", found)


def exit_status(cluster: LocalCluster, namespace: str, name: str) -> int:
    """Delete a pod, and tell with which status its container ended.

    The kubelet kills what has not ended within the pod's grace: status 137.
    """
    patch = ("patch", "pod", name, "-n", namespace, "--type=merge", "--patch")
    # keeps the pod's last state to be read; the kubelet stops its container all the same
    cluster.kubectl(*patch, '{"metadata":{"finalizers":["storeweaver.dev/test"]}}')
    cluster.kubectl("delete", "pod", name, "-n", namespace, "--wait=false")

    def ended() -> Any:
        status = cluster.json("get", "pod", name, "-n", namespace)["status"]
        return status["containerStatuses"][0]["state"].get("terminated")

    terminated = until("the container has ended", ended)
    cluster.kubectl(*patch, '{"metadata":{"finalizers":null}}')
    return int(terminated["exitCode"])
