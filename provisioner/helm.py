"""The Helm CLI: installs, upgrades and uninstalls releases, and mends what was interrupted."""

from __future__ import annotations

import copy
import json
import logging
import os
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import anyio
import anyio.abc

from provisioner.errors import ActionFailed, Unavailable
from provisioner.lease import FOREVER, Lease, uptime
from provisioner.release import Release
from provisioner.settings import Settings

log = logging.getLogger(__name__)

TIMEOUT = 120.0
"""Seconds for one Helm process; without waiting for pods it needs one or two."""

MARGIN = 0.5
"""Seconds before the end of a claim at which its Helm is told to end, and after which it is
killed; told, it ends within some hundredths."""

GRACE = 3.0
"""Seconds after SIGTERM, in which Helm writes down that the release has failed."""

LARGEST_OUTPUT = 256 * 1024
"""Bytes kept of what Helm prints."""

_NOT_RUN = {126, 127}
"""Statuses of `setpriv` and `timeout` where they cannot run the program."""

_TIMED_OUT = 124
_TOO_LATE = 125
"""Statuses of the watch where the time ran out, and where it had before Helm began."""

_WATCH = """
read now rest < /proc/uptime
left=$(( $1 - ${now%.*}${now#*.} ))
[ "$left" -gt 0 ] || exit 125
kill_after=$2
shift 2
exec timeout --kill-after="$kill_after" "$(( left / 100 )).$(( left % 100 / 10 ))" "$@"
"""
"""Ends Helm at a moment, told in hundredths of seconds since the machine's start, whatever
becomes of the worker: one that is stopped cannot, and may be stopped before Helm begins."""

_INTERRUPTED = ("another operation", "has no deployed releases", "is being uninstalled")
"""How Helm refuses a release that an earlier Helm, which was killed, left half-way."""

_TRANSIENT = (
    "connection refused",
    "connection reset",
    "i/o timeout",
    "tls handshake timeout",
    "unexpected eof",
    "context deadline exceeded",
    "too many requests",
    "etcdserver",
    "service unavailable",
    "internal error occurred",
    "cluster unreachable",
    "no route to host",
    "please apply your changes to the latest version",
)


@dataclass(frozen=True, kw_only=True)
class Applied:
    """A release as Helm has it; `values` are all in force, the chart's own among them."""

    chart: str
    chart_version: str
    revision: int
    status: str
    applied_at: datetime | None
    values: Mapping[str, Any]


class Helm:
    """Runs Helm against one cluster; at most `HELM_CONCURRENCY` processes at once."""

    def __init__(self, settings: Settings) -> None:
        # Helm's discovery cache lives here, which saves a third of each call
        folder = settings.state_folder / "helm"
        kubeconfig, context = settings.kubeconfig, settings.cluster_context
        self._program = shutil.which(settings.helm) or settings.helm
        self._environment = {
            "HOME": str(folder),
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            **({"KUBECONFIG": kubeconfig} if kubeconfig else {}),
            **{
                name: value
                for name, value in os.environ.items()
                if name.startswith("KUBERNETES_SERVICE_")
            },
        }
        self._context = ("--kube-context", context) if context else ()
        self._places = anyio.Semaphore(settings.helm_concurrency)
        self._lease = FOREVER
        folder.mkdir(parents=True, exist_ok=True)

    def under(self, lease: Lease) -> Helm:
        """The same for the holder of a claim: no process begins or lasts beyond the lease;
        what would raises `ClaimLost` or `Unavailable`.
        """
        leased = copy.copy(self)
        leased._lease = lease
        return leased

    async def version(self) -> str:
        """Helm's version, such as v4.3.1.

        Raises:
            ActionFailed: it cannot be run.
        """
        return (await self._run(["version", "--template", "{{.Version}}"])).strip()

    async def apply(self, release: Release) -> None:
        """Install or upgrade a release without waiting for its pods.

        The namespace must be there. Only the holder of the store's claim may call it.

        Raises:
            Unavailable: the API server cannot be reached; nothing is lost by trying again.
            ActionFailed: it is refused.
        """
        arguments = [
            *("upgrade", "--install", release.name, str(release.chart)),
            *("--namespace", release.namespace),
            *(f"--values={path}" for path in release.values_files),
            *("--values=-", "--history-max=5", "--hide-notes"),
            # the API server validates in any case; asking for its schema costs half the time
            *("--disable-openapi-validation", "--timeout=90s", *self._context),
        ]
        values = json.dumps(release.values).encode()
        try:
            await self._run(arguments, stdin=values)
        except ActionFailed as error:
            if not any(sign in error.detail for sign in _INTERRUPTED):
                raise
            await self._mend(release.name, release.namespace)
            await self._run(arguments, stdin=values)

    async def uninstall(self, name: str, *, namespace: str) -> None:
        """Remove a release; nothing happens where there is none.

        Raises:
            Unavailable: the API server cannot be reached.
            ActionFailed: it is refused.
        """
        await self._run(
            [
                *("uninstall", name, "--namespace", namespace, "--ignore-not-found"),
                *("--no-hooks", "--wait=hookOnly", "--timeout=60s", *self._context),
            ]
        )

    async def release(self, name: str, *, namespace: str) -> Applied:
        """The newest revision of a release.

        Raises:
            Unavailable: the API server cannot be reached.
            ActionFailed: there is none; `detail` has "not found".
        """
        where = ("-n", namespace, "-o", "json", *self._context)
        known = json.loads(await self._run(["get", "metadata", name, *where]))
        values = json.loads(await self._run(["get", "values", name, "--all", *where]))
        at = known.get("deployedAt")
        return Applied(
            chart=known.get("chart", ""),
            chart_version=known.get("version", ""),
            revision=known.get("revision", 0),
            status=known.get("status", ""),
            applied_at=datetime.fromisoformat(at) if at else None,
            values=values or {},
        )

    async def _mend(self, name: str, namespace: str) -> None:
        """Take away what a killed Helm left pending; the claim says that it is dead."""
        found = json.loads(
            await self._run(["status", name, "-n", namespace, "-o", "json", *self._context])
        )
        status = found["info"]["status"]
        log.warning("the release %s was left %s", name, status)
        # never by uninstalling, which would take the volumes of a store that was ready
        is_alone = status in {"pending-install", "uninstalling"}
        back_to = [str(found["version"])] if is_alone else []
        await self._run(["rollback", name, *back_to, "-n", namespace, *self._context])

    async def _run(self, arguments: Sequence[str], *, stdin: bytes = b"") -> str:
        async with self._places:
            await self._lease.refresh()
            with anyio.move_on_after(TIMEOUT):
                code, output, error = await _communicate(
                    [*_watch(self._lease), self._program, *arguments],
                    stdin=stdin,
                    environment=self._environment,
                )
                if code == 0:
                    return output
                if code in _NOT_RUN:
                    raise _not_run(error.strip())
                if code == _TOO_LATE:
                    self._lease.check()
                if code < 0 or code in {_TIMED_OUT, _TOO_LATE} or code > 128:
                    raise Unavailable(
                        "Helm was ended before it was done.", hint="It is tried again by itself."
                    )
                raise _failure(arguments[0], error)
        raise Unavailable(
            f"Helm gave no answer within {TIMEOUT:.0f} seconds.",
            hint="It is tried again by itself.",
        )


def _watch(lease: Lease) -> tuple[str, ...]:
    ends_at = min(lease.ends_at, uptime() + TIMEOUT) - MARGIN
    return ("sh", "-c", _WATCH, "watch", str(int(ends_at * 100)), str(MARGIN))


def _not_run(detail: str) -> ActionFailed:
    return ActionFailed(
        "Helm cannot be run.",
        hint="Install Helm 4, or name it by the setting HELM.",
        detail=detail,
    )


def _failure(verb: str, error: str) -> ActionFailed | Unavailable:
    detail = error.strip()
    # what Helm notes by the way comes before
    _, _, refusal = f"\n{detail}".partition("\nError: ")
    sentence = " ".join((refusal or detail).split())[:300]
    # a webhook that does not answer is told in the words of an API server that does not
    is_webhook = "failed calling webhook" in detail
    if not is_webhook and any(sign in detail.lower() for sign in _TRANSIENT):
        return Unavailable("Kubernetes did not answer Helm.", hint="It is tried again by itself.")
    return ActionFailed(
        f"Helm refused to {verb}: {sentence}",
        hint="An administrator finds the whole answer in the log.",
        detail=detail,
    )


async def _communicate(
    command: Sequence[str], *, stdin: bytes, environment: Mapping[str, str]
) -> tuple[int, str, str]:
    """Run a process to its end: exit status, output, errors. Cancelled, it ends the process.

    The process is told to end when this one dies, so that no Helm works without a claim.
    """
    guarded = ["setpriv", "--pdeathsig", "TERM", *command]
    try:
        process = await anyio.open_process(
            guarded,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            start_new_session=True,
        )
    except OSError as error:
        raise _not_run(str(error)) from error
    kept: dict[str, bytes] = {}
    try:
        async with anyio.create_task_group() as tasks:
            if process.stdin is not None:
                tasks.start_soon(_feed, process.stdin, stdin)
            for name, source in (("output", process.stdout), ("error", process.stderr)):
                if source is not None:
                    tasks.start_soon(_drain, source, kept, name)
            code = await process.wait()
    finally:
        await _end(process)
        with anyio.CancelScope(shield=True):
            await process.aclose()
    output, errors = (kept.get(name, b"").decode(errors="replace") for name in ("output", "error"))
    return code, output, errors


async def _feed(sink: anyio.abc.ByteSendStream, content: bytes) -> None:
    with suppress(anyio.BrokenResourceError):
        if content:
            await sink.send(content)
    await sink.aclose()


async def _drain(source: anyio.abc.ByteReceiveStream, kept: dict[str, bytes], name: str) -> None:
    found = bytearray()
    async for part in source:
        if len(found) < LARGEST_OUTPUT:
            found += part
    kept[name] = bytes(found[:LARGEST_OUTPUT])


async def _end(process: anyio.abc.Process) -> None:
    """End the process and what it started, in order if it can be had."""
    if process.returncode is not None:
        return
    with anyio.CancelScope(shield=True):
        for number, patience in ((signal.SIGTERM, GRACE), (signal.SIGKILL, GRACE)):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, number)
            with anyio.move_on_after(patience):
                await process.wait()
                return
