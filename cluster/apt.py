"""The machine's apt, confined to one folder: it downloads packages and installs none.

It reads the machine's sources, keys and preferences, and has lists, cache, state and
settings of its own. Hooks that the machine's settings hold (they clean caches, wake
daemons) never run. Only the standard library is used.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

from cluster.commands import run, tail
from cluster.disk import says_full
from cluster.errors import ClusterError, CommandFailed
from cluster.following import following
from cluster.machine import architecture

DPKG_STATUS = Path("/var/lib/dpkg/status")

_NO_ANSWER = ("failed to fetch", "could not resolve", "could not connect", "unable to connect")
_UNKNOWN = re.compile(r"Unable to locate package (\S+)|Package '?([^' ]+)'? has no installation")
_PACKAGE_NAME = re.compile(r"[a-z0-9][a-z0-9+.-]+")


def download(
    packages: tuple[str, ...],
    *,
    into: Path,
    folder: Path,
    log: Path,
    note: Callable[[str], None],
) -> list[Path]:
    """Fetch packages and all they depend on but what every Debian machine has.

    Args:
        packages: Debian's names.
        into: where the files go; those of an earlier attempt are taken on.
        folder: for apt's lists and settings, which serve the next call as well.
        log: takes apt's output.
        note: is told how far it is.

    Returns:
        The package files.

    Raises:
        ClusterError: the machine has no apt, no mirror answers or a package is unknown.
        CommandFailed: apt failed for another reason.
    """
    if shutil.which("apt-get") is None or not DPKG_STATUS.exists():
        raise ClusterError(
            "This machine has no apt-get: it is neither Debian nor Ubuntu.",
            next_step="Use a Debian or Ubuntu machine, or name an existing cluster with "
            "CLUSTER_CONTEXT.",
        )
    for needed in (into / "partial", folder / "lists" / "partial"):
        needed.mkdir(parents=True, exist_ok=True)
    (folder / "status").write_text(essential(DPKG_STATUS.read_text()))
    settings = write_settings(folder, archives=into)
    environment = {"APT_CONFIG": str(settings), "LC_ALL": "C.UTF-8"}
    log.unlink(missing_ok=True)
    note("reading Debian's list of packages")
    try:
        run(["apt-get", "update"], env=environment, log=log)
    except CommandFailed:
        # one of several sources may be away; whether it mattered shows below
        pass

    def on_line(line: str) -> None:
        if found := re.match(r"Need to get ([0-9.]+ \wB)", line):
            note(f"downloading {found[1]}")

    try:
        with following(log, on_line):
            run(["apt-get", "install", "--download-only", *packages], env=environment, log=log)
    except CommandFailed as failure:
        raise explained(log.read_text(errors="replace"), log, failure) from failure
    return sorted(into.glob("*.deb"))


def write_settings(folder: Path, *, archives: Path) -> Path:
    """Write the apt.conf that keeps apt inside `folder` and off the machine's hooks; its path."""
    own = {
        "Dir::Etc::main": "/dev/null",
        "Dir::Etc::parts": "/dev/null",
        "Dir::State": folder,
        "Dir::State::lists": folder / "lists",
        "Dir::State::status": folder / "status",
        "Dir::Cache": folder,
        "Dir::Cache::archives": archives,
        "Dir::Cache::pkgcache": "",
        "Dir::Cache::srcpkgcache": "",
        "Dir::Log": folder,
        "APT::Sandbox::User": "root",
        "APT::Install-Recommends": "false",
        "APT::Keep-Downloaded-Packages": "true",
        "APT::Get::Assume-Yes": "true",
        "Acquire::Languages": "none",
        "Acquire::GzipIndexes": "true",
        "Acquire::Retries": "2",
        "Dpkg::Use-Pty": "false",
        "quiet": "1",
    }
    lines = [*acquire_settings(), *(f'{name} "{value}";' for name, value in own.items())]
    path = folder / "apt.conf"
    path.write_text("\n".join(lines) + "\n")
    return path


def acquire_settings() -> list[str]:
    """How the machine's apt reaches its mirrors (proxies, time-outs), as lines of apt.conf."""
    ours = ("Acquire::IndexTargets", "Acquire::Languages", "Acquire::GzipIndexes")
    return [
        line
        for line in run(["apt-config", "dump"]).splitlines()
        if line.startswith("Acquire::") and not line.startswith(ours)
    ]


def essential(status: str) -> str:
    """Of dpkg's `status` file, what no Debian machine lacks: its essential packages and apt.

    Given to apt as all that is installed, it makes apt fetch everything else, so that
    the result depends on the release and not on what else a machine happens to have.
    """
    installed = {}
    providers: dict[str, list[str]] = {}
    for stanza in status.split("\n\n"):
        fields = dict(re.findall(r"^([A-Za-z-]+): (.*)$", stanza, re.MULTILINE))
        is_ours = fields.get("Architecture") in {architecture(), "all"}
        if is_ours and fields.get("Status", "").endswith(" ok installed"):
            name = fields["Package"]
            installed[name] = (fields, stanza.strip("\n"))
            for provided in _names(fields.get("Provides", "")):
                providers.setdefault(provided, []).append(name)
    pending = [name for name, (fields, _) in installed.items() if fields.get("Essential") == "yes"]
    pending.append("apt")
    kept = set()
    while pending:
        name = pending.pop()
        if name not in installed:
            pending += [other for other in providers.get(name, ()) if other not in kept]
        elif name not in kept:
            kept.add(name)
            fields, _ = installed[name]
            pending += _names(f"{fields.get('Pre-Depends', '')},{fields.get('Depends', '')}")
    return "\n\n".join(installed[name][1] for name in sorted(kept)) + "\n\n"


def explained(output: str, log: Path, failure: CommandFailed) -> ClusterError:
    """What `output` of an apt that failed means; `failure` itself where that is not known."""
    if says_full(output):
        return failure
    missing = _UNKNOWN.search(output)
    blamed = [line for line in output.splitlines() if any(m in line.lower() for m in _NO_ANSWER)]
    if blamed:
        return ClusterError(
            f"Debian's packages cannot be fetched: {blamed[0].strip()}",
            next_step="Check the network and the machine's /etc/apt/sources.list (a proxy is "
            "taken from http_proxy or from apt's settings), and run the command again.",
            detail=tail(log),
        )
    if missing is not None:
        return ClusterError(
            f"The machine's apt sources have no package {missing[1] or missing[2]}.",
            next_step="Enable Debian's `main`, or Ubuntu's `universe`, in /etc/apt and run the "
            "command again.",
            detail=tail(log),
        )
    return failure


def _names(relation: str) -> list[str]:
    """Package names in a Depends or Provides field, alternatives included."""
    words = (part.strip() for part in re.split(r"[,|]", relation))
    return [found[0] for word in words if (found := _PACKAGE_NAME.match(word))]
