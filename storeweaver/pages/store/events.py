"""What Kubernetes reports of a store's objects, as it comes."""

from __future__ import annotations

import reflex as rx

from storeweaver.components.streams import stream
from storeweaver.state.store import Store
from storeweaver.state.store_inside import Inside


def events() -> rx.Component:
    """The newest first; assets/store.js asks for them, filters and draws them."""
    return stream("events", store=Store.row.id, pods=Inside.pod_names)
