"""Chromium for tests: the machine's own, or Debian's unpacked beside the other packages."""

from __future__ import annotations

import shlex
import shutil
import stat
from pathlib import Path

from cluster.home import Home
from cluster.packages import overlay_commands, unpack

PACKAGES = ("chromium", "fonts-dejavu-core")
NAMES = ("chromium", "chromium-browser", "google-chrome")

ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
"""Nothing of the browser's own is fetched or sent."""


def program(home: Home) -> Path:
    """A program that is Chromium; where the machine has none, it is fetched once."""
    for name in NAMES:
        found = shutil.which(name)
        # Ubuntu's is a script that installs a snap
        if found and "snap" not in Path(found).read_bytes()[:4096].decode(errors="ignore"):
            return Path(found)
    unpacked = unpack(home, PACKAGES, note=print)
    script = home.cache / "chromium.sh"
    laid_over = " && ".join(shlex.join(command) for command in overlay_commands(unpacked))
    # Debian's own script around it reads settings in /etc, where nothing was unpacked
    inner = f'{laid_over} && exec /usr/lib/chromium/chromium "$@"'
    script.write_text(f'#!/bin/sh\nexec unshare --mount sh -c {shlex.quote(inner)} sh "$@"\n')
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return script
