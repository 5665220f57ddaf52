"""Which stores a list shows, in which order: plain values, and their form in an address."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from provisioner.views import StoreView

PAGE_LENGTH = 50
"""Stores of one page: a list travels whole at each change."""

STATUSES = ("ready", "provisioning", "failed", "deleting")
LAYOUTS = ("rows", "cards")
LONGEST_WORDS = 200

SORTS: dict[str, tuple[Callable[[StoreView], tuple[object, ...]], bool]] = {
    "newest": (lambda store: (store.created_at, store.id), True),
    "oldest": (lambda store: (store.created_at, store.id), False),
    "name": (lambda store: (store.name.casefold(), store.id), False),
    "status": (
        lambda store: (
            ("failed", "provisioning", "deleting", "ready").index(store.status),
            store.name.casefold(),
        ),
        False,
    ),
}


@dataclass(frozen=True, kw_only=True)
class Listing:
    """What a list shows. Whatever is not in an address is as it is here."""

    status: str = "all"
    engine: str = "all"
    owner: str = "all"
    search: str = ""
    sort: str = "newest"
    layout: str = "rows"
    page: int = 1

    @classmethod
    def from_query(cls, given: Mapping[str, str]) -> Listing:
        """What an address asks for; what makes no sense in it counts as left out."""
        status, sort = given.get("status", ""), given.get("sort", "")
        layout, page = given.get("view", ""), given.get("page", "")
        return cls(
            status=status if status in STATUSES else "all",
            engine=given.get("engine", "")[:100] or "all",
            owner=given.get("owner", "")[:320] or "all",
            search=given.get("q", "")[:LONGEST_WORDS],
            sort=sort if sort in SORTS else "newest",
            layout=layout if layout in LAYOUTS else "rows",
            page=max(1, int(page)) if page.isdecimal() and len(page) < 6 else 1,
        )

    @property
    def query(self) -> str:
        """As it stands in an address, with its question mark; "" where nothing was chosen."""
        plain = Listing()
        given = {
            "q": (self.search, plain.search),
            "status": (self.status, plain.status),
            "engine": (self.engine, plain.engine),
            "owner": (self.owner, plain.owner),
            "sort": (self.sort, plain.sort),
            "view": (self.layout, plain.layout),
            "page": (str(self.page), str(plain.page)),
        }
        chosen = {key: value for key, (value, usual) in given.items() if value != usual}
        return f"?{urlencode(chosen)}" if chosen else ""

    def found(self, stores: Sequence[StoreView]) -> list[StoreView]:
        """The stores that it shows, on all of its pages, in its order."""
        # read once: behind a state's tracking of changes each reading costs more than a comparison
        status, engine, owner = self.status, self.engine, self.owner
        words = self.search.casefold().split()
        key, is_reversed = SORTS[self.sort]
        return sorted(
            (
                store
                for store in stores
                if status in {"all", store.status}
                and engine in {"all", store.engine}
                and owner in {"all", store.owner}
                and all(word in _searched(store) for word in words)
            ),
            key=key,
            reverse=is_reversed,
        )


def pages_of(found: Sequence[StoreView]) -> int:
    """How many pages these fill."""
    return max(1, -(-len(found) // PAGE_LENGTH))


def page_of(found: Sequence[StoreView], page: int) -> Sequence[StoreView]:
    """The stores of one page, from 1."""
    first = (page - 1) * PAGE_LENGTH
    return found[first : first + PAGE_LENGTH]


def _searched(store: StoreView) -> str:
    return " ".join(
        (store.name, store.url, store.engine_title, store.owner, store.namespace, store.id)
    ).casefold()
