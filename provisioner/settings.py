"""All settings, in one place, read from environment variables once at the start."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, cast

from provisioner.errors import SettingsError

Parse = Callable[[str], Any]


def _whole(least: int, most: int) -> Parse:
    def parse(text: str) -> int:
        number = int(text) if text.lstrip("+-").isdecimal() else None
        if number is None or not least <= number <= most:
            raise ValueError(f"a whole number from {least} to {most}")
        return number

    return parse


def _seconds(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise ValueError("a number of seconds above 0")
    return number


def _one_of(*choices: str) -> Parse:
    def parse(text: str) -> str:
        if text not in choices:
            raise ValueError("one of " + ", ".join(choices))
        return text

    return parse


def _suffix(text: str) -> str:
    labels = text.split(".")[1:]
    if not text.startswith(".") or not all(
        label and label.replace("-", "").isalnum() and label.isascii() for label in labels
    ):
        raise ValueError("a domain that begins with a dot, such as .shops.example.com")
    return text.lower()


def _address(text: str) -> str:
    host, _, port = text.rpartition(":")
    if text and (not host or not port.isdecimal()):
        raise ValueError("HOST:PORT")
    return text


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _setting(default: object, parse: Parse, meaning: str, *, is_secret: bool = False) -> Any:
    return field(
        default=default,
        metadata={"parse": parse, "meaning": meaning, "is_secret": is_secret},
    )


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What an operator can set. Each field's variable is its name in capitals."""

    environment: Literal["local", "production"] = _setting(
        "local",
        _one_of("local", "production"),
        "Which values file, host suffix, TLS and quota a store gets.",
    )
    database_url: str = _setting(
        "",
        str,
        "PostgreSQL as postgresql://USER:PASSWORD@HOST/NAME; `make up` runs one of its own "
        "where this is empty.",
        is_secret=True,
    )
    max_stores: int = _setting(50, _whole(0, 1_000_000), "Stores on the whole platform.")
    max_stores_per_user: int = _setting(
        100, _whole(0, 1_000_000), "Ceiling for any user's stores, overrides included."
    )
    new_user_stores: int = _setting(
        10, _whole(0, 1_000_000), "Stores a user may have whose quota nobody has set."
    )
    max_concurrent_provisions: int = _setting(
        3, _whole(1, 10_000), "Stores started and not yet Ready; further ones queue."
    )
    provision_timeout: float = _setting(
        300.0, _seconds, "Seconds a store has to become Ready, from its first step."
    )
    claim_seconds: float = _setting(
        15.0, _seconds, "Seconds after which a worker that went silent loses a store."
    )
    helm_concurrency: int = _setting(
        3, _whole(1, 64), "Helm processes at once; more than 4 gain nothing on two cores."
    )
    worker: Literal["inside", "none"] = _setting(
        "inside",
        _one_of("inside", "none"),
        "Whether the app reconciles stores itself; with none, `python -m provisioner` does.",
    )
    local_ingress_suffix: str = _setting(
        ".localhost", _suffix, "Follows a store's slug in its host when ENVIRONMENT is local."
    )
    prod_ingress_suffix: str = _setting(
        ".yourdomain.com", _suffix, "The same when ENVIRONMENT is production."
    )
    ingress_port: int = _setting(
        0, _whole(0, 65535), "Port in stores' addresses; 0 for the scheme's own."
    )
    ingress_address: str = _setting(
        "",
        _address,
        "HOST:PORT at which the worker reaches the ingress; empty to look a store's host up.",
    )
    ingress_class: str = _setting("", str, "Ingress class of stores; empty for the default.")
    storage_class: str = _setting("", str, "Storage class of volumes; empty for the default.")
    kubeconfig: str = _setting("", str, "Path of the kubeconfig; empty inside a cluster.")
    cluster_context: str = _setting("", str, "Context in it; empty for the current one.")
    helm: str = _setting("helm", str, "The Helm 4 program.")
    preparation_file: str = _setting(
        "",
        str,
        "JSON file in which `make up` tells how far the cluster and the images are; empty "
        "where both are simply there.",
    )
    images: str = _setting(
        "",
        str,
        "Image references as NAME=REFERENCE, separated by commas, where no preparation file "
        "names them.",
    )
    state_folder: Path = _setting(
        Path("/var/lib/storeweaver/platform/state"), Path, "A folder for Helm's caches."
    )
    bind_address: str = _setting("127.0.0.1", str, "Address on which the dashboard listens.")
    port: int = _setting(8000, _whole(0, 65535), "Its port.")
    public_url: str = _setting(
        "", str, "The dashboard's address as browsers know it; empty for http://localhost:PORT."
    )
    trusted_proxies: tuple[str, ...] = _setting(
        (), _words, "Addresses whose X-Forwarded-For and -Proto headers are believed."
    )
    registration: Literal["invitation", "open"] = _setting(
        "invitation", _one_of("invitation", "open"), "Who may make an account."
    )
    admin_email: str = _setting("", str, "Email of the first administrator.")
    admin_password: str = _setting(
        "",
        str,
        "Password of the first administrator; without both, a one-time link is printed.",
        is_secret=True,
    )
    timeline_days: int = _setting(
        365, _whole(1, 36_500), "Days that lines of timelines are kept, of deleted stores too."
    )
    session_hours: int = _setting(168, _whole(1, 24 * 365), "Hours a sign-in lasts.")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """The settings that these variables give.

        Raises:
            SettingsError: a value cannot be used; the message names it and what can.
        """
        environment = os.environ if environment is None else environment
        values: dict[str, Any] = {}
        for each in fields(cls):
            text = environment.get(variable(each.name), "").strip()
            if not text:
                continue
            try:
                values[each.name] = cast(Parse, each.metadata["parse"])(text)
            except ValueError as error:
                shown = "its value" if each.metadata["is_secret"] else repr(text)
                raise SettingsError(
                    f"{variable(each.name)} must be {error}, not {shown}.",
                    hint=f"Correct or unset {variable(each.name)} and start again.",
                ) from None
        return cls(**values)

    @property
    def ingress_suffix(self) -> str:
        """The part of every store's host that follows its slug."""
        is_production = self.environment == "production"
        return self.prod_ingress_suffix if is_production else self.local_ingress_suffix

    @property
    def scheme(self) -> Literal["http", "https"]:
        """Of stores' addresses."""
        return "https" if self.environment == "production" else "http"

    @property
    def dashboard_url(self) -> str:
        """The dashboard's address, without a slash at its end."""
        return (self.public_url or f"http://localhost:{self.port}").rstrip("/")


@dataclass(frozen=True)
class Documented:
    """A setting as the docs list it."""

    variable: str
    default: str
    meaning: str


def variable(name: str) -> str:
    """The environment variable of a field."""
    return name.upper()


def documented() -> list[Documented]:
    """Every setting, in the order of the class."""
    listed = []
    for each in fields(Settings):
        default = "" if each.default is MISSING else each.default
        text = ",".join(default) if isinstance(default, tuple) else str(default)
        listed.append(Documented(variable(each.name), text, each.metadata["meaning"]))
    return listed
