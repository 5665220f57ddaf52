"""Machines, folders and networks that cannot do: a sentence, a way out, and the next `up` works."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from cluster import lifecycle
from cluster.commands import run
from cluster.home import Home
from tests.cluster.conftest import LocalCluster
from tests.cluster.test_cli import SOURCE, call


def put_version(cluster: LocalCluster, content: str) -> None:
    cluster.home.version_file.write_text(content)


def put_owner(cluster: LocalCluster, user: int) -> None:
    os.chown(cluster.home.root, user, user)


@pytest.mark.parametrize(
    ("spoil", "bad", "good", "problem", "way_out"),
    [
        (put_version, "99\n", "1\n", "has layout 99", "STOREWEAVER_HOME"),
        (put_owner, 12345, 0, "belongs to user 12345", "STOREWEAVER_HOME"),
    ],
)
def test_a_folder_of_another_version_or_user_is_refused_until_it_is_put_right(
    cluster: LocalCluster,
    spoil: Callable[[LocalCluster, object], None],
    bad: object,
    good: object,
    problem: str,
    way_out: str,
) -> None:
    spoil(cluster, bad)
    try:
        for command in ("up", "down", "clean"):
            refused = (
                call(cluster, command, "--yes") if command == "clean" else call(cluster, command)
            )
            assert refused.returncode == 1
            sentence, next_step = refused.stderr.splitlines()
            assert problem in sentence
            assert way_out in next_step
    finally:
        spoil(cluster, good)
    assert call(cluster, "up", "--image=pause").returncode == 0


def test_a_port_that_was_taken_meanwhile_is_named(cluster: LocalCluster) -> None:
    port = cluster.http_port
    lifecycle.stop(cluster.home)
    with closing(socket.create_server(("127.0.0.1", port))):
        refused = call(cluster, "up", "--image=pause")
    assert refused.returncode == 1
    sentence, next_step = refused.stderr.splitlines()[-2:]
    assert f"Port {port} on 127.0.0.1" in sentence
    assert "held by another program" in sentence
    assert "make up" in next_step
    assert call(cluster, "up", "--image=pause").returncode == 0
    assert cluster.http_port == port
    cluster.until_ready()


_AS_NOBODY = """
import os, sys
from cluster.cli import main
os.setgid(65534)
os.setuid(65534)
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize("command", ["up", "down", "images"])
def test_whoever_is_not_root_is_told_so(command: str, tmp_path: Path) -> None:
    refused = tool(tmp_path / "home", sys.executable, "-c", _AS_NOBODY, command)
    assert refused.returncode == 1
    sentence, next_step = refused.stderr.splitlines()
    assert sentence.startswith("The local cluster needs root: ")
    assert "sudo" in next_step
    assert "CLUSTER_CONTEXT" in next_step
    assert not (tmp_path / "home").exists()


def test_a_machine_that_refuses_namespaces_is_told_what_it_lacks(other: Home) -> None:
    """As in a container without privileges."""
    up = (sys.executable, "-m", "cluster", "up", "--image=pause")
    weak = ("setpriv", "--bounding-set=-sys_admin", "--inh-caps=-sys_admin", "--")
    refused = tool(other.root, *weak, *up)
    assert refused.returncode == 1
    sentence, next_step = refused.stderr.splitlines()[-2:]
    assert "refuses a network and mount namespace" in sentence
    assert "--privileged" in next_step
    assert tool(other.root, *up).returncode == 0


def tool(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command on the installation in `root`."""
    return subprocess.run(
        words,
        cwd=SOURCE,
        env={
            **os.environ,
            "STOREWEAVER_HOME": str(root),
            "STOREWEAVER_CACHE": str(Home.from_environment().cache),
        },
        capture_output=True,
        text=True,
        check=False,
    )


_DOWNLOAD = """
import sys
from pathlib import Path
from cluster import apt
from cluster.errors import ClusterError
folder = Path(sys.argv[1])
try:
    apt.download(
        ("hello",), into=folder / "archives", folder=folder / "apt", log=folder / "log",
        note=lambda _: None,
    )
except ClusterError as error:
    print(error.problem)
    print(error.next_step)
"""


def test_a_package_mirror_that_does_not_answer_is_named(tmp_path: Path) -> None:
    sources = tmp_path / "sources.list"
    # a port at which nobody listens stands for a mirror that is away
    sources.write_text("deb [trusted=yes] http://127.0.0.1:1/debian stable main\n")
    (tmp_path / "empty").mkdir()
    script = (
        'touch /etc/apt/sources.list && mount --bind "$0" /etc/apt/sources.list '
        '&& mount --bind "$1" /etc/apt/sources.list.d && shift && exec "$@"'
    )
    said = run(
        [
            *("unshare", "--mount", "--propagation=private", "sh", "-c", script, sources),
            *(tmp_path / "empty", sys.executable, "-c", _DOWNLOAD, tmp_path),
        ],
        cwd=SOURCE,
        env={"no_proxy": "127.0.0.1"},
    )
    problem, next_step = said.splitlines()
    assert "Debian's packages cannot be fetched" in problem
    assert "sources.list" in next_step
