"""Names people type, and what becomes of them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioner import naming
from provisioner.errors import InvalidInput

LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Tea & Pots", "tea-pots"),
        ("Café Zürich", "cafe-zurich"),
        ("  many   spaces ", "many-spaces"),
        ("42", "42"),
        ("茶壶", ""),
        ("متجر الشاي", ""),
        ("🫖", ""),
        ("a" * 63, "a" * naming.LONGEST_SLUG),
        ("-.-x-.-", "x"),
    ],
)
def test_slug(name: str, slug: str) -> None:
    assert naming.slug(name) == slug


@pytest.mark.parametrize(
    "name", ["茶壶", "متجر الشاي", "🫖", "👩‍🚀 Space", "x", "a" * 63, "O'Neill's"]
)
def test_any_script_is_accepted_as_typed(name: str) -> None:
    assert naming.checked_name(f" {name}\n") == name


@pytest.mark.parametrize(
    "name",
    ["", "   ", "\n", "a" * 64, "a" * 100_000, "x\x00y", "a\x1bb", "...", "\u2028", "\ud800"],
)
def test_what_cannot_be_a_name_is_refused_with_a_next_step(name: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        naming.checked_name(name)
    assert refusal.value.hint
    assert refusal.value.field == "name"


@pytest.mark.parametrize("name", ["www", "Admin", " API ", "Kube", "ádmin"])
def test_names_of_the_platforms_own_hosts_are_reserved(name: str) -> None:
    with pytest.raises(InvalidInput, match="reserved"):
        naming.checked_name(name)


@given(st.text(max_size=80))
def test_every_accepted_name_gives_valid_labels(name: str) -> None:
    try:
        checked = naming.checked_name(name)
    except InvalidInput:
        return
    store_id = naming.new_id()
    namespace = naming.namespace_for(checked, store_id=store_id)
    for made in (namespace, naming.with_suffix(namespace)):
        assert LABEL.fullmatch(made)
        assert made.startswith("store-")
        assert LABEL.fullmatch(naming.host_for(made, suffix=".localhost").split(".")[0])


@given(st.text(max_size=80))
def test_checking_is_idempotent(name: str) -> None:
    try:
        checked = naming.checked_name(name)
    except InvalidInput:
        return
    assert naming.checked_name(checked) == checked


def test_ids_begin_with_a_letter_and_differ() -> None:
    ids = {naming.new_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert all(re.fullmatch(r"[a-z][a-z0-9]{11}", made) for made in ids)
