"""Runs the Go programs' own tests, with the compiler and the caches that build them."""

from __future__ import annotations

import os
import subprocess
import sys

from cluster import compiler
from cluster.home import Home
from cluster.toolchain import recipes


def main() -> int:
    """Test every module that has tests."""
    home = Home.from_environment()
    known = recipes().values()
    go = compiler.choose(home, least=max((r.go_version for r in known), key=compiler.parsed))
    compiler.fetch(home, go, note=print)
    for module in sorted({recipe.module for recipe in known}):
        if not any(module.rglob("*_test.go")):
            continue
        environment = {**os.environ, **compiler.environment(home, go)}
        for command in (("vet", "./..."), ("test", "./...")):
            done = subprocess.run([go.program, *command], cwd=module, env=environment, check=False)
            if done.returncode != 0:
                return done.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
