"""What a preparation found out so far, and the file that keeps the app informed of it."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from cluster.home import Home
from cluster.image_recipes import STORES, recipes
from cluster.image_settings import ImageSettings
from cluster.image_states import ImageState
from cluster.image_states import read as read_images
from cluster.lifecycle import running
from cluster.listeners import read_ports
from cluster.platform.access import write_limited
from cluster.platform.account import Account
from cluster.platform.place import Place
from cluster.platform.told import ClusterTold, IngressTold, Told, judge, write
from cluster.platform.watching import Watch
from cluster.progress import Progress
from cluster.supervisor import status_file

COALESCE = 0.05
"""Seconds in which further changes join the one that was noticed."""

RECOVERY = 1.0
"""Seconds after which a file that could not be written is written again."""


@dataclass(frozen=True)
class Findings:
    """The latest word of whoever prepares.

    Attributes:
        is_preparing: whether a try runs.
        error: why the last one failed, or empty.
        helm: path of the program, or empty.
        delivered: references by which pods find images in the cluster, by name; None
            before the first try succeeded.
        reasons: why images are not among them, by name.
    """

    is_preparing: bool = True
    error: str = ""
    helm: str = ""
    delivered: Mapping[str, str] | None = None
    reasons: Mapping[str, str] = field(default_factory=dict)


class Informer:
    """Keeps the file true: to the findings, and to what the local cluster itself says."""

    def __init__(self, home: Home, user: Account, *, is_local: bool) -> None:
        """`is_local` where the cluster is the installation's own."""
        self.progress = Progress(changed=self.wake)
        self.findings = Findings()
        self.due = threading.Event()
        """Set when another try is called for: the cluster crashed, or an image was built."""
        self._home = home
        self._place = Place.of(home)
        self._user = user
        self._is_local = is_local
        self._watch = Watch()
        self._recipes = recipes(home, STORES, settings=ImageSettings.from_environment())
        self._was_ready = False
        self._last: Told | None = None

    def begin(self) -> Progress:
        """A try begins; its progress is to be told here."""
        self.progress = Progress(changed=self.wake)
        self.due.clear()
        self.note(is_preparing=True, error="")
        return self.progress

    def note(self, **changes: object) -> None:
        """Change some of the findings."""
        self.findings = replace(self.findings, **changes)  # type: ignore[arg-type]
        self.wake()

    def wake(self) -> None:
        """Look again; from any thread."""
        self._watch.wake()

    def follow(self) -> None:
        """Write the file at each change, forever."""
        while True:
            try:
                self._watch_folders()
                self.look()
                self._watch.wait(process=self._supervisor())
                time.sleep(COALESCE)
            except OSError as error:
                print(f"{self._place.preparation} was not written: {error}.", file=sys.stderr)
                time.sleep(RECOVERY)

    def look(self) -> None:
        """Write the file if anything changed."""
        told = self._local() if self._is_local else self._named()
        told = replace(
            told,
            phases=tuple(self.progress.phases),
            images=self._images(),
            helm=self.findings.helm,
            kubeconfig=str(self._place.kubeconfig) if self._place.kubeconfig.exists() else "",
        )
        if told != self._last:
            write(self._place.preparation, told)
            self._last = told

    def _supervisor(self) -> int:
        found = running(self._home) if self._is_local else None
        return found.supervisor if found is not None else 0

    def _watch_folders(self) -> None:
        if self._is_local:
            status_file(self._home).parent.mkdir(parents=True, exist_ok=True)
            for folder in (
                status_file(self._home).parent,
                self._home.images,
                self._home.pki / "cluster",
            ):
                # the others appear in the course of a start, of which the first one tells
                if folder.exists():
                    self._watch.add(folder)

    def _local(self) -> Told:
        write_limited(self._home, self._user)
        findings, found = self.findings, running(self._home)
        cluster = judge(
            found,
            error=findings.error,
            is_preparing=findings.is_preparing,
            was_ready=self._was_ready,
        )
        self._was_ready = self._was_ready or cluster.state == "ready"
        # an orderly stop removes the file; a supervisor that was killed leaves it
        if found is None and not findings.is_preparing and status_file(self._home).exists():
            self.due.set()
        ports = read_ports(self._home)
        ingress = IngressTold()
        if ports is not None:
            ingress = IngressTold(ports.http, ports.https, f"127.0.0.1:{ports.http}")
        return Told(cluster=cluster, ingress=ingress)

    def _named(self) -> Told:
        if self.findings.error:
            return Told(cluster=ClusterTold("failed", self.findings.error))
        if self.findings.delivered is None:
            return Told(cluster=ClusterTold("starting", "The cluster is being checked."))
        return Told(cluster=ClusterTold("ready", ""))

    def _images(self) -> tuple[ImageState, ...]:
        findings = self.findings
        told = []
        for image in read_images(self._home, self._recipes):
            delivered = (findings.delivered or {}).get(image.name)
            if image.state == "lacking":
                told.append(replace(image, reference=delivered or image.reference))
            elif delivered is not None:
                told.append(ImageState(image.name, delivered, "ready", versions=image.versions))
            elif image.name in findings.reasons and not findings.is_preparing:
                reason = findings.reasons[image.name]
                told.append(ImageState(image.name, image.reference, "failed", reason))
                if image.state == "ready" and self._is_local:
                    self.due.set()
            elif image.state == "ready":
                reason = "It is being brought to the cluster."
                told.append(ImageState(image.name, image.reference, "waiting", reason))
            else:
                told.append(image)
        return tuple(told)
