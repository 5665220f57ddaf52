"""Locks, logs, progress, manifests: one thing each."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import yaml

from cluster import stages
from cluster.home import Home
from cluster.identities import Identities
from cluster.locks import exclusive, holder, take
from cluster.logs import rotate
from cluster.progress import Progress
from cluster.system import render_manifests


def test_a_lock_lets_one_in_at_a_time(tmp_path: Path) -> None:
    path, seen = tmp_path / "lock", []
    entered, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with exclusive(path, waiting=lambda _: None):
            entered.set()
            leave.wait()

    first = threading.Thread(target=hold)
    first.start()
    entered.wait()
    assert holder(path) > 0

    def wait_told(pid: int) -> None:
        seen.append(pid)
        leave.set()

    with exclusive(path, waiting=wait_told):
        assert len(seen) == 1
    first.join()
    assert holder(path) == 0


def test_a_lock_ends_with_its_process(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    script = (
        "import os, sys, pathlib; from cluster.locks import take;"
        "assert take(pathlib.Path(sys.argv[1])); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", script, path], check=False)
    assert holder(path) == 0
    assert take(path)


def test_a_large_log_is_cut_and_kept_once(tmp_path: Path) -> None:
    log = tmp_path / "part.log"
    with log.open("a") as writer:
        writer.write("x" * 100)
        writer.flush()
        assert not rotate(log, largest=100)
        assert rotate(log, largest=99)
        writer.write("after")
    assert log.read_text() == "after"
    assert (tmp_path / "part.log.1").read_text() == "x" * 100


def test_progress_tells_people_and_programs(tmp_path: Path) -> None:
    stream, file = io.StringIO(), tmp_path / "progress.json"
    progress = Progress(stream=stream, file=file)
    with progress.phase("Images") as note:
        note("3 of 5")
    with pytest.raises(ValueError, match="broken"), progress.phase("Cluster"):
        raise ValueError("broken")
    assert [(p.name, p.state) for p in progress.phases] == [
        ("Images", "done"),
        ("Cluster", "failed"),
    ]
    assert "3 of 5" in stream.getvalue()
    assert [phase["state"] for phase in json.loads(file.read_text())] == ["done", "failed"]


def test_the_manifests_are_whole_objects(tmp_path: Path) -> None:
    issued = Identities.issue(Home(root=tmp_path, cache=tmp_path), ())
    objects = list(yaml.safe_load_all(render_manifests(issued.authority)))
    assert all(made["kind"] and made["metadata"]["name"] for made in objects)
    users = {
        subject["name"]
        for made in objects
        for subject in made.get("subjects", ())
        if subject["name"].startswith("storeweaver:")
    }
    assert users == {f"storeweaver:{who}" for who in ("dns", "ingress", "storage", "metrics")}


def test_stages_are_whole_objects_with_names_of_their_own() -> None:
    documents = [json.loads(text) for text in stages.stages().split("\n---\n")]
    names = [document["metadata"]["name"] for document in documents]
    assert len(names) == len(set(names))
    assert all(document["kind"] == "Stage" for document in documents)
