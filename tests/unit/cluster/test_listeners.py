from __future__ import annotations

import socket
from contextlib import closing
from pathlib import Path

import pytest

from cluster.errors import ClusterError
from cluster.home import Home
from cluster.listeners import Ports, listen, ports_file, read_ports


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(root=tmp_path, cache=tmp_path / "cache")


def test_ports_are_chosen_once_and_kept(home: Home) -> None:
    first = listen(home)
    first.close()
    second = listen(home)
    second.close()
    assert first.ports == second.ports == read_ports(home)


def test_a_taken_port_gives_the_next_free_one(home: Home, tmp_path: Path) -> None:
    first = listen(home)
    beside = listen(Home(root=tmp_path / "other", cache=tmp_path / "cache"))
    try:
        assert beside.ports.http > first.ports.http
        assert beside.ports.api > first.ports.api
    finally:
        first.close()
        beside.close()


def test_only_loopback_is_listened_on(home: Home) -> None:
    opened = listen(home)
    try:
        for one in (opened.api, opened.http, opened.https):
            assert one.getsockname()[0] == "127.0.0.1"
    finally:
        opened.close()


def test_a_kept_port_that_another_program_took_is_an_error_with_a_way_out(home: Home) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as thief:
        port = thief.getsockname()[1]
        ports_file(home).parent.mkdir(parents=True)
        ports_file(home).write_text(f'{{"api": {port}, "http": {port}, "https": {port}}}')
        with pytest.raises(ClusterError, match="held by another program") as refused:
            listen(home)
        assert str(port) in refused.value.next_step
    assert read_ports(home) == Ports(port, port, port)
