"""Which stores somebody looks at in this moment: what is only for them is done for no other."""

from __future__ import annotations

from collections.abc import Collection

import anyio


class Attention:
    """The stores whose pages are open in this process.

    Attributes:
        grown: is set, and another one put in its place, when a store is looked at that was
            not before.
    """

    def __init__(self) -> None:
        self._ids: frozenset[str] = frozenset()
        self.grown = anyio.Event()

    @property
    def store_ids(self) -> frozenset[str]:
        return self._ids

    def turn_to(self, store_ids: Collection[str]) -> None:
        """From now on it is these, and no others."""
        ids = frozenset(store_ids)
        has_grown, self._ids = bool(ids - self._ids), ids
        if has_grown:
            self.grown.set()
            self.grown = anyio.Event()
