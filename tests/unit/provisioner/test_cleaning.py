"""Text of any origin: without control codes, without secrets, bounded."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioner import cleaning


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mError\x1b[0m: no", "Error: no"),
        ("\x1b]0;title\x07shop", "shop"),
        ("10 %\r20 %\rdone", "done"),
        ("a\0b\x08c\x9bd", "abcd"),
        ("right-to-left \u202egnp.exe", "right-to-left gnp.exe"),
        ("tab\there", "tab here"),
    ],
)
def test_control_codes_are_taken_out(text: str, shown: str) -> None:
    assert cleaning.lines(text, most=10)[-1] == shown


@pytest.mark.parametrize(
    "text",
    [
        "password=hunter22",
        'DB_PASSWORD: "hunter22"',
        '{"adminPassword": "hunter22", "a": 1}',
        "JWT_SECRET='hunter22'",
        "POSTGRES_PASSWORD_FILE=hunter22",
        "api-key = hunter22",
        "postgres://medusa:hunter22@db:5432/shop",
        "Authorization: Bearer hunter22hunter22",
        "Authorization: Basic hunter22hunter22",
        "x-auth-token: hunter22",
        "cookie: hunter22",
        "-----BEGIN RSA PRIVATE KEY-----\nhunter22\n-----END RSA PRIVATE KEY-----",
        "eyJhunter22hunter22.hunter22.hunter22",
    ],
)
def test_what_looks_like_a_secret_is_masked(text: str) -> None:
    shown = "\n".join(cleaning.lines(text, most=10))
    assert "hunter22" not in shown
    assert cleaning.MASK in shown


@pytest.mark.parametrize(
    "text", ["passed 3 of 4 tests", "no route to host", "the cart has 2 items"]
)
def test_ordinary_words_stay(text: str) -> None:
    assert cleaning.line(text) == text


def test_known_values_are_masked_wherever_they_stand() -> None:
    shown = cleaning.line("could not sign in with s3cretvalue!", secrets={"s3cretvalue", "in"})
    assert shown == f"could not sign in with {cleaning.MASK}!"


def test_a_value_that_holds_another_is_masked_whole() -> None:
    shown = cleaning.line("url abcdefghij end", secrets={"abcdef", "abcdefghij"})
    assert shown == f"url {cleaning.MASK} end"


def test_a_secret_that_is_torn_by_colours_is_masked() -> None:
    assert "s3cretvalue" not in cleaning.line("s3cret\x1b[1mvalue", secrets={"s3cretvalue"})


def test_only_the_last_lines_are_kept_and_each_is_cut() -> None:
    text = "\n".join(f"{n} " + "x" * 1000 for n in range(500)).encode() + b"\n\xff\xfe\x00\n\n"
    lines = cleaning.lines(text, most=20)
    assert len(lines) == 20
    assert all(len(line) <= cleaning.LONGEST_LINE for line in lines)


HOSTILE = (
    *("password", "a.", "://x:", "eyJ-", "bearer ", "\x1b[", "\x1b]", "-----BEGIN ", "x" * 7),
    *("password=", "eyJaaaaaaaa.", "<", 'secret="', "a@", "token" + " " * 9),
)


@pytest.mark.parametrize("piece", HOSTILE)
def test_no_text_costs_quadratic_time(piece: str) -> None:
    """A pattern that goes back over two megabytes would not end while anybody waits."""
    whole = piece * (2_000_000 // len(piece))
    assert sum(len(line) for line in cleaning.lines(whole, most=20)) <= 20 * cleaning.LONGEST_LINE


@given(st.text() | st.binary().map(lambda raw: raw.decode(errors="replace")))
def test_whatever_comes_it_fits_a_page_and_a_database(text: str) -> None:
    for line in (cleaning.line(text), *cleaning.lines(text, most=5)):
        assert len(line) <= cleaning.LONGEST_LINE
        assert line.isprintable() or any(ord(char) > 127 for char in line)
        assert "\0" not in line
