"""The Python environment in which everything else runs, made without touching the host's.

Needs nothing but the standard library: `python3 -m cluster.environment [--development]`
prints the path of the interpreter to use, after installing what is missing.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import sys
from pathlib import Path

from cluster import packages
from cluster.commands import run
from cluster.errors import ClusterError
from cluster.home import Home
from cluster.locks import exclusive

SOURCE = Path(__file__).parent.parent
REQUIREMENTS = SOURCE / "requirements.txt"
DEVELOPMENT_REQUIREMENTS = SOURCE / "requirements-dev.txt"
OLDEST_PYTHON = (3, 11)


def ensure(home: Home, *, development: bool) -> Path:
    """The interpreter of an environment with exactly the pinned requirements.

    One environment for each content of the requirements, below the cache; the
    ones before are removed. Packages are installed by their hashes only.

    Raises:
        ClusterError: Python is too old, or the package index does not answer.
    """
    if sys.version_info < OLDEST_PYTHON:
        raise ClusterError(
            f"Python {sys.version_info.major}.{sys.version_info.minor} is too old.",
            next_step="Install Python 3.11 or later and call make with PYTHON=python3.11.",
        )
    requirements = DEVELOPMENT_REQUIREMENTS if development else REQUIREMENTS
    kind = "development" if development else "product"
    key = hashlib.sha256(sys.version.encode() + requirements.read_bytes()).hexdigest()[:12]
    folder = home.cache / "python" / f"{kind}-{key}"
    interpreter = folder / "bin" / "python"
    complete = folder / "complete"
    if complete.exists():
        return interpreter
    with exclusive(home.cache / "python" / "lock", waiting=lambda _: None):
        if complete.exists():
            return interpreter
        print(f"Installing Python packages into {folder}", file=sys.stderr)
        shutil.rmtree(folder, ignore_errors=True)
        log = home.cache / "python" / f"{kind}.log"
        log.unlink(missing_ok=True)
        _make(home, folder, log)
        run(
            [
                *(
                    interpreter,
                    "-m",
                    "pip",
                    "install",
                    "--no-input",
                    "--no-cache-dir",
                    "--no-compile",
                ),
                *("--require-hashes", "--only-binary=:all:", "--requirement", requirements),
            ],
            log=log,
        )
        complete.touch()
        for other in folder.parent.glob(f"{kind}-*/"):
            if other != folder:
                shutil.rmtree(other, ignore_errors=True)
    return interpreter


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


def main() -> int:
    """Print the interpreter's path."""
    parser = argparse.ArgumentParser(prog="python3 -m cluster.environment")
    parser.add_argument("--development", action="store_true", help="with what the tests need")
    arguments = parser.parse_args()
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
