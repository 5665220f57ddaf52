from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from cluster.home import Home
from cluster.processes import children, end, find, marks, processes, wait_gone


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(root=tmp_path, cache=tmp_path)


@pytest.fixture
def sleeper(home: Home) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(
        ["sleep", "600"], env={**os.environ, **marks(home, "sleeper")}
    ) as started:
        yield started
        started.kill()


def test_a_marked_process_is_found_by_its_installation_only(
    home: Home, tmp_path: Path, sleeper: subprocess.Popen[bytes]
) -> None:
    found = processes(home)
    assert [(p.pid, p.part) for p in found] == [(sleeper.pid, "sleeper")]
    assert processes(Home(root=tmp_path / "other", cache=tmp_path)) == []


@pytest.mark.usefixtures("sleeper")
def test_a_process_that_ended_is_not_alive_before_it_is_reaped(home: Home) -> None:
    (found,) = processes(home)
    assert found.is_alive()
    found.signal(signal.SIGKILL)
    assert wait_gone([found], timeout=30)
    assert not found.is_alive()
    found.signal(signal.SIGTERM)


def test_end_kills_what_does_not_stop(home: Home) -> None:
    with subprocess.Popen(
        ["sh", "-c", "trap '' TERM; echo deaf; exec sleep 600"],
        env={**os.environ, **marks(home, "stubborn")},
        stdout=subprocess.PIPE,
    ) as started:
        assert started.stdout is not None
        assert started.stdout.readline() == b"deaf\n"
        found = processes(home)
        assert [p.pid for p in found] == [started.pid]
        end(found, grace=0.1)
        assert started.wait() == -signal.SIGKILL


def test_children_and_pids_are_looked_up(sleeper: subprocess.Popen[bytes]) -> None:
    assert sleeper.pid in {child.pid for child in children([os.getpid()])}
    assert [p.pid for p in find([sleeper.pid, 2**22 + 1])] == [sleeper.pid]
