"""`python -m provisioner`: the worker on its own, and what an operator asks for by hand."""

from __future__ import annotations

import argparse
import logging
import signal
import sys
from collections.abc import Sequence
from functools import partial

import anyio

from provisioner.administration import first_link
from provisioner.database import Database
from provisioner.engines import ENGINES, Engines
from provisioner.errors import SettingsError, StoreWeaverError
from provisioner.runtime import Runtime
from provisioner.settings import Settings


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; its exit status is 0 only where it did what was asked."""
    parser = argparse.ArgumentParser(
        prog="python -m provisioner",
        description="Reconciles stores until it is told to stop; settings come from the "
        "environment, as the docs list them.",
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    commands.add_parser("work", help="reconcile stores; the default")
    commands.add_parser("migrate", help="bring the database's schema to this version")
    commands.add_parser(
        "first-link", help="print the path of a link for the first administrator, if there is none"
    )
    parsed = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    try:
        settings = Settings.from_environment()
        if not settings.database_url:
            raise SettingsError("DATABASE_URL is not set.", hint="It names the PostgreSQL to use.")
        match parsed.command:
            case "first-link":
                anyio.run(_first_link, settings)
            case "migrate":
                anyio.run(Database(settings.database_url).migrate)
            case _:
                anyio.run(work, settings)
    except StoreWeaverError as error:
        print(f"{error.message}\n{error.hint}", file=sys.stderr)
        return 1
    return 0


async def work(settings: Settings, engines: Engines = ENGINES) -> None:
    """Reconcile stores until SIGTERM or SIGINT, then give the claims back."""
    runtime = Runtime(settings, engines=engines)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(partial(runtime.run, is_working=True))
        with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
            async for _ in signals:
                break
        tasks.cancel_scope.cancel()


async def _first_link(settings: Settings) -> None:
    database = Database(settings.database_url)
    await database.migrate()
    link = await first_link(database)
    if link is not None:
        print(link.path)
    await database.close()


if __name__ == "__main__":
    sys.exit(main())
