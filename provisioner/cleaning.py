"""Makes text of any origin fit to be kept and shown: no control codes, no secrets, bounded."""

from __future__ import annotations

import re
from collections.abc import Collection

LONGEST_LINE = 300
"""Characters of a line that is kept."""

LONGEST_READ = 65536
"""Characters that are looked at; what comes before is dropped."""

MASK = "•••••"

SHORTEST_SECRET = 6
"""Characters; a shorter value would be masked in words that have nothing to do with it."""

# every repetition that can begin anywhere is bounded: a hostile text costs no quadratic time
_ESCAPES = re.compile(
    r"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?"  # operating system commands, such as titles
    r"|[\x1b\x9b][\[\]()#;?]*(?:[0-9]{1,4}(?:;[0-9]{0,4})*)?[0-9A-PR-TZcf-nqry=><~]?"
)
_CONTROLS = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]"
)
_NAMED = re.compile(
    r"(?i)((?:password|passwd|passphrase|_pass|\bpwd|secret|token|api[_-]?key|credential"
    r"|private[_-]?key|cookie)[\w.-]{0,40}[\"']?\s{0,4}[:=]\s{0,4})"
    r"(\"[^\"]*\"?|'[^']*'?|[^\s,;&\"']+)"
)
_BEARER = re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}")
_IN_ADDRESS = re.compile(r"(\b[a-z][a-z0-9+.-]{0,20}://[^\s:/@]*:)[^\s/@]+(@)")
_KEY_BLOCK = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END[^\n]*|\Z)", re.DOTALL)
_JWT = re.compile(r"\beyJ[A-Za-z0-9_-]{8,2000}\.[A-Za-z0-9_-]{1,4000}\.[A-Za-z0-9_-]*")


def lines(text: str | bytes, *, secrets: Collection[str] = (), most: int) -> tuple[str, ...]:
    """The last lines of a text that hold anything, cleaned, each cut to `LONGEST_LINE`.

    Args:
        secrets: values that must not be shown, wherever they occur.
        most: lines that are kept.
    """
    if isinstance(text, bytes):
        text = text.decode(errors="replace")
    cleaned = masked(_plain(text[-LONGEST_READ:]), secrets=secrets)
    found = [" ".join(line.split()) for line in cleaned.splitlines()]
    return tuple(cut(line) for line in [line for line in found if line][-most:])


def line(text: str, *, secrets: Collection[str] = ()) -> str:
    """A text as one line, cleaned and cut."""
    return cut(" ".join(masked(_plain(text[:LONGEST_READ]), secrets=secrets).split()))


def masked(text: str, *, secrets: Collection[str] = ()) -> str:
    """The text without the secrets, and without what looks like one."""
    # the longest first, so that one that holds another is masked whole
    for secret in sorted({each for each in secrets if len(each) >= SHORTEST_SECRET}, key=len)[::-1]:
        text = text.replace(secret, MASK)
    text = _KEY_BLOCK.sub(MASK, text)
    text = _IN_ADDRESS.sub(rf"\g<1>{MASK}\g<2>", text)
    text = _BEARER.sub(rf"\g<1> {MASK}", text)
    text = _JWT.sub(MASK, text)
    return _NAMED.sub(rf"\g<1>{MASK}", text)


def cut(text: str, longest: int = LONGEST_LINE) -> str:
    """No more than `longest` characters; an ellipsis says that there were more."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _plain(text: str) -> str:
    """Without terminal escapes and control characters; a carriage return ends a line."""
    ended = _ESCAPES.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROLS.sub("", ended)
