"""How long Medusa takes from process start to /health: the image against plain Node 20.

Both start the same Medusa, on the same database and Valkey, in turns, so that a machine
that is slower for a while is slower for both:

image
    the image's own command: Node 24 with its flags, the compile cache and the list of
    module files that were made when the image was built;
plain
    `medusa start` by Debian's Node 20, with none of these.

Run it as root on an otherwise idle machine, with buildah on the PATH (or named), and the
three images and Debian's packages within its reach:

    buildah build -t localhost/storeweaver/medusa-backend:bench docker/medusa-backend
    buildah build -t localhost/storeweaver/postgres:bench docker/postgres
    buildah build -t localhost/storeweaver/valkey:bench docker/valkey
    python -m bench.medusa_boot --tag bench

It prints the medians and their ratio, and ends with status 1 when the ratio is above
`--limit` (0.65: the requirement). Containers are removed at the end, images are not.
"""

from __future__ import annotations

import argparse
import os
import secrets
import shlex
import signal
import socket
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from cluster.commands import run
from cluster.errors import ClusterError

PREFIX = "localhost/storeweaver"
LIMIT = 0.65
PATIENCE = 120.0
"""Seconds in which anything that is started must answer."""

MARK = "MEDUSA_BOOT_RUN"
"""Variable by which a process started in a container is found from outside."""

PLAIN_COMMAND = ("/usr/bin/node", "node_modules/@medusajs/cli/cli.js", "start")

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Boot:
    """One start: seconds until /health, seconds of CPU, and MiB at most in memory."""

    wall: float
    cpu: float
    memory: float


@dataclass(frozen=True)
class Subject:
    """What is measured: `command` (empty for the image's own) in `container`."""

    name: str
    container: str
    command: tuple[str, ...]
    unset: tuple[str, ...] = ()


class Buildah:
    """Containers by buildah, with chroot isolation: they share the machine's network."""

    def __init__(self, command: str) -> None:
        self._command = tuple(shlex.split(command))

    @contextmanager
    def container(self, image: str) -> Iterator[str]:
        """A working container of `image`, removed at the end."""
        name = run([*self._command, "from", image]).strip().splitlines()[-1]
        try:
            yield name
        finally:
            run([*self._command, "rm", name])

    def install(self, container: str, package: str) -> None:
        """Install a Debian package into a container."""
        script = f"apt-get update -q && apt-get install -qy --no-install-recommends {package}"
        run([*self._command, *self._run("--user=root"), container, "--", "sh", "-c", script])

    def command(self, container: str) -> tuple[str, ...]:
        """The command of the image that a container was made from."""
        template = "{{range .OCIv1.Config.Cmd}}{{println .}}{{end}}"
        shown = run([*self._command, "inspect", "--format", template, container])
        return tuple(shown.split())

    @contextmanager
    def process(
        self,
        container: str,
        command: tuple[str, ...],
        *,
        environment: Mapping[str, str],
        unset: tuple[str, ...] = (),
        stop: signal.Signals = signal.SIGTERM,
    ) -> Iterator[str]:
        """Run `command` in a container; yields its mark, and ends it by `stop`."""
        mark = secrets.token_hex(8)
        words = ["env", *(f"--unset={name}" for name in unset)]
        words += [f"{name}={value}" for name, value in environment.items()]
        words += [f"{MARK}={mark}", *command]
        with subprocess.Popen(
            [*self._command, *self._run(), container, "--", *words],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as outer:
            try:
                yield mark
            finally:
                for process in marked(mark)[:1]:
                    process.send(stop)
                outer.wait(PATIENCE)

    @staticmethod
    def _run(*options: str) -> tuple[str, ...]:
        return ("run", "--isolation=chroot", *options)


@dataclass(frozen=True)
class MarkedProcess:
    """A process inside a container, by its number on the machine."""

    pid: int

    def send(self, number: signal.Signals) -> None:
        """Send a signal, unless the process is gone."""
        try:
            os.kill(self.pid, number)
        except ProcessLookupError:
            pass

    def boot(self, *, healthy_at: float) -> Boot:
        """What /proc tells about it; `healthy_at` by the clock that counts since boot."""
        status = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        user, system, started = (int(status[field]) / TICKS for field in (11, 12, 19))
        memory = Path(f"/proc/{self.pid}/status").read_text().partition("VmHWM:")[2].split()[0]
        return Boot(wall=healthy_at - started, cpu=user + system, memory=int(memory) / 1024)


def marked(mark: str) -> list[MarkedProcess]:
    """The processes started with a mark: the first one, then its children."""
    wanted = f"{MARK}={mark}".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            environment = (folder / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if wanted in environment:
            found.append(MarkedProcess(int(folder.name)))
    return sorted(found, key=lambda process: process.pid)


def wait_for(what: str, is_there: Callable[[], bool]) -> None:
    """Return when `is_there` says so.

    Raises:
        ClusterError: it does not within `PATIENCE` seconds.
    """
    deadline = time.monotonic() + PATIENCE
    while not is_there():
        if time.monotonic() > deadline:
            raise ClusterError(
                f"{what} did not answer within {PATIENCE:.0f} s.",
                next_step="Run its image by hand; its output says why.",
            )
        time.sleep(0.005)


def answers(port: int) -> bool:
    """Whether something accepts connections on a port of this machine."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def is_healthy(port: int) -> bool:
    """Whether Medusa says that it is loaded."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def free_port() -> int:
    """A port of this machine that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def measure(buildah: Buildah, subject: Subject, *, environment: Mapping[str, str]) -> Boot:
    """Start `subject` once, on a free port, and end it as soon as it is healthy."""
    port = free_port()
    command = subject.command
    if command[: len(PLAIN_COMMAND)] == PLAIN_COMMAND:
        command = (*command, "--port", str(port), "--host", "127.0.0.1")
    with buildah.process(
        subject.container,
        command,
        environment={**environment, "PORT": str(port), "LISTEN": "127.0.0.1"},
        unset=subject.unset,
        stop=signal.SIGKILL,
    ) as mark:
        wait_for(f"Medusa ({subject.name})", lambda: is_healthy(port))
        healthy_at = time.clock_gettime(time.CLOCK_BOOTTIME)
        return marked(mark)[0].boot(healthy_at=healthy_at)


def serve_stores(stack: ExitStack, buildah: Buildah, tag: str) -> dict[str, str]:
    """Start PostgreSQL and Valkey; returns the settings of a shop that uses them."""
    password = secrets.token_hex(16)
    database, valkey = free_port(), free_port()
    servers = {
        "postgres": {
            "PORT": str(database),
            "POSTGRES_USER": "medusa",
            "POSTGRES_DB": "medusa",
            "POSTGRES_PASSWORD": password,
        },
        "valkey": {"PORT": str(valkey), "VALKEY_PASSWORD": password},
    }
    for name, settings in servers.items():
        container = stack.enter_context(buildah.container(f"{PREFIX}/{name}:{tag}"))
        command = buildah.command(container)
        environment = {**settings, "LISTEN": "127.0.0.1"}
        stack.enter_context(buildah.process(container, command, environment=environment))
        port = int(settings["PORT"])
        wait_for(name, lambda port=port: answers(port))  # type: ignore[misc]
    return {
        "DATABASE_URL": f"postgres://medusa:{password}@127.0.0.1:{database}/medusa",
        "REDIS_URL": f"redis://:{password}@127.0.0.1:{valkey}",
        "JWT_SECRET": password,
        "COOKIE_SECRET": password,
        "ADMIN_EMAIL": "admin@example.com",
        "ADMIN_PASSWORD": password,
        "PUBLISHABLE_KEY": f"pk_{secrets.token_hex(32)}",
    }


def report(name: str, boots: list[Boot]) -> float:
    """Print the medians of `boots`; returns that of the wall clock."""
    wall = statistics.median(boot.wall for boot in boots)
    cpu = statistics.median(boot.cpu for boot in boots)
    memory = statistics.median(boot.memory for boot in boots)
    single = " ".join(f"{boot.wall:.2f}" for boot in boots)
    print(f"{name:6} {wall:5.2f} s to /health, {cpu:5.2f} s of CPU, {memory:3.0f} MiB   ({single})")
    return wall


def main() -> int:
    """Measure, print, and compare with the limit."""
    parser = argparse.ArgumentParser(description="Medusa's boot: the image against plain Node 20.")
    parser.add_argument("--buildah", default="buildah", help="command that runs buildah")
    parser.add_argument("--tag", default="dev", help=f"of the three images {PREFIX}/…")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--limit", type=float, default=LIMIT, help="highest ratio that passes")
    options = parser.parse_args()
    buildah = Buildah(options.buildah)
    image = f"{PREFIX}/medusa-backend:{options.tag}"
    with ExitStack() as stack:
        ours = stack.enter_context(buildah.container(image))
        plain = stack.enter_context(buildah.container(image))
        buildah.install(plain, "nodejs")
        subjects = (
            Subject("image", ours, buildah.command(ours)),
            Subject("plain", plain, PLAIN_COMMAND, unset=("NODE_COMPILE_CACHE",)),
        )
        environment = serve_stores(stack, buildah, options.tag)
        # the first start makes the shop, and brings the files of both into memory
        for subject in subjects:
            measure(buildah, subject, environment=environment)
        boots: dict[str, list[Boot]] = {subject.name: [] for subject in subjects}
        for _ in range(options.rounds):
            for subject in subjects:
                boots[subject.name].append(measure(buildah, subject, environment=environment))
    ratio = report("image", boots["image"]) / report("plain", boots["plain"])
    print(f"ratio  {ratio:.2f} (at most {options.limit:.2f})")
    return 0 if ratio <= options.limit else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except ClusterError as error:
        sys.exit(f"{error}\n{error.detail}".rstrip())
