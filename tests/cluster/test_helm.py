"""Helm: installs without waiting, mends what was interrupted, and says why it was refused."""

from __future__ import annotations

import json
import secrets
import signal
from dataclasses import replace
from pathlib import Path

import anyio
import pytest

from cluster import clients
from cluster.home import Home
from provisioner.errors import ActionFailed, ClaimLost, Unavailable
from provisioner.helm import Helm
from provisioner.lease import Lease, uptime
from provisioner.release import Release
from provisioner.settings import Settings
from tests.cluster.stores import SimulatedStores
from tests.cluster.waiting import PATIENCE

pytestmark = pytest.mark.anyio

CHART = Path(__file__).parents[1] / "charts" / "shop"


@pytest.fixture
def settings(stores: SimulatedStores, tmp_path: Path) -> Settings:
    program = clients.helm(Home.from_environment())
    return replace(stores.settings, helm=str(program), state_folder=tmp_path)


@pytest.fixture
async def release(stores: SimulatedStores) -> Release:
    """A release in a namespace of its own, not installed yet."""
    store_id = "h" + secrets.token_hex(4)
    namespace = await stores.add(store_id)
    return Release(
        name=store_id,
        namespace=namespace,
        chart=CHART,
        values_files=(CHART / "values-local.yaml",),
        values={
            "host": f"{store_id}.localhost",
            "secretName": "none",
            "images": {
                "database": "example.test/database:ready",
                "shop": "example.test/shop:ready",
            },
        },
    )


async def statuses(stores: SimulatedStores, release: Release) -> list[str]:
    """Of the release's revisions, oldest first."""
    found = json.loads(
        await stores.kubectl(
            *("get", "secrets", "-n", release.namespace, "-l", "owner=helm", "-o", "json")
        )
    )
    revisions = sorted(found["items"], key=lambda each: int(each["metadata"]["labels"]["version"]))
    return [each["metadata"]["labels"]["status"] for each in revisions]


async def test_applying_twice_is_applying_once(
    stores: SimulatedStores, settings: Settings, release: Release
) -> None:
    helm = Helm(settings)
    await helm.apply(release)
    await helm.apply(release)
    assert (await statuses(stores, release))[-1] == "deployed"
    assert "shop" in await stores.kubectl("get", "deployments", "-n", release.namespace)
    await helm.uninstall(release.name, namespace=release.namespace)
    await helm.uninstall(release.name, namespace=release.namespace)
    assert await statuses(stores, release) == []


async def killed_midway(settings: Settings, stores: SimulatedStores, release: Release) -> None:
    """Leave the release pending, as a Helm does that is killed while it waits."""
    arguments = ("upgrade", "--install", release.name, str(release.chart), "--wait=watcher")
    async with await anyio.open_process(
        [settings.helm, *arguments, "-n", release.namespace, "--values=-"],
        env={"KUBECONFIG": settings.kubeconfig, "HOME": str(settings.state_folder)},
    ) as process:
        assert process.stdin
        images = {**release.values["images"], "shop": "example.test/shop:image-not-found"}
        hanging = {**release.values, "images": images}
        await process.stdin.send(json.dumps(hanging).encode())
        await process.stdin.aclose()
        with anyio.fail_after(PATIENCE):
            while not any(each.startswith("pending") for each in await statuses(stores, release)):
                await anyio.sleep(0.05)
        process.send_signal(signal.SIGKILL)


@pytest.mark.parametrize("was_installed", [False, True], ids=["install", "upgrade"])
async def test_what_a_killed_helm_left_pending_is_mended(
    stores: SimulatedStores, settings: Settings, release: Release, was_installed: bool
) -> None:
    helm = Helm(settings)
    if was_installed:
        await helm.apply(release)
    await killed_midway(settings, stores, release)
    assert (await statuses(stores, release))[-1].startswith("pending")
    await helm.apply(release)
    assert (await statuses(stores, release))[-1] == "deployed"


async def test_what_is_killed_while_uninstalling_can_be_uninstalled(
    stores: SimulatedStores, settings: Settings, release: Release
) -> None:
    helm = Helm(settings)
    await killed_midway(settings, stores, release)
    await helm.uninstall(release.name, namespace=release.namespace)
    assert await statuses(stores, release) == []


async def test_what_was_left_uninstalling_can_be_applied_again(
    stores: SimulatedStores, settings: Settings, release: Release
) -> None:
    helm = Helm(settings)
    await helm.apply(release)
    stuck = ("patch", "ingress", "shop", "-n", release.namespace, "--type=merge", "-p")
    await stores.kubectl(*stuck, '{"metadata": {"finalizers": ["example.test/stuck"]}}')
    async with await anyio.open_process(
        [settings.helm, "uninstall", release.name, "-n", release.namespace, "--wait"],
        env={"KUBECONFIG": settings.kubeconfig, "HOME": str(settings.state_folder)},
    ) as process:
        with anyio.fail_after(PATIENCE):
            while (await statuses(stores, release))[-1] != "uninstalling":
                await anyio.sleep(0.05)
        process.send_signal(signal.SIGKILL)
    await stores.kubectl(*stuck, '{"metadata": {"finalizers": null}}')
    await helm.apply(release)
    assert (await statuses(stores, release))[-1] == "deployed"
    assert "shop" in await stores.kubectl("get", "deployments", "-n", release.namespace)


def short(seconds: float) -> Lease:
    """A claim that nobody renews."""

    async def renew() -> bool:
        return True

    return Lease(seconds, asked_at=uptime(), renew=renew)


async def test_no_helm_begins_when_the_claim_has_run_out(
    stores: SimulatedStores, settings: Settings, release: Release
) -> None:
    with pytest.raises(ClaimLost):
        await Helm(settings).under(short(-1.0)).apply(release)
    assert await statuses(stores, release) == []


async def test_a_helm_is_ended_before_the_claim_runs_out(
    settings: Settings, release: Release, tmp_path: Path
) -> None:
    """By the timer: nobody cancels the call here, as a stopped worker could not."""
    slow = tmp_path / "slow-helm"
    slow.write_text("#!/bin/sh\nexec sleep 600\n")
    slow.chmod(0o755)
    lease = short(1.5)
    with pytest.raises(Unavailable, match="ended before it was done"):
        await Helm(replace(settings, helm=str(slow))).under(lease).apply(release)
    assert lease.left > 0


async def test_a_refusal_quotes_helm_and_keeps_the_whole_for_operators(
    settings: Settings, release: Release
) -> None:
    with pytest.raises(ActionFailed, match="Helm refused to upgrade: ") as refusal:
        await Helm(settings).apply(replace(release, values={}))
    assert "host" in refusal.value.detail
    assert refusal.value.hint


async def test_a_cluster_that_is_away_is_not_a_refusal(
    stores: SimulatedStores, settings: Settings, release: Release, tmp_path: Path
) -> None:
    away = stores.kubeconfig(tmp_path / "away", port=9)
    with pytest.raises(Unavailable):
        await Helm(replace(settings, kubeconfig=str(away))).apply(release)


async def test_a_missing_program_says_how_to_get_it(settings: Settings) -> None:
    with pytest.raises(ActionFailed) as refusal:
        await Helm(replace(settings, helm="/nonexistent/helm")).version()
    assert "HELM" in refusal.value.hint


async def test_a_cancelled_call_leaves_no_process_and_no_lock(
    stores: SimulatedStores, settings: Settings, release: Release
) -> None:
    helm = Helm(settings)
    for delay in (0.05, 0.2, 0.4):
        with anyio.move_on_after(delay):
            await helm.apply(release)
    await helm.apply(release)
    assert (await statuses(stores, release))[-1] == "deployed"
    for status in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            assert release.name.encode() not in status.read_bytes()
        except (FileNotFoundError, ProcessLookupError):
            continue
