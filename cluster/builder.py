"""Buildah with storage of its own in the cache."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from cluster.build_sandbox import BuildSandbox
from cluster.errors import CommandFailed
from cluster.home import Home

CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
CONFIGURATION = Path("/etc/containers")

OPEN_FILES = 16384
"""Files that a build step may have open; bundlers read thousands at once."""

_CHECKED_FOR_SIGNATURES = ("build", "from", "pull", "push")


@dataclass(frozen=True)
class StoredImage:
    """An image, or a layer with a history, in buildah's storage.

    `created` is in seconds since the epoch; layers have no `names`.
    """

    id: str
    created: float
    names: tuple[str, ...]


class Builder:
    """Buildah and what it keeps; one process uses it at a time, with several threads.

    The storage is only a cache: finished layers, from which the next build goes on.

    Attributes:
        work: a folder for files of this run; emptied at its start and its end.
        sandbox: where buildah runs.
    """

    def __init__(self, home: Home, *, packages: Path) -> None:
        """`packages` are the unpacked Debian packages that hold buildah."""
        self.work = home.images / "work"
        self.sandbox = BuildSandbox(
            cache=home.cache, temporary=self.work / "tmp", packages=packages
        )
        self._storage = home.images / "storage"
        self._credentials = self.work / "auth.json"

    def __enter__(self) -> Builder:
        """Enter the sandbox, and clear what a killed build left in the storage.

        Raises:
            ClusterError: the kernel refuses the namespaces.
        """
        shutil.rmtree(self.work, ignore_errors=True)
        self._storage.mkdir(parents=True, exist_ok=True)
        self.sandbox.__enter__()
        self._configure()
        self.buildah("rm", "--all")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.sandbox.__exit__(kind, value, traceback)
        shutil.rmtree(self.work, ignore_errors=True)

    def stop(self) -> None:
        """End every build that runs."""
        self.sandbox.stop()

    @property
    def is_alive(self) -> bool:
        """Whether builds can still succeed."""
        return self.sandbox.is_alive

    def buildah(
        self,
        command: str,
        *arguments: str | Path,
        log: Path | None = None,
        timeout: float | None = None,
    ) -> str:
        """Run a command of buildah.

        Raises:
            CommandFailed: it failed, or took longer than `timeout` seconds.
        """
        limit = () if timeout is None else ("timeout", f"{timeout:.0f}")
        policy: tuple[str, ...] = ()
        if command in _CHECKED_FOR_SIGNATURES:
            policy = (f"--signature-policy={self._setting('policy.json')}",)
        environment = {
            "BUILDAH_ISOLATION": "chroot",
            "CONTAINERS_STORAGE_CONF": str(self.work / "storage.conf"),
            "CONTAINERS_REGISTRIES_CONF": str(self._setting("registries.conf")),
        }
        if self._credentials.exists():
            environment["REGISTRY_AUTH_FILE"] = str(self._credentials)
        return self.sandbox.run(
            [*limit, "buildah", command, *policy, *arguments], environment=environment, log=log
        )

    def build(
        self,
        context: Path,
        *,
        log: Path,
        arguments: Mapping[str, str] | None = None,
        labels: Mapping[str, str] | None = None,
        tag: str = "",
    ) -> str:
        """Build the Dockerfile in the folder `context`; the image's id.

        What it is built from must be in the storage already.

        Raises:
            CommandFailed: a step of it failed.
        """
        identity = self.work / f"{context.name}.id"
        options = [f"--iidfile={identity}"]
        options += [f"--build-arg={name}={value}" for name, value in (arguments or {}).items()]
        options += [f"--label={name}={value}" for name, value in (labels or {}).items()]
        options += [f"--tag={tag}"] if tag else []
        certificates = Path(os.environ.get("SSL_CERT_FILE") or CERTIFICATES)
        if certificates.is_file():
            options.append(f"--secret=id=ca,src={certificates}")
        self.buildah(
            "build",
            "--layers",
            "--pull-never",
            f"--ulimit=nofile={OPEN_FILES}",
            *options,
            context,
            log=log,
        )
        return identity.read_text().strip().removeprefix("sha256:")

    def label(self, image: str, *, labels: Mapping[str, str], tag: str, log: Path) -> None:
        """Name the image with the id `image` as `tag`, with `labels` and no further layer."""
        context = self.work / f"label-{image[:12]}"
        context.mkdir()
        (context / "Dockerfile").write_text(f"FROM {image}\n")
        self.build(context, labels=labels, tag=tag, log=log)

    def read(self, image: str, path: str) -> str:
        """The text of the file `path` in an image; empty where there is none."""
        container = self.buildah("from", "--pull-never", image).strip()
        try:
            root = self.buildah("mount", container).strip()
            script = 'if [ -f "$0" ]; then cat "$0"; fi'
            return self.sandbox.run(["sh", "-c", script, f"{root}{path}"])
        finally:
            self.buildah("rm", container)

    def holds(self, reference: str) -> bool:
        """Whether the storage has an image of that name."""
        return any(reference in image.names for image in self._images())

    def export(self, reference: str, archive: Path) -> None:
        """Write an image to an OCI archive that carries its name."""
        self.buildah("push", "--quiet", reference, f"oci-archive:{archive}:{reference}")

    def load(self, archive: Path) -> None:
        """Take the image of an OCI archive into the storage, under the name it carries."""
        self.buildah("pull", "--quiet", f"oci-archive:{archive}")

    def push(self, reference: str, target: str) -> None:
        """Push an image to a registry as `target`; layers that are there are not sent again.

        Credentials are those of `docker login` or `podman login`. A registry on this
        machine may do without TLS.
        """
        host = target.partition("/")[0].rpartition(":")[0] or target.partition("/")[0]
        options = ["--tls-verify=false"] if host in {"localhost", "127.0.0.1"} else []
        self.buildah("push", "--quiet", *options, reference, f"docker://{target}")

    def prune(self, *, unused_for: float, is_outdated: Callable[[str], bool]) -> None:
        """Remove images whose names are outdated, and old layers that none is made of.

        Args:
            unused_for: age in seconds from which such a layer is removed.
            is_outdated: whether a name is no longer wanted.
        """
        stored = self._images()
        superfluous = [name for image in stored for name in image.names if is_outdated(name)]
        now = time.time()
        superfluous += [
            image.id for image in stored if not image.names and now - image.created > unused_for
        ]
        for image in superfluous:
            try:
                self.buildah("rmi", image)
            except CommandFailed:
                # a layer that another image is made of stays
                pass

    def _images(self) -> list[StoredImage]:
        listed = json.loads(self.buildah("images", "--all", "--json") or "null") or []
        return [
            StoredImage(entry["id"], entry["created"], tuple(entry.get("names") or ()))
            for entry in listed
        ]

    def _configure(self) -> None:
        (self.work / "storage.conf").write_text(
            f'[storage]\ndriver = "{self._driver()}"\nrunroot = "/run/containers"\n'
            f'graphroot = "{self._storage}"\n'
        )
        (self.work / "registries.conf").write_text("unqualified-search-registries = []\n")
        (self.work / "policy.json").write_text('{"default":[{"type":"insecureAcceptAnything"}]}\n')

        # podman keeps what `login` wrote below /run, which is another one inside
        for folder in (os.environ.get("XDG_RUNTIME_DIR", ""), "/run"):
            for found in Path(folder).glob("containers/**/auth.json") if folder else ():
                shutil.copy(found, self._credentials)

    def _driver(self) -> str:
        """`overlay` where the cache's file system can carry one, else copies of whole images."""
        trial = self.work / "overlay"
        for name in ("lower", "upper", "work", "merged"):
            (trial / name).mkdir(parents=True)
        options = f"lowerdir={trial}/lower,upperdir={trial}/upper,workdir={trial}/work"
        try:
            self.sandbox.run(["mount", "-t", "overlay", "overlay", "-o", options, trial / "merged"])
            self.sandbox.run(["umount", trial / "merged"])
        except CommandFailed:
            return "vfs"
        return "overlay"

    def _setting(self, name: str) -> Path:
        """A settings file of the containers libraries: the machine's own where it has one."""
        own = CONFIGURATION / name
        return own if own.exists() else self.work / name
