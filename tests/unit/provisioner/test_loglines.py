"""From the bytes of a log to lines that can be shown."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from provisioner.loglines import LONGEST, Splitter, read, readable


@given(st.binary(max_size=400), st.lists(st.integers(1, 50), max_size=20))
def test_however_a_stream_is_cut_its_lines_are_the_same(whole: bytes, cuts: list[int]) -> None:
    splitter, lines, rest = Splitter(), [], whole
    for cut in cuts:
        lines += splitter.feed(rest[:cut])
        rest = rest[cut:]
    lines += splitter.feed(rest) + splitter.end()
    expected = whole.split(b"\n")
    assert lines == (expected[:-1] if expected[-1] == b"" else expected)


def test_a_line_of_a_megabyte_is_cut_and_says_so() -> None:
    splitter = Splitter()
    for _ in range(100):
        assert splitter.feed(b"x" * 10_000) == []
    (line,) = splitter.feed(b"\n")
    assert line.endswith("… (1,000,000 bytes, cut)".encode())
    assert len(line) < LONGEST + 100
    assert splitter.feed(b"short\n") == [b"short"]


def test_times_are_padded_so_that_they_sort_as_text() -> None:
    early = read(b"2026-01-31T12:00:00.1Z one", pod="p", container="c")
    late = read(b"2026-01-31T12:00:00.12Z two", pod="p", container="c")
    assert early.at == "2026-01-31T12:00:00.100000000Z"
    assert early.at < late.at
    assert (early.text, late.text) == ("one", "two")
    assert read(b"no time at all", pod="p", container="c").at == ""


def test_colours_are_taken_out_and_controls_are_one_sign() -> None:
    assert readable("\x1b[1;31mred\x1b[0m\x1b]0;title\x07 and \x1b(Bplain\r") == "red and plain"
    assert readable("a\x00b\x07c\td") == "a\ufffdb\ufffdc\td"
    assert readable("user\u202egnp.exe") == "user\ufffdgnp.exe"
    assert readable("<script>") == "<script>"


@given(st.text())
def test_nothing_that_moves_a_cursor_is_left(text: str) -> None:
    assert not set(readable(text)) & {chr(code) for code in (*range(9), *range(10, 32), 0x7F, 0x9B)}
