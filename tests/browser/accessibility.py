"""axe-core on a page: pinned in tests/browser/axe, fetched once by the app's own package tool."""

from __future__ import annotations

import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from cluster.home import Home

_PINNED = Path(__file__).parent / "axe"
_RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


@cache
def axe() -> str:
    """The script."""
    folder = Home.from_environment().cache / "axe"
    folder.mkdir(parents=True, exist_ok=True)
    script = folder / "node_modules" / "axe-core" / "axe.min.js"
    lock = folder / "bun.lock"
    pinned = (_PINNED / "bun.lock").read_bytes()
    if not script.exists() or lock.read_bytes() != pinned:
        for name in ("package.json", "bun.lock"):
            shutil.copy(_PINNED / name, folder / name)
        bun = Path(sys.executable).with_name("bun")
        subprocess.run([bun, "install", "--frozen-lockfile"], cwd=folder, check=True)
    return script.read_text()


def violations(page: Page) -> list[str]:
    """What axe finds on the page as it is now: each with its rule, element and reason."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(axe())
    # what fades in is judged as it will be
    page.wait_for_function(
        "() => document.getAnimations().every(a => a.playState !== 'running'"
        " || a.effect.getTiming().iterations === Infinity)"
    )
    found: dict[str, Any] = page.evaluate(
        "rules => axe.run(document, { runOnly: rules, resultTypes: ['violations'] })",
        list(_RULES),
    )
    return [
        f"{violation['id']}: {node['target']} {node['failureSummary']} {node['html'][:200]}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]
