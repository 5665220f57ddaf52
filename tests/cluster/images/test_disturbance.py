"""Builds that are doubled, killed, interrupted, or run out of disk."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

from cluster.commands import run
from cluster.image_build import log_file
from tests.cluster.images.conftest import DEBIAN, ROOT, Workshop, wait_for

_ON_A_SMALL_DISK = """
import sys
from pathlib import Path
from cluster import images
from cluster.home import Home
from cluster.image_settings import ImageSettings
from cluster.progress import Progress
images.NEEDED = 0
home = Home(root=Path(sys.argv[1]), cache=Path(sys.argv[1]))
(home.cache / "debian").symlink_to(sys.argv[2])
outcome = images.build(
    home, ["large"], progress=Progress(), settings=ImageSettings(), sources=Path(sys.argv[3])
)
print(outcome.failed["large"].problem)
print(outcome.failed["large"].next_step)
print(list(home.images.glob("*.tar")))
"""

_WITHOUT_FUSE = """
import sys
from pathlib import Path
from cluster import images
from cluster.home import Home
from cluster.image_settings import ImageSettings
from cluster.progress import Progress
from cluster.sandbox import cover
cover(Path("/dev"), without=("fuse",))
outcome = images.build(
    Home.from_environment(), ["fuseless"], progress=Progress(), settings=ImageSettings(),
    sources=Path(sys.argv[1]),
)
print(Path("/dev/fuse").exists(), *outcome.failed)
"""

_PROGRAM_ON_A_SMALL_DISK = """
import sys
from pathlib import Path
from cluster import toolchain
from cluster.errors import ClusterError
from cluster.home import Home
from cluster.progress import Progress
toolchain.NEEDED_COLD = 0
home = Home(root=Path(sys.argv[1]), cache=Path(sys.argv[1]))
if Path(sys.argv[2]).exists():
    (home.cache / "go").symlink_to(sys.argv[2])
try:
    toolchain.build(home, ["pause"], progress=Progress())
except ClusterError as error:
    print(error.problem)
    print(error.next_step)
print(toolchain.path(home, "pause").exists())
"""


def test_two_at_once_build_it_once(workshop: Workshop) -> None:
    workshop.put("wanted", f"{DEBIAN}RUN sleep 2\n")
    started = [workshop.start("wanted") for _ in range(2)]
    assert [process.wait(timeout=120) for process in started] == [0, 0]
    # the later one finds the archive, and leaves the log of the build alone
    assert "Using cache" not in log_file(workshop.home, "wanted").read_text()
    assert len(list(workshop.home.images.glob("wanted-*.tar"))) == 1


def test_a_killed_build_leaves_nothing_and_is_gone_on_from(workshop: Workshop) -> None:
    finished = f"{DEBIAN}RUN echo {time.time_ns()} > /finished-step\n"
    workshop.put("killed", f"{finished}RUN sleep 86399\n")
    process = workshop.start("killed")
    wait_for(lambda: commands_with("sleep 86399"))
    process.send_signal(signal.SIGKILL)
    process.wait()
    wait_for(lambda: not commands_with("sleep 86399"))
    wait_for(lambda: not commands_with(str(workshop.home.images)))
    assert mounts_below(workshop.home.cache) == []
    assert list(workshop.home.images.glob("killed-*.tar")) == []
    assert workshop.state("killed") == "missing"
    workshop.put("killed", f"{finished}RUN true\n")
    workshop.built("killed")
    assert "Using cache" in log_file(workshop.home, "killed").read_text()


def test_an_interrupted_build_ends_at_once(workshop: Workshop) -> None:
    workshop.put("interrupted", f"{DEBIAN}RUN sleep 86398\n")
    process = workshop.start("interrupted")
    wait_for(lambda: commands_with("sleep 86398"))
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=30) != 0
    wait_for(lambda: not commands_with("sleep 86398"))
    assert workshop.state("interrupted") == "missing"


def test_a_full_disk_leaves_nothing_half_built(workshop: Workshop, tmp_path: Path) -> None:
    workshop.put("large", "FROM scratch\nCOPY content /\n")
    (workshop.sources / "large" / "content").write_bytes(os.urandom(30 * 1024**2))
    small = tmp_path / "small"
    small.mkdir()
    said = run(
        [
            *("unshare", "--mount", "--propagation=private", "sh", "-c"),
            'mount -t tmpfs -o size=48m tmpfs "$0" && exec "$@"',
            *(small, sys.executable, "-c", _ON_A_SMALL_DISK),
            *(small, workshop.debian, workshop.sources),
        ],
        cwd=ROOT,
    )
    problem, next_step, archives = said.splitlines()
    assert f"The disk of {small} became full while building images" in problem
    assert "STOREWEAVER_CACHE" in next_step
    assert archives == "[]"


def test_a_full_disk_leaves_no_program_half_built(workshop: Workshop, tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    said = run(
        [
            *("unshare", "--mount", "--propagation=private", "sh", "-c"),
            'mount -t tmpfs -o size=4m tmpfs "$0" && exec "$@"',
            *(small, sys.executable, "-c", _PROGRAM_ON_A_SMALL_DISK),
            *(small, workshop.debian.parent / "go"),
        ],
        cwd=ROOT,
    )
    problem, next_step, is_built = said.splitlines()
    assert f"The disk of {small} became full" in problem
    assert "STOREWEAVER_CACHE" in next_step
    assert is_built == "False"


def test_images_build_on_a_machine_without_fuse(workshop: Workshop) -> None:
    workshop.put("fuseless", f"{DEBIAN}RUN echo > /made-by-a-step\n")
    said = run(
        [
            *("unshare", "--mount", "--propagation=private"),
            *(sys.executable, "-c", _WITHOUT_FUSE, workshop.sources),
        ],
        cwd=ROOT,
        env={
            "STOREWEAVER_HOME": str(workshop.home.root),
            "STOREWEAVER_CACHE": str(workshop.home.cache),
        },
    )
    assert said.split() == ["False"]
    assert workshop.state("fuseless") == "ready"


def commands_with(word: str) -> list[str]:
    """Command lines of other living processes that hold `word`."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if word in line and int(entry.name) != os.getpid():
            found.append(line)
    return found


def mounts_below(folder: Path) -> list[str]:
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    return [line for line in lines if str(folder) in line]
