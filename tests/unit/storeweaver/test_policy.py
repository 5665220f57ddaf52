"""What browsers are told."""

from __future__ import annotations

from storeweaver.policy import YEAR, caching, content_security_policy, inline_scripts

PAGE = """<head><script>let a = 1;</script><script defer="" src="/weaver.js"></script>
<script type="module">import "/x.js"</script></head>"""


def test_inline_scripts_are_named_by_their_hash() -> None:
    # printf 'let a = 1;' | openssl dgst -sha256 -binary | base64
    assert inline_scripts([PAGE]) == {
        "sha256-xY6QKfH9PRsQnLz56nj6MBwiK5oHg+im1Jkpdp1x/Ck=",
        "sha256-ZgW18qg6SfnFrB5iIB79LeGezO9OsNnmT4V5tR3Cb3s=",
    }


def test_nothing_else_runs_and_nobody_frames() -> None:
    policy = content_security_policy(hashes=["sha256-x"], host="localhost:8000")
    directives = dict(part.split(" ", 1) for part in policy.split("; "))
    assert directives["script-src"] == "'self' 'sha256-x'"
    assert directives["default-src"] == "'none'"
    assert directives["frame-ancestors"] == "'none'"
    assert "ws://localhost:8000" in directives["connect-src"]
    assert "unsafe-eval" not in policy


def test_only_what_is_named_by_its_content_is_kept() -> None:
    assert caching("/assets/chunk-x.js") == YEAR
    assert caching("/weaver.css") == "no-cache"
    assert caching("/") == caching("/api/stores") == "no-store"
