"""Parts and supervisors that die, commands that meet, stops and starts: nothing is lost."""

from __future__ import annotations

import json
import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cluster import bringup, lifecycle
from cluster.errors import ClusterError
from cluster.processes import processes
from cluster.progress import Progress
from cluster.reporting import report, table
from tests.cluster.conftest import IMAGES, LocalCluster
from tests.cluster.test_workloads import (
    claim_volume,
    get,
    ingress,
    run_on_volume,
    wait_rolled_out,
    web,
)
from tests.cluster.waiting import until

KILLED = (
    "etcd",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
    "containerd",
    "kubelet",
    "kube-proxy",
    "dns",
    "ingress",
    "relay",
    "storage",
    "metrics-server",
)


@pytest.fixture
def shop(cluster: LocalCluster, namespace: str) -> str:
    """A host that answers through the ingress."""
    web(cluster, namespace, "web")
    host = f"{namespace}.localhost"
    ingress(cluster, namespace, "shop", [(host, "/", "Prefix", "web")])
    wait_rolled_out(cluster, namespace, "web")
    until("the shop answers", lambda: get(cluster, host).status_code == 200)
    return host


def pid_of(cluster: LocalCluster, part: str) -> int:
    return next(p.pid for p in cluster.running.parts if p.name == part)


def until_started_again(cluster: LocalCluster, part: str, old: int) -> None:
    until(f"{part} is started again", lambda: pid_of(cluster, part) not in {0, old})


def containers(cluster: LocalCluster, namespace: str) -> set[str]:
    pods = cluster.json("get", "pods", "-n", namespace)["items"]
    return {c["containerID"] for pod in pods for c in pod["status"]["containerStatuses"]}


def test_every_part_is_killed_in_turn_and_nothing_is_lost(
    cluster: LocalCluster, namespace: str, shop: str
) -> None:
    before = containers(cluster, namespace)
    acknowledged: list[str] = []
    done = threading.Event()

    def write() -> None:
        number = 0
        while not done.is_set():
            number += 1
            name = f"written-{number}"
            try:
                cluster.kubectl("create", "configmap", name, "-n", namespace)
            except ClusterError:
                continue
            acknowledged.append(name)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for part in KILLED:
            old = pid_of(cluster, part)
            os.kill(old, signal.SIGKILL)
            until_started_again(cluster, part, old)
            cluster.until_ready()
            until("the shop answers", lambda: get(cluster, shop).status_code == 200)
    finally:
        done.set()
        writer.join()
    assert acknowledged
    listed = cluster.kubectl("get", "configmaps", "-n", namespace, "--output=name").split()
    assert {f"configmap/{name}" for name in acknowledged} <= set(listed)
    assert containers(cluster, namespace) == before
    restarts = {part.name: part.restarts for part in cluster.running.parts}
    assert all(restarts[part] >= 1 for part in KILLED)


def test_a_killed_supervisor_is_replaced_and_pods_run_on(
    cluster: LocalCluster, namespace: str, shop: str
) -> None:
    before = containers(cluster, namespace)
    old = cluster.running.supervisor
    os.kill(old, signal.SIGKILL)
    assert get(cluster, shop).status_code == 200
    bringup.up(cluster.home, progress=Progress(), names=IMAGES)
    assert cluster.running.supervisor != old
    until("the shop answers", lambda: get(cluster, shop).status_code == 200)
    assert containers(cluster, namespace) == before


def test_up_again_changes_and_imports_nothing(cluster: LocalCluster) -> None:
    before = cluster.running
    result = bringup.up(cluster.home, progress=Progress(), names=IMAGES)
    assert result.imported == ()
    assert result.running.supervisor == before.supervisor
    assert [p.pid for p in result.running.parts] == [p.pid for p in before.parts]


def test_data_volumes_and_hosts_survive_a_stop(
    cluster: LocalCluster, namespace: str, shop: str
) -> None:
    ports = cluster.running.ports
    claim_volume(cluster, namespace)
    run_on_volume(cluster, namespace, "writer", "echo kept > /data/order")
    lifecycle.stop(cluster.home)
    assert not processes(cluster.home)
    with ThreadPoolExecutor(2) as pool:
        both = [
            pool.submit(bringup.up, cluster.home, progress=Progress(), names=IMAGES)
            for _ in range(2)
        ]
        first, second = (one.result().running.supervisor for one in both)
    assert first == second
    assert cluster.running.ports == ports
    until("the shop answers", lambda: get(cluster, shop).status_code == 200)
    pods = cluster.json("get", "pods", "-n", namespace)["items"]
    assert len(pods) == 1
    assert run_on_volume(cluster, namespace, "reader", "cat /data/order") == "kept"


def test_after_everything_was_killed_the_next_up_works(
    cluster: LocalCluster, namespace: str, shop: str
) -> None:
    """As after a reboot: no process is left, and files say what is no longer so."""
    cluster.kubectl("create", "configmap", "kept", "-n", namespace)
    claim_volume(cluster, namespace)
    run_on_volume(cluster, namespace, "writer", "echo kept > /data/order && sync /data/order")
    os.kill(cluster.running.supervisor, signal.SIGKILL)
    everything = processes(cluster.home)
    for process in everything:
        process.signal(signal.SIGKILL)
    until("all are gone", lambda: not any(process.is_alive() for process in everything))
    bringup.up(cluster.home, progress=Progress(), names=IMAGES)
    assert cluster.json("get", "configmap", "kept", "-n", namespace)["metadata"]["uid"]
    until("the shop answers", lambda: get(cluster, shop).status_code == 200)
    assert run_on_volume(cluster, namespace, "reader", "cat /data/order") == "kept"


def test_a_part_that_keeps_dying_is_shown_with_its_last_words(cluster: LocalCluster) -> None:
    corefile = cluster.home.config / "Corefile"
    good = corefile.read_text()
    corefile.write_text("this is no Corefile {")
    os.kill(pid_of(cluster, "dns"), signal.SIGKILL)
    failing = until("dns is failing", lambda: cluster.running.failing)
    assert failing[0].name == "dns"
    assert "Corefile" in failing[0].last_words
    corefile.write_text(good)
    cluster.until_ready()


def test_status_tells_programs_all_of_it(cluster: LocalCluster) -> None:
    told = json.loads(json.dumps(report(cluster.home).as_json()))
    assert told["state"] == "ready"
    assert {part["name"] for part in told["parts"]} >= set(KILLED)
    assert "not enforced" in table(report(cluster.home))
    assert Path(told["home"]) == cluster.home.root
