"""The app as it runs: its code and its built pages, in one folder for each content.

The checkout may lie where the unprivileged account cannot go, and is edited while the app
runs; a release is neither. It belongs to whoever called, and the app only reads it.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from cluster import disk
from cluster.commands import tail
from cluster.environment import compile_modules
from cluster.errors import ClusterError
from cluster.locks import exclusive
from cluster.platform.account import Account
from cluster.platform.confine import command
from cluster.platform.place import Place

SOURCE = Path(__file__).parents[2]

INCLUDED = (
    *("storeweaver", "provisioner", "migrations", "charts", "assets", "reflex.lock"),
    *("rxconfig.py", "requirements.txt"),
)
"""What of a checkout the app is made of; those that are missing are left out."""

APP = Path("storeweaver") / "storeweaver.py"
PAGES = "rxconfig.py"
"""Says that the app has pages to be built."""

KEPT_FOR = 7 * 24 * 3600
"""Seconds for which a release that nobody runs is kept, to go back to."""

NEEDED = 600 * 1024**2
"""Bytes that building the pages takes."""

_PURPOSE = "building the dashboard"


@dataclass(frozen=True)
class Release:
    """A complete release.

    Attributes:
        name: of its content.
        folder: the app's working directory; the account can only read it.
    """

    name: str
    folder: Path

    @property
    def lock(self) -> Path:
        """Held, with others, by whoever runs it."""
        return self.folder / "in-use"


def ensure(
    place: Place,
    *,
    account: Account,
    note: Callable[[str], None],
    source: Path = SOURCE,
    kept_for: float = KEPT_FOR,
) -> Release:
    """The release of the code in `source`, built at the first call.

    Args:
        source: a checkout.
        kept_for: seconds for which earlier releases stay that nobody runs.

    Raises:
        ClusterError: there is no app, its pages cannot be built, or the disk is full.
    """
    if not (source / APP).exists():
        raise ClusterError(
            f"{source} holds no app: {APP} is missing.",
            next_step="Run the command in a complete checkout.",
        )
    name = content_hash(source)
    release = Release(name, place.releases / name)
    if not release.folder.exists():
        lock = exclusive(
            place.releases / "lock", waiting=lambda pid: note(f"waiting for process {pid}")
        )
        with lock:
            if not release.folder.exists():
                _build(place, release, account, source, note)
            _prune(place, release, kept_for)
    os.utime(release.folder)
    return release


def hold(release: Release) -> None:
    """Keep the release from being removed for as long as this process lives.

    Raises:
        ClusterError: it is gone.
    """
    try:
        descriptor = os.open(release.lock, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise ClusterError(
            f"The dashboard's code in {release.folder} is gone.",
            next_step="Run `make up`, which makes it again.",
        ) from error
    fcntl.flock(descriptor, fcntl.LOCK_SH)


def content_hash(source: Path) -> str:
    """A short name for the content of everything that is included."""
    digest = hashlib.sha256()
    for path in files(source):
        content = (source / path).read_bytes()
        digest.update(f"{path}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:16]


def files(source: Path) -> Iterator[PurePosixPath]:
    """The included files, relative and in a fixed order.

    Caches are left out, and links to what is not included.
    """
    for name in INCLUDED:
        top = source / name
        for path in _below(top, top.resolve()) if top.is_dir() else [top]:
            relative = path.relative_to(source)
            is_hidden = any(part.startswith(".") for part in relative.parts)
            if path.is_file() and not is_hidden and "__pycache__" not in relative.parts:
                yield PurePosixPath(relative)


def _below(folder: Path, top: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        target = path.resolve()
        is_loop = path.is_symlink() and folder.resolve().is_relative_to(target)
        if is_loop or not target.is_relative_to(top):
            continue
        if path.is_dir():
            yield from _below(path, top)
        else:
            yield path


def _build(
    place: Place, release: Release, account: Account, source: Path, note: Callable[[str], None]
) -> None:
    """Put the release together beside its place, and give it its name when it is whole."""
    partial = place.releases / f"{release.name}.partial"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    for path in files(source):
        _write(partial / path, (source / path).read_bytes())
    (partial / release.lock.name).touch()
    _open_to_readers(partial)
    if (source / PAGES).exists():
        disk.require(place.build, NEEDED, purpose=_PURPOSE)
        note("building the pages")
        try:
            _build_pages(place, partial, account)
        except ClusterError:
            shutil.rmtree(partial)
            raise
    compile_modules(sys.executable, partial, final=release.folder)
    _open_to_readers(partial)
    # after a power cut the name must not stand for files that never reached the disk
    os.sync()
    partial.rename(release.folder)


def _build_pages(place: Place, partial: Path, account: Account) -> None:
    archive = place.releases / "pages.tar"
    log = place.logs / "pages.log"
    argv = command(
        account,
        [sys.executable, "-m", "cluster.platform.pages", partial, place.build],
        home=place.app,
        work=place.build,
        show=(partial, SOURCE / "cluster", SOURCE / "provisioner"),
        variables={"PYTHONPATH": str(SOURCE)},
    )
    try:
        with archive.open("wb") as sink, log.open("wb") as errors:
            done = subprocess.run(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=errors,
                env={**os.environ, "PYTHONPATH": str(SOURCE)},
                check=False,
            )
        if done.returncode != 0:
            said = tail(log)
            if disk.says_full(said):
                raise disk.full(place.build, purpose=_PURPOSE, detail=said)
            raise ClusterError(
                "The dashboard's pages could not be built.",
                next_step=f"Read the lines above and {log}, and run the command again.",
                detail=said,
            )
        unpack(archive, partial)
    finally:
        archive.unlink(missing_ok=True)


def unpack(archive: Path, folder: Path) -> None:
    """Write the files of an archive that somebody else made below `folder`, and only there."""
    with tarfile.open(archive) as opened:
        for member in opened:
            path = PurePosixPath(member.name)
            content = opened.extractfile(member) if member.isreg() else None
            if content is not None and not path.is_absolute() and ".." not in path.parts:
                _write(folder / path, content.read())


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _open_to_readers(folder: Path) -> None:
    """Whatever the caller's umask is."""
    for inner, _, names in os.walk(folder):
        Path(inner).chmod(0o755)
        for name in names:
            Path(inner, name).chmod(0o644)


def _prune(place: Place, current: Release, kept_for: float) -> None:
    """Remove what nobody runs and nobody ran lately, and what was never finished."""
    for folder in place.releases.iterdir():
        if not folder.is_dir() or folder == current.folder:
            continue
        is_old = time.time() - folder.stat().st_mtime > kept_for
        if folder.suffix == ".partial" or (is_old and not _is_in_use(folder / current.lock.name)):
            shutil.rmtree(folder, ignore_errors=True)


def _is_in_use(lock: Path) -> bool:
    try:
        with lock.open() as opened:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        pass
    return False
