"""What a store's containers write, as it comes."""

from __future__ import annotations

import reflex as rx

from storeweaver.components.streams import stream
from storeweaver.state.store import Store
from storeweaver.state.store_inside import Inside


def logs() -> rx.Component:
    """All pods as one stream; assets/store.js asks for it, filters and draws it."""
    return stream("logs", store=Store.row.id, pods=Inside.pod_names)
