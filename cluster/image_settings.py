"""What the environment says about the images."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class ImageSettings:
    """Settings of the images, each from the variable named beside it.

    Attributes:
        base: `IMAGE_BASE`, a base image to use instead of Debian stable's.
        sid_base: `IMAGE_SID_BASE`, the same for images that need Debian's unstable.
        mirror: `DEBIAN_MIRROR`, for a base that is made from Debian's packages.
        woocommerce: `WOOCOMMERCE_RELEASE`, a zip file, a folder or an http(s) address.
        woocommerce_sha256: `WOOCOMMERCE_SHA256`, the zip file's sum in hexadecimal.
        registry: `IMAGE_REGISTRY`, where an existing cluster pulls from, such as
            `registry.example.org/team`.
    """

    base: str = ""
    sid_base: str = ""
    mirror: str = ""
    woocommerce: str = ""
    woocommerce_sha256: str = ""
    registry: str = ""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> ImageSettings:
        """The settings of this process."""
        found = os.environ if environment is None else environment
        return cls(
            base=found.get("IMAGE_BASE", ""),
            sid_base=found.get("IMAGE_SID_BASE", ""),
            mirror=found.get("DEBIAN_MIRROR", ""),
            woocommerce=found.get("WOOCOMMERCE_RELEASE", ""),
            woocommerce_sha256=found.get("WOOCOMMERCE_SHA256", "").lower(),
            registry=found.get("IMAGE_REGISTRY", "").rstrip("/"),
        )
