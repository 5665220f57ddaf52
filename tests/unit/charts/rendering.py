"""A chart as Helm renders it, without a cluster."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

Object = dict[str, Any]

STORE = "s0123456789a"
"""A store's id, and so the release's name."""


@dataclass(frozen=True)
class Release:
    """The objects of a release."""

    objects: tuple[Object, ...]

    @property
    def names(self) -> set[str]:
        """Each object as KIND/NAME."""
        return {f"{found['kind']}/{found['metadata']['name']}" for found in self.objects}

    def all(self, *kinds: str) -> list[Object]:
        return [found for found in self.objects if found["kind"] in kinds]

    def one(self, kind: str, name: str) -> Object:
        """The object of that kind and name; `name` without the store's id, where it has that."""
        names = {name, f"{STORE}-{name}"}
        (found,) = [made for made in self.all(kind) if made["metadata"]["name"] in names]
        return found

    @property
    def workloads(self) -> dict[str, Object]:
        """What makes pods, by component."""
        return {
            made["spec"]["template"]["metadata"]["labels"]["app.kubernetes.io/component"]: made
            for made in self.all("Deployment", "StatefulSet", "Job")
        }

    @property
    def pods(self) -> dict[str, Object]:
        """Pod templates by component."""
        return {name: made["spec"]["template"] for name, made in self.workloads.items()}

    @property
    def containers(self) -> dict[str, Object]:
        """The one container of each pod, by component."""
        found = {}
        for component, pod in self.pods.items():
            (found[component],) = pod["spec"]["containers"]
        return found


@dataclass
class Chart:
    """A chart and the Helm that renders it.

    Attributes:
        program: Helm.
        path: the chart's folder.
        home: a folder for Helm's own files.
        required: values without which the chart refuses to render.
    """

    program: Path
    path: Path
    home: Path
    required: Mapping[str, str]
    _rendered: dict[tuple[str, ...], Release] = field(default_factory=dict)

    def render(self, *files: str, **values: object) -> Release:
        """Render with files of the chart's folder and values; a dot is written as `__`."""
        arguments = ("template", STORE, *self._arguments(files, values))
        if arguments not in self._rendered:
            done = self.run(*arguments)
            assert done.returncode == 0, done.stderr
            documents = yaml.safe_load_all(done.stdout)
            self._rendered[arguments] = Release(tuple(made for made in documents if made))
        return self._rendered[arguments]

    def refusal(self, *files: str, **values: object) -> str:
        """What Helm says to values that the chart does not accept."""
        done = self.run("template", STORE, *self._arguments(files, values))
        assert done.returncode != 0, "the chart accepts them"
        return done.stderr

    def lint(self, *files: str) -> str:
        done = self.run("lint", "--strict", *self._arguments(files, {}))
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def notes(self, *files: str, **values: object) -> str:
        """What Helm tells a person after an installation."""
        done = self.run("install", "--dry-run=client", STORE, *self._arguments(files, values))
        assert done.returncode == 0, done.stderr
        return done.stdout.partition("NOTES:")[2]

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.program, *arguments],
            env={"HOME": str(self.home), "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            check=False,
        )

    def _arguments(self, files: tuple[str, ...], values: Mapping[str, object]) -> tuple[str, ...]:
        named = {name.replace("__", "."): value for name, value in values.items()}
        words = [str(self.path)]
        for file in files:
            words += ["--values", str(self.path / file)]
        for name, value in {**self.required, **named}.items():
            words += ["--set-json", f"{name}={json.dumps(value)}"]
        return tuple(words)
