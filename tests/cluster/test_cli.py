"""The command line as people type it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cluster.conftest import LocalCluster

SOURCE = Path(__file__).parents[2]


def call(
    cluster: LocalCluster, *words: str, said: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cluster", *words],
        cwd=SOURCE,
        env={
            **os.environ,
            "STOREWEAVER_HOME": str(cluster.home.root),
            "STOREWEAVER_CACHE": str(cluster.home.cache),
            **environment,
        },
        input=said,
        capture_output=True,
        text=True,
        check=False,
    )


def test_status_is_for_people_and_for_programs(cluster: LocalCluster) -> None:
    people = call(cluster, "status")
    assert people.returncode == 0
    assert "kube-apiserver" in people.stdout
    programs = json.loads(call(cluster, "status", "-o", "json").stdout)
    assert programs["ports"] == cluster.running.ports


def test_kubectl_is_the_clusters_own(cluster: LocalCluster) -> None:
    version = call(cluster, "kubectl", "version", "--output=json")
    told = json.loads(version.stdout)
    assert told["serverVersion"]["gitVersion"] == told["clientVersion"]["gitVersion"] == "v1.36.3"
    failed = call(cluster, "kubectl", "get", "pods", "nobody")
    assert failed.returncode == 1
    assert "NotFound" in failed.stderr


def test_logs_of_an_unknown_part_name_those_that_exist(cluster: LocalCluster) -> None:
    assert call(cluster, "logs", "etcd").returncode == 0
    failed = call(cluster, "logs", "nonsense")
    assert failed.returncode == 1
    assert "kube-apiserver" in failed.stderr


def test_clean_names_what_would_be_lost_and_asks(cluster: LocalCluster, namespace: str) -> None:
    cluster.kubectl("label", "namespace", namespace, "storeweaver.dev/store=asked1234567")
    answer = call(cluster, "clean", said="no\n")
    assert answer.returncode == 1
    assert f"{namespace} (asked1234567)" in answer.stdout
    assert "Nothing was removed" in answer.stdout
    assert cluster.running.is_ready


def test_a_context_that_does_not_exist_is_an_error_with_a_way_out(cluster: LocalCluster) -> None:
    failed = call(cluster, "up", CLUSTER_CONTEXT="nowhere")
    assert failed.returncode == 1
    assert "no context nowhere" in failed.stderr
    assert "CLUSTER_CONTEXT" in failed.stderr


@pytest.mark.parametrize("command", ["status", "logs"])
def test_a_reader_that_stops_reading_is_no_error(cluster: LocalCluster, command: str) -> None:
    words = [command, "kubelet"] if command == "logs" else [command]
    piped = f"{sys.executable} -m cluster {' '.join(words)} | head -1"
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {piped}"],
        cwd=SOURCE,
        env={
            **os.environ,
            "STOREWEAVER_HOME": str(cluster.home.root),
            "STOREWEAVER_CACHE": str(cluster.home.cache),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr
