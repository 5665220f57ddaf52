"""The files that an image is built from, and a hash that changes with any of them."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

IGNORE_FILE = ".dockerignore"
DOCKERFILE = "Dockerfile"

OUTPUTS = frozenset({".git", ".medusa", ".next", "__pycache__", "node_modules"})
"""Folders that git ignores everywhere: made from the sources, and so never part of them."""


@dataclass(frozen=True)
class BuildContext:
    """A folder with a Dockerfile, without what its `.dockerignore` names.

    The hash, and the copy that is handed to the builder, know files by name, content
    and whether they can be executed; a checkout with another umask, owner or time
    gives the same.

    Attributes:
        folder: where the files are.
        left_out: names of folders that are left out wherever they are.
    """

    folder: Path
    left_out: frozenset[str] = OUTPUTS

    def files(self) -> list[PurePosixPath]:
        """Files and symbolic links, relative to the folder, in a fixed order.

        The Dockerfile is always among them; the ignore file, which has done its
        work by then, and empty folders are not.
        """
        ignore = self.folder / IGNORE_FILE
        patterns = parse(ignore.read_text()) if ignore.exists() else []
        found = set(self._walk(PurePosixPath(), patterns))
        found.discard(PurePosixPath(IGNORE_FILE))
        if (self.folder / DOCKERFILE).exists():
            found.add(PurePosixPath(DOCKERFILE))
        return sorted(found)

    def digest(self) -> str:
        """A hash of all of the files, in hexadecimal."""
        whole = hashlib.sha256()
        for name in self.files():
            path = self.folder / name
            if path.is_symlink():
                kind, content = "link", str(path.readlink()).encode()
            else:
                kind = "program" if _is_executable(path) else "file"
                content = path.read_bytes()
            whole.update(f"{kind}\0{name}\0{hashlib.sha256(content).hexdigest()}\n".encode())
        return whole.hexdigest()

    def copy_to(self, target: Path) -> None:
        """Copy the files to the folder `target`, which is made."""
        target.mkdir(parents=True)
        for name in self.files():
            source, copy = self.folder / name, target / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            if source.is_symlink():
                copy.symlink_to(source.readlink())
            else:
                shutil.copy2(source, copy)
                copy.chmod(0o755 if _is_executable(source) else 0o644)

    def arguments(self) -> set[str]:
        """Names of the build arguments that the Dockerfile declares."""
        text = (self.folder / DOCKERFILE).read_text()
        return set(re.findall(r"^\s*ARG\s+(\w+)", text, re.MULTILINE | re.IGNORECASE))

    def _walk(self, below: PurePosixPath, patterns: list[Pattern]) -> Iterator[PurePosixPath]:
        re_included = any(pattern.includes for pattern in patterns)
        with os.scandir(self.folder / below) as entries:
            for entry in entries:
                name = below / entry.name
                ignored = is_ignored(name, patterns)
                if entry.is_dir(follow_symlinks=False):
                    # a later `!pattern` may bring back what is inside
                    if entry.name not in self.left_out and (not ignored or re_included):
                        yield from self._walk(name, patterns)
                elif not ignored:
                    yield name


@dataclass(frozen=True)
class Pattern:
    """One line of a `.dockerignore`; `includes` for one that begins with `!`."""

    expression: re.Pattern[str]
    includes: bool


def parse(text: str) -> list[Pattern]:
    """The patterns of a `.dockerignore`, as Docker documents them."""
    patterns = []
    for line in text.splitlines():
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        includes = stripped.startswith("!")
        cleaned = os.path.normpath(stripped.removeprefix("!").strip().strip("/") or ".")
        patterns.append(Pattern(re.compile(_translate(cleaned)), includes))
    return patterns


def is_ignored(name: PurePosixPath, patterns: list[Pattern]) -> bool:
    """Whether the last pattern that matches `name`, or a folder it is in, excludes it."""
    candidates = [str(name), *(str(parent) for parent in name.parents)]
    ignored = False
    for pattern in patterns:
        if any(pattern.expression.fullmatch(candidate) for candidate in candidates):
            ignored = not pattern.includes
    return ignored


def _translate(pattern: str) -> str:
    """A regular expression for one pattern: `*` and `?` stay within a name, `**` does not."""
    result, position = "", 0
    while position < len(pattern):
        rest = pattern[position:]
        if rest.startswith("**/"):
            result += "(?:.*/)?"
            position += 3
        elif rest.startswith("**"):
            result += ".*"
            position += 2
        elif rest[0] == "*":
            result += "[^/]*"
            position += 1
        elif rest[0] == "?":
            result += "[^/]"
            position += 1
        elif found := re.match(r"\[(\^?)([^]]+)\]", rest):
            result += f"[{found[1]}{found[2]}]"
            position += found.end()
        elif rest[0] == "\\" and len(rest) > 1:
            result += re.escape(rest[1])
            position += 2
        else:
            result += re.escape(rest[0])
            position += 1
    return result


def _is_executable(path: Path) -> bool:
    return bool(path.stat().st_mode & 0o100)
