"""The Go programs of the cluster, built once for each content of their sources."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from cluster import compiler, disk
from cluster.commands import run, tail
from cluster.compiler import Compiler
from cluster.errors import ClusterError, CommandFailed
from cluster.following import following, sparingly
from cluster.home import Home
from cluster.locks import exclusive
from cluster.machine import architecture
from cluster.progress import Progress

SOURCES = Path(__file__).parent / "go"

NEEDED_COLD = 7 * 1024**3
"""Bytes for modules (2.6 GB), compiled packages (3.8 GB) and programs when nothing is there."""

NEEDED_WARM = 1 * 1024**3
"""Bytes for another build on caches that are filled."""

KEPT = 2
"""Versions of a program that stay: the current one, and the one that may still be running."""

_PURPOSE = "building the cluster's programs"
_NO_ANSWER = re.compile(r"dial tcp|no such host|i/o timeout|TLS handshake|connection refused")


@dataclass(frozen=True)
class Recipe:
    """How a program is built; one entry of `programs.json`.

    Attributes:
        name: of the program.
        module: the folder of the Go module that pins what it is made of.
        package: what is built, a folder in the module or an import path.
        tags: build tags, separated by commas.
        ldflags: flags of the linker.
    """

    name: str
    module: Path
    package: str
    tags: str
    ldflags: str

    @property
    def go_version(self) -> str:
        """The least Go that the module asks for."""
        found = re.search(r"^go (\S+)$", (self.module / "go.mod").read_text(), re.MULTILINE)
        if found is None:
            raise ValueError(f"{self.module / 'go.mod'} has no go directive")
        return found[1]

    def key(self, version: str) -> str:
        """Changes whenever a build with Go `version` may give another program."""
        digest = hashlib.sha256()
        entry = (self.name, self.package, self.tags, self.ldflags, version, architecture())
        digest.update(json.dumps(entry).encode())
        for file in self._sources():
            content = hashlib.sha256(file.read_bytes()).hexdigest()
            digest.update(f"{file.relative_to(self.module)}\0{content}\n".encode())
        return digest.hexdigest()[:12]

    def _sources(self) -> Iterator[Path]:
        for file in sorted(self.module.rglob("*")):
            if file.is_file() and not file.name.endswith("_test.go"):
                yield file


def recipes(sources: Path = SOURCES) -> dict[str, Recipe]:
    """Every program that can be built, by name."""
    entries = json.loads((sources / "programs.json").read_text())
    return {
        name: Recipe(
            name=name,
            module=sources / entry["module"],
            package=entry.get("package", "."),
            tags=entry.get("tags", ""),
            ldflags=entry.get("ldflags", ""),
        )
        for name, entry in entries.items()
    }


def path(home: Home, name: str, *, sources: Path = SOURCES) -> Path:
    """Where the program `name` is once it is built from the sources as they are now."""
    known = recipes(sources)
    return _place(home, known[name], _compiler(home, known.values()))


def build(
    home: Home, names: Iterable[str], *, progress: Progress, sources: Path = SOURCES
) -> dict[str, Path]:
    """Build those of the programs that are not there yet, one after another.

    They share a cache of compiled packages, and each build uses every processor.

    Returns:
        The path of each program.

    Raises:
        ClusterError: Go or a module cannot be fetched, the disk is full, or a program
            does not compile; `detail` holds the last lines of its log.
    """
    known = recipes(sources)
    go = _compiler(home, known.values())
    paths = {name: _place(home, known[name], go) for name in names}
    for name, place in paths.items():
        if not place.exists():
            with progress.phase(f"Program {name}") as note, _lock(home, name, note):
                if not place.exists():
                    _build(home, known[name], go, place, note)
                    prune(place.parent)
    return paths


def _build(
    home: Home, recipe: Recipe, go: Compiler, place: Path, note: Callable[[str], None]
) -> None:
    """Build beside `place`, then give the folder its name."""
    filled = any(home.programs.glob("*-*/"))
    disk.require(home.cache, NEEDED_WARM if filled else NEEDED_COLD, purpose=_PURPOSE)
    log = home.logs / "programs" / f"{recipe.name}.log"
    log.unlink(missing_ok=True)
    partial = home.programs / f"{recipe.name}.partial"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    compiler.fetch(home, go, note=note)
    try:
        total = _count_packages(home, recipe, go, log, note)
        _compile(home, recipe, go, partial / recipe.name, total, log, note)
        os.sync()
        partial.rename(place.parent)
    except CommandFailed as failure:
        raise _explained(home, recipe, log, failure) from failure
    except OSError as error:
        if disk.says_full(str(error)):
            raise disk.full(home.cache, purpose=_PURPOSE) from error
        raise


def _count_packages(
    home: Home, recipe: Recipe, go: Compiler, log: Path, note: Callable[[str], None]
) -> int:
    """How many packages the program is made of; fetches the modules they are in."""
    listed = [0]
    quiet = sparingly(note)

    def on_line(line: str) -> None:
        if line.startswith("go: downloading "):
            quiet(line.removeprefix("go: "))
        else:
            listed[0] += 1

    with following(log, on_line):
        run(
            [go.program, "list", "-deps", f"-tags={recipe.tags}", recipe.package],
            cwd=recipe.module,
            env=compiler.environment(home, go),
            log=log,
        )
    return listed[0]


def _compile(
    home: Home,
    recipe: Recipe,
    go: Compiler,
    output: Path,
    total: int,
    log: Path,
    note: Callable[[str], None],
) -> None:
    compiled = [0]
    quiet = sparingly(note)

    def on_line(line: str) -> None:
        # -v prints the import path of each package that it compiles
        if line and " " not in line:
            compiled[0] += 1
            quiet(f"compiled {compiled[0]} of at most {total} packages")

    with following(log, on_line):
        run(
            [
                *(go.program, "build", "-v", "-trimpath", f"-tags={recipe.tags}"),
                *(f"-ldflags={recipe.ldflags}", "-o", output, recipe.package),
            ],
            cwd=recipe.module,
            env=compiler.environment(home, go),
            log=log,
        )


def _explained(home: Home, recipe: Recipe, log: Path, failure: CommandFailed) -> ClusterError:
    said = log.read_text(errors="replace")
    if disk.says_full(said):
        return disk.full(home.cache, purpose=_PURPOSE, detail=tail(log))
    if _NO_ANSWER.search(said):
        return ClusterError(
            f"A Go module of {recipe.name} cannot be fetched: no answer from the module proxy.",
            next_step="Check the network (a proxy is taken from https_proxy, another module "
            "proxy from GOPROXY) and run the command again; what was compiled is kept.",
            detail=tail(log),
        )
    return CommandFailed(
        f"The program {recipe.name} does not build.",
        returncode=failure.returncode,
        next_step=f"Read {log}, mend the cause and run the command again; what was compiled "
        "is kept.",
        detail=tail(log),
    )


def _lock(home: Home, name: str, note: Callable[[str], None]) -> AbstractContextManager[None]:
    """One lock a program: Go's caches may be shared, and a short build need not wait."""
    return exclusive(
        home.programs / f"{name}.lock", waiting=lambda pid: note(f"waiting for process {pid}")
    )


def _compiler(home: Home, known: Iterable[Recipe]) -> Compiler:
    """One compiler for all, so that they share what is compiled."""
    least = max((recipe.go_version for recipe in known), key=compiler.parsed)
    return compiler.choose(home, least=least)


def _place(home: Home, recipe: Recipe, go: Compiler) -> Path:
    return home.programs / f"{recipe.name}-{recipe.key(go.version)}" / recipe.name


def prune(current: Path) -> None:
    """Remove older versions of the program in the folder `current`."""
    name = current.name.rsplit("-", 1)[0]
    others = [
        entry
        for entry in current.parent.glob(f"{name}-*/")
        if entry != current and entry.name.rsplit("-", 1)[0] == name
    ]
    others.sort(key=lambda entry: entry.stat().st_mtime, reverse=True)
    for entry in others[KEPT - 1 :]:
        shutil.rmtree(entry)
