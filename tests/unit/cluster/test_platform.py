"""The platform's parts that need no process: accounts, ports, what the app is told."""

from __future__ import annotations

import errno
import json
import os
import signal
import socket
import threading
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cluster.errors import ClusterError
from cluster.home import Home
from cluster.image_states import ImageState
from cluster.keeper import PartState
from cluster.lifecycle import Running
from cluster.parts import Part
from cluster.platform import told
from cluster.platform.access import render
from cluster.platform.account import COUNT, FIRST, Account, group, number, passwd
from cluster.platform.composition import parts
from cluster.platform.confine import command
from cluster.platform.place import Place
from cluster.platform.port import choose, is_free
from cluster.platform.preparation import FIRST_DELAY, retry_delay
from cluster.platform.releases import Release
from cluster.platform.told import ClusterTold, IngressTold, Told, judge
from cluster.platform.variables import passed
from cluster.platform.veils import Veil, veils
from cluster.platform.watching import Watch
from cluster.probes import HttpProbe
from cluster.progress import Phase
from provisioner.settings import Settings

CONTAINERS_OF_SYSTEMD = range(524_288, 1_879_048_192)


# --- the account


@given(st.text(alphabet="abc/-_.", min_size=1))
def test_the_account_is_in_no_range_that_the_host_hands_out(path: str) -> None:
    found = number(Path("/") / path)
    assert FIRST <= found < FIRST + COUNT < 2**31
    assert found not in CONTAINERS_OF_SYSTEMD
    assert found == number(Path("/") / path)


def test_installations_have_accounts_of_their_own() -> None:
    assert len({number(Path(f"/srv/{each}")) for each in range(200)}) == 200


def test_the_account_is_added_to_the_hosts_own() -> None:
    host = "root:x:0:0:root:/root:/bin/bash"
    added = passwd(host, number=1_900_000_007, folder=Path("/srv/app"))
    assert added.splitlines() == [
        host,
        "storeweaver:x:1900000007:1900000007:Store Weaver:/srv/app:/usr/sbin/nologin",
    ]
    assert group("root:x:0:\n", number=7) == "root:x:0:\nstoreweaver:x:7:\n"
    assert group("", number=7) == "storeweaver:x:7:\n"


def test_an_account_of_the_same_name_keeps_it() -> None:
    assert group("storeweaver:x:5:\n", number=7).splitlines()[1] == "storeweaver-:x:7:"


# --- what it can reach


def test_what_can_be_reached_needs_no_veil() -> None:
    assert veils([Path("/usr/lib/python3")], can_enter=lambda _: True) == ()


def test_paths_below_a_closed_folder_are_shown_in_an_empty_one() -> None:
    closed = {Path("/closed"), Path("/closed/python/versions")}
    found = veils(
        [
            Path("/closed/python/versions/3"),
            Path("/closed/cache"),
            Path("/usr"),
            Path("/closed/cache/a"),
        ],
        can_enter=lambda folder: folder not in closed,
    )
    assert found == (
        Veil(Path("/closed"), (Path("/closed/cache"), Path("/closed/python/versions/3"))),
    )


def test_a_folder_that_is_its_owners_only_is_found_by_its_mode(tmp_path: Path) -> None:
    inner = tmp_path / "closed" / "inner"
    inner.mkdir(parents=True)
    for folder in (inner, *inner.parents):
        if folder.is_relative_to(tmp_path):
            folder.chmod(0o755)
    (tmp_path / "closed").chmod(0o700)
    shown = [veil for veil in veils([inner]) if inner in veil.shown]
    assert len(shown) == 1
    assert (tmp_path / "closed").is_relative_to(shown[0].folder)


def test_no_variable_of_the_callers_own_reaches_the_app() -> None:
    given_ = {
        "AWS_SECRET_ACCESS_KEY": "x",
        "HOME": "/closed",
        "MAX_STORES": "7",
        "PATH": "/bin",
        "LC_ALL": "C",
        "PYTHONPATH": "/x",
    }
    assert passed(given_) == {"MAX_STORES": "7", "PATH": "/bin", "LC_ALL": "C"}


def test_the_command_line_names_everything_but_secrets(tmp_path: Path) -> None:
    line = command(Account(7), ["true", "-x"], home=tmp_path, work=tmp_path, show=[Path("/a")])
    assert "--number=7" in line
    assert "--show=/a" in line
    assert line[-3:] == ("--", "true", "-x")


# --- the port


def listening(port: int = 0) -> socket.socket:
    return socket.create_server(("127.0.0.1", port))


def test_a_port_is_chosen_once_and_kept(tmp_path: Path) -> None:
    file = tmp_path / "port.json"
    first = choose(file, address="127.0.0.1", asked=None)
    assert json.loads(file.read_text()) == {"port": first}
    assert choose(file, address="127.0.0.1", asked=None) == first


def test_a_taken_port_gives_the_next_free_one(tmp_path: Path) -> None:
    first = choose(tmp_path / "one", address="127.0.0.1", asked=None)
    with closing(listening(first)):
        assert choose(tmp_path / "two", address="127.0.0.1", asked=None) > first
        with pytest.raises(ClusterError, match="so far, is held"):
            choose(tmp_path / "one", address="127.0.0.1", asked=None)


def test_a_port_that_is_asked_for_is_used_and_not_remembered(tmp_path: Path) -> None:
    file = tmp_path / "port.json"
    with closing(listening()) as opened:
        taken = opened.getsockname()[1]
        with pytest.raises(ClusterError, match="PORT"):
            choose(file, address="127.0.0.1", asked=taken)
    assert choose(file, address="127.0.0.1", asked=taken) == taken
    assert not file.exists()


def test_a_file_that_was_damaged_is_chosen_anew(tmp_path: Path) -> None:
    file = tmp_path / "port.json"
    file.write_text("{")
    assert choose(file, address="127.0.0.1", asked=None) >= 8000


def test_an_address_of_another_machine_is_named() -> None:
    with pytest.raises(ClusterError, match=r"BIND_ADDRESS is 192\.0\.2\.7"):
        is_free("192.0.2.7", 8000)


# --- the parts


def composed(tmp_path: Path, address: str = "127.0.0.1", **environment: str) -> dict[str, Part]:
    home = Home(root=tmp_path, cache=tmp_path / "cache")
    release = Release("abc", tmp_path / "cache" / "releases" / "abc")
    found = parts(
        home,
        release,
        account=Account(7),
        address=address,
        port=8001,
        environment=environment,
    )
    return {part.name: part for part in found}


def test_a_database_of_its_own_runs_where_none_is_named(tmp_path: Path) -> None:
    found = composed(tmp_path)
    assert found["dashboard"].needs == ("postgres",)
    assert found["postgres"].stop_signal == signal.SIGINT
    address = found["dashboard"].environment["DATABASE_URL"]
    assert str(tmp_path / "platform" / "postgres" / "run") in address


def test_a_database_that_is_named_is_used(tmp_path: Path) -> None:
    secret = "postgresql://user:secret@db.example.test/weaver"
    found = composed(tmp_path, DATABASE_URL=secret)
    assert "postgres" not in found
    assert found["dashboard"].needs == ()
    assert found["dashboard"].environment["DATABASE_URL"] == secret
    assert not any("secret" in word for part in found.values() for word in part.argv)


@pytest.mark.parametrize(
    ("address", "asked"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("0.0.0.0", "127.0.0.1"),  # noqa: S104 - what people set
        ("::", "[::1]"),
        ("::1", "[::1]"),
        ("192.0.2.7", "192.0.2.7"),
    ],
)
def test_the_dashboard_is_asked_where_it_listens(tmp_path: Path, address: str, asked: str) -> None:
    dashboard = composed(tmp_path, address)["dashboard"]
    assert dashboard.ready == HttpProbe(f"http://{asked}:8001/api/health/live")
    assert address in dashboard.argv


def test_the_app_is_told_where_everything_is(tmp_path: Path) -> None:
    given_ = {"KUBECONFIG": "/home/somebody/.kube/config", "PORT": "8000"}
    variables = composed(tmp_path, **given_)["dashboard"].environment
    settings = Settings.from_environment(variables)
    place = Place.of(Home(root=tmp_path, cache=tmp_path / "cache"))
    assert settings.port == 8001
    assert settings.kubeconfig == str(place.kubeconfig)
    assert settings.preparation_file == str(place.preparation)
    assert settings.state_folder == place.app


# --- what the app is told

READY = PartState("etcd", "ready")


def cluster(*parts: PartState) -> Running:
    return Running(1, parts, {}, {})


@pytest.mark.parametrize(
    ("found", "was_ready", "expected"),
    [
        (cluster(READY), False, "ready"),
        (cluster(READY, PartState("metrics-server", "failing")), False, "ready"),
        (cluster(READY, PartState("dns", "starting")), False, "starting"),
        (cluster(READY, PartState("dns", "restarting")), True, "away"),
        (cluster(READY, PartState("dns", "failing")), False, "failed"),
        (cluster(READY, PartState("dns", "failing")), True, "away"),
        (cluster(), False, "starting"),
    ],
)
def test_a_running_cluster_is_judged_by_its_parts(
    found: Running, was_ready: bool, expected: str
) -> None:
    judged = judge(found, error="", is_preparing=False, was_ready=was_ready)
    assert judged.state == expected
    assert bool(judged.reason) == (expected != "ready")


@pytest.mark.parametrize(
    ("error", "is_preparing", "was_ready", "expected"),
    [
        ("", True, False, ClusterTold("starting", "Kubernetes is being prepared.")),
        ("", True, True, ClusterTold("away", "Kubernetes is being prepared.")),
        ("No room.", False, False, ClusterTold("failed", "No room.")),
    ],
)
def test_no_cluster_is_judged_by_its_preparation(
    error: str, is_preparing: bool, was_ready: bool, expected: ClusterTold
) -> None:
    assert judge(None, error=error, is_preparing=is_preparing, was_ready=was_ready) == expected


def test_a_cluster_that_was_stopped_says_how_to_start_it() -> None:
    judged = judge(None, error="", is_preparing=False, was_ready=True)
    assert judged.state == "away"
    assert "make up" in judged.reason


def test_the_file_is_whole_and_readable_by_everybody(tmp_path: Path) -> None:
    path = tmp_path / "preparation.json"
    told.begin(path)
    assert json.loads(path.read_text())["cluster"]["state"] == "starting"
    assert json.loads(path.read_text())["ingress"]["address"] == ""
    known = Told(
        phases=(Phase("Kubernetes", "done", 1.5),),
        images=(ImageState("postgres", "localhost/postgres:1", "ready"),),
        cluster=ClusterTold("ready", ""),
        ingress=IngressTold(80, 443, "127.0.0.1:80"),
    )
    told.write(path, known)
    found = json.loads(path.read_text())
    assert found["ingress"] == {"http_port": 80, "https_port": 443, "address": "127.0.0.1:80"}
    assert found["phases"] == [{"name": "Kubernetes", "state": "done", "seconds": 1.5, "note": ""}]
    assert path.stat().st_mode & 0o777 == 0o644
    assert list(tmp_path.iterdir()) == [path]


def test_a_secret_file_is_its_owners_from_the_first_moment(tmp_path: Path) -> None:
    path = tmp_path / "kubeconfig"
    (tmp_path / "kubeconfig.new").symlink_to(tmp_path / "elsewhere")
    before = os.umask(0)
    try:
        told.replace_file(path, "key", mode=0o600)
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o600
    assert not (tmp_path / "elsewhere").exists()


def test_a_kubeconfig_holds_everything_itself() -> None:
    text = render(server="https://127.0.0.1:1", authority=b"a", certificate=b"c", key=b"k")
    found = json.loads(text)
    assert found["users"][0]["user"] == {
        "client-certificate-data": "Yw==",
        "client-key-data": "aw==",
    }
    assert found["clusters"][0]["cluster"]["server"] == "https://127.0.0.1:1"


@given(st.integers(min_value=0, max_value=10_000))
def test_tries_become_rarer_and_never_end(failures: int) -> None:
    assert FIRST_DELAY <= retry_delay(failures, longest=60) <= 60
    assert retry_delay(failures, longest=60) <= retry_delay(failures + 1, longest=60)


# --- waiting for files


def waiting(watch: Watch, process: int = 0) -> threading.Thread:
    thread = threading.Thread(target=watch.wait, kwargs={"process": process}, daemon=True)
    thread.start()
    thread.join(0.05)
    assert thread.is_alive(), "nothing has happened yet"
    return thread


def test_a_replaced_file_ends_the_wait(tmp_path: Path) -> None:
    watch = Watch()
    watch.add(tmp_path)
    watch.add(tmp_path)
    thread = waiting(watch)
    told.replace_file(tmp_path / "status.json", "{}", mode=0o644)
    thread.join(10)
    assert not thread.is_alive()


def test_a_word_or_the_end_of_a_process_ends_the_wait() -> None:
    watch = Watch()
    thread = waiting(watch)
    watch.wake()
    thread.join(10)
    assert not thread.is_alive()
    child = os.posix_spawn("/bin/sleep", ["sleep", "60"], os.environ)
    thread = waiting(watch, child)
    os.kill(child, 9)
    thread.join(10)
    assert not thread.is_alive()
    os.waitpid(child, 0)
    watch.wait(process=child)


def test_a_folder_that_is_not_there_cannot_be_watched(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="absent") as caught:
        Watch().add(tmp_path / "absent")
    assert caught.value.errno == errno.ENOENT


def test_places_are_beside_the_clusters(tmp_path: Path) -> None:
    home = Home(root=tmp_path, cache=tmp_path / "cache")
    place = Place.of(home)
    assert place.preparation == tmp_path / "platform" / "state" / "preparation.json"
    assert place.logs == tmp_path / "platform" / "log"
    assert place.name != home.name
