from __future__ import annotations

from pathlib import Path

import pytest

from cluster.cgroups import everywhere, hierarchies

FIRST = """tmpfs /sys/fs/cgroup tmpfs rw 0 0
cgroup /sys/fs/cgroup/cpu cgroup rw,cpu 0 0
cgroup /sys/fs/cgroup/memory cgroup rw,memory 0 0
"""
SECOND = "cgroup2 /sys/fs/cgroup cgroup2 rw,nsdelegate 0 0\n"
HYBRID = FIRST + "cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\n"


@pytest.mark.parametrize(
    ("mounts", "used", "is_second", "cleaned"),
    [
        (FIRST, ["cpu", "memory"], False, ["cpu", "memory"]),
        (SECOND, [""], True, [""]),
        (HYBRID, ["cpu", "memory"], False, ["cpu", "memory", "unified"]),
        ("proc /proc proc rw 0 0\n", [], True, []),
    ],
    ids=["version 1", "version 2", "both", "none"],
)
def test_what_is_used_and_what_is_cleaned(
    tmp_path: Path, mounts: str, used: list[str], cleaned: list[str], *, is_second: bool
) -> None:
    file = tmp_path / "mounts"
    file.write_text(mounts)
    root = Path("/sys/fs/cgroup")
    assert hierarchies(file) == ([root / name for name in used], is_second)
    assert everywhere(file) == [root / name for name in cleaned]
