"""What an image archive (OCI layout in a tar file) says about its image."""

from __future__ import annotations

import json
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cluster.errors import ClusterError

REFERENCE_ANNOTATION = "org.opencontainers.image.ref.name"

LACKS_LABEL = "dev.storeweaver.lacks"
"""A sentence: what stores need and the image was built without, and what mends it."""

VERSIONS_LABEL = "dev.storeweaver.versions"
"""`name=version` of what the owner of a shop knows by name, separated by spaces."""


@dataclass(frozen=True)
class ArchivedImage:
    """The image in an archive.

    Attributes:
        reference: its name, such as `localhost/storeweaver/postgres:3f2a…`.
        digest: of its manifest, as container runtimes list it: `sha256:…`.
        labels: of its configuration.
    """

    reference: str
    digest: str
    labels: dict[str, str]

    @property
    def lacks(self) -> str:
        """What it was built without, and what mends that; "" for an image that is whole."""
        return self.labels.get(LACKS_LABEL, "")

    @property
    def versions(self) -> dict[str, str]:
        """Of what the owner of a shop knows by name."""
        pairs = (pair.partition("=") for pair in self.labels.get(VERSIONS_LABEL, "").split())
        return {name: version for name, _, version in pairs}


def read(archive: Path) -> ArchivedImage:
    """The one image in `archive`.

    Raises:
        ClusterError: the file is no archive of an image, or is cut short.
    """
    try:
        with tarfile.open(archive, mode="r:") as content:
            entry = _json(content, "index.json")["manifests"][0]
            manifest = _json(content, _blob(entry["digest"]))
            configuration = _json(content, _blob(manifest["config"]["digest"]))
    except (tarfile.TarError, KeyError, IndexError, ValueError) as error:
        raise ClusterError(
            f"{archive} is no complete image archive ({error}).",
            next_step="Remove the file and run `python -m cluster images`, which builds it again.",
        ) from error
    return ArchivedImage(
        reference=entry["annotations"][REFERENCE_ANNOTATION],
        digest=entry["digest"],
        labels=configuration["config"].get("Labels") or {},
    )


def _blob(digest: str) -> str:
    return "blobs/" + digest.replace(":", "/")


def _json(content: tarfile.TarFile, name: str) -> Any:
    file = content.extractfile(name)
    if file is None:
        raise KeyError(name)
    return json.load(file)
