"""The command line of the cluster tool."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from cluster import adoption, bringup, cleaning, lifecycle
from cluster.errors import ClusterError
from cluster.home import Home
from cluster.image_recipes import ALL
from cluster.kubectl import become_kubectl
from cluster.local import Programs, supervise
from cluster.locks import exclusive
from cluster.machine import check
from cluster.progress import Progress
from cluster.reporting import report, table


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; its exit status is 0 only where it did what was asked."""
    parser = _parser()
    parsed = parser.parse_args(arguments)
    home = Home.from_environment()
    try:
        return _run(parsed, home)
    except ClusterError as error:
        if error.detail:
            print(f"\n{error.detail}\n", file=sys.stderr)
        print(f"{error.problem}\n{error.next_step}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        # whoever read the output has read enough; nothing more is to be written at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("\nInterrupted; the same command goes on from here.", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m cluster",
        description="A real Kubernetes on this machine, or the one that CLUSTER_CONTEXT names.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    up = commands.add_parser("up", help="fetch, build and start what is missing")
    up.add_argument("--image", action="append", choices=ALL, help="only this image; repeatable")
    commands.add_parser("down", help="stop the cluster and its pods; data stays")
    status = commands.add_parser("status", help="how each part and image fares")
    status.add_argument("-o", "--output", choices=("table", "json"), default="table")
    clean = commands.add_parser("clean", help="remove every trace, stores and volumes included")
    clean.add_argument("--yes", action="store_true", help="do not ask")
    logs = commands.add_parser("logs", help="print the log of a part")
    logs.add_argument("part", help="as in status; or supervisor")
    logs.add_argument("-f", "--follow", action="store_true")
    images = commands.add_parser("images", help="build the images and bring them to the cluster")
    images.add_argument("--image", action="append", choices=ALL, help="only this; repeatable")
    kubectl = commands.add_parser("kubectl", help="kubectl as administrator", add_help=False)
    kubectl.add_argument("arguments", nargs=argparse.REMAINDER)
    supervising = commands.add_parser("supervise")
    for name in ("kubernetes", "addons", "packages"):
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
            return _logs(home, parsed.part, follow=parsed.follow)
        case "images":
            outcome = bringup.build_images(home, progress=Progress(), names=parsed.image or ALL)
            return _say_failures(outcome.failed)
        case "kubectl":
            become_kubectl(home, parsed.arguments)
        case "supervise":
            programs = Programs(
                parsed.kubernetes, parsed.addons, parsed.packages, parsed.pause_reference
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
    lost = cleaning.loss(home)
    if is_asked and (lost.stores or lost.volumes):
        print(f"This destroys {lost.volumes} volumes for good, and these stores:")
        print("\n".join(f"  {store}" for store in lost.stores) or "  (none)")
        if input("Type yes to go on: ") != "yes":
            print("Nothing was removed.")
            return 1
    with exclusive(home.lock_file, waiting=_say_waiting), Progress().phase("Cleaning") as note:
        cleaning.clean(home, note=note)
    return 0


def _logs(home: Home, part: str, *, follow: bool) -> int:
    found = sorted(home.logs.rglob("*.log"))
    known = {str(path.relative_to(home.logs)).removesuffix(".log"): path for path in found}
    if part not in known:
        raise ClusterError(
            f"There is no log of {part}.", next_step=f"There are logs of: {', '.join(known)}."
        )
    command = ["tail", "-n", "+1", *(["-F"] if follow else []), str(known[part])]
    return subprocess.run(command, check=False).returncode


def _say_failures(failed: dict[str, ClusterError]) -> int:
    for error in failed.values():
        print(f"\n{error.problem}\n{error.next_step}", file=sys.stderr)
    return 1 if failed else 0


def _say_waiting(pid: int) -> None:
    print(f"Waiting for process {pid}, which is at work on the same cluster.", file=sys.stderr)
