"""`make up` for real: the platform's processes, who they are, and that they come back.

The app is a stand-in of a few lines, since what runs it is tested here and not what it does.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from cluster import cleaning
from cluster.commands import tail
from cluster.home import Home
from cluster.image_recipes import STORES, WORDPRESS
from cluster.lifecycle import running as running_cluster
from cluster.platform.account import account
from cluster.platform.composition import ALIVE
from cluster.platform.place import Place
from cluster.platform.running import Running, running
from cluster.processes import Process, children, processes
from cluster.simulated import Programs, simulated
from provisioner import postgres
from tests.cluster.waiting import PATIENCE, until

SOURCE = Path(__file__).parents[2]

IMAGES_PATIENCE = 2400.0
"""Seconds for every image; from nothing, two slow cores build them for many minutes."""

APP = '''"""A stand-in for the app."""

import os


def app():
    async def serve(scope, receive, send):
        if scope["type"] == "lifespan":
            while True:
                message = await receive()
                await send({"type": message["type"] + ".complete"})
                if message["type"] == "lifespan.shutdown":
                    return
        answer = ANSWER if scope["path"] != "/seen" else " ".join(sorted(os.environ))
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": answer.encode()})

    return serve
'''


@dataclass(frozen=True)
class Platform:
    """An installation for these tests, and the checkout that it runs."""

    home: Home
    source: Path

    @property
    def place(self) -> Place:
        return Place.of(self.home)

    def call(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command as `make` does."""
        known = {name: value for name, value in os.environ.items() if name not in {"PORT"}}
        return subprocess.run(
            [sys.executable, "-m", "cluster.platform", *words],
            cwd=SOURCE,
            env={
                **known,
                "STOREWEAVER_HOME": str(self.home.root),
                "STOREWEAVER_CACHE": str(self.home.cache),
                **environment,
            },
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )

    def up(self, **environment: str) -> Running:
        done = self.call("up", "--source", str(self.source), **environment)
        assert done.returncode == 0, done.stderr
        return self.running

    @property
    def running(self) -> Running:
        found = running(self.place)
        assert found is not None, "the platform does not run"
        return found

    def write(self, answer: str) -> None:
        """Change the app."""
        folder = self.source / "storeweaver"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "storeweaver.py").write_text(APP.replace("ANSWER", repr(answer)))

    def get(self, path: str = ALIVE) -> str:
        address = f"http://127.0.0.1:{self.running.port}{path}"
        with urllib.request.urlopen(address, timeout=5) as answer:
            return str(answer.read().decode())

    def told(self) -> Any:
        return json.loads(self.place.preparation.read_text())

    def until_back(self, part: str, *, died: int) -> int:
        def is_back() -> int:
            found = self.running.part(part)
            return found.pid if found.state == "ready" and found.pid != died else 0

        return until(f"{part} is back", is_back)


@pytest.fixture(scope="module")
def platform() -> Iterator[Platform]:
    users = Home.from_environment()
    # the strictest case: neither the checkout nor the installation can be entered by others
    folder = users.root.with_name(users.root.name + "-up-test")
    home, source = Home(root=folder / "home", cache=users.cache), folder / "source"
    made = Platform(home, source)
    made.call("clean", "--yes")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    for name in ("provisioner", "migrations", "charts"):
        shutil.copytree(SOURCE / name, source / name)
    made.write("first")
    yield made
    made.call("clean", "--yes")
    assert not home.root.exists()
    shutil.rmtree(folder)
    assert not processes(made.place)


@pytest.fixture
def up(platform: Platform) -> Running:
    return platform.up()


def status_of(pid: int) -> dict[str, str]:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def test_it_serves_and_gives_the_shell_back(platform: Platform) -> None:
    done = platform.call("up", "--source", str(platform.source))
    assert done.returncode == 0, done.stderr
    assert platform.running.url in done.stdout
    assert f"{platform.running.url}/welcome/" in done.stdout
    assert "being prepared" in done.stdout
    assert platform.get() == "first"
    begun = time.monotonic()
    again = platform.call("up", "--source", str(platform.source), ADMIN_EMAIL="a@example.test")
    assert again.returncode == 0, again.stderr
    print(f"a change of a setting took {time.monotonic() - begun:.1f} s")


@pytest.mark.usefixtures("up")
def test_what_serves_has_no_rights_on_the_machine(platform: Platform) -> None:
    user = str(account(platform.home.root).number)
    found = [p for p in processes(platform.place) if p.part in {"postgres", "dashboard"}]
    assert {process.part for process in found} == {"postgres", "dashboard"}
    for process in found:
        status = status_of(process.pid)
        assert set(status["Uid"].split()) == set(status["Gid"].split()) == {user}
        assert status["Groups"] == ""
        assert status["NoNewPrivs"] == "1"
        assert status["Umask"] == "0077"
        for name in ("CapEff", "CapPrm", "CapInh", "CapBnd", "CapAmb"):
            assert int(status[name], 16) == 0, name


@pytest.mark.usefixtures("up")
def test_the_hosts_account_files_are_untouched(platform: Platform) -> None:
    known = {Path(name): hashlib.sha256(Path(name).read_bytes()) for name in ("/etc/passwd",)}
    number = str(account(platform.home.root).number)
    for path, before in known.items():
        assert number not in path.read_text()
        platform.up(ADMIN_EMAIL="other@example.test")
        assert hashlib.sha256(path.read_bytes()).digest() == before.digest()
    assert number not in Path("/proc/self/mountinfo").read_text()


def test_the_callers_own_variables_stay_with_the_caller(platform: Platform) -> None:
    platform.up(SOMEBODYS_PASSWORD="secret", MAX_STORES="7")
    seen = platform.get("/seen").split()
    assert "SOMEBODYS_PASSWORD" not in seen
    assert {"MAX_STORES", "DATABASE_URL", "PREPARATION_FILE"} <= set(seen)


@pytest.mark.usefixtures("up")
def test_the_database_answers_on_its_socket_and_nowhere_else(platform: Platform) -> None:
    with psycopg.connect(postgres.url(platform.place.socket)) as connection:
        assert connection.execute("show data_checksums").fetchone() == ("on",)
        assert connection.execute("show listen_addresses").fetchone() == ("",)
    assert platform.place.socket.stat().st_mode & 0o777 == 0o700
    server = platform.running.part("postgres").pid
    held = {entry.readlink().name for entry in Path(f"/proc/{server}/fd").iterdir()}
    listening = Path("/proc/net/tcp").read_text() + Path("/proc/net/tcp6").read_text()
    inodes = {line.split()[9] for line in listening.splitlines() if "local_address" not in line}
    assert not {f"socket:[{inode}]" for inode in inodes} & held


@pytest.mark.usefixtures("up")
@pytest.mark.parametrize("part", ["postgres", "dashboard", "preparation"])
def test_a_part_that_is_killed_comes_back(platform: Platform, part: str) -> None:
    with psycopg.connect(postgres.url(platform.place.socket), autocommit=True) as connection:
        connection.execute("create table if not exists kept (n int)")
        connection.execute("insert into kept values (1)")
    died = platform.running.part(part).pid
    os.kill(died, signal.SIGKILL)
    platform.until_back(part, died=died)
    until("the app answers", lambda: _answers(platform))
    with psycopg.connect(postgres.url(platform.place.socket)) as connection:
        assert connection.execute("select count(*) > 0 from kept").fetchone() == (True,)


@pytest.mark.usefixtures("up")
def test_after_the_supervisor_was_killed_up_works(platform: Platform) -> None:
    before = platform.running
    left = [p for p in processes(platform.place) if p.part]
    assert {before.part("dashboard").pid, before.part("postgres").pid} <= {p.pid for p in left}
    os.kill(before.supervisor, signal.SIGKILL)
    until("it is gone", lambda: running(platform.place) is None)
    after = platform.up()
    assert after.supervisor != before.supervisor
    assert after.port == before.port
    assert platform.get() == "first"
    # init takes their exit statuses when it gets to it; until then they are zombies
    assert not [process for process in left if process.is_alive()]


@pytest.mark.usefixtures("up")
def test_two_at_once_make_one(platform: Platform) -> None:
    platform.call("down")
    calls = [
        subprocess.Popen(
            [sys.executable, "-m", "cluster.platform", "up", "--source", str(platform.source)],
            cwd=SOURCE,
            env={
                **os.environ,
                "STOREWEAVER_HOME": str(platform.home.root),
                "STOREWEAVER_CACHE": str(platform.home.cache),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for _ in range(2)
    ]
    for call in calls:
        _, errors = call.communicate(timeout=180)
        assert call.returncode == 0, errors

    def strangers() -> list[Process]:
        """Processes of the platform that are not below its supervisor."""
        found = [process for process in processes(platform.place) if process.part]
        above = [platform.running.supervisor, *(process.pid for process in found)]
        below = {process.pid for process in children(above)}
        return [process for process in found if process.pid not in below and process.is_alive()]

    until("everything is the one supervisor's", lambda: not strangers())


def test_new_code_starts_the_dashboard_anew(platform: Platform, up: Running) -> None:
    platform.write("second")
    after = platform.up()
    assert platform.get() == "second"
    assert (after.port, after.url) == (up.port, up.url)
    platform.write("first")
    platform.up()


@pytest.mark.usefixtures("up")
def test_code_that_does_not_start_is_named(platform: Platform) -> None:
    good = (platform.source / "storeweaver" / "storeweaver.py").read_text()
    (platform.source / "storeweaver" / "storeweaver.py").write_text("raise RuntimeError('broken')")
    done = platform.call("up", "--source", str(platform.source))
    assert done.returncode == 1
    assert "broken" in done.stderr
    assert "make logs PART=dashboard" in done.stderr
    (platform.source / "storeweaver" / "storeweaver.py").write_text(good)
    platform.up()
    assert platform.get() == "first"


@pytest.mark.usefixtures("up")
def test_a_port_that_is_taken_is_named(platform: Platform) -> None:
    port = platform.running.port
    platform.call("down")
    with socket.create_server(("127.0.0.1", port)):
        done = platform.call("up", "--source", str(platform.source))
        assert done.returncode == 1
        assert f"Port {port}" in done.stderr
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        done = platform.call("up", "--source", str(platform.source), PORT=str(number))
        assert done.returncode == 1
        assert "PORT" in done.stderr
    assert platform.up().port == port


def test_a_wrong_setting_stops_the_start_with_a_sentence(platform: Platform) -> None:
    done = platform.call("up", "--source", str(platform.source), MAX_STORES="many")
    assert done.returncode == 1
    assert "MAX_STORES must be a whole number" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.usefixtures("up")
def test_the_app_is_told_how_the_cluster_fares(platform: Platform) -> None:
    until_ready(platform, "cluster and images are ready", patience=IMAGES_PATIENCE)
    told = platform.told()
    assert told["ingress"]["address"].startswith("127.0.0.1:")
    assert Path(told["helm"]).exists()
    kubeconfig = Path(told["kubeconfig"]).stat()
    assert kubeconfig.st_mode & 0o777 == 0o600
    assert kubeconfig.st_uid == account(platform.home.root).number
    found = running_cluster(platform.home)
    assert found is not None
    os.kill(next(p.pid for p in found.parts if p.name == "etcd"), signal.SIGKILL)
    until("it is told that it is away", lambda: platform.told()["cluster"]["state"] == "away")
    until_ready(platform, "it is told that it is back")
    os.kill(found.supervisor, signal.SIGKILL)
    until("it is told that it is away", lambda: platform.told()["cluster"]["state"] != "ready")
    until_ready(platform, "it was started again")


def test_a_cluster_of_the_users_own_is_used_as_it_is(
    platform: Platform, programs: Programs, tmp_path: Path
) -> None:
    platform.call("down")
    with simulated(tmp_path, programs) as cluster:
        platform.up(CLUSTER_CONTEXT="storeweaver", KUBECONFIG=str(cluster.home.kubeconfig))
        until("it is found", lambda: platform.told()["cluster"]["state"] == "ready")
        assert running_cluster(platform.home) is None
        kubeconfig = Path(platform.told()["kubeconfig"])
        assert kubeconfig.stat().st_uid == account(platform.home.root).number
        assert "client-key-data" in kubeconfig.read_text()
        until(
            "its nodes were asked",
            lambda: "IMAGE_REGISTRY" in json.dumps(platform.told()),
            patience=IMAGES_PATIENCE,
        )
        platform.call("down", CLUSTER_CONTEXT="storeweaver")
        assert cluster.kubectl("get", "nodes", "--output=name").strip() == "node/simulated"


def test_down_leaves_nothing_but_data(platform: Platform) -> None:
    platform.up()
    done = platform.call("down")
    assert done.returncode == 0, done.stderr
    assert running(platform.place) is None
    assert running_cluster(platform.home) is None
    assert not processes(platform.place)
    assert not processes(platform.home)
    assert platform.place.data.exists()
    assert "not running" in platform.call("down").stdout
    assert platform.call("status").returncode == 3


def test_clean_says_what_is_lost(platform: Platform) -> None:
    platform.up()
    lost = subprocess.run(
        [sys.executable, "-m", "cluster.platform", "clean"],
        cwd=SOURCE,
        env={
            **os.environ,
            "STOREWEAVER_HOME": str(platform.home.root),
            "STOREWEAVER_CACHE": str(platform.home.cache),
        },
        input="no\n",
        capture_output=True,
        text=True,
        check=False,
    )
    assert lost.returncode == 1
    assert "database" in lost.stdout
    assert _answers(platform)
    assert platform.call("clean", "--yes").returncode == 0
    assert not platform.home.root.exists()
    assert not cleaning.loss(platform.home).volumes


def until_ready(platform: Platform, what: str, *, patience: float = PATIENCE) -> None:
    """Wait until the app is told that stores can be made; say what is missing where not."""
    try:
        until(what, lambda: not missing(platform.told()), patience=patience)
    except AssertionError:
        print(", ".join(missing(platform.told())))
        print(tail(platform.place.logs / "preparation.log"))
        raise


def missing(told: Any) -> list[str]:
    """What stores need and is not ready, each with its state."""
    images = {image["name"]: image["state"] for image in told["images"]}
    if images.get(WORDPRESS) == "lacking":
        # without a release of WooCommerce it is built all the same, and says so
        images[WORDPRESS] = "ready"
    states = {"cluster": told["cluster"]["state"], **dict.fromkeys(STORES, "unknown"), **images}
    return [f"{name} is {state}" for name, state in states.items() if state != "ready"]


def _answers(platform: Platform) -> bool:
    try:
        return platform.get() == "first"
    except OSError:
        return False
