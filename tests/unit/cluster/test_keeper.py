"""Parts are real processes here: small shells that live and die as told."""

from __future__ import annotations

from pathlib import Path

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cluster.keeper import FIRST_DELAY, LONGEST_DELAY, Keeper, PartState, restart_delay
from cluster.parts import Part


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def keeper(tmp_path: Path, script: str, **options: object) -> Keeper:
    part = Part("part", ("/bin/sh", "-c", script), **options)  # type: ignore[arg-type]
    return Keeper(part, log=tmp_path / "part.log", environment={}, changed=lambda: None)


async def until(kept: Keeper, *states: str) -> PartState:
    with anyio.fail_after(30):
        while kept.state.state not in states:
            await anyio.sleep(0.01)
    return kept.state


@given(st.integers(min_value=0, max_value=1000))
def test_delays_grow_and_have_an_end(deaths: int) -> None:
    assert FIRST_DELAY <= restart_delay(deaths) <= LONGEST_DELAY
    assert restart_delay(deaths) <= restart_delay(deaths + 1)


@pytest.mark.anyio
async def test_a_part_that_runs_is_ready_and_stops_in_order(tmp_path: Path) -> None:
    script = f"trap 'echo orderly > {tmp_path}/end; exit 0' TERM; while :; do sleep 0.05; done"
    kept = keeper(tmp_path, script)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(kept.run, [])
        state = await until(kept, "ready")
        assert state.pid > 0
        await kept.stop()
    assert kept.state.state == "stopped"
    assert (tmp_path / "end").read_text() == "orderly\n"


@pytest.mark.anyio
async def test_a_part_that_ignores_sigterm_is_killed(tmp_path: Path) -> None:
    kept = keeper(tmp_path, "trap '' TERM; while :; do sleep 0.05; done", grace=0.2)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(kept.run, [])
        await until(kept, "ready")
        await kept.stop()
    assert kept.state.state == "stopped"


@pytest.mark.anyio
async def test_a_part_that_dies_is_started_again(tmp_path: Path) -> None:
    once = tmp_path / "once"
    kept = keeper(tmp_path, f"[ -e {once} ] && exec sleep 60; touch {once}; exit 7")
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(kept.run, [])
        await until(kept, "restarting")
        state = await until(kept, "ready")
        assert state.restarts == 1
        assert state.last_words == ""
        await kept.stop()


@pytest.mark.anyio
async def test_a_part_that_keeps_dying_is_failing_with_its_last_words(tmp_path: Path) -> None:
    kept = keeper(tmp_path, "echo the cause; exit 1", ready=Never())
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(kept.run, [])
        state = await until(kept, "failing")
        assert state.last_words.splitlines()[-1] == "the cause"
        await kept.stop()


@pytest.mark.anyio
async def test_a_task_is_tried_until_it_succeeds(tmp_path: Path) -> None:
    tries = tmp_path / "tries"
    script = f'echo x >> {tries}; [ "$(wc -l < {tries})" -ge 2 ]'
    kept = keeper(tmp_path, script, once=True)
    with anyio.fail_after(30):
        await kept.run([])
    assert kept.state.state == "done"
    assert kept.ready.is_set()
    assert tries.read_text() == "x\nx\n"


@pytest.mark.anyio
async def test_a_part_waits_for_its_needs(tmp_path: Path) -> None:
    need = keeper(tmp_path, f"while [ ! -e {tmp_path}/go ]; do sleep 0.02; done", once=True)
    kept = keeper(tmp_path, "exec sleep 60")
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(kept.run, [need])
        tasks.start_soon(need.run, [])
        await until(need, "starting")
        assert kept.state.state == "waiting"
        (tmp_path / "go").touch()
        await until(kept, "ready")
        await kept.stop()


class Never:
    """A probe that is never answered."""

    def ask(self) -> bool:
        return False
