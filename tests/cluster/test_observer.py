"""The observer against a real API server whose pods are played."""

from __future__ import annotations

import json
import logging
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest
from anyio.to_thread import run_sync

from cluster.control_plane import API
from cluster.errors import CommandFailed
from cluster.simulated import Programs, simulated
from cluster.stages import STUCK, TROUBLES, Trouble
from cluster.supervisor import read_parts, status_file
from provisioner import decoding
from provisioner.connection import Connection
from provisioner.decoding import STORE_LABEL
from provisioner.observed import Observed
from provisioner.observer import Observer
from provisioner.settings import Settings
from provisioner.watching import Kind, Reflector
from tests.cluster.proxy import Proxy, proxied
from tests.cluster.stores import (
    SimulatedStores,
    claim,
    ingress,
    job,
    namespace,
    observing,
    placed,
    pod,
    until_live,
    until_seen,
    workload,
)
from tests.cluster.waiting import until

pytestmark = pytest.mark.anyio


@pytest.fixture
async def observer(stores: SimulatedStores) -> AsyncIterator[Observer]:
    async with observing(stores.settings) as observer:
        yield observer


def ready_pods(observed: Observed) -> int:
    return sum(each.is_ready for each in observed.pods)


# --- what is seen


async def test_a_store_comes_up_and_goes_before_the_eyes(
    stores: SimulatedStores, observer: Observer
) -> None:
    assert observer.observed("comesup") == Observed()
    name = await stores.add(
        "comesup",
        workload("Deployment", "backend", replicas=2),
        workload("StatefulSet", "postgres"),
        job("init"),
        claim("data"),
        ingress("shop", "comesup.localhost"),
    )
    # each kind has a watch of its own, so that they are seen in any order
    observed = await until_seen(
        observer,
        "comesup",
        lambda seen: (
            seen.namespace
            and len(seen.workloads) == 3
            and all(each.is_rolled_out for each in seen.workloads)
            and len(seen.pods) == 4
            and seen.volumes
            and seen.ingress_hosts
        ),
    )
    assert observed.namespace is not None
    assert observed.namespace.name == name
    assert observed.namespace.store_id == "comesup"
    assert [(w.kind, w.name, w.component, w.wanted, w.ready) for w in observed.workloads] == [
        ("Deployment", "backend", "backend", 2, 2),
        ("Job", "init", "init", 1, 1),
        ("StatefulSet", "postgres", "postgres", 1, 1),
    ]
    assert sorted(each.component for each in observed.pods) == [
        "backend",
        "backend",
        "init",
        "postgres",
    ]
    assert observed.ingress_hosts == {"comesup.localhost"}
    assert not observed.is_stale
    assert observer.observed("comesup") is observed

    await stores.kubectl("delete", "namespace", name, "--wait=false")
    await until_seen(
        observer, "comesup", lambda seen: seen.namespace and seen.namespace.is_terminating
    )
    await until_seen(observer, "comesup", lambda seen: seen == Observed())


async def test_no_replicas_are_rolled_out_too(stores: SimulatedStores, observer: Observer) -> None:
    await stores.add("nobody", workload("Deployment", "backend", replicas=0))
    observed = await until_seen(
        observer, "nobody", lambda seen: seen.workloads and seen.workloads[0].is_rolled_out
    )
    assert (observed.workloads[0].wanted, observed.pods) == (0, ())


async def test_a_new_version_is_rolled_out_when_the_old_one_is_gone(
    stores: SimulatedStores, observer: Observer
) -> None:
    name = await stores.add("newer", workload("Deployment", "backend"))
    await until_seen(
        observer, "newer", lambda seen: seen.workloads and seen.workloads[0].is_rolled_out
    )
    await stores.apply(placed(workload("Deployment", "backend", behaviour="crash"), name, "newer"))
    observed = await until_seen(
        observer,
        "newer",
        lambda seen: any(c.state == "waiting" for p in seen.pods for c in p.containers),
    )
    (backend,) = observed.workloads
    assert (backend.wanted, backend.ready, backend.is_rolled_out) == (1, 0, False)
    assert ready_pods(observed) == 1


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.name)
async def test_a_trouble_is_seen_with_its_message(
    stores: SimulatedStores, observer: Observer, trouble: Trouble
) -> None:
    store = trouble.name.replace("-", "")
    await stores.add(store, pod("shop", trouble.name))
    observed = await until_seen(observer, store, lambda seen: seen.pods and seen.pods[0].containers)
    (container,) = observed.pods[0].containers
    assert container.state == "waiting"
    assert (container.reason, container.message) == (trouble.reason, trouble.message)
    assert (container.restarts, container.exit_code) == (trouble.restarts, trouble.exit_code)
    if trouble.exit_code is not None:
        assert (container.last_reason, container.last_message) == (
            trouble.exit_reason,
            trouble.said,
        )


async def test_a_pod_that_fits_nowhere_says_so(stores: SimulatedStores, observer: Observer) -> None:
    wanted = {"name": "shop", "image": "a", "resources": {"requests": {"cpu": "1000"}}}
    await stores.add("toolarge", pod("shop", containers=[wanted]))
    observed = await until_seen(
        observer, "toolarge", lambda seen: seen.pods and seen.pods[0].unschedulable and seen.events
    )
    assert "Insufficient cpu" in observed.pods[0].unschedulable
    event = observed.events[-1]
    assert (event.kind, event.name, event.reason) == ("Pod", "shop", "FailedScheduling")
    assert "Insufficient cpu" in event.message


async def test_a_volume_that_nobody_provides_says_so(
    stores: SimulatedStores, observer: Observer
) -> None:
    await stores.add("novolume", claim("data", storage_class="absent"))
    observed = await until_seen(observer, "novolume", lambda seen: seen.volumes and seen.events)
    (volume,) = observed.volumes
    assert (volume.name, volume.phase, volume.requested) == ("data", "Pending", "1Gi")
    assert 'storageclass.storage.k8s.io "absent" not found' in observed.events[-1].message


async def test_a_namespace_names_what_blocks_its_end(
    stores: SimulatedStores, observer: Observer
) -> None:
    name = await stores.add("blocked", pod("stuck", STUCK))
    await until_seen(observer, "blocked", ready_pods)
    await stores.kubectl("delete", "namespace", name, "--wait=false")
    observed = await until_seen(
        observer, "blocked", lambda seen: seen.namespace and seen.namespace.blocked_by
    )
    assert observed.namespace is not None
    assert any("pods" in sentence for sentence in observed.namespace.blocked_by)
    assert observed.pods[0].is_terminating
    await stores.kubectl("delete", "pod", "stuck", "-n", name, "--force", "--grace-period=0")
    await until_seen(observer, "blocked", lambda seen: not seen.pods)


async def test_annotations_are_seen(stores: SimulatedStores, observer: Observer) -> None:
    await stores.apply(namespace("store-annotated", "annotated", release="7"))
    observed = await until_seen(observer, "annotated", lambda seen: seen.namespace)
    assert observed.namespace is not None
    assert observed.namespace.annotation("release") == "7"
    assert observed.namespace.annotation("absent") == ""


# --- whose it is


async def test_a_forged_label_adds_nothing(stores: SimulatedStores, observer: Observer) -> None:
    victims = await stores.add("victim", pod("own"))
    others = await stores.add("other")
    await until_seen(observer, "victim", ready_pods)
    # labelled for the victim in another store's namespace, and for another in the victim's
    await stores.apply(
        placed(pod("forged"), others, "victim"),
        placed(pod("stranger"), victims, "other"),
        placed(pod("honest"), others, "other"),
    )
    observed = await until_seen(observer, "other", ready_pods)
    assert [each.name for each in observed.pods] == ["honest"]
    await stores.kubectl("label", "pod", "own", "-n", victims, "storeweaver.dev/seen=yes")
    assert [each.name for each in observer.observed("victim").pods] == ["own"]


async def test_a_copied_label_on_a_namespace_takes_nothing_over(
    stores: SimulatedStores, observer: Observer
) -> None:
    name = await stores.add("original")
    first = await until_seen(observer, "original", lambda seen: seen.namespace)
    assert first.namespace is not None
    await stores.apply(namespace("zz-copy", "original"))
    await until_seen(
        observer,
        "original",
        lambda _: any(each.name == "zz-copy" for each in observer.found()),
    )
    seen = observer.observed("original").namespace
    assert seen is not None
    assert seen.name == name


async def test_a_namespace_that_loses_its_label_is_nobodys(
    stores: SimulatedStores, observer: Observer
) -> None:
    name = await stores.add("unlabelled", pod("shop"))
    await until_seen(observer, "unlabelled", ready_pods)
    await stores.kubectl("label", "namespace", name, f"{STORE_LABEL}-")
    await until_seen(observer, "unlabelled", lambda seen: seen == Observed())


# --- when subscribers are told


async def test_only_what_shows_is_told(stores: SimulatedStores, observer: Observer) -> None:
    name = await stores.add("quiet", pod("shop"))
    await until_seen(observer, "quiet", ready_pods)
    with observer.changes() as changes:
        # neither changes what is shown; the marker does, on the same watch and after them
        await stores.kubectl("annotate", "pod", "shop", "-n", name, "example.test/a=b")
        await stores.kubectl("label", "pod", "shop", "-n", name, "example.test/a=b")
        await stores.add("marker", pod("marker"))
        told: set[str] = set()
        with anyio.fail_after(60):
            while "marker" not in told or not ready_pods(observer.observed("marker")):
                told |= (await anext(changes)).store_ids
    assert "quiet" not in told


async def test_a_burst_is_told_at_once_to_every_subscriber(
    stores: SimulatedStores, observer: Observer
) -> None:
    ids = {f"burst{number}" for number in range(100)}
    objects = [
        each
        for store in sorted(ids)
        for each in (
            namespace(f"store-{store}", store),
            placed(workload("Deployment", "backend", replicas=0), f"store-{store}", store),
            placed(ingress("shop", f"{store}.localhost"), f"store-{store}", store),
            placed(claim("data"), f"store-{store}", store),
        )
    ]
    with observer.changes() as eager, observer.changes() as lazy:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(stores.create, *objects)
            told: set[str] = set()
            with anyio.fail_after(120):
                while not (
                    told >= ids
                    and all(
                        (seen := observer.observed(store)).namespace
                        and seen.volumes
                        and seen.workloads
                        and seen.workloads[0].is_rolled_out
                        for store in ids
                    )
                ):
                    told |= (await anext(eager)).store_ids
        # who did not look meanwhile is told everything in one go
        assert (await anext(lazy)).store_ids >= ids
    await stores.kubectl("delete", "namespace", *(f"store-{s}" for s in ids), "--wait=false")


# --- when the network fails


@pytest.fixture
async def proxy(stores: SimulatedStores) -> AsyncIterator[Proxy]:
    async with proxied(stores.port) as proxy:
        yield proxy


@pytest.fixture
def through_proxy(stores: SimulatedStores, proxy: Proxy, tmp_path: Path) -> Settings:
    return Settings(kubeconfig=str(stores.kubeconfig(tmp_path / "config", port=proxy.port)))


async def test_what_happened_while_disconnected_is_seen_afterwards(
    stores: SimulatedStores, proxy: Proxy, through_proxy: Settings
) -> None:
    name = await stores.add("cut", pod("goes"), pod("stays"))
    async with observing(through_proxy) as observer:
        await until_seen(observer, "cut", lambda seen: ready_pods(seen) == 2)
        await proxy.cut()
        await until_live(observer, live=False)
        assert observer.observed("cut").is_stale
        assert observer.observed("never-heard-of").is_stale
        assert observer.waiting_reason == "The cluster does not answer."
        await stores.kubectl("delete", "pod", "goes", "-n", name)
        await stores.apply(placed(pod("comes"), name, "cut"))
        assert len(observer.observed("cut").pods) == 2

        await proxy.mend()
        observed = await until_seen(
            observer, "cut", lambda seen: not seen.is_stale and ready_pods(seen) == 2
        )
        assert [each.name for each in observed.pods] == ["comes", "stays"]
        assert observer.waiting_reason == ""


async def test_connections_that_fall_silent_are_given_up(
    stores: SimulatedStores, proxy: Proxy, through_proxy: Settings
) -> None:
    await stores.add("silent", pod("shop"))
    async with observing(through_proxy, silence_seconds=3.0) as observer:
        await until_seen(observer, "silent", ready_pods)
        proxy.fall_silent()
        await until_live(observer, live=False)
        assert observer.observed("silent").is_stale
        await proxy.mend()
        await until_seen(observer, "silent", lambda seen: not seen.is_stale)


async def test_a_long_time_without_a_warning_is_no_fault(stores: SimulatedStores) -> None:
    """The server sends no bookmarks for events; of all else it does, once a minute."""
    async with observing(stores.settings, silence_seconds=2.0) as observer:
        pods, events = (observer._reflectors[name] for name in ("pods", "events"))
        with anyio.fail_after(60):
            for problem in ("", "The cluster does not answer.", ""):
                while pods.problem != problem:
                    await anyio.sleep(0)
                    assert events.problem == ""


async def test_a_cluster_that_comes_later_is_found(stores: SimulatedStores, tmp_path: Path) -> None:
    path = tmp_path / "config"
    observer = Observer(Settings(kubeconfig=str(path)))
    async with anyio.create_task_group() as tasks:
        with observer.changes() as changes:
            assert observer.waiting_reason
            tasks.start_soon(observer.run)
            while observer.waiting_reason != "The cluster is not there yet.":
                await anyio.sleep(0)
            assert not observer.is_live
            assert observer.observed("any").is_stale
            stores.kubeconfig(path)
            with anyio.fail_after(60):
                while not observer.is_live:
                    await anext(changes)
        tasks.cancel_scope.cancel()


async def test_missing_rights_are_named_and_may_come_later(
    stores: SimulatedStores, tmp_path: Path
) -> None:
    await stores.until_account("default")
    token = (await stores.kubectl("create", "token", "default")).strip()
    path = stores.kubeconfig(tmp_path / "config", user={"token": token})
    observer = Observer(Settings(kubeconfig=str(path)))
    binding = ("clusterrolebinding", "observer")
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(observer.run)
        with anyio.fail_after(60):
            while "refused to show" not in observer.waiting_reason:
                await anyio.sleep(0.01)
        assert not observer.is_live
        await stores.kubectl(
            *(
                "create",
                *binding,
                "--clusterrole=storeweaver-provisioner",
                "--serviceaccount=default:default",
            )
        )
        await until_live(observer)
        tasks.cancel_scope.cancel()
    await stores.kubectl("delete", *binding)


async def test_nothing_runs_on_after_the_observer_was_cancelled(
    proxy: Proxy, through_proxy: Settings
) -> None:
    async with observing(through_proxy):
        assert proxy.accepted
    assert not [task for task in anyio.get_running_tasks() if "Reflector" in (task.name or "")]


async def test_an_api_server_that_was_killed_is_found_again(
    tmp_path_factory: pytest.TempPathFactory,
    programs: Programs,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """And as its memory begins with its start, it answers 410 for what was before."""
    caplog.set_level(logging.INFO)
    with simulated(tmp_path_factory.mktemp("killed"), programs) as cluster:
        stores = SimulatedStores(cluster)
        name = await stores.add("killed", pod("goes"), pod("stays"))
        async with observing(stores.settings) as observer:
            await until_seen(observer, "killed", lambda seen: ready_pods(seen) == 2)
            os.kill(api_server(stores), signal.SIGKILL)
            await until_live(observer, live=False)
            await run_sync(until, "the API server is back", lambda: answers(stores))
            await stores.kubectl("delete", "pod", "goes", "-n", name)
            await until_seen(
                observer,
                "killed",
                lambda seen: not seen.is_stale and [each.name for each in seen.pods] == ["stays"],
            )
        await follow_from_version_one(stores)
    assert "pods: the server has forgotten the version; listing anew." in caplog.messages


async def follow_from_version_one(stores: SimulatedStores) -> None:
    connection = Connection(stores.settings)
    found: list[str] = []
    kind = Kind(
        name="pods",
        path="/api/v1/pods",
        query={},
        read=decoding.Pod,
        replace=lambda listed: found.extend(each.metadata.name for each in listed),
        put=lambda each: found.append(each.metadata.name),
        remove=lambda _: None,
    )
    reflector = Reflector(kind, connection=connection, silence_seconds=90, on_problem=lambda: None)
    reflector._version = "1"  # as if its last watch had ended in order very long ago
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(reflector.run)
        with anyio.fail_after(60):
            await reflector.has_listed.wait()
        tasks.cancel_scope.cancel()
    await connection.aclose()
    assert found == ["stays"]


def api_server(stores: SimulatedStores) -> int:
    status = json.loads(status_file(stores.cluster.home).read_text())
    return next(part.pid for part in read_parts(status) if part.name == API)


def answers(stores: SimulatedStores) -> bool:
    try:
        return stores.cluster.kubectl("get", "--raw=/readyz") == "ok"
    except CommandFailed:
        return False
