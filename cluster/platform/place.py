"""Where the platform's own processes keep what is theirs: a folder beside the cluster's."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from cluster.home import Home
from cluster.platform.account import Account


@dataclass(frozen=True)
class Place(Home):
    """The paths of the platform in an installation; `root` is the installation's `platform`.

    Root's: `run`, `log`, and `told`, which everybody may read. The account's own: `app`,
    `database` and `build`.
    """

    @classmethod
    def of(cls, home: Home) -> Place:
        """The platform's place in an installation."""
        return cls(root=home.platform, cache=home.cache)

    @property
    def state(self) -> Path:
        """The platform keeps its folders side by side, without one around them."""
        return self.root

    @property
    def port_file(self) -> Path:
        """Remembers the dashboard's port, since people keep its address."""
        return self.root / "port.json"

    @property
    def told(self) -> Path:
        """What the app is told about the machine and the cluster."""
        return self.root / "state"

    @property
    def preparation(self) -> Path:
        """How far cluster and images are; replaced at each change."""
        return self.told / "preparation.json"

    @property
    def kubeconfig(self) -> Path:
        """By which the app's worker reaches the cluster; readable by the account alone."""
        return self.told / "kubeconfig"

    @property
    def app(self) -> Path:
        """The account's home: Helm's caches, compiled Python."""
        return self.root / "app"

    @property
    def database(self) -> Path:
        return self.root / "postgres"

    @property
    def data(self) -> Path:
        return self.database / "data"

    @property
    def socket(self) -> Path:
        return self.database / "run"

    @property
    def build(self) -> Path:
        """Where pages are built, with what makes the next build faster."""
        return self.root / "build"

    @property
    def releases(self) -> Path:
        """The app and its built pages, one folder for each content."""
        return self.cache / "releases"

    def make(self, account: Account) -> None:
        """Make the folders, each with the owner and the mode that it needs."""
        self.root.mkdir(mode=0o711, parents=True, exist_ok=True)
        self.root.chmod(0o711)
        for folder, mode in ((self.run, 0o700), (self.logs, 0o700), (self.told, 0o755)):
            folder.mkdir(exist_ok=True)
            folder.chmod(mode)
        # shown to the app before Helm is in there
        self.programs.mkdir(parents=True, exist_ok=True)
        for folder in (self.app, self.database, self.build):
            folder.mkdir(exist_ok=True)
            folder.chmod(0o700)
            if not account.is_caller:
                os.chown(folder, account.number, account.number)
