"""Pure: from the bytes of a container's log to lines that can be shown."""

from __future__ import annotations

import re

from provisioner.inspected import LogLine

LONGEST = 8 * 1024
"""Bytes of a line that are kept; a longer one says how long it was."""

_TIMESTAMP = re.compile(
    rb"(?P<second>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(?P<fraction>\d{1,9}))?"
    rb"(?P<zone>Z|[+-]\d\d:\d\d) ?"
)
# ECMA-48: CSI sequences, OSC and the other strings up to their end, and two-character escapes
_ESCAPES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"
    r"|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?"
    r"|\x1b[ -/]*[0-~]"
)
# what is left of C0 and C1, and characters that turn the order of text around
_CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


class Splitter:
    """Cuts a stream into lines, and keeps no more than `LONGEST` bytes of any."""

    def __init__(self) -> None:
        self._kept = bytearray()
        self._length = 0

    def feed(self, chunk: bytes) -> list[bytes]:
        """The lines that are complete now."""
        *complete, rest = chunk.split(b"\n")
        lines = []
        for piece in complete:
            self._add(piece)
            lines.append(self._take())
        self._add(rest)
        return lines

    def end(self) -> list[bytes]:
        """The last line, where the stream ended without its end."""
        return [self._take()] if self._length else []

    def _add(self, piece: bytes) -> None:
        self._length += len(piece)
        self._kept += piece[: max(0, LONGEST - len(self._kept))]

    def _take(self) -> bytes:
        line = bytes(self._kept)
        if self._length > LONGEST:
            line += f" … ({self._length:,} bytes, cut)".encode()
        self._kept.clear()
        self._length = 0
        return line


def read(raw: bytes, *, pod: str, container: str) -> LogLine:
    """A line with the time that Kubernetes wrote before it."""
    found = _TIMESTAMP.match(raw)
    if found is None:
        return LogLine(at="", pod=pod, container=container, text=_decoded(raw))
    fraction = (found["fraction"] or b"").ljust(9, b"0")
    at = b"%b.%b%b" % (found["second"], fraction, found["zone"])
    return LogLine(at=at.decode(), pod=pod, container=container, text=_decoded(raw[found.end() :]))


def readable(text: str) -> str:
    """Text without colours and other escapes; each control character left is one visible sign."""
    return _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", _ESCAPES.sub("", text.rstrip("\r")))


def _decoded(raw: bytes) -> str:
    return readable(raw.decode(errors="replace"))
