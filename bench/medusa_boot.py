"""How long Medusa takes from process start to /health: the image against plain Node 20.

Both start the same Medusa, on the same database and Valkey, in turns, so that a machine
that is slower for a while is slower for both:

image
    the image's own command: Node 24 with its flags, the compile cache and the list of
    module files that were made when the image was built;
plain
    `medusa start` by Debian's Node 20, with none of these.

Run it as root on an otherwise idle machine, from the images that the present sources make:

    python -m cluster images
    python -m bench.medusa_boot

Buildah is the one that builds the images, with storage of its own that is removed at the end
(`--buildah` names another command). Debian's packages must be within reach, for Node 20;
nothing on the machine is changed. Other images are named by `--backend`, `--postgres` and
`--valkey`, in any form that `buildah from` takes.

It prints the medians and their ratio, and ends with status 1 when the ratio is above
`--limit` (0.65: the requirement).
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
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from cluster import packages
from cluster.commands import run
from cluster.errors import ClusterError
from cluster.home import Home
from cluster.image_recipes import recipes
from cluster.processes import Process, children

BACKEND, DATABASE, VALKEY = "medusa-backend", "postgres", "valkey"
LIMIT = 0.65
PATIENCE = 120.0
"""Seconds in which anything that is started must answer."""

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
    ) -> Iterator[Callable[[], Process]]:
        """Run `command` in a container; yields a way to find it, and ends it by `stop`."""
        words = ["env", *(f"--unset={name}" for name in unset)]
        words += [*(f"{name}={value}" for name, value in environment.items()), *command]
        with subprocess.Popen(
            [*self._command, *self._run(), container, "--", *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as outer:
            try:
                yield lambda: contained(outer.pid)
            finally:
                if outer.poll() is None:
                    contained(outer.pid).signal(stop)
                outer.wait(PATIENCE)

    @staticmethod
    def _run(*options: str) -> tuple[str, ...]:
        return ("run", "--isolation=chroot", *options)


def contained(buildah: int) -> Process:
    """The process that buildah, by its process id, started in a container.

    Raises:
        ClusterError: there is none.
    """
    level = children([buildah])
    while level:
        for process in level:
            # buildah's own helpers run from memory, under names that hold its name
            if "buildah" not in process.command:
                return process
        level = children(process.pid for process in level)
    raise ClusterError(
        "A process in a container ended early.", next_step="Run its image by hand to see why."
    )


def boot(process: Process, *, healthy_at: float) -> Boot:
    """What /proc tells about `process`; `healthy_at` by the clock that counts since boot."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    memory = Path(f"/proc/{process.pid}/status").read_text().partition("VmHWM:")[2].split()[0]
    return Boot(
        wall=healthy_at - process.started / TICKS,
        cpu=(int(fields[11]) + int(fields[12])) / TICKS,
        memory=int(memory) / 1024,
    )


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
        time.sleep(0.01)


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
    ) as find:
        wait_for(f"Medusa ({subject.name})", lambda: is_healthy(port))
        return boot(find(), healthy_at=time.clock_gettime(time.CLOCK_BOOTTIME))


def serve_data(stack: ExitStack, buildah: Buildah, *, images: Mapping[str, str]) -> dict[str, str]:
    """Start PostgreSQL and Valkey; returns the settings of a shop that uses them."""
    password = secrets.token_hex(16)
    database, valkey = free_port(), free_port()
    servers = {
        DATABASE: {
            "PORT": str(database),
            "POSTGRES_USER": "medusa",
            "POSTGRES_DB": "medusa",
            "POSTGRES_PASSWORD": password,
        },
        VALKEY: {"PORT": str(valkey), "VALKEY_PASSWORD": password},
    }
    for name, settings in servers.items():
        container = stack.enter_context(buildah.container(images[name]))
        command = buildah.command(container)
        environment = {**settings, "LISTEN": "127.0.0.1"}
        stack.enter_context(buildah.process(container, command, environment=environment))
        wait_for(name, partial(answers, int(settings["PORT"])))
    return {
        "DATABASE_URL": f"postgres://medusa:{password}@127.0.0.1:{database}/medusa",
        "REDIS_URL": f"redis://:{password}@127.0.0.1:{valkey}",
        "JWT_SECRET": password,
        "COOKIE_SECRET": password,
        "ADMIN_EMAIL": "admin@example.com",
        "ADMIN_PASSWORD": password,
        "PUBLISHABLE_KEY": f"pk_{secrets.token_hex(32)}",
    }


def built_images() -> dict[str, str]:
    """The archives of the three images, as the present sources make them.

    Raises:
        ClusterError: one is not built.
    """
    home = Home.from_environment()
    archives = {
        name: recipe.archive(home)
        for name, recipe in recipes(home, (BACKEND, DATABASE, VALKEY)).items()
    }
    for name, archive in archives.items():
        if not archive.exists():
            raise ClusterError(
                f"The image {name} is not built from the present sources.",
                next_step="Run `python -m cluster images`, or name another image.",
            )
    return {name: f"oci-archive:{archive}" for name, archive in archives.items()}


@contextmanager
def own_buildah(home: Home) -> Iterator[str]:
    """A command that runs the buildah of the image builds; what it stores is gone at the end."""
    unpacked = packages.unpack(home, packages.BUILDER)
    with tempfile.TemporaryDirectory(prefix="storeweaver-boot-") as name:
        folder = Path(name)
        storage = folder / "storage.conf"
        storage.write_text(
            f'[storage]\ndriver = "vfs"\nrunroot = "{folder}/run"\ngraphroot = "{folder}/storage"\n'
        )
        policy = folder / ".config" / "containers" / "policy.json"
        policy.parent.mkdir(parents=True)
        policy.write_text('{"default":[{"type":"insecureAcceptAnything"}]}')
        laid_over = map(shlex.join, packages.overlay_commands(unpacked))
        script = " && ".join([*laid_over, 'exec buildah "$@"'])
        variables = (f"HOME={folder}", f"CONTAINERS_STORAGE_CONF={storage}")
        yield shlex.join(("env", *variables, "unshare", "--mount", "sh", "-c", script, "sh"))


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
    parser.add_argument("--buildah", help="command that runs buildah; its storage is used")
    for name in (BACKEND, DATABASE, VALKEY):
        parser.add_argument(f"--{name.removeprefix('medusa-')}", dest=name, metavar="IMAGE")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--limit", type=float, default=LIMIT, help="highest ratio that passes")
    options = parser.parse_args()
    named = {name: getattr(options, name) for name in (BACKEND, DATABASE, VALKEY)}
    images = (
        named if all(named.values()) else built_images() | {k: v for k, v in named.items() if v}
    )
    with ExitStack() as stack:
        command = options.buildah or stack.enter_context(own_buildah(Home.from_environment()))
        boots = measure_in_turns(Buildah(command), images=images, rounds=options.rounds)
    ratio = report("image", boots["image"]) / report("plain", boots["plain"])
    print(f"ratio  {ratio:.2f} (at most {options.limit:.2f})")
    return 0 if ratio <= options.limit else 1


def measure_in_turns(
    buildah: Buildah, *, images: Mapping[str, str], rounds: int
) -> dict[str, list[Boot]]:
    """The boots of both subjects, by name."""
    with ExitStack() as stack:
        ours = stack.enter_context(buildah.container(images[BACKEND]))
        plain = stack.enter_context(buildah.container(images[BACKEND]))
        buildah.install(plain, "nodejs")
        subjects = (
            Subject("image", ours, buildah.command(ours)),
            Subject("plain", plain, PLAIN_COMMAND, unset=("NODE_COMPILE_CACHE",)),
        )
        environment = serve_data(stack, buildah, images=images)
        # the first start makes the shop, and brings the files of both into memory
        for subject in subjects:
            measure(buildah, subject, environment=environment)
        boots: dict[str, list[Boot]] = {subject.name: [] for subject in subjects}
        for _ in range(rounds):
            for subject in subjects:
                boots[subject.name].append(measure(buildah, subject, environment=environment))
        return boots


if __name__ == "__main__":
    try:
        sys.exit(main())
    except ClusterError as error:
        sys.exit(f"{error}\n{error.detail}".rstrip())
