"""The docs say what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs import DOCS, PARTS, renewed

ROOT = DOCS.parent
PAGES = sorted([*DOCS.glob("*.md"), ROOT / "README.md", *ROOT.glob("charts/*/README.md")])


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_follows_from_the_code_is_as_the_code_has_it(page: Path) -> None:
    text = page.read_text()
    assert renewed(text) == text, "run `python -m tests.docs`"


def test_every_part_is_on_some_page() -> None:
    shown = {
        name
        for page in PAGES
        for name in re.findall(r"<!-- (\w+): from the code", page.read_text())
    }
    assert shown == PARTS.keys()


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text()):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name}: {target}"


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_make_targets_that_are_named_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    for target in re.findall(r"`make ([a-z]+)", page.read_text()):
        assert target in targets, f"{page.name}: make {target}"
