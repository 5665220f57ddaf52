"""Cookies, sizes, words for problems, what a browser may send, and which events there are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from starlette.responses import Response
from starlette.types import Message

from provisioner.errors import (
    Conflict,
    Forbidden,
    InvalidInput,
    NotFound,
    NotSignedIn,
    TooManyAttempts,
    Unavailable,
)
from storeweaver.bodies import LONGEST_BODY, BodyTooLarge, is_announced_too_large, whole
from storeweaver.cookies import session_token, set_session
from storeweaver.gate import Rule, rules
from storeweaver.problems import PROBLEMS, inside, word_for
from storeweaver.state.texts import argument, field, number, text


def test_the_cookie_is_kept_from_scripts_and_bound_to_the_host() -> None:
    for is_secure, start in ((False, "storeweaver=t; HttpOnly"), (True, "__Host-storeweaver=t")):
        response = Response()
        soon = datetime.now(UTC) + timedelta(hours=1)
        set_session(response, "t", expires_at=soon, is_secure=is_secure)
        header = response.headers["set-cookie"]
        assert header.startswith(start)
        assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(header.split("; "))
        assert ("Secure" in header) is is_secure
        assert "Domain" not in header


def test_a_token_is_read_under_its_own_name_only() -> None:
    header = "a=b; storeweaver=right; xstoreweaver=wrong"
    assert session_token(header, is_secure=False) == "right"
    assert session_token(header, is_secure=True) == ""
    assert session_token("", is_secure=False) == ""


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (NotSignedIn("x"), "wrong"),
        (TooManyAttempts("x"), "many"),
        (Unavailable("x"), "away"),
        (NotFound("x"), "over"),
        (Forbidden("x"), "invitation"),
        (Conflict("x"), "taken"),
        (InvalidInput("x", field="email"), "email"),
        (InvalidInput("x", field="password"), "password"),
        (InvalidInput("x", field="something"), "failed"),
    ],
)
def test_every_error_of_the_door_has_words(error: Exception, word: str) -> None:
    assert word_for(error) == word  # type: ignore[arg-type]  # all of them are ours
    assert word in PROBLEMS


@pytest.mark.parametrize(
    ("path", "onward"),
    [
        ("/stores/abc", "/stores/abc"),
        ("", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("/auth/sign-out", "/"),
        ("/a\nb", "/"),
        ("/" + "a" * 600, "/"),
    ],
)
def test_going_on_stays_inside(path: str, onward: str) -> None:
    assert inside(path) == onward


def test_what_a_browser_sends_is_text_of_some_length_or_nothing() -> None:
    assert text("x") == "x"
    assert field({"name": "x"}, "name") == "x"
    assert field({}, "name") == ""
    for wrong in (None, 1, ["x"], "x" * 1001):
        with pytest.raises(InvalidInput):
            text(wrong)
    with pytest.raises(InvalidInput):
        field(["name"], "name")
    assert number(" 7 ", meaning="A limit") == 7
    assert number("", meaning="A limit") is None
    for wrong in ("-1", "1.5", "many", "9" * 10):
        with pytest.raises(InvalidInput):
            number(wrong, meaning="A limit")


def test_a_pages_argument_is_taken_from_its_own_place() -> None:
    assert argument("/stores/abc/", after="stores") == "abc"
    assert argument("/stores", after="stores") == ""
    assert argument("/other/abc", after="stores") == ""
    assert argument("/stores/abc/more", after="stores") == ""


@pytest.mark.anyio
async def test_a_body_is_taken_whole_or_refused() -> None:
    def channel(*parts: bytes) -> list[Message]:
        last = len(parts) - 1
        return [
            {"type": "http.request", "body": part, "more_body": index < last}
            for index, part in enumerate(parts)
        ]

    async def read(messages: list[Message]) -> bytes:
        async def receive() -> Message:
            return messages.pop(0) if messages else {"type": "http.disconnect"}

        again = await whole(receive)
        body = b""
        while (message := await again())["type"] == "http.request":
            body += message["body"]
        return body

    assert await read(channel(b"a", b"b", b"")) == b"ab"
    assert len(await read(channel(b"a" * LONGEST_BODY))) == LONGEST_BODY
    with pytest.raises(BodyTooLarge):
        await read(channel(b"a" * LONGEST_BODY, b"b"))


@pytest.mark.parametrize(
    ("length", "is_too_large"),
    [
        (None, False),
        ("0", False),
        (str(LONGEST_BODY), False),
        (str(LONGEST_BODY + 1), True),
        ("x", True),
    ],
)
def test_an_announced_size_is_believed_where_it_is_too_large(
    length: str | None, is_too_large: bool
) -> None:
    assert is_announced_too_large(length) is is_too_large


def test_events_are_ours_or_of_opening_a_page() -> None:
    known = rules()
    foreign = {name.rpartition(".")[2] for name in known if "storeweaver" not in name}
    assert foreign == {"hydrate", "hydrate_and_load", "set_is_hydrated", "on_load_internal"}
    assert not [name for name in known if name.endswith("setvar")]
    assert {rule for name, rule in known.items() if "____admin." in name} == {
        Rule.ADMINISTRATOR,
        Rule.SERVER,
    }
