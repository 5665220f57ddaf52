"""The platform starts without its database, and goes on by itself when it comes."""

from __future__ import annotations

import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import anyio
import anyio.to_thread
import pytest

from provisioner import postgres
from provisioner.errors import Unavailable
from provisioner.runtime import Runtime, running
from provisioner.settings import Settings
from provisioner.views import Actor
from tests.cluster.waiting import PATIENCE
from tests.postgresql import start_server
from tests.services.people import person

pytestmark = pytest.mark.anyio


@pytest.fixture
def folder() -> Iterator[Path]:
    """For a PostgreSQL of the test's own, that an unprivileged user can enter."""
    with tempfile.TemporaryDirectory(prefix="storeweaver-test-") as parent:
        Path(parent).chmod(0o755)
        made = Path(parent) / "postgresql"
        made.mkdir()
        yield made


async def until_it_answers(runtime: Runtime, actor: Actor) -> None:
    with anyio.fail_after(PATIENCE):
        while True:
            try:
                await runtime.stores.list(actor)
            except Unavailable:
                await anyio.sleep(0.1)
            else:
                return


async def test_a_database_that_comes_late_and_leaves_for_a_while(
    folder: Path, tmp_path: Path
) -> None:
    nobody = Actor(user_id="n", email="n@example.com", role="user")
    settings = Settings(database_url=postgres.url(folder / "socket"), state_folder=tmp_path)
    async with running(settings) as runtime:
        with pytest.raises(Unavailable):
            await runtime.stores.list(nobody)
        assert not (await runtime.health()).database.is_ok

        server = await anyio.to_thread.run_sync(start_server, folder)
        await until_it_answers(runtime, nobody)
        actor = await person(runtime.database, "owner@example.com")
        made = await runtime.stores.create(actor, name="Tea", engine="medusa")

        server.process.send_signal(signal.SIGKILL)
        await anyio.to_thread.run_sync(server.process.wait)
        with pytest.raises(Unavailable):
            await runtime.stores.list(actor)

        server = await anyio.to_thread.run_sync(start_server, folder)
        try:
            await until_it_answers(runtime, actor)
            assert [view.id for view in await runtime.stores.list(actor)] == [made.id]
            async with runtime.changes.subscribe() as changes:
                await anext(changes)
                await runtime.stores.delete(actor, made.id)
                with anyio.fail_after(PATIENCE):
                    told = await anext(changes)
                    # where the listener was not back yet, it says that anything may have changed
                    assert told.everything or made.id in told.store_ids
        finally:
            server.process.send_signal(signal.SIGINT)
            await anyio.to_thread.run_sync(server.process.wait)


async def test_it_says_what_is_missing(tmp_path: Path) -> None:
    settings = Settings(
        database_url="postgresql://nobody@/none?host=/nonexistent",
        preparation_file=str(tmp_path / "none.json"),
        state_folder=tmp_path,
    )
    async with running(settings) as runtime:
        assert not runtime.preparation().is_done
        assert runtime.preparation().headline
        health = await runtime.health()
        assert not health.is_ok
        for check in (health.database, health.kubernetes, health.helm):
            assert check.message.endswith(".")
