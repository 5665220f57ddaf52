"""The Python environment in which everything else runs, made without touching the host's.

Needs nothing but the standard library: `python3 -m cluster.environment [--development]`
prints the path of the interpreter to use, after installing what is missing.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from cluster import disk, packages
from cluster.commands import run, tail
from cluster.errors import ClusterError, CommandFailed
from cluster.home import Home
from cluster.locks import exclusive

SOURCE = Path(__file__).parent.parent
REQUIREMENTS = SOURCE / "requirements.txt"
DEVELOPMENT_REQUIREMENTS = SOURCE / "requirements-dev.txt"
OLDEST_PYTHON = (3, 11)

RECIPE = b"compiled"
"""How environments are made; those that were made otherwise are made anew."""

KEPT_FOR = 7 * 24 * 3600
"""Seconds for which an environment stays that nobody asked for and nothing runs in; a cache
may serve several checkouts, of different requirements."""


def ensure(home: Home, *, development: bool) -> Path:
    """The interpreter of an environment with exactly the pinned requirements.

    One environment for each content of the requirements, below the cache; those that are
    no longer used are removed. Packages are installed by their hashes only.

    Raises:
        ClusterError: Python is too old, the package index does not answer, or the disk
            is full.
    """
    if sys.version_info < OLDEST_PYTHON:
        raise ClusterError(
            f"Python {sys.version_info.major}.{sys.version_info.minor} is too old.",
            next_step="Install Python 3.11 or later and call make with PYTHON=python3.11.",
        )
    requirements = DEVELOPMENT_REQUIREMENTS if development else REQUIREMENTS
    kind = "development" if development else "product"
    content = (sys.version.encode(), requirements.read_bytes(), RECIPE)
    key = hashlib.sha256(b"".join(content)).hexdigest()[:12]
    folder = home.cache / "python" / f"{kind}-{key}"
    interpreter = folder / "bin" / "python"
    complete = folder / "complete"
    if complete.exists():
        with suppress(PermissionError):
            os.utime(complete)
        return interpreter
    with exclusive(home.cache / "python" / "lock", waiting=lambda _: None):
        if complete.exists():
            return interpreter
        print(f"Installing Python packages into {folder}", file=sys.stderr)
        shutil.rmtree(folder, ignore_errors=True)
        log = home.cache / "python" / f"{kind}.log"
        log.unlink(missing_ok=True)
        _make(home, folder, log)
        _install(interpreter, requirements, log)
        compile_modules(interpreter, next(folder.glob("lib/python*/site-packages")))
        complete.touch()
        remove_unused(folder.parent.glob(f"{kind}-*/"))
    return interpreter


def remove_unused(environments: Iterable[Path]) -> None:
    """Remove those that nobody asked for lately and nothing runs in, and half-made ones."""
    for folder in environments:
        if not _is_wanted(folder):
            shutil.rmtree(folder, ignore_errors=True)


def _is_wanted(folder: Path) -> bool:
    """Whether somebody asked for a complete environment lately, or a process runs in it."""
    try:
        asked = (folder / "complete").stat().st_mtime
    except FileNotFoundError:
        return False
    return time.time() - asked < KEPT_FOR or _runs_anything(folder)


def _runs_anything(folder: Path) -> bool:
    beginning = os.fsencode(folder) + b"/"
    for process in Path("/proc").glob("[0-9]*"):
        # it may end meanwhile
        with suppress(OSError):
            if (process / "cmdline").read_bytes().startswith(beginning):
                return True
    return False


def _make(home: Home, folder: Path, log: Path) -> None:
    """Make an empty environment with pip, also where Debian keeps ensurepip back."""
    try:
        run([sys.executable, "-m", "venv", folder], log=log)
    except ClusterError:
        shutil.rmtree(folder, ignore_errors=True)
        run([sys.executable, "-m", "venv", "--without-pip", folder], log=log)
        unpacked = packages.unpack(home, packages.PIP)
        wheel = next((unpacked / "usr/share/python-wheels").glob("pip-*.whl"))
        run(
            [
                folder / "bin/python",
                wheel / "pip",
                "install",
                "--no-cache-dir",
                "--no-index",
                wheel,
            ],
            log=log,
        )


def _install(interpreter: Path, requirements: Path, log: Path) -> None:
    """Install what `requirements` pins.

    The file names every package, so pip has no dependency to choose a version for: left to
    itself it looks for those asked for with an extra among all releases, and refuses a newer
    one than the pinned.

    Raises:
        ClusterError: the package index does not answer or has another file than the
            pinned one, or the disk is full.
    """
    pip = (interpreter, "-m", "pip", "install", "--no-input", "--no-cache-dir", "--no-compile")
    options = ("--no-deps", "--require-hashes", "--only-binary=:all:", "-r", requirements)
    try:
        run([*pip, *options], log=log)
    except CommandFailed as failure:
        said = log.read_text(errors="replace")
        if disk.says_full(said):
            purpose = "installing Python packages"
            raise disk.full(log.parent, purpose=purpose, detail=tail(log)) from failure
        causes = [line for line in said.splitlines() if line.startswith("ERROR: ")]
        cause = causes[-1].removeprefix("ERROR: ") if causes else str(failure.problem)
        raise ClusterError(
            f"The Python packages of {requirements.name} cannot be installed: {cause}",
            next_step="Check that pip can reach its package index (another one is taken from "
            "PIP_INDEX_URL, a proxy from https_proxy), and run the command again.",
            detail=tail(log),
        ) from failure


def compile_modules(interpreter: Path | str, folder: Path, *, final: Path | None = None) -> None:
    """Compile every module below a folder, with all cores: the app's account may not write
    there, and without it each start would compile what it loads anew, for a second.

    Args:
        final: where the folder will lie.
    """
    moved = ("-s", folder, "-p", final) if final else ()
    # packages hold files for other versions of Python too; and what is not compiled only starts
    # slower
    with suppress(CommandFailed):
        run([interpreter, "-m", "compileall", "-q", "-j", "0", *moved, folder])


def main() -> int:
    """Print the interpreter's path."""
    parser = argparse.ArgumentParser(prog="python3 -m cluster.environment")
    parser.add_argument("--development", action="store_true", help="with what the tests need")
    arguments = parser.parse_args()
    # the app reads it as an account that is not the caller's
    os.umask(0o022)
    try:
        print(ensure(Home.from_environment(), development=arguments.development))
    except ClusterError as error:
        if error.detail:
            print(error.detail, file=sys.stderr)
        print(f"{error.problem}\n{error.next_step}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
