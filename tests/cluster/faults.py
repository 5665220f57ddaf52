"""What a fault test needs: a worker that stops where it is told, and a store's undisturbed end."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, get_args
from urllib.parse import urlsplit

import anyio
import psycopg
import yaml
from anyio.to_thread import run_sync
from psycopg.rows import dict_row

from provisioner import reconciler
from provisioner.database import Database
from provisioner.runtime import Runtime, running
from provisioner.settings import Settings, variable
from provisioner.views import StoreView
from tests.cluster.proxy import Proxy, proxied
from tests.cluster.simulated_shops import SHOP, World
from tests.cluster.waiting import PATIENCE
from tests.postgresql import Server
from tests.services.people import person

ACTIONS = frozenset(action.__name__ for action in get_args(reconciler.Action))
"""Every action that the reconciler knows."""

HELM_ACTIONS = frozenset({"ApplyRelease", "Repair", "Stop"})
"""Those that run Helm."""

FAULTS = (
    "SIGKILL before",
    "SIGKILL after",
    "SIGSTOP beyond the claim",
    "database cut",
    "API server cut",
    "Helm killed",
)

LIVES = {
    "create": ("EnsureNamespace", "EnsureSecrets", "ApplyRelease", "Wait", "Probe", "Settle"),
    "fail": ("EnsureNamespace", "ApplyRelease", "Wait", "Fail", "Stop", "Remove", "Settle"),
    "retry": ("Remove", "Wait", "EnsureNamespace", "EnsureSecrets", "ApplyRelease", "Probe"),
    "delete": ("Stop", "Wait", "Remove", "ConfirmGone"),
    "repair": ("Repair", "Settle"),
}
"""What can be wished for, with the actions that it takes from there."""

CLAIM_SECONDS = 3.0
"""A Helm process must fit into it on a machine that does much else."""

_CLAIM_COLUMNS = {"claimed_by", "claim_expires_at", "fence", "not_before", "updated_at"}


@dataclass(frozen=True)
class Case:
    """A fault at an action in a store's life."""

    life: str
    action: str
    fault: str

    def __str__(self) -> str:
        return f"{self.life}, {self.action}, {self.fault}"

    @property
    def at(self) -> str:
        """Where the worker stops."""
        return f"{'after' if self.fault == 'SIGKILL after' else 'before'} {self.action}"

    @property
    def is_possible(self) -> bool:
        """An action without Helm has none that could be killed."""
        return self.fault != "Helm killed" or self.action in HELM_ACTIONS


@dataclass
class Victim:
    """A worker's process, and the folder by which it is talked to."""

    process: subprocess.Popen[bytes]
    folder: Path

    async def until(self, file: str) -> None:
        """Wait until it says that it has come so far."""
        try:
            with anyio.fail_after(PATIENCE):
                while not (self.folder / file).exists():
                    assert self.process.poll() is None, self.log
                    await anyio.sleep(0.02)
        except TimeoutError:
            raise AssertionError(f"the worker has never {file} it:\n{self.log}") from None

    def go_on(self) -> None:
        (self.folder / "go").touch()

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    async def end(self) -> None:
        """End it in order; it is not waited for for ever."""
        self.send(signal.SIGTERM)
        await run_sync(lambda: self.process.wait(timeout=PATIENCE))

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text()[-8000:]


@dataclass(frozen=True)
class Stage:
    """One case's own database on the common cluster."""

    world: World
    database: Proxy
    api: Proxy
    folder: Path

    @asynccontextmanager
    async def survivor(self) -> AsyncIterator[Runtime]:
        """Another worker, whom no fault meets."""
        async with self.world.platform() as runtime:
            yield runtime

    @asynccontextmanager
    async def victim(self, at: str) -> AsyncIterator[Victim]:
        """A worker that stops there, and reaches database and cluster by what can be cut."""
        settings = replace(
            self.world.settings,
            database_url=_through(self.world.settings.database_url, self.database.port),
            kubeconfig=str(self.folder / "kubeconfig"),
        )
        environment = {
            **os.environ,
            **environment_of(settings),
            "FAULT_AT": at,
            "FAULT_FOLDER": str(self.folder),
        }
        with (self.folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.cluster.faulty_worker"],
                env=environment,
                stdout=log,
                stderr=log,
                cwd=Path(__file__).parents[2],
            )
        try:
            yield Victim(process, self.folder)
        finally:
            process.kill()
            with anyio.CancelScope(shield=True):
                await run_sync(process.wait)

    async def row(self, store: StoreView) -> dict[str, Any] | None:
        """The store's row without its claim; None once it is gone."""
        async with await psycopg.AsyncConnection.connect(
            self.world.settings.database_url, row_factory=dict_row
        ) as connection:
            cursor = await connection.execute("select * from stores where id = %s", (store.id,))
            found = await cursor.fetchone()
        return found and {key: found[key] for key in found.keys() - _CLAIM_COLUMNS}

    async def timeline(self, store: StoreView) -> list[tuple[str, str]]:
        """Kind and message of each line, oldest first."""
        async with await psycopg.AsyncConnection.connect(
            self.world.settings.database_url
        ) as connection:
            cursor = await connection.execute(
                "select kind, message from store_events where store_id = %s order by id",
                (store.id,),
            )
            return await cursor.fetchall()

    async def objects(self, store: StoreView) -> dict[str, str]:
        """Every object of the store, with its version."""
        kinds = "deployments,secrets,ingresses,persistentvolumeclaims,rolebindings"
        found = json.loads(
            await run_sync(
                lambda: self.world.cluster.kubectl(
                    "get", kinds, "-n", store.namespace, "-o", "json"
                )
            )
        )["items"]
        return {
            f"{each['kind']}/{each['metadata']['name']}": each["metadata"]["resourceVersion"]
            for each in found
        } | dict.fromkeys(await self.namespaces(store), "")

    async def namespaces(self, store: StoreView) -> list[str]:
        """That carry the store's label, with their UIDs."""
        found = await run_sync(
            lambda: self.world.cluster.kubectl(
                *("get", "namespaces", "-l", f"storeweaver.dev/store={store.id}"),
                *("-o", "jsonpath={range .items[*]}{.metadata.name} {.metadata.uid}{'\\n'}{end}"),
            )
        )
        return found.split("\n")[:-1]

    async def volumes(self, store: StoreView) -> list[str]:
        """Volumes that claims in the store's namespace were given."""
        found = json.loads(
            await run_sync(
                lambda: self.world.cluster.kubectl("get", "persistentvolumes", "-o", "json")
            )
        )["items"]
        return [
            each["metadata"]["name"]
            for each in found
            if each["spec"].get("claimRef", {}).get("namespace") == store.namespace
        ]

    async def release(self, store: StoreView) -> str:
        """The state of the release's newest revision, as Helm's own Secret has it."""
        found = json.loads(
            await run_sync(
                lambda: self.world.cluster.kubectl(
                    *("get", "secrets", "-n", store.namespace, "-l", "owner=helm", "-o", "json")
                )
            )
        )["items"]
        newest = max(found, key=lambda each: int(each["metadata"]["labels"]["version"]))
        return str(newest["metadata"]["labels"]["status"])


def environment_of(settings: Settings) -> dict[str, str]:
    """The variables that give these settings."""
    known = {each.name: getattr(settings, each.name) for each in fields(settings)}
    return {
        variable(name): ",".join(value) if isinstance(value, tuple) else str(value)
        for name, value in known.items()
    }


@asynccontextmanager
async def stage(
    world: World, server: Server, folder: Path, *, provision_timeout: float = 120.0
) -> AsyncIterator[Stage]:
    """A database of its own, and ways to it and to the cluster that can be cut.

    Args:
        provision_timeout: seconds that a store may take; with few of them, what is only slow
            would fail.
    """
    name = f"fault_{secrets.token_hex(6)}"
    await run_sync(server.execute, f"create database {name} template migrated")
    url = server.url_of(name)
    database = Database(url)
    owner = await person(database, "owner@example.com")
    await database.close()
    folder.mkdir()
    kubeconfig = Path(world.settings.kubeconfig).read_text()
    try:
        async with AsyncExitStack() as stack:
            port = urlsplit(yaml.safe_load(kubeconfig)["clusters"][0]["cluster"]["server"]).port
            assert port
            api = await stack.enter_async_context(proxied(port))
            socket = server.folder / "socket" / ".s.PGSQL.5432"
            cut = await stack.enter_async_context(proxied(socket))
            (folder / "kubeconfig").write_text(kubeconfig.replace(f":{port}", f":{api.port}"))
            settings = replace(
                world.settings,
                database_url=url,
                state_folder=folder,
                claim_seconds=CLAIM_SECONDS,
                provision_timeout=provision_timeout,
            )
            yield Stage(replace(world, settings=settings, owner=owner), cut, api, folder)
    finally:
        await run_sync(server.execute, f"drop database {name} with (force)")


def _through(url: str, port: int) -> str:
    account, _, rest = url.partition("@")
    name = rest.partition("/")[2].partition("?")[0]
    return f"{account}@127.0.0.1:{port}/{name}?sslmode=disable"


async def kill_helm(store: StoreView) -> None:
    """Kill the store's next Helm process as soon as there is one."""
    with anyio.fail_after(PATIENCE):
        while True:
            for folder in Path("/proc").glob("[0-9]*"):
                with suppress(OSError):
                    command = (folder / "cmdline").read_bytes().split(b"\0")
                    if command[0].endswith(b"/helm") and store.id.encode() in command:
                        os.kill(int(folder.name), signal.SIGKILL)
                        return
            await anyio.sleep(0.005)


@asynccontextmanager
async def services(stage: Stage) -> AsyncIterator[Runtime]:
    """What a person calls, without a worker."""
    idle = replace(stage.world.settings, worker="none")
    async with running(idle, engines={SHOP.key: SHOP}) as runtime:
        yield runtime
