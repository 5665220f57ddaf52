"""Quantities and browsers in words, and what a person is told of their stores."""

from __future__ import annotations

from dataclasses import replace

import pytest

from storeweaver.state.shell import news, sign_in_again
from storeweaver.state.words import browser_of, cores, seconds, size, times
from tests.unit.storeweaver.views import store


def test_quantities_are_as_coarse_as_is_useful() -> None:
    assert [size(n) for n in (512, 1536, 96 * 2**20, 2.25 * 2**30)] == [
        *("512 B", "1.5 KiB", "96 MiB", "2.2 GiB")
    ]
    assert [cores(n) for n in (0.095, 1, 2.5)] == ["0.1 cores", "1 core", "2.5 cores"]
    assert [seconds(n) for n in (7.4, 119, 7200)] == ["7 s", "2 min", "2 h"]
    assert [times(n, "store", "stores") for n in (0, 1, 2)] == ["0 stores", "1 store", "2 stores"]


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Firefox on Linux",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
            "Edge on Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 "
            "(KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
            "Safari on iPhone",
        ),
        ("<script>alert(1)</script>", "An unknown browser"),
        ("", "An unknown browser"),
    ],
)
def test_a_browser_is_named_or_not_known(user_agent: str, words: str) -> None:
    assert browser_of(user_agent) == words


def test_people_are_told_of_ends_and_of_nothing_else() -> None:
    begun, failing, going, ready = (
        store(store_id, status=status)
        for store_id, status in (
            *(("begun", "provisioning"), ("failing", "provisioning")),
            *(("going", "deleting"), ("ready", "ready")),
        )
    )
    now = [
        replace(begun, status="ready"),
        replace(failing, status="failed"),
        replace(ready, health="degraded"),
        store("new", status="provisioning"),
    ]
    told = news([begun, failing, going, ready], now)
    assert [(store_id, tone) for store_id, tone, _, _ in told] == [
        *(("begun", "good"), ("failing", "bad"), ("going", "good"))
    ]


def test_signing_in_again_leads_back_to_what_was_open() -> None:
    assert sign_in_again("/", {}) == "/login/"
    assert sign_in_again("/account/", {}) == "/login/?next=%2Faccount"
    assert sign_in_again("/", {"q": "a b"}) == "/login/?next=%2F%3Fq%3Da%2Bb"
