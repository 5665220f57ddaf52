"""The platform's own PostgreSQL: what is checked before it starts."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import psycopg.conninfo
import pytest
from sqlalchemy import make_url

from provisioner.postgres import (
    LONGEST_SOCKET,
    DatabaseFailed,
    Programs,
    check_socket,
    find_programs,
    forget_dead_server,
    main,
    prepare,
    socket_file,
    url,
)

PROGRAMS = Programs(Path("/nowhere"), "18")


def test_the_programs_of_the_environment_are_found() -> None:
    found = find_programs()
    assert found.major == "18"
    assert (found.folder / "initdb").exists()


@pytest.mark.parametrize("folder", ["/srv/run", "/srv/with space/ü%", "/srv/a?b&c=d"])
def test_its_address_is_understood_by_every_client(folder: str) -> None:
    address = url(Path(folder))
    assert psycopg.conninfo.conninfo_to_dict(address)["host"] == folder
    assert make_url(address).query["host"] == folder
    assert make_url(address).database == "storeweaver"


def test_a_path_that_is_too_long_for_a_socket_is_named() -> None:
    longest = LONGEST_SOCKET - len(str(socket_file(Path("/a")))) + 1
    check_socket(Path("/" + "a" * longest))
    with pytest.raises(DatabaseFailed, match="longer than"):
        check_socket(Path("/" + "a" * (longest + 1)))


@pytest.mark.parametrize(("version", "shown"), [("17\n", "PostgreSQL 17"), ("", "no known")])
def test_data_of_another_major_is_refused(tmp_path: Path, version: str, shown: str) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "PG_VERSION").write_text(version)
    with pytest.raises(DatabaseFailed, match=shown) as caught:
        prepare(PROGRAMS, data)
    assert "pg_dump" in caught.value.hint
    assert (data / "PG_VERSION").read_text() == version


def test_data_of_this_major_is_taken_as_it_is(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "PG_VERSION").write_text("18\n")
    prepare(PROGRAMS, data)


@pytest.mark.parametrize("held_by", [str(os.getpid()), "2147483646", "", "x"])
def test_the_mark_of_a_server_that_was_killed_is_forgotten(tmp_path: Path, held_by: str) -> None:
    mark = tmp_path / "postmaster.pid"
    mark.write_text(f"{held_by}\n{tmp_path}\n")
    forget_dead_server(tmp_path)
    assert not mark.exists()
    forget_dead_server(tmp_path)


def test_the_mark_of_a_server_that_lives_stays(tmp_path: Path) -> None:
    mark = tmp_path / "postmaster.pid"
    with subprocess.Popen(["sleep", "60"], cwd=tmp_path) as server:
        mark.write_text(f"{server.pid}\n{tmp_path}\n")
        forget_dead_server(tmp_path)
        assert mark.exists()
        server.kill()


def test_a_failure_is_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["--data", str(tmp_path / "data"), "--socket", "/" + "a" * 200])
    assert code == 1
    assert "STOREWEAVER_HOME" in capsys.readouterr().err


def test_an_initdb_that_fails_leaves_no_data(tmp_path: Path) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "initdb").write_text("#!/bin/sh\nmkdir -p $2; echo no room >&2; exit 1\n")
    (programs / "initdb").chmod(0o755)
    with pytest.raises(DatabaseFailed, match="no room"):
        prepare(Programs(programs, "18"), tmp_path / "data")
    assert not (tmp_path / "data").exists()
