"""Views as services give them, for tests that look at one part of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from provisioner.steps import PLANNED
from provisioner.views import Actor, StoreView

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)

ADA = Actor(user_id="ada", email="ada@example.com", role="user", session_id="of ada")


def store(store_id: str = "abc", *, age: float = 0.0, **fields: Any) -> StoreView:
    """A ready store of Ada's, made `age` minutes before noon, but for some fields."""
    plain = StoreView(
        id=store_id,
        name="Nordic Lamps",
        engine="medusa",
        engine_title="Medusa",
        status="ready",
        health="ok",
        health_message="",
        namespace="store-nordic-lamps",
        url="http://nordic-lamps.localhost:8080",
        admin_url="http://nordic-lamps.localhost:8080/app",
        error_message="",
        error_hint="",
        waiting_for="",
        user_id="ada",
        owner="ada@example.com",
        steps=PLANNED,
        attempt=0,
        can_retry=False,
        can_repair=False,
        drift="",
        versions={"Medusa": "2.17"},
        created_at=NOON - timedelta(minutes=age),
        updated_at=NOON,
        ready_at=NOON,
    )
    return replace(plain, **fields)
