"""What tells one release of the app from another: pages carry it, and the server answers it."""

from __future__ import annotations

import hashlib
from pathlib import Path

_APP = Path(__file__).parent
_ASSETS = _APP.parent / "assets"


def _stamp() -> str:
    found = hashlib.sha256()
    for path in sorted([*_APP.rglob("*.py"), *(p for p in _ASSETS.rglob("*") if p.is_file())]):
        found.update(str(path.relative_to(_APP.parent)).encode() + b"\0" + path.read_bytes())
    return found.hexdigest()[:12]


STAMP = _stamp()
"""Changes with the app's code and its assets; the same where pages are built and served."""
