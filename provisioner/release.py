"""What Helm is given for a store: the values, and a digest that tells when they changed."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import string
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from provisioner import options
from provisioner.engines import Engine, Random, Template
from provisioner.preparation import Preparation
from provisioner.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Release:
    """One Helm release.

    Attributes:
        name: of the release; it is the store's id.
        chart: its folder.
        values_files: further files of values, in the chart's folder.
        values: what is set beside them; no secret is among them.
    """

    name: str
    namespace: str
    chart: Path
    values_files: tuple[Path, ...]
    values: Mapping[str, Any]

    @property
    def digest(self) -> str:
        """Changes with the chart, its files of values, or the values."""
        content = [_chart_digest(self.chart), self.name, json.dumps(self.values, sort_keys=True)]
        content += [path.name for path in self.values_files]
        return hashlib.sha256("\n".join(content).encode()).hexdigest()[:16]


def release_for(
    engine: Engine,
    *,
    store_id: str,
    namespace: str,
    host: str,
    settings: Settings,
    preparation: Preparation,
    chosen: Mapping[str, str] | None = None,
) -> Release:
    """The release of a store under these settings, with the images that are there now.

    Args:
        chosen: the options that its owner chose, by their keys.
    """
    values: dict[str, Any] = options.values(engine.options, chosen or {}) | {
        "host": host,
        "port": 0 if settings.environment == "production" else _port(settings, preparation),
        "images": preparation.references(engine),
    }
    if settings.ingress_class:
        values["ingress"] = {"className": settings.ingress_class}
    if settings.storage_class:
        values["storageClassName"] = settings.storage_class
    kind = "prod" if settings.environment == "production" else "local"
    return Release(
        name=store_id,
        namespace=namespace,
        chart=engine.chart,
        values_files=(engine.chart / f"values-{kind}.yaml",),
        values=values,
    )


def store_url(host: str, settings: Settings, preparation: Preparation) -> str:
    """A store's address as customers type it."""
    port = settings.ingress_port or preparation.http_port
    usual = {"http": 80, "https": 443}[settings.scheme]
    return f"{settings.scheme}://{host}" + ("" if port in {0, usual} else f":{port}")


def make_secrets(
    engine: Engine, *, store_id: str, name: str, host: str, email: str
) -> dict[str, dict[str, str]]:
    """The values of a store's Secrets, by their names; the random ones are new at each call."""
    known = {"id": store_id, "name": name, "host": host, "email": email}
    made: dict[str, dict[str, str]] = {}
    for secret, recipes in engine.secrets.items():
        made[secret] = {}
        for key, recipe in recipes.items():
            made[secret][key] = known[key] = _value(recipe, known)
    return made


def _value(recipe: Random | Template, known: Mapping[str, str]) -> str:
    return _random(recipe) if isinstance(recipe, Random) else _filled(recipe, known)


def _port(settings: Settings, preparation: Preparation) -> int:
    port = settings.ingress_port or preparation.http_port
    return 0 if port == 80 else port


def _random(recipe: Random) -> str:
    alphabet = {"hex": "0123456789abcdef", "url": string.ascii_letters + string.digits + "-_"}
    letters = alphabet[recipe.alphabet]
    return recipe.prefix + "".join(secrets.choice(letters) for _ in range(recipe.length))


def _filled(recipe: Template, known: Mapping[str, str]) -> str:
    """The template with its names replaced; braces in a shop's name are left alone."""
    text = ""
    rest = recipe.text
    while rest:
        before, opening, rest = rest.partition("{")
        text += before
        if opening:
            key, _, rest = rest.partition("}")
            text += known[key]
    return text


@cache
def _chart_digest(chart: Path) -> str:
    found = hashlib.sha256()
    # what charts share is behind a link
    files = [
        Path(folder, name)
        for folder, _, names in os.walk(chart, followlinks=True)
        for name in names
    ]
    for path in sorted(files):
        found.update(str(path.relative_to(chart)).encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()
