"""What a list shows, and how that stands in its address."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storeweaver.state.listing import (
    LAYOUTS,
    PAGE_LENGTH,
    SORTS,
    STATUSES,
    Listing,
    page_of,
    pages_of,
)
from tests.unit.storeweaver.views import store


def test_stores_are_found_by_all_words_and_sorted() -> None:
    stores = [
        store("a", name="Zebra lamps", age=1),
        store("b", name="alpha lamps", age=3, status="failed"),
        replace(
            store("c", name="Beta", age=2, engine="woocommerce", engine_title="WooCommerce"),
            url="http://beta.localhost",
            namespace="store-beta",
        ),
    ]

    def found(**wanted: Any) -> str:
        return "".join(each.id for each in Listing(**wanted).found(stores))

    assert found() == "acb"
    assert found(sort="oldest") == "bca"
    assert found(sort="name") == "bca"
    assert found(sort="status") == "bca"
    assert found(search="LAMPS") == "ab"
    assert found(search="lamps alpha") == "b"
    assert found(search="woocommerce") == "c"
    assert found(status="failed") == "b"
    assert found(engine="woocommerce") == "c"
    assert found(owner="ada@example.com") == "acb"
    assert found(owner="bob@example.com") == ""


@given(
    st.builds(
        Listing,
        status=st.sampled_from(("all", *STATUSES)),
        engine=st.text(min_size=1, max_size=20),
        owner=st.text(min_size=1, max_size=20),
        search=st.text(max_size=40),
        sort=st.sampled_from(sorted(SORTS)),
        layout=st.sampled_from(LAYOUTS),
        page=st.integers(1, 99_999),
    )
)
def test_an_address_brings_back_what_was_shown(listing: Listing) -> None:
    query = dict(parse_qsl(listing.query.removeprefix("?"), keep_blank_values=True))
    assert Listing.from_query(query) == listing


@pytest.mark.parametrize(
    "query",
    [
        {"status": "odd", "sort": "sideways", "view": "heap", "page": "-1"},
        {"page": "9" * 30},
        {"page": "²"},
        {"page": "0"},
    ],
)
def test_an_address_that_makes_no_sense_shows_the_plain_list(query: dict[str, str]) -> None:
    assert Listing.from_query(query) == Listing()


def test_the_plain_list_has_the_plain_address() -> None:
    assert Listing().query == ""
    assert Listing(status="failed", page=2).query == "?status=failed&page=2"


def test_pages_hold_every_store_once() -> None:
    stores = [store(str(number)) for number in range(2 * PAGE_LENGTH + 1)]
    assert pages_of([]) == 1
    assert pages_of(stores) == 3
    shown = [each for page in (1, 2, 3) for each in page_of(stores, page)]
    assert shown == stores
