"""Where a request comes from, and whether it may: pure decisions about headers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Literal
from urllib.parse import urlsplit

from provisioner.settings import Settings

LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, kw_only=True)
class Origins:
    """Which hosts this dashboard answers to, and whose forwarding headers are believed.

    Attributes:
        hosts: host names, without a port; a page of any other name that resolves to this
            address (DNS rebinding) gets nothing.
        public_scheme: of the address that browsers know.
        trusted_proxies: addresses, or networks as ADDRESS/BITS.
    """

    hosts: frozenset[str]
    public_scheme: Literal["http", "https"]
    trusted_proxies: tuple[str, ...] = ()

    @classmethod
    def from_settings(cls, settings: Settings) -> Origins:
        """Loopback names, the public address, and the address that was bound."""
        public = urlsplit(settings.dashboard_url)
        named = {public.hostname or "", settings.bind_address}
        return cls(
            hosts=LOOPBACK
            | {_bracketed(name) for name in named if name not in {"", "0.0.0.0", "::"}},  # noqa: S104
            public_scheme="https" if public.scheme == "https" else "http",
            trusted_proxies=settings.trusted_proxies,
        )

    @property
    def is_secure(self) -> bool:
        """Whether browsers reach the dashboard by https."""
        return self.public_scheme == "https"

    def is_known_host(self, host: str) -> bool:
        """Whether a Host header names this dashboard; its port does not matter."""
        return _without_port(host.lower()) in self.hosts

    def is_same_origin(self, headers: Mapping[str, str]) -> bool:
        """Whether a browser's own page sent this, going by what browsers cannot be made to omit.

        Programs send neither header; what they may is decided by their token.
        """
        origin = headers.get("origin")
        if origin is not None:
            parts = urlsplit(origin)
            is_right_scheme = parts.scheme == "https" or not self.is_secure
            return is_right_scheme and parts.netloc.lower() == headers.get("host", "").lower()
        return headers.get("sec-fetch-site", "none") in {"same-origin", "none"}

    def client(self, peer: str, headers: Mapping[str, str]) -> str:
        """The address of whoever asks, past proxies that are trusted."""
        address = peer
        hops = [hop.strip() for hop in headers.get("x-forwarded-for", "").split(",")]
        while hops and self._is_trusted(address):
            hop = hops.pop()
            if not hop:
                break
            address = hop
        return address

    def _is_trusted(self, address: str) -> bool:
        try:
            found = ip_address(address)
            return any(found in ip_network(proxy) for proxy in self.trusted_proxies)
        except ValueError:
            return False


def _without_port(host: str) -> str:
    name, separator, port = host.rpartition(":")
    return name if separator and port.isdecimal() else host


def _bracketed(name: str) -> str:
    name = name.lower().strip("[]")
    return f"[{name}]" if ":" in name else name
