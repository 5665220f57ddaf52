"""Builds the app's pages; runs as the unprivileged account.

`python -m cluster.platform.pages SOURCE WORKSPACE` copies the app from SOURCE, which it
only reads, builds in WORKSPACE, whose installed packages make the next build faster, and
writes the pages to standard output as a tar archive.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

from cluster.errors import ClusterError
from cluster.platform.same_origin import rewrite

CLIENT = Path(".web/build/client")
"""Where Reflex puts built pages, and where the app looks for them."""

BUILT = (CLIENT, Path(".web/backend"))
"""What the app needs of a build; the second says what it would else find out at each start."""

UNFINISHED = "unfinished"
"""A file in the workspace while a build runs."""

TIMEOUT = 900.0
"""Seconds for a build; the first one downloads some 150 MB of packages."""


def build(source: Path, workspace: Path) -> None:
    """Build the pages of the app in `source` below `workspace`.

    Raises:
        ClusterError: the app cannot be compiled, or its packages cannot be fetched.
    """
    unfinished = workspace / UNFINISHED
    if unfinished.exists():
        # a build was interrupted, and nobody knows how far it had come
        shutil.rmtree(workspace / ".web", ignore_errors=True)
    unfinished.touch()
    _copy(source, workspace)
    client = workspace / CLIENT
    shutil.rmtree(client, ignore_errors=True)
    code = _export(workspace)
    unfinished.unlink()
    if code != 0 or not (client / "index.html").exists():
        raise ClusterError(
            f"The dashboard's pages could not be built; reflex ended with status {code}.",
            next_step="Read the lines above, mend what they name and run the command again.",
        )
    rewrite(client)


def _copy(source: Path, workspace: Path) -> None:
    for entry in workspace.iterdir():
        if entry.name not in {".web", UNFINISHED}:
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    shutil.copytree(source, workspace, dirs_exist_ok=True)
    # the source is read-only, and Reflex writes beside it
    for folder, _, names in os.walk(workspace):
        if ".web" not in Path(folder).parts:
            Path(folder).chmod(0o700)
            for name in names:
                Path(folder, name).chmod(0o600)


def _export(workspace: Path) -> int:
    programs = Path(sys.executable).parent
    environment = {
        # where this module lies, another version of the app may lie as well
        **{name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        "PATH": f"{programs}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "REFLEX_CHECK_LATEST_VERSION": "false",
        "REFLEX_TELEMETRY_ENABLED": "false",
    }
    done = subprocess.run(
        [sys.executable, "-m", "reflex", "export", "--frontend-only", "--no-zip"],
        cwd=workspace,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr,
        timeout=TIMEOUT,
        check=False,
    )
    return done.returncode


def main() -> int:
    """Build, and write the archive."""
    workspace = Path(sys.argv[2])
    try:
        build(Path(sys.argv[1]), workspace)
    except ClusterError as error:
        print(f"{error.problem}\n{error.next_step}", file=sys.stderr)
        return 1
    except subprocess.TimeoutExpired as late:
        print(f"The pages were not built within {late.timeout:.0f} s.", file=sys.stderr)
        return 1
    with tarfile.open(fileobj=sys.stdout.buffer, mode="w|") as archive:
        for folder in BUILT:
            archive.add(workspace / folder, arcname=str(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
