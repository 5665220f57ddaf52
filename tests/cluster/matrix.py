"""Plays one fault at one action of a store's life, and compares its end with an undisturbed one."""

from __future__ import annotations

import json
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import anyio
from anyio.to_thread import run_sync

from provisioner.runtime import Runtime
from provisioner.views import StoreView
from tests.cluster.faults import FAULTS, LIVES, Case, Stage, Victim, kill_helm, services, stage
from tests.cluster.simulated_shops import World
from tests.cluster.waiting import PATIENCE
from tests.postgresql import Server

AT_ONCE = 4
"""Cases that are played side by side; each waits most of its time for the cluster."""

CUT_SECONDS = 1.0


def every_case() -> list[Case]:
    """Each action of each life with each fault."""
    cases = [
        Case(life, action, fault)
        for fault in FAULTS
        for life, actions in LIVES.items()
        for action in actions
    ]
    return [case for case in cases if case.is_possible]


async def play_all(cases: Iterable[Case], world: World, server: Server, folder: Path) -> None:
    """Play cases side by side, each to its end; fails with all that do not end as they should."""
    limiter = anyio.CapacityLimiter(AT_ONCE)
    failures: list[Exception] = []

    async def one(number: int, case: Case) -> None:
        async with limiter:
            try:
                await play(case, world, server, folder / str(number))
            except Exception as error:
                error.add_note(f"in the case: {case}")
                failures.append(error)

    async with anyio.create_task_group() as tasks:
        for number, case in enumerate(cases):
            tasks.start_soon(one, number, case)
    if failures:
        raise ExceptionGroup(f"{len(failures)} cases ended otherwise", failures)


async def play(case: Case, world: World, server: Server, folder: Path) -> None:
    """Bring a store to where the fault is, let it happen, and wait for the store's end."""
    async with stage(_world_of(case, world), server, folder) as at:
        store = await _wish(case, at)
        async with at.victim(case.at) as victim:
            await victim.until("reached")
            match case.fault:
                case "SIGKILL before" | "SIGKILL after":
                    victim.send(signal.SIGKILL)
                    async with _ended(case, at, store):
                        pass
                case "SIGSTOP beyond the claim":
                    victim.send(signal.SIGSTOP)
                    async with _ended(case, at, store):
                        await _changes_nothing_after(at, store, victim, signal.SIGCONT)
                case "database cut":
                    await at.database.cut()
                    victim.go_on()
                    async with _ended(case, at, store):
                        await at.database.mend()
                        await _changes_nothing_after(at, store, victim, None)
                case "API server cut":
                    await at.api.cut()
                    victim.go_on()
                    await anyio.sleep(CUT_SECONDS)
                    await at.api.mend()
                    async with _ended(case, at, store):
                        await victim.end()
                case "Helm killed":
                    async with anyio.create_task_group() as tasks:
                        tasks.start_soon(kill_helm, store)
                        victim.go_on()
                    async with _ended(case, at, store):
                        await victim.end()


async def _changes_nothing_after(
    at: Stage, store: StoreView, victim: Victim, number: signal.Signals | None
) -> None:
    """What was stopped beyond its claim goes on, and leaves no trace."""
    before = await at.row(store), await at.objects(store), await at.timeline(store)
    victim.go_on()
    if number is not None:
        victim.send(number)
    await victim.until("passed")
    await victim.end()
    after = await at.row(store), await at.objects(store), await at.timeline(store)
    assert after == before, victim.log


def _world_of(case: Case, world: World) -> World:
    return world.images(shop="crash") if case.life == "fail" else world.images()


async def _wish(case: Case, at: Stage) -> StoreView:
    """Bring a store to where this life begins, and ask for what it is about."""
    if case.life in {"create", "fail"}:
        async with services(at) as runtime:
            return await at.world.create(runtime, _name(case))
    begins = replace(at, world=at.world.images(shop="crash")) if case.life == "retry" else at
    begins = _hasty(begins) if case.life == "retry" else begins
    async with begins.survivor() as runtime:
        store = await at.world.create(runtime, _name(case))
        if case.life == "retry":
            await at.world.until(runtime, store, "failed")
            await _until(lambda: _no_namespace(at, store))
        else:
            await at.world.until(runtime, store, "ready", health="ok")
    async with services(at) as runtime:
        match case.life:
            case "retry":
                await _leave_half_made(at, store)
                return await runtime.stores.retry(at.world.owner, store.id)
            case "delete":
                return await runtime.stores.delete(at.world.owner, store.id)
            case _:
                return await runtime.stores.repair(at.world.owner, store.id)


def _hasty(at: Stage) -> Stage:
    """With a short time to become Ready, for what is to fail."""
    return replace(at, world=at.world.with_settings(provision_timeout=2.0))


def _name(case: Case) -> str:
    return f"{case.life} {case.action} {case.fault}"[:40]


async def _leave_half_made(at: Stage, store: StoreView) -> None:
    """What a try leaves whose worker died while it cleaned up."""
    left = {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {
            "name": store.namespace,
            "labels": {
                "storeweaver.dev/store": store.id,
                "pod-security.kubernetes.io/enforce": "restricted",
            },
            "annotations": {"storeweaver.dev/generation": "1"},
        },
    }
    await run_sync(
        lambda: at.world.cluster.kubectl("create", "-f", "-", stdin=json.dumps(left).encode())
    )


@asynccontextmanager
async def _ended(case: Case, at: Stage, store: StoreView) -> AsyncIterator[None]:
    """Another worker is there until the store is as an undisturbed life leaves it; what is done
    then must not change that."""
    stage_ = _hasty(at) if case.life == "fail" else at
    async with stage_.survivor() as runtime:
        match case.life:
            case "delete":
                await at.world.until(runtime, store, "gone")
                await _is_gone(at, store)
            case "fail":
                failed = await at.world.until(runtime, store, "failed")
                assert "keeps ending with status 1" in failed.error_message
                await _until(lambda: _no_namespace(at, store))
                await _until(lambda: _is_settled(at, store, "unknown"))
            case _:
                await at.world.until(runtime, store, "ready", health="ok")
                await _until(lambda: _is_settled(at, store, "ok"))
                await _is_ready(at, runtime, store)
    yield
    # and once more, should what came late have done harm
    match case.life:
        case "delete":
            await _is_gone(at, store)
        case "fail":
            assert await _no_namespace(at, store)
        case _:
            async with stage_.survivor() as runtime:
                await at.world.until(runtime, store, "ready", health="ok")
                await _is_ready(at, runtime, store)


async def _is_ready(at: Stage, runtime: Runtime, store: StoreView) -> None:
    row = await at.row(store)
    assert row
    assert [step["state"] for step in row["steps"]] == ["done"] * 6
    assert row["generation"] == row["observed_generation"] == row["settled_generation"]
    assert row["drift"] == ""
    assert len(await at.namespaces(store)) == 1
    assert await at.release(store) == "deployed"
    assert len(await runtime.stores.credentials(at.world.owner, store.id)) == 2
    objects = await at.objects(store)
    for wanted in ("Deployment/shop", "Deployment/database", "Ingress/shop"):
        assert wanted in objects
    kinds = [kind for kind, _ in await at.timeline(store)]
    assert kinds.count("ready") == 1
    assert "gone" not in kinds


async def _is_gone(at: Stage, store: StoreView) -> None:
    assert await at.row(store) is None
    assert await at.namespaces(store) == []
    assert await at.volumes(store) == []
    kinds = [kind for kind, _ in await at.timeline(store)]
    assert kinds.count("gone") == 1
    assert kinds[-1] == "gone"


async def _no_namespace(at: Stage, store: StoreView) -> bool:
    return not await at.namespaces(store) and not await at.volumes(store)


async def _is_settled(at: Stage, store: StoreView, health: str) -> bool:
    row = await at.row(store)
    if not row or row["health"] != health or row["observed_generation"] != row["generation"]:
        return False
    # what was wished of a ready store is done when that is noted, and not when it is taken up
    return bool(row["status"] != "ready" or row["settled_generation"] == row["generation"])


async def _until(condition: Callable[[], Awaitable[bool]]) -> None:
    with anyio.fail_after(PATIENCE):
        while not await condition():
            await anyio.sleep(0.1)
