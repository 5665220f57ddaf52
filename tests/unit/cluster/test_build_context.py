"""Which files an image is built from, and when their hash changes."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath

import pytest

from cluster.build_context import BuildContext, is_ignored, parse


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "image"
    for name, content in {
        "Dockerfile": "ARG BASE=x\nFROM ${BASE}\narg SID_BASE\nRUN echo ARG not\n",
        "start": "#!/bin/sh\n",
        "src/main.ts": "1",
        "src/notes.md": "2",
        "README.md": "3",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    (folder / "start").chmod(0o755)
    return folder


def names(folder: Path) -> list[str]:
    return [str(name) for name in BuildContext(folder).files()]


class TestIgnored:
    @pytest.mark.parametrize(
        ("patterns", "name", "expected"),
        [
            # the cases of Docker's reference of .dockerignore
            ("*/temp*", "somedir/temporary.txt", True),
            ("*/temp*", "somedir/temp", True),
            ("*/temp*", "temp", False),
            ("*/*/temp*", "somedir/subdir/temporary.txt", True),
            ("temp?", "tempa", True),
            ("temp?", "tempab", False),
            ("**/*.go", "main.go", True),
            ("**/*.go", "a/b/main.go", True),
            ("**/*.go", "main.gob", False),
            ("*.md\n!README.md", "README.md", False),
            ("*.md\n!README*.md\nREADME-secret.md", "README-secret.md", True),
            ("*.md\nREADME-secret.md\n!README*.md", "README-secret.md", False),
            # a folder excludes what is in it, and only there
            ("node_modules", "node_modules/a/b.js", True),
            ("node_modules", "app/node_modules/b.js", False),
            ("/dist/", "dist/x", True),
            ("docs\n!docs/keep", "docs/keep", False),
            ("# temp\n\n", "temp", False),
            ("[a-c].txt", "b.txt", True),
            ("[^a-c].txt", "b.txt", False),
            (r"a\*b", "a*b", True),
            (r"a\*b", "axb", False),
            ("a.b", "axb", False),
            ("**", "any/thing", True),
        ],
    )
    def test_as_docker_documents(self, patterns: str, name: str, expected: bool) -> None:
        assert is_ignored(PurePosixPath(name), parse(patterns)) is expected


class TestFiles:
    def test_all_but_what_is_ignored(self, folder: Path) -> None:
        (folder / ".dockerignore").write_text("**/*.md\n")
        assert names(folder) == ["Dockerfile", "src/main.ts", "start"]

    def test_the_dockerfile_even_when_it_is_ignored(self, folder: Path) -> None:
        (folder / ".dockerignore").write_text("*\n!start\n")
        assert names(folder) == ["Dockerfile", "start"]

    def test_a_file_that_is_brought_back_from_an_ignored_folder(self, folder: Path) -> None:
        (folder / ".dockerignore").write_text("src\n!src/notes.md\n")
        assert "src/notes.md" in names(folder)
        assert "src/main.ts" not in names(folder)

    @pytest.mark.parametrize("output", ["node_modules", ".next", ".medusa", "__pycache__"])
    def test_never_outputs_that_a_checkout_holds(self, folder: Path, output: str) -> None:
        before = BuildContext(folder).digest()
        for place in (folder / output, folder / "src" / output):
            place.mkdir()
            (place / "built").write_text("x")
        assert BuildContext(folder).digest() == before


class TestDigest:
    def test_changes_with_content_name_mode_and_links(self, folder: Path) -> None:
        context = BuildContext(folder)
        digests = [context.digest()]
        (folder / "src/main.ts").write_text("other")
        digests.append(context.digest())
        (folder / "src/main.ts").rename(folder / "src/renamed.ts")
        digests.append(context.digest())
        (folder / "start").chmod(0o644)
        digests.append(context.digest())
        (folder / "link").symlink_to("start")
        digests.append(context.digest())
        (folder / "link").unlink()
        (folder / "link").symlink_to("src")
        digests.append(context.digest())
        assert len(set(digests)) == len(digests)

    def test_is_the_same_for_another_checkout(self, folder: Path) -> None:
        before = BuildContext(folder).digest()
        moved = folder.rename(folder.with_name("elsewhere"))
        for path in moved.rglob("*"):
            os.utime(path, (1, 1))
            path.chmod(path.stat().st_mode | 0o020)
        (moved / "empty").mkdir()
        assert BuildContext(moved).digest() == before

    def test_does_not_change_with_what_is_ignored(self, folder: Path) -> None:
        (folder / ".dockerignore").write_text("README.md\n")
        before = BuildContext(folder).digest()
        (folder / "README.md").write_text("other")
        assert BuildContext(folder).digest() == before


class TestCopy:
    def test_has_the_same_digest(self, folder: Path, tmp_path: Path) -> None:
        (folder / ".dockerignore").write_text("README.md\n")
        (folder / "link").symlink_to("src/main.ts")
        context = BuildContext(folder)
        context.copy_to(tmp_path / "copy")
        assert BuildContext(tmp_path / "copy").digest() == context.digest()
        assert not (tmp_path / "copy/README.md").exists()

    def test_has_plain_modes_whatever_the_umask_was(self, folder: Path, tmp_path: Path) -> None:
        (folder / "start").chmod(0o775)
        (folder / "src/main.ts").chmod(0o600)
        BuildContext(folder).copy_to(tmp_path / "copy")
        assert (tmp_path / "copy/start").stat().st_mode & 0o777 == 0o755
        assert (tmp_path / "copy/src/main.ts").stat().st_mode & 0o777 == 0o644


def test_arguments_are_those_that_the_dockerfile_declares(folder: Path) -> None:
    assert BuildContext(folder).arguments() == {"BASE", "SID_BASE"}
