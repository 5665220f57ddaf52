"""Namespaces for building, which end with the process that made them.

Inside, the Debian packages that build are in /usr, the machine's file system is
read-only but for the cache, and /run is empty and in memory. So a build that is killed
leaves no process, no mount and no file elsewhere on the machine.
"""

from __future__ import annotations

import shlex
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

from cluster.commands import run
from cluster.errors import ClusterError, CommandFailed
from cluster.packages import overlay_commands
from cluster.processes import children

RESOLVER = Path("/etc/resolv.conf")

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class BuildSandbox:
    """A mount and a process namespace, kept by a process that ends with this one's.

    Attributes:
        temporary: a folder in the cache that stands for /var/tmp inside.
    """

    def __init__(self, *, cache: Path, temporary: Path, packages: Path) -> None:
        """`cache` is what can be written inside; it holds `temporary`.

        `packages` are unpacked Debian packages.
        """
        self.temporary = temporary
        self._cache = cache
        self._packages = packages
        self._anchor: subprocess.Popen[bytes] | None = None
        self._is_stopped = False
        self._inside: tuple[str, ...] = ()

    def __enter__(self) -> BuildSandbox:
        """Make the namespaces.

        Raises:
            ClusterError: the kernel refuses, as it does in an unprivileged container.
        """
        self.temporary.mkdir(parents=True, exist_ok=True)
        script = " && ".join(shlex.join(command) for command in self._commands())
        self._anchor = subprocess.Popen(
            [
                *("unshare", "--mount", "--propagation=private", "--mount-proc"),
                *("--pid", "--fork", "--kill-child", "sh", "-c", f"{script} && exec cat"),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        output, errors = self._anchor.stdout, self._anchor.stderr
        if output is None or output.readline() != b"ready\n":
            said = errors.read().decode(errors="replace").strip() if errors else ""
            self.stop()
            raise ClusterError(
                "Linux refuses the namespaces in which images are built: "
                f"{said.splitlines()[-1] if said else 'it gives no reason'}.",
                next_step="Run as root, in a machine or a container with CAP_SYS_ADMIN (for "
                "Docker: --privileged).",
                detail=said,
            )
        first = children([self._anchor.pid])[0]
        self._inside = ("nsenter", f"--target={first.pid}", "--mount", "--pid", "--")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End every process inside, and with them the namespaces; may be called twice."""
        if self._anchor is None:
            return
        self._is_stopped = True
        for pipe in (self._anchor.stdin, self._anchor.stdout, self._anchor.stderr):
            # the anchor is process 1 inside and ends with its input; the kernel ends the rest
            if pipe is not None:
                pipe.close()
        self._anchor.wait()

    @property
    def is_alive(self) -> bool:
        """Whether the namespaces are there; a signal to the whole job ends them as well."""
        # while a thread waits for the anchor, another learns nothing by polling it
        return self._anchor is not None and not self._is_stopped and self._anchor.poll() is None

    def run(
        self,
        argv: Sequence[str | Path],
        *,
        environment: Mapping[str, str] | None = None,
        log: Path | None = None,
    ) -> str:
        """Run a program inside and return what it printed, or append it to `log`.

        Raises:
            CommandFailed: it ended with an error; `detail` holds its last lines.
        """
        variables = {
            "PATH": _PATH,
            "LC_ALL": "C.UTF-8",
            "TMPDIR": str(self.temporary),
            **(environment or {}),
        }
        try:
            return run([*self._inside, *argv], env=variables, log=log)
        except CommandFailed as failure:
            words = " ".join(str(word) for word in argv[:2])
            raise CommandFailed(
                f"{words} ended with status {failure.returncode}.",
                returncode=failure.returncode,
                next_step=failure.next_step,
                detail=failure.detail,
            ) from failure

    def _commands(self) -> list[Sequence[str]]:
        """What sets the namespace up, the read-only root last."""
        return [
            ("mount", "--bind", str(self._cache), str(self._cache)),
            # the containers libraries write there whatever TMPDIR says
            ("mount", "--bind", str(self.temporary), "/var/tmp"),  # noqa: S108
            *overlay_commands(self._packages),
            *self._own_run(),
            ("mount", "-o", "remount,bind,ro", "/"),
            ("echo", "ready"),
        ]

    def _own_run(self) -> list[Sequence[str]]:
        """An empty /run, but for the resolver's settings where they are in it."""
        commands: list[Sequence[str]] = [
            ("mount", "-t", "tmpfs", "-o", "mode=0755", "tmpfs", "/run")
        ]
        resolver = RESOLVER.resolve()
        if resolver.is_relative_to("/run") and resolver.exists():
            kept = self.temporary / "resolv.conf"
            shutil.copyfile(resolver, kept)
            commands += [
                ("mkdir", "-p", str(resolver.parent)),
                ("cp", str(kept), str(resolver)),
            ]
        return commands
