"""`up` from nothing, against the same builds run bare: `python -m bench.from_nothing`.

Each side begins with an empty cache, in a folder that is removed afterwards:

bare
    every Go program, then every image, one after another, and nothing else;
up
    what `python -m cluster up` does: the same builds, side by side, with the container
    runtime fetched and the cluster started.

Both fetch what they build from as well, so that a slow network is slow for both. Takes as
long as two first starts, and 20 GB of disk. `--program` and `--image` name a part of the work,
to try it; `up` always needs all programs.
"""

from __future__ import annotations

import argparse
import io
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from cluster import bringup, cleaning, images, machine, toolchain
from cluster.errors import ClusterError
from cluster.home import Home
from cluster.image_recipes import ALL
from cluster.progress import Progress

PROGRAMS = ("kubernetes", "addons", "relay")
LIMIT = 1.2


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure both, and print the ratio; 1 when it is above the limit."""
    parser = argparse.ArgumentParser(description="`up` from nothing, against bare builds.")
    parser.add_argument("--program", action="append", choices=PROGRAMS, help="only this, bare")
    parser.add_argument("--image", action="append", choices=ALL, help="only this; repeatable")
    parser.add_argument("--limit", type=float, default=LIMIT, help="highest ratio that passes")
    options = parser.parse_args(arguments)
    names = options.image or ALL
    with new_home() as home:
        alone = timed(lambda: bare(home, programs=options.program or PROGRAMS, names=names))
    print(f"bare   {alone:7.1f} s", flush=True)
    with new_home() as home:
        whole = timed(lambda: require(bringup.up(home, progress=quiet(), names=names).failed))
    print(f"up     {whole:7.1f} s")
    ratio = whole / alone
    print(f"ratio  {ratio:7.2f} (at most {options.limit:.2f})")
    return 0 if ratio <= options.limit else 1


def bare(home: Home, *, programs: Sequence[str], names: Sequence[str]) -> None:
    """Build one after another."""
    machine.claim(home)
    for program in programs:
        toolchain.build(home, [program], progress=quiet())
    for name in names:
        require(images.build(home, [name], progress=quiet()).failed)


def require(failed: dict[str, ClusterError]) -> None:
    """Raise the first error, if there is one: a build that failed has no time."""
    for error in failed.values():
        raise error


@contextmanager
def new_home() -> Iterator[Home]:
    """An installation with an empty cache of its own; gone at the end."""
    with tempfile.TemporaryDirectory(prefix="storeweaver-nothing-") as folder:
        home = Home(root=Path(folder) / "home", cache=Path(folder) / "home" / "cache")
        try:
            yield home
        finally:
            cleaning.clean(home, note=lambda _: None)


def quiet() -> Progress:
    return Progress(stream=io.StringIO())


def timed(work: Callable[[], object]) -> float:
    begun = time.monotonic()
    work()
    return time.monotonic() - begun


if __name__ == "__main__":
    try:
        sys.exit(main())
    except ClusterError as error:
        sys.exit(f"{error}\n{error.detail}".rstrip())
