"""Writes the parts of the docs that follow from the code: `python -m tests.docs`.

A part stands between two comments that name it; the rest of the page is written by hand.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

from provisioner import steps
from provisioner.causes import CAUSES
from provisioner.reconciler import TRANSITIONS
from provisioner.settings import documented

DOCS = Path(__file__).parents[1] / "docs"


def state_diagram() -> str:
    """The statuses of a store, as a Mermaid diagram."""
    lines = ["```mermaid", "stateDiagram-v2"]
    for before, after, reason in TRANSITIONS:
        lines.append(f"    {before or '[*]'} --> {after or '[*]'} : {reason}")
    return "\n".join([*lines, "```"])


def settings_table() -> str:
    """Every setting, as a table."""
    lines = ["| Variable | Default | Meaning |", "|---|---|---|"]
    for setting in documented():
        default = f"`{setting.default}`" if setting.default else ""
        lines.append(f"| `{setting.variable}` | {default} | {setting.meaning} |")
    return "\n".join(lines)


def step_list() -> str:
    """The milestones of a store, in order."""
    return "\n".join(f"{number}. {name}" for number, name in enumerate(steps.STEPS, 1))


def cause_table() -> str:
    """Every cause, with its class and the way out, as a table."""
    lines = ["| Code | Fails | Told by | What to do |", "|---|---|---|---|"]
    for cause in CAUSES.values():
        is_counted = cause.fails == "after tries"
        fails = f"after {cause.patience} tries" if is_counted else cause.fails
        lines.append(f"| `{cause.code}` | {fails} | {cause.sign} | {cause.hint} |")
    return "\n".join(lines)


PARTS: dict[str, Callable[[], str]] = {
    "states": state_diagram,
    "settings": settings_table,
    "steps": step_list,
    "causes": cause_table,
}


def renewed(page: str) -> str:
    """The page with every part as the code has it now."""

    def part(match: re.Match[str]) -> str:
        name = match[1]
        return f"<!-- {name}: from the code -->\n{PARTS[name]()}\n<!-- end of {name} -->"

    return re.sub(
        r"<!-- (\w+): from the code -->\n.*?<!-- end of \1 -->", part, page, flags=re.DOTALL
    )


def main() -> int:
    """Renew every page."""
    for path in sorted(DOCS.glob("*.md")):
        path.write_text(renewed(path.read_text()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
