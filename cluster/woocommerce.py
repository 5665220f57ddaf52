"""WooCommerce's release, which comes from outside: a zip file, a folder or an address."""

from __future__ import annotations

import hashlib
import re
import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path

from cluster.build_context import BuildContext
from cluster.errors import ClusterError
from cluster.image_settings import ImageSettings

PLUGIN_FILE = "woocommerce.php"
"""The plugin's main file; its header states the version."""

VERSION_FILE = "/etc/storeweaver/woocommerce"
"""In an image: the version of WooCommerce in it; no file where it lacks WooCommerce."""

_VERSION = re.compile(r"^[ \t*]*Version:[ \t]*(\S+)", re.MULTILINE)
_SUM = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Release:
    """WooCommerce as the settings name it, checked.

    Attributes:
        digest: its SHA-256 sum, in hexadecimal; empty where none is named. Of a zip file it is
            the file's own, of a folder that of the list of its files by name, content and
            whether they can be executed (`BuildContext.digest`).
        source: the zip file or the plugin's folder; None where it is downloaded
            during the build, or none is named.
        arguments: build arguments of the image.
    """

    digest: str
    source: Path | None
    arguments: dict[str, str]

    def place(self, folder: Path) -> None:
        """Put the release where the Dockerfile looks for a local one: in `folder`."""
        if self.source is None:
            return
        if self.source.is_dir():
            shutil.copytree(self.source, folder / "woocommerce")
        else:
            shutil.copyfile(self.source, folder / "woocommerce.zip")


def release(settings: ImageSettings) -> Release:
    """The release that the settings name, or an empty one.

    Raises:
        ClusterError: it is not there, is not WooCommerce or is not the one whose sum
            is given; an address comes without a sum.
    """
    named, expected = settings.woocommerce, settings.woocommerce_sha256
    if not named:
        return Release("", None, {})
    if expected and not _SUM.fullmatch(expected):
        raise ClusterError(
            f"WOOCOMMERCE_SHA256 is {expected}, which is no SHA-256 sum.",
            next_step="Set it to the 64 hexadecimal digits that `sha256sum` prints for the zip "
            "file.",
        )
    if named.startswith(("http://", "https://")):
        if not expected:
            raise ClusterError(
                "WOOCOMMERCE_RELEASE is an address, and no sum says what must be found there.",
                next_step="Set WOOCOMMERCE_SHA256 to the zip file's SHA-256 sum.",
            )
        arguments = {"WOOCOMMERCE_URL": named, "WOOCOMMERCE_SHA256": expected}
        return Release(expected, None, arguments)
    source = Path(named).expanduser().absolute()
    if source.is_dir():
        return _folder(source, expected)
    if source.is_file():
        return _archive(source, expected)
    raise ClusterError(
        f"WOOCOMMERCE_RELEASE names {source}, and there is no such file or folder.",
        next_step="Correct it, or unset it to build the shop without WooCommerce.",
    )


def _folder(source: Path, expected: str) -> Release:
    main = source / PLUGIN_FILE
    if not main.is_file() or not _VERSION.search(main.read_text(errors="replace")):
        raise _not_woocommerce(source)
    found = BuildContext(source, left_out=frozenset()).digest()
    _compare(source, found, expected)
    return Release(found, source, {})


def _archive(source: Path, expected: str) -> Release:
    with source.open("rb") as content:
        found = hashlib.file_digest(content, "sha256").hexdigest()
    _compare(source, found, expected)
    try:
        with zipfile.ZipFile(source) as archive:
            text = archive.read(f"woocommerce/{PLUGIN_FILE}").decode(errors="replace")
    except (zipfile.BadZipFile, KeyError) as error:
        raise _not_woocommerce(source) from error
    if not _VERSION.search(text):
        raise _not_woocommerce(source)
    return Release(found, source, {})


def _compare(source: Path, found: str, expected: str) -> None:
    if expected and found != expected:
        raise ClusterError(
            f"{source} has the SHA-256 sum {found}, and WOOCOMMERCE_SHA256 is {expected}.",
            next_step="Fetch it again, or correct the sum if this release is the right one.",
        )


def _not_woocommerce(source: Path) -> ClusterError:
    return ClusterError(
        f"{source} is not WooCommerce: it has no {PLUGIN_FILE} with a version in it.",
        next_step="Set WOOCOMMERCE_RELEASE to the released zip file, or to the `woocommerce` "
        "folder in it.",
    )
