"""Which environment variables reach the platform's unprivileged processes."""

from __future__ import annotations

from collections.abc import Mapping

from cluster.processes import MARK, PART_MARK
from provisioner.settings import documented

NAMES = frozenset(
    {
        *(MARK, PART_MARK, "PATH", "LANG", "LANGUAGE", "TZ", "TERM"),
        *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"),
        *("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"),
        *("PYTHONUNBUFFERED",),
    }
)

PREFIXES = ("LC_", "REFLEX_", "__REFLEX_", "GRANIAN_", "NPM_CONFIG_", "npm_config_", "BUN_")


def passed(environment: Mapping[str, str]) -> dict[str, str]:
    """What of `environment` the app may see: its settings, and how to speak to the network.

    Everything else, such as the caller's own passwords, stays behind.
    """
    known = {*NAMES, *settings(environment)}
    return {
        name: value
        for name, value in environment.items()
        if name in known or name.startswith(PREFIXES)
    }


def settings(environment: Mapping[str, str]) -> dict[str, str]:
    """The app's settings among the variables."""
    names = {each.variable for each in documented()}
    return {name: value for name, value in environment.items() if name in names}
