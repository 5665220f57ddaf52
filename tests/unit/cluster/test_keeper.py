"""Parts are real processes here: small shells that live and die as told."""

from __future__ import annotations

import signal
from dataclasses import dataclass
from pathlib import Path

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cluster.keeper import FIRST_DELAY, LONGEST_DELAY, Keeper, PartState, restart_delay
from cluster.parts import Part
from cluster.processes import find


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
    trap = f"trap 'echo orderly > {tmp_path}/end; exit 0' TERM; touch {tmp_path}/trapped"
    kept = keeper(
        tmp_path, f"{trap}; while :; do sleep 0.05; done", ready=Exists(tmp_path / "trapped")
    )
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(kept.run, [])
        state = await until(kept, "ready")
        assert state.pid > 0
        await kept.stop()
    assert kept.state.state == "stopped"
    assert (tmp_path / "end").read_text() == "orderly\n"


@pytest.mark.anyio
async def test_a_part_that_ignores_sigterm_is_killed(tmp_path: Path) -> None:
    script = f"trap '' TERM; touch {tmp_path}/deaf; exec sleep 600"
    kept = keeper(tmp_path, script, grace=0.2, ready=Exists(tmp_path / "deaf"))
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
async def test_a_part_whose_program_is_gone_is_tried_again(tmp_path: Path) -> None:
    program = tmp_path / "program"
    kept = Keeper(
        Part("part", (str(program),)),
        log=tmp_path / "part.log",
        environment={},
        changed=lambda: None,
    )
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(kept.run, [])
        state = await until(kept, "failing")
        assert state.last_words.startswith("It cannot be started: ")
        assert str(program) in state.last_words
        program.symlink_to("/usr/bin/yes")
        await until(kept, "ready")
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


@pytest.mark.anyio
async def test_a_part_that_dies_with_its_need_waits_for_it_again(tmp_path: Path) -> None:
    works = tmp_path / "works"
    works.touch()
    need = keeper(tmp_path, "exec sleep 600", ready=Exists(works))
    kept = keeper(tmp_path, "exec sleep 600")
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(kept.run, [need])
        tasks.start_soon(need.run, [])
        await until(kept, "ready")
        works.unlink()
        died = find([need.state.pid, kept.state.pid])
        for process in died:
            process.signal(signal.SIGKILL)
        await until(need, "starting")
        await until(kept, "restarting")
        await anyio.sleep(3 * FIRST_DELAY)
        assert (kept.state.state, kept.state.pid) == ("restarting", 0)
        works.touch()
        assert (await until(kept, "ready")).restarts == 1
        await kept.stop()
        await need.stop()


@dataclass(frozen=True)
class Exists:
    """A probe that is answered once there is a file."""

    file: Path

    def ask(self) -> bool:
        return self.file.exists()


class Never:
    """A probe that is never answered."""

    def ask(self) -> bool:
        return False


@pytest.mark.anyio
async def test_a_part_is_stopped_by_its_own_signal(tmp_path: Path) -> None:
    trap = f"trap 'echo fast > {tmp_path}/end; exit 0' INT; touch {tmp_path}/trapped"
    kept = keeper(
        tmp_path,
        f"{trap}; while :; do sleep 0.05; done",
        stop_signal=signal.SIGINT,
        ready=Exists(tmp_path / "trapped"),
    )
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(kept.run, [])
        await until(kept, "ready")
        await kept.stop()
    assert (tmp_path / "end").read_text() == "fast\n"


@pytest.mark.anyio
async def test_what_a_part_leaves_behind_ends_before_it_starts_again(tmp_path: Path) -> None:
    script = f"sleep 600 & echo $! >> {tmp_path}/left; sleep 0.2; exit 1"
    kept = keeper(tmp_path, script, ends_whole=True)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(kept.run, [])
        await until(kept, "restarting")
        left = int((tmp_path / "left").read_text().split()[0])
        with anyio.fail_after(10):
            while find([left]):
                await anyio.sleep(0.01)
        await kept.stop()
