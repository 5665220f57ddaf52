"""The Debian images that ours are built on: pulled, or made from Debian's packages."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cluster import apt
from cluster.builder import Builder
from cluster.commands import tail
from cluster.errors import ClusterError, CommandFailed
from cluster.home import Home
from cluster.image_settings import ImageSettings

PACKAGES_FILE = "packages"
"""Beside each base made here: one `name=version` a line."""

ANSWER_SECONDS = 10
"""How long a registry may take to answer the first question."""

PULL_SECONDS = 600

OLDEST = 7 * 24 * 3600
"""Seconds after which a base made here is made again by the next build, for Debian's updates."""

_DOCKERFILE = """FROM scratch
ADD rootfs.tar /
COPY docker-clean /etc/apt/apt.conf.d/docker-clean
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
CMD ["bash"]
"""

_CLEANING = "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/*.bin || true"

_DOCKER_CLEAN = f"""DPkg::Post-Invoke {{ "{_CLEANING}"; }};
APT::Update::Post-Invoke {{ "{_CLEANING}"; }};
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
"""
"""As in Debian's own images: an install would leave its downloads in the layer otherwise."""

_LEFT_OUT = ("man", "doc", "locale", "info", "lintian")
"""Folders of /usr/share that Debian's slim images lack."""


@dataclass(frozen=True)
class Base:
    """A base image as a Dockerfile asks for it.

    Attributes:
        argument: the build argument that takes its reference.
        suite: Debian's release.
        reference: where it is pulled from.
        is_named: whether the settings name it, so that nothing may stand in for it.
    """

    argument: str
    suite: str
    reference: str
    is_named: bool

    @property
    def recipe(self) -> str:
        """What a content hash takes it for: the release, not the day's state of it."""
        return self.reference if self.is_named else self.suite


def bases(settings: ImageSettings) -> tuple[Base, ...]:
    """Every base that a Dockerfile may ask for."""
    return (
        _base("BASE", "trixie", settings.base),
        _base("SID_BASE", "sid", settings.sid_base),
    )


class BaseImages:
    """The bases in the builder's storage, each brought there once a run.

    Several threads may ask for them.
    """

    def __init__(self, home: Home, builder: Builder, settings: ImageSettings) -> None:
        self._home = home
        self._builder = builder
        self._settings = settings
        self._lock = threading.Lock()
        self._provided: dict[str, str] = {}
        self._registry_answers = True

    def provide(self, base: Base, *, note: Callable[[str], None]) -> str:
        """The name by which `base` is in the storage.

        Raises:
            ClusterError: it was named by a setting and cannot be pulled, or neither
                a registry nor a Debian mirror answers.
        """
        with self._lock:
            if base.argument not in self._provided:
                self._provided[base.argument] = self._bring(base, note)
            return self._provided[base.argument]

    def _bring(self, base: Base, note: Callable[[str], None]) -> str:
        log = self._home.logs / "images" / f"base-{base.suite}.log"
        log.unlink(missing_ok=True)
        if base.is_named or self._registry_answers:
            note(f"pulling {base.reference}")
            try:
                return self._pull(base, log)
            except CommandFailed as failure:
                self._registry_answers = base.is_named and self._registry_answers
                if self._builder.holds(base.reference):
                    return base.reference
                if base.is_named:
                    raise ClusterError(
                        f"The base image {base.reference} cannot be pulled.",
                        next_step=f"Correct or unset IMAGE_{base.argument}, and run the command "
                        "again.",
                        detail=tail(log),
                    ) from failure
        elif self._builder.holds(base.reference):
            return base.reference
        return self._make(base, log, note)

    def _pull(self, base: Base, log: Path) -> str:
        if not base.is_named:
            # a registry that does not answer would hold up the fallback for minutes
            question = ("inspect", base.reference)
            self._builder.buildah("manifest", *question, log=log, timeout=ANSWER_SECONDS)
        address = f"docker://{base.reference}"
        self._builder.buildah("pull", address, log=log, timeout=PULL_SECONDS)
        return base.reference

    def _make(self, base: Base, log: Path, note: Callable[[str], None]) -> str:
        """Make the base from Debian's packages; anew when the last one is old."""
        name = f"localhost/storeweaver/base:{base.suite}"
        folder = self._home.cache / "base" / base.suite
        archive = folder / "rootfs.tar"
        is_fresh = archive.exists() and time.time() - archive.stat().st_mtime < OLDEST
        if is_fresh and self._builder.holds(name):
            return name
        if not is_fresh:
            note(f"no registry answers; making Debian {base.suite} from its packages")
            self._bootstrap(base, folder, log)
        self._builder.build(folder, tag=name, log=log)
        return name

    def _bootstrap(self, base: Base, folder: Path, log: Path) -> None:
        partial = folder.with_name(f"{folder.name}.partial")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        (partial / "Dockerfile").write_text(_DOCKERFILE)
        (partial / "docker-clean").write_text(_DOCKER_CLEAN)
        # a machine whose mirror is a frozen one says so, and images built on it need the same
        checks = [line for line in apt.acquire_settings() if line.startswith("Acquire::Check-")]
        query = "dpkg-query -W -f '${Package}=${Version}\\n'"
        try:
            self._builder.sandbox.run(
                [
                    *("mmdebstrap", "--variant=minbase"),
                    "--keyring=/usr/share/keyrings/debian-archive-keyring.gpg",
                    *(f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in _LEFT_OUT),
                    "--dpkgopt=path-include=/usr/share/doc/*/copyright",
                    '--aptopt=APT::Install-Recommends "0";',
                    '--aptopt=Acquire::Languages "none";',
                    *(f"--aptopt={line}" for line in checks),
                    f'--customize-hook=chroot "$1" {query} > {partial}/{PACKAGES_FILE}',
                    base.suite,
                    partial / "rootfs.tar",
                    *((self._settings.mirror,) if self._settings.mirror else ()),
                ],
                log=log,
            )
        except CommandFailed as failure:
            raise ClusterError(
                f"No registry answers for {base.reference}, and Debian {base.suite} could not be "
                "made from its packages either.",
                next_step="Check the network (a proxy is taken from http_proxy, another mirror "
                f"from DEBIAN_MIRROR), or name a base image with IMAGE_{base.argument}.",
                detail=tail(log),
            ) from failure
        shutil.rmtree(folder, ignore_errors=True)
        partial.rename(folder)


def _base(argument: str, suite: str, named: str) -> Base:
    reference = named or f"docker.io/library/debian:{suite}-slim"
    return Base(argument, suite, reference, is_named=bool(named))
