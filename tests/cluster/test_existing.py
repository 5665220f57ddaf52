"""A cluster that the user named, played by a simulated one: used, checked, never changed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cluster.errors import ClusterError
from cluster.existing import ExistingCluster, named
from cluster.home import Home
from cluster.simulated import SimulatedCluster
from tests.cluster.aged import aged
from tests.cluster.test_cli import SOURCE
from tests.cluster.test_simulated import simulation

__all__ = ["simulation"]

CONTEXT = "storeweaver"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(root=tmp_path / "home", cache=Home.from_environment().cache)


@pytest.fixture
def existing(
    simulation: SimulatedCluster, home: Home, monkeypatch: pytest.MonkeyPatch
) -> ExistingCluster:
    monkeypatch.setenv("KUBECONFIG", str(simulation.home.kubeconfig))
    found = named(home, environment={"CLUSTER_CONTEXT": CONTEXT})
    assert found is not None
    return found


def states(cluster: ExistingCluster) -> dict[str, str]:
    return {check.name: check.state for check in cluster.check().checks}


def test_a_good_cluster_passes_every_check(existing: ExistingCluster) -> None:
    report = existing.check()
    assert report.is_usable, [check for check in report.checks if check.problem]
    assert report.ingress_class == "simulated"


def test_a_kubeconfig_alone_is_never_a_wish(home: Home, simulation: SimulatedCluster) -> None:
    environment = {"KUBECONFIG": str(simulation.home.kubeconfig)}
    assert named(home, environment=environment) is None


def test_checking_changes_nothing(existing: ExistingCluster, simulation: SimulatedCluster) -> None:
    def everything() -> set[str]:
        listed = json.loads(
            simulation.kubectl("get", "namespaces,clusterroles,storageclasses", "--output=json")
        )
        return {
            f"{o['metadata']['uid']} {o['metadata']['resourceVersion']}" for o in listed["items"]
        }

    before = everything()
    existing.check()
    assert everything() == before


def test_an_unknown_context_names_those_that_exist(home: Home, existing: ExistingCluster) -> None:
    other = ExistingCluster("elsewhere", existing.command)
    report = other.check()
    assert not report.is_usable
    with pytest.raises(ClusterError, match="has no context elsewhere; it has storeweaver"):
        report.require()
    assert not home.root.exists()


def test_a_dead_cluster_is_one_sentence(
    simulation: SimulatedCluster,
    home: Home,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    config = tmp_path / "kubeconfig"
    text = simulation.home.kubeconfig.read_text()
    server = next(line for line in text.splitlines() if "server:" in line)
    config.write_text(text.replace(server, "    server: https://127.0.0.1:1"))
    monkeypatch.setenv("KUBECONFIG", str(config))
    dead = named(home, environment={"CLUSTER_CONTEXT": CONTEXT})
    assert dead is not None
    assert states(dead)["reachable"] == "failed"
    with pytest.raises(ClusterError):
        dead.check().require()


def test_rights_that_are_missing_are_named(
    existing: ExistingCluster,
    simulation: SimulatedCluster,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    simulation.kubectl("create", "serviceaccount", "weak", "--namespace=default")
    token = simulation.kubectl("create", "token", "weak", "--namespace=default").strip()
    lines = simulation.home.kubeconfig.read_text().splitlines()
    weak = [line for line in lines if "client-key" not in line]
    weak = [f"    token: {token}" if "client-certificate" in line else line for line in weak]
    (tmp_path / "weak").write_text("\n".join(weak))
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "weak"))
    rights = next(check for check in existing.check().checks if check.name == "rights")
    assert rights.state == "failed"
    assert "namespaces" in rights.problem


def call(home: Home, command: str, kubeconfig: Path) -> subprocess.CompletedProcess[str]:
    """A command as people type it, with a context named."""
    return subprocess.run(
        [sys.executable, "-m", "cluster", command],
        cwd=SOURCE,
        env={
            **os.environ,
            "STOREWEAVER_HOME": str(home.root),
            "STOREWEAVER_CACHE": str(home.cache),
            "CLUSTER_CONTEXT": CONTEXT,
            "KUBECONFIG": str(kubeconfig),
        },
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_cluster_that_is_too_old_is_refused_before_anything_is_made(
    simulation: SimulatedCluster, home: Home, tmp_path: Path
) -> None:
    with aged(simulation, tmp_path / "kubeconfig", version="v1.29.14") as kubeconfig:
        refused = call(home, "up", kubeconfig)
    assert refused.returncode == 1
    sentence, next_step = refused.stderr.splitlines()[-2:]
    assert "It runs Kubernetes v1.29.14, and 1.30 or later is needed." in sentence
    assert "Upgrade the cluster" in next_step
    assert not home.root.exists()
    assert call(home, "status", simulation.home.kubeconfig).returncode == 0


def test_a_cluster_that_is_old_enough_to_be_known_is_taken(
    simulation: SimulatedCluster, home: Home, tmp_path: Path
) -> None:
    with aged(simulation, tmp_path / "kubeconfig", version="v1.30.0") as kubeconfig:
        accepted = call(home, "status", kubeconfig)
    assert accepted.returncode == 0, accepted.stdout
    assert "v1.30.0" in accepted.stdout


def test_up_on_a_dead_cluster_says_so_and_makes_nothing(
    simulation: SimulatedCluster, home: Home, tmp_path: Path
) -> None:
    with aged(simulation, tmp_path / "kubeconfig", version="v1.36.3") as kubeconfig:
        pass
    refused = call(home, "up", kubeconfig)
    assert refused.returncode == 1
    sentence, next_step = refused.stderr.splitlines()[-2:]
    assert "Its API server does not answer: " in sentence
    assert "refused" in sentence
    assert "Start that cluster, or correct or unset CLUSTER_CONTEXT." in next_step
    assert not home.root.exists()
    assert call(home, "status", simulation.home.kubeconfig).returncode == 0
