"""The command line of the cluster tool."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from cluster import adoption, bringup, cleaning, lifecycle
from cluster.commandline import agreed, answered, show_log
from cluster.errors import ClusterError
from cluster.home import Home
from cluster.image_recipes import ALL, EVERY
from cluster.kubectl import become_kubectl
from cluster.local import PROGRAMS, Programs, supervise
from cluster.locks import exclusive
from cluster.machine import check
from cluster.progress import Progress
from cluster.reporting import report, table


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; its exit status is 0 only where it did what was asked."""
    parsed = _parser().parse_args(arguments)
    return answered(partial(_run, parsed, Home.from_environment()))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m cluster",
        description="A real Kubernetes on this machine, or the one that CLUSTER_CONTEXT names.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    up = commands.add_parser("up", help="fetch, build and start what is missing")
    up.add_argument("--image", action="append", choices=EVERY, help="only this image; repeatable")
    commands.add_parser("down", help="stop the cluster and its pods; data stays")
    status = commands.add_parser("status", help="how each part and image fares")
    status.add_argument("-o", "--output", choices=("table", "json"), default="table")
    clean = commands.add_parser("clean", help="remove every trace, stores and volumes included")
    clean.add_argument("--yes", action="store_true", help="do not ask")
    logs = commands.add_parser("logs", help="print the log of a part")
    logs.add_argument("part", help="as in status; or supervisor")
    logs.add_argument("-f", "--follow", action="store_true")
    images = commands.add_parser("images", help="build the images and bring them to the cluster")
    images.add_argument("--image", action="append", choices=EVERY, help="only this; repeatable")
    kubectl = commands.add_parser("kubectl", help="kubectl as administrator", add_help=False)
    kubectl.add_argument("arguments", nargs=argparse.REMAINDER)
    supervising = commands.add_parser("supervise")
    for name in PROGRAMS:
        supervising.add_argument(f"--{name}", type=Path, required=True)
    supervising.add_argument("--pause-reference", required=True)
    return parser


def _run(parsed: argparse.Namespace, home: Home) -> int:
    is_named = bool(os.environ.get("CLUSTER_CONTEXT"))
    match parsed.command:
        case "up" if is_named:
            return adoption.up(home, progress=Progress())
        case "status" if is_named:
            return adoption.status(home, as_json=parsed.output == "json")
        case "up":
            return _up(home, parsed.image or ALL)
        case "down":
            return _down(home)
        case "status":
            return _status(home, as_json=parsed.output == "json")
        case "clean":
            return _clean(home, is_asked=not parsed.yes)
        case "logs":
            return show_log(home.log_files, parsed.part, follow=parsed.follow)
        case "images":
            outcome = bringup.build_images(home, progress=Progress(), names=parsed.image or ALL)
            return _say_failures(outcome.failed)
        case "kubectl":
            become_kubectl(home, parsed.arguments)
        case "supervise":
            programs = Programs(
                kubernetes=parsed.kubernetes,
                addons=parsed.addons,
                relay=parsed.relay,
                packages=parsed.packages,
                pause_reference=parsed.pause_reference,
            )
            supervise(home, programs)
    return 0


def _up(home: Home, names: Sequence[str]) -> int:
    result = bringup.up(home, progress=Progress(file=home.run / "progress.json"), names=names)
    print(table(report(home)))
    return _say_failures(result.failed)


def _down(home: Home) -> int:
    check(home)
    with exclusive(home.lock_file, waiting=_say_waiting), Progress().phase("Stopping"):
        was_running = lifecycle.stop(home)
    print("The cluster is stopped; its data is kept." if was_running else "It was not running.")
    return 0


def _status(home: Home, *, as_json: bool) -> int:
    found = report(home)
    print(json.dumps(found.as_json(), indent=1) if as_json else table(found))
    return 0 if found.state == "ready" else 3


def _clean(home: Home, *, is_asked: bool) -> int:
    if not home.root.exists():
        print(f"There is nothing at {home.root}.")
        return 0
    check(home)
    if is_asked and not agreed(cleaning.loss(home).text):
        return 1
    with exclusive(home.lock_file, waiting=_say_waiting), Progress().phase("Cleaning") as note:
        cleaning.clean(home, note=note)
    return 0


def _say_failures(failed: dict[str, ClusterError]) -> int:
    for error in failed.values():
        print(f"\n{error.problem}\n{error.next_step}", file=sys.stderr)
    return 1 if failed else 0


def _say_waiting(pid: int) -> None:
    print(f"Waiting for process {pid}, which is at work on the same cluster.", file=sys.stderr)
