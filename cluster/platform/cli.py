"""The commands behind `make up`, `dev`, `down`, `status`, `logs` and `clean`."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from cluster.commandline import agreed, answered, show_log
from cluster.home import Home
from cluster.platform import commands
from cluster.platform.place import Place
from cluster.platform.releases import SOURCE, Release
from cluster.platform.running import supervise


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; its exit status is 0 only where it did what was asked."""
    parsed = _parser().parse_args(arguments)
    # code and programs are read by an account that is not the caller's
    os.umask(0o022)
    return answered(partial(_run, parsed, Home.from_environment()))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m cluster.platform",
        description="The dashboard with its database, and the cluster behind it.",
    )
    listed = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, meaning in (
        ("up", "start what is missing and return"),
        ("dev", "the same, and start the app anew at each change of its code"),
    ):
        starting = listed.add_parser(name, help=meaning)
        starting.add_argument("--source", type=Path, default=SOURCE, help="another checkout")
    listed.add_parser("down", help="stop everything, the cluster included; data stays")
    listed.add_parser("status", help="how each part fares")
    logs = listed.add_parser("logs", help="print the log of a part")
    logs.add_argument("part", nargs="?", default="dashboard", help="as in status")
    logs.add_argument("-f", "--follow", action="store_true")
    clean = listed.add_parser("clean", help="remove every trace, stores included")
    clean.add_argument("--yes", action="store_true", help="do not ask")
    listed.add_parser("supervise").add_argument("--release", required=True)
    return parser


def _run(parsed: argparse.Namespace, home: Home) -> int:
    match parsed.command:
        case "up":
            print(commands.up(home, source=parsed.source.absolute()).text)
        case "dev":
            commands.dev(home, source=parsed.source.absolute())
        case "down":
            print(commands.down(home))
        case "status":
            return _status(home)
        case "logs":
            return show_log(commands.logs(home), parsed.part, follow=parsed.follow)
        case "clean":
            return _clean(home, is_asked=not parsed.yes)
        case "supervise":
            folder = Place.of(home).releases / parsed.release
            supervise(home, Release(parsed.release, folder))
    return 0


def _status(home: Home) -> int:
    text, is_ready = commands.status(home)
    print(text)
    return 0 if is_ready else 3


def _clean(home: Home, *, is_asked: bool) -> int:
    if not home.root.exists():
        print(f"There is nothing at {home.root}.")
        return 0
    if is_asked and not agreed(commands.what_is_lost(home)):
        return 1
    commands.clean(home)
    return 0
