"""A disk that is full and a clock that jumps, under a control plane that runs."""

from __future__ import annotations

import json
import os
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import anyio
import pytest
import yaml
from cryptography import x509

from cluster import disk
from cluster.commands import run
from cluster.errors import CommandFailed
from cluster.identities import Identities
from cluster.keeper import Keeper, PartState
from cluster.parts import Part
from cluster.simulated import LEAVES, Programs, SimulatedCluster, simulated
from cluster.supervisor import read_parts, status_file
from tests.cluster.waiting import PATIENCE, until

MEBIBYTE = 1024**2

DATA = ("etcd", "kube-apiserver")
"""Parts that everything else waits for while they restart."""


@contextmanager
def small_disk(folder: Path, *, mebibytes: int) -> Iterator[Path]:
    """A file system in memory of that size."""
    folder.mkdir()
    run(["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m", "tmpfs", folder])
    try:
        yield folder
    finally:
        run(["umount", folder])


def fill(file: Path) -> None:
    """Write to `file` until the disk is full."""
    with file.open("wb", buffering=0) as sink:
        for size in (MEBIBYTE, 4096, 1):
            with suppress(OSError):
                while True:
                    sink.write(bytes(size))
    assert disk.free(file.parent) == 0


def parts(cluster: SimulatedCluster) -> dict[str, PartState]:
    status = json.loads(status_file(cluster.home).read_text())
    return {part.name: part for part in read_parts(status)}


def is_whole(cluster: SimulatedCluster) -> bool:
    return all(part.state in {"ready", "done"} for part in parts(cluster).values())


def supervisor(cluster: SimulatedCluster) -> int:
    return int(json.loads(status_file(cluster.home).read_text())["supervisor"])


def write(cluster: SimulatedCluster, number: int) -> bool:
    """Keep nearly a mebibyte, the most that one object may hold; whether that was acknowledged."""
    manifest = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": f"kept-{number}", "namespace": "default"},
        "data": {"number": str(number), "content": "x" * (MEBIBYTE - 1024)},
    }
    try:
        cluster.kubectl(
            "create", "--filename=-", "--request-timeout=20s", stdin=json.dumps(manifest).encode()
        )
    except CommandFailed:
        return False
    return True


def test_a_disk_that_fills_while_etcd_writes_costs_nothing_that_was_acknowledged(
    programs: Programs, tmp_path: Path
) -> None:
    with (
        small_disk(tmp_path / "disk", mebibytes=320) as folder,
        simulated(folder / "cluster", programs) as cluster,
    ):
        begun = supervisor(cluster)
        etcd = parts(cluster)["etcd"].pid
        fill(folder / "filler")
        kept = 0
        # etcd has set aside some room already
        while write(cluster, kept):
            kept += 1
        assert kept
        until("etcd gives up", lambda: not Path(f"/proc/{etcd}/exe").exists())
        os.kill(begun, 0)
        (folder / "filler").unlink()
        until("everything works again", lambda: is_whole(cluster))
        assert supervisor(cluster) == begun
        until("a write is taken again", lambda: write(cluster, kept + 1))
        numbers = cluster.kubectl("get", "configmaps", "--output=jsonpath={.items[*].data.number}")
        assert {str(number) for number in range(kept)} <= set(numbers.split())


@pytest.mark.anyio
async def test_a_part_that_dies_for_want_of_room_is_shown_with_that_cause(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", mebibytes=1) as folder:
        fill(folder / "filler")
        kept = Keeper(
            Part("part", ("sh", "-c", "echo unheard; exit 1")),
            log=folder / "part.log",
            environment={},
            changed=lambda: None,
        )
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(kept.run, [])
            with anyio.fail_after(PATIENCE):
                while kept.state.state != "failing":
                    await anyio.sleep(0.01)
            assert kept.state.last_words.splitlines()[-1] == f"The disk of {folder} is full."
            await kept.stop()


@pytest.fixture(scope="module")
def cluster(
    tmp_path_factory: pytest.TempPathFactory, programs: Programs
) -> Iterator[SimulatedCluster]:
    with simulated(tmp_path_factory.mktemp("clock"), programs) as cluster:
        yield cluster


def served(cluster: SimulatedCluster) -> x509.Certificate:
    """The certificate that the API server shows."""
    config = yaml.safe_load(cluster.home.kubeconfig.read_text())
    address = urlsplit(config["clusters"][0]["cluster"]["server"])
    assert address.hostname
    assert address.port
    text = ssl.get_server_certificate((address.hostname, address.port))
    return x509.load_pem_x509_certificate(text.encode())


@pytest.mark.parametrize(
    "jump", [timedelta(days=400), timedelta(days=-300)], ids=["forward", "back"]
)
def test_a_clock_that_jumps_costs_nothing_but_new_certificates(
    cluster: SimulatedCluster, jump: timedelta
) -> None:
    """The clock stays; the certificates are issued as if it had been set since."""
    before = {name: part.pid for name, part in parts(cluster).items() if name in DATA}

    def is_refused() -> bool:
        # again and again, since the supervisor puts them right at any time
        Identities.issue(cluster.home, LEAVES, now=lambda: datetime.now(UTC) - jump)
        try:
            cluster.kubectl("get", "namespaces")
        except CommandFailed as refused:
            return "certificate has expired or is not yet valid" in refused.detail
        return False

    until("the API server shows a certificate of another time", is_refused)
    # what the supervisor does once a minute
    Identities.issue(cluster.home, LEAVES)
    until("the API server is trusted, and trusts", lambda: answers(cluster))
    certificate, now = served(cluster), datetime.now(UTC)
    assert certificate.not_valid_before_utc <= now < certificate.not_valid_after_utc
    # a client whose requests were refused may have given up meanwhile
    until("every part works", lambda: is_whole(cluster))
    assert {name: parts(cluster)[name].pid for name in DATA} == before


def answers(cluster: SimulatedCluster) -> bool:
    try:
        return "default" in cluster.kubectl("get", "namespaces")
    except CommandFailed:
        return False
