from __future__ import annotations

import os
import signal
from pathlib import Path

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cluster.home import Home
from cluster.parts import Part
from cluster.supervisor import Supervisor, stop_layers


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def part(name: str, *needs: str) -> Part:
    return Part(name, ("true",), needs=needs)


def test_what_others_need_stops_after_them() -> None:
    parts = [part("etcd"), part("api", "etcd"), part("kubelet", "api", "runtime"), part("runtime")]
    assert stop_layers(parts) == [["kubelet"], ["api", "runtime"], ["etcd"]]


@st.composite
def systems(draw: st.DrawFn) -> list[Part]:
    """Parts each of which may need those before it."""
    count = draw(st.integers(1, 8))
    names = [f"p{number}" for number in range(count)]
    return [
        part(name, *draw(st.sets(st.sampled_from(names[:number]))) if number else ())
        for number, name in enumerate(names)
    ]


@given(systems())
def test_every_part_stops_once_and_before_its_needs(parts: list[Part]) -> None:
    layers = stop_layers(parts)
    place = {name: number for number, layer in enumerate(layers) for name in layer}
    assert sorted(place) == sorted(p.name for p in parts)
    assert all(place[p.name] < place[need] for p in parts for need in p.needs)


@pytest.mark.anyio
async def test_a_status_that_cannot_be_written_is_written_later(tmp_path: Path) -> None:
    home = Home(root=tmp_path, cache=tmp_path / "cache")
    sleeping = Part("sleeping", ("sleep", "600"))
    supervisor = Supervisor(home, [sleeping], renew=lambda: None, facts={})
    home.state.mkdir()
    # in the way of the folder, as a full disk is of its file
    home.run.touch()
    with anyio.fail_after(30):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(supervisor.run)
            await anyio.sleep(0.2)
            home.run.unlink()
            while not (home.run / "status.json").exists():
                await anyio.sleep(0.01)
            assert '"state": "ready"' in (home.run / "status.json").read_text()
            os.kill(os.getpid(), signal.SIGTERM)
    assert '"state": "stopped"' in (home.run / "status.json").read_text()
