"""What every command line of this project does alike: exit statuses, errors, logs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from cluster.errors import ClusterError


def answered(command: Callable[[], int]) -> int:
    """Run a command; its exit status, with what went wrong told to a person."""
    try:
        return command()
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


def show_log(known: Mapping[str, Path], part: str, *, follow: bool) -> int:
    """Print the log of a part, and go on where `follow`.

    Raises:
        ClusterError: there is none; those that are there are named.
    """
    if part not in known:
        raise ClusterError(
            f"There is no log of {part}.", next_step=f"There are logs of: {', '.join(known)}."
        )
    command = ["tail", "-n", "+1", *(["-F"] if follow else []), str(known[part])]
    return subprocess.run(command, check=False).returncode


def agreed(warning: str) -> bool:
    """Ask before what cannot be undone; an empty warning needs no asking."""
    if not warning:
        return True
    print(warning)
    if input("Type yes to go on: ") == "yes":
        return True
    print("Nothing was removed.")
    return False
