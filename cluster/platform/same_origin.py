"""Makes built pages speak to the address that they came from.

Reflex compiles the server's address, with its port, into one script of the pages. The
dashboard's port is chosen where it runs, and a proxy may stand before it; so the script is
rewritten to take the address from the browser.
"""

from __future__ import annotations

import gzip
import re
from pathlib import Path

from cluster.errors import ClusterError

ENDPOINTS = frozenset({"PING", "EVENT", "UPLOAD", "HEALTH"})
"""Names that the script gives to addresses of the server; there may be more."""

_ADDRESS = re.compile(r"(\w+):([`\"'])(http|ws)s?://[^/`\"']+(/[^`\"']*)\2")


def rewrite(client: Path) -> None:
    """Rewrite the script among the pages in `client`, and its compressed copy.

    Raises:
        ClusterError: the pages are not built as this version of Reflex builds them.
    """
    found = sorted(client.glob("assets/reflex-env-*.js"))
    if len(found) != 1:
        raise _unknown(f"there are {len(found)} scripts named reflex-env-*.js")
    [script] = found
    text, names = same_origin(script.read_text())
    missing = ENDPOINTS - names
    if missing:
        raise _unknown(f"{script.name} has no address for {', '.join(sorted(missing))}")
    script.write_text(text)
    compressed = script.with_name(script.name + ".gz")
    if compressed.exists():
        # no time of day within, so that equal pages are equal files
        compressed.write_bytes(gzip.compress(text.encode(), 9, mtime=0))


def same_origin(script: str) -> tuple[str, set[str]]:
    """The script with every address made relative, and the names of those addresses.

    An address that was rewritten before is left alone and not named.
    """
    names = set()

    def relative(match: re.Match[str]) -> str:
        name, _, scheme, path = match.groups()
        names.add(name)
        origin = "window.location.origin"
        if scheme == "ws":
            origin += ".replace(/^http/,`ws`)"
        # pages are also rendered once while they are built, where there is no window
        return f"{name}:(typeof window===`undefined`?`{scheme}://localhost`:{origin})+`{path}`"

    return _ADDRESS.sub(relative, script), names


def _unknown(what: str) -> ClusterError:
    return ClusterError(
        f"The built pages are not as expected: {what}.",
        next_step="Install the pinned version of Reflex with `make up`, or adapt "
        "cluster/platform/same_origin.py to the new one.",
    )
