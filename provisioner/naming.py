"""Names: from what a person types to what Kubernetes and DNS accept."""

from __future__ import annotations

import secrets
import string
import unicodedata

from provisioner.errors import InvalidInput

LONGEST_NAME = 63
"""Characters in a store's name."""

LONGEST_SLUG = 40
"""Leaves room in a DNS label (63 characters, RFC 1035) for prefix and suffix."""

NAMESPACE_PREFIX = "store-"

SECRETS_COPY = "storeweaver-copy"
"""The Secret that holds a second time what is in a store's other ones."""

RESERVED = frozenset(
    [
        *("admin", "administrator", "api", "app", "auth", "console", "dashboard", "default"),
        *("docs", "ftp", "help", "imap", "ingress", "kube", "kubernetes", "localhost", "login"),
        *("mail", "ns", "ns1", "ns2", "pop", "root", "smtp", "static", "status", "store"),
        *("stores", "storeweaver", "support", "system", "test", "webmail", "www"),
    ]
)
"""Slugs that would pass for the platform's own hosts."""

_ID_LENGTH = 12
_SUFFIX_LENGTH = 5


def new_id() -> str:
    """12 characters that begin with a letter: a DNS label and the start of others."""
    alphabet = string.ascii_lowercase + string.digits
    return secrets.choice(string.ascii_lowercase) + "".join(
        secrets.choice(alphabet) for _ in range(_ID_LENGTH - 1)
    )


def checked_name(text: str) -> str:
    """A store's name as it is kept: normalised (NFC), trimmed, without control characters.

    Raises:
        InvalidInput: it is empty, too long, or has characters that do not show.
    """
    name = " ".join(unicodedata.normalize("NFC", text[: LONGEST_NAME * 8]).split())
    if not name:
        raise InvalidInput("A store needs a name.", hint="Type 1 to 63 characters.", field="name")
    if len(name) > LONGEST_NAME:
        raise InvalidInput(
            f"The name is longer than {LONGEST_NAME} characters.",
            hint="Shorten it; customers see the whole name in the shop.",
            field="name",
        )
    if any(unicodedata.category(character) in _HIDDEN for character in name):
        raise InvalidInput(
            "The name has characters that do not show.",
            hint="Type the name again rather than pasting it.",
            field="name",
        )
    if not any(unicodedata.category(character)[0] in "LNS" for character in name):
        raise InvalidInput(
            "The name has neither a letter nor a digit nor a symbol.",
            hint="Add something that customers can read.",
            field="name",
        )
    if slug(name) in RESERVED:
        raise InvalidInput(
            f"The name {name} is reserved, since its address would look like the platform's own.",
            hint="Choose another name, or add a word to it.",
            field="name",
        )
    return name


_HIDDEN = {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Unicode categories of control, surrogate, private and unassigned characters, and line ends.

Format characters (Cf) stay: emoji and right-to-left scripts are written with them.
"""


def slug(name: str) -> str:
    """The part of a name that a DNS label can hold; empty where it has none.

    Letters with marks lose them (é becomes e); other scripts leave nothing, and the
    caller falls back to the store's id.
    """
    folded = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    kept = "".join(c if c in string.ascii_lowercase + string.digits else "-" for c in folded)
    words = [word for word in kept.split("-") if word]
    return "-".join(words)[:LONGEST_SLUG].rstrip("-")


def namespace_for(name: str, *, store_id: str) -> str:
    """The namespace that a store of this name gets where nobody else has it."""
    return NAMESPACE_PREFIX + (slug(name) or store_id)


def with_suffix(namespace: str) -> str:
    """The same namespace with a random end, for when the plain one is taken."""
    alphabet = string.ascii_lowercase + string.digits
    end = "".join(secrets.choice(alphabet) for _ in range(_SUFFIX_LENGTH))
    return f"{namespace}-{end}"


def host_for(namespace: str, *, suffix: str) -> str:
    """The host by which customers reach the store in this namespace."""
    return namespace.removeprefix(NAMESPACE_PREFIX) + suffix
