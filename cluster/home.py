"""The one folder that holds everything the cluster leaves on a machine."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

DEFAULT_HOME = Path("/var/lib/storeweaver")


@dataclass(frozen=True)
class Home:
    """Paths of one installation; several live side by side on one machine.

    `root` (`STOREWEAVER_HOME`) holds the state, `cache` (`STOREWEAVER_CACHE`, by
    default inside `root`) what can be downloaded or built again.
    """

    root: Path
    cache: Path

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Home:
        """The installation that `STOREWEAVER_HOME` and `STOREWEAVER_CACHE` name."""
        environment = os.environ if environment is None else environment
        root = Path(environment.get("STOREWEAVER_HOME") or DEFAULT_HOME).absolute()
        cache = environment.get("STOREWEAVER_CACHE")
        return cls(root=root, cache=Path(cache).absolute() if cache else root / "cache")

    @property
    def name(self) -> str:
        """A short name of this installation for cgroups and processes, e.g. `sw-3fa29c`."""
        return "sw-" + hashlib.sha256(str(self.root).encode()).hexdigest()[:6]

    @property
    def version_file(self) -> Path:
        """Says which layout the folder has, and marks it as ours."""
        return self.root / "version"

    @property
    def lock_file(self) -> Path:
        return self.root / "lock"

    @property
    def state(self) -> Path:
        """What the cluster itself remembers; gone with `clean`."""
        return self.root / "cluster"

    @property
    def logs(self) -> Path:
        """One file a part, and one a build."""
        return self.state / "log"

    @property
    def log_files(self) -> dict[str, Path]:
        """The logs there are, by the name of the part or the build."""
        return {
            str(path.relative_to(self.logs)).removesuffix(".log"): path
            for path in sorted(self.logs.rglob("*.log"))
        }

    @property
    def platform(self) -> Path:
        """What belongs to the dashboard and its database."""
        return self.root / "platform"

    @property
    def supervisor_lock(self) -> Path:
        """Held by the one supervisor of what lives here; names its process."""
        return self.state / "supervisor.lock"

    @property
    def config(self) -> Path:
        """Configuration files of the parts, written anew at each start."""
        return self.state / "config"

    @property
    def run(self) -> Path:
        """Sockets and what does not outlive a reboot."""
        return self.state / "run"

    @property
    def pki(self) -> Path:
        """Keys and certificates."""
        return self.state / "pki"

    @property
    def kubeconfig(self) -> Path:
        """The administrator's kubeconfig, for use from the host."""
        return self.state / "kubeconfig"

    @property
    def etcd(self) -> Path:
        return self.state / "etcd"

    @property
    def containerd(self) -> Path:
        return self.state / "containerd"

    @property
    def kubelet(self) -> Path:
        return self.state / "kubelet"

    @property
    def volumes(self) -> Path:
        """One folder for each PersistentVolume."""
        return self.state / "volumes"

    @property
    def programs(self) -> Path:
        """The Go programs, one folder for each content of their sources."""
        return self.cache / "programs"

    @property
    def images(self) -> Path:
        """Built images as archives, and the builder's own storage."""
        return self.cache / "images"
