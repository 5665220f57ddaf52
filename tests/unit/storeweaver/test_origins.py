"""Whose requests are let in."""

from __future__ import annotations

import pytest

from provisioner.settings import Settings
from storeweaver.origins import Origins

EVERYWHERE = "0.0.0.0"  # noqa: S104 - nothing listens here

LOCAL = Origins.from_settings(Settings(port=8000))
PUBLIC = Origins.from_settings(
    Settings(public_url="https://shops.example.com", trusted_proxies=("10.0.0.0/8",))
)


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1:8000", "[::1]:8000", "LOCALHOST"])
def test_loopback_names_are_known_at_any_port(host: str) -> None:
    assert LOCAL.is_known_host(host)


@pytest.mark.parametrize(
    "host", ["", "evil.example", "localhost.evil.example", "shop.localhost", "127.0.0.1.nip.io"]
)
def test_other_names_are_not(host: str) -> None:
    assert not LOCAL.is_known_host(host)


def test_the_public_address_is_known_and_an_address_for_all_is_no_name() -> None:
    everywhere = Origins.from_settings(
        Settings(bind_address=EVERYWHERE, public_url="https://shops.example.com")
    )
    assert everywhere.is_known_host("shops.example.com")
    assert not everywhere.is_known_host(EVERYWHERE)
    assert PUBLIC.is_secure
    assert not LOCAL.is_secure


@pytest.mark.parametrize(
    ("headers", "is_same"),
    [
        ({"origin": "http://localhost:8000"}, True),
        ({"origin": "http://localhost:9000"}, False),
        ({"origin": "http://shop.localhost:8000"}, False),
        ({"origin": "null"}, False),
        ({"origin": ""}, False),
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "none"}, True),
        ({"sec-fetch-site": "same-site"}, False),
        ({"sec-fetch-site": "cross-site"}, False),
        ({}, True),
    ],
)
def test_only_our_own_pages_count_as_ours(headers: dict[str, str], is_same: bool) -> None:
    assert LOCAL.is_same_origin({"host": "localhost:8000", **headers}) is is_same


def test_a_page_by_http_is_another_origin_where_https_is_spoken() -> None:
    host = {"host": "shops.example.com"}
    assert PUBLIC.is_same_origin({**host, "origin": "https://shops.example.com"})
    assert not PUBLIC.is_same_origin({**host, "origin": "http://shops.example.com"})


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("10.1.2.3", "198.51.100.1", "198.51.100.1"),
        ("10.1.2.3", "spoofed, 198.51.100.1, 10.9.9.9", "198.51.100.1"),
        ("10.1.2.3", "", "10.1.2.3"),
        ("", "198.51.100.1", ""),
    ],
)
def test_forwarding_is_believed_from_trusted_proxies_only(
    peer: str, forwarded: str, client: str
) -> None:
    assert PUBLIC.client(peer, {"x-forwarded-for": forwarded}) == client
