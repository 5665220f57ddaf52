"""From a row to what its owner sees."""

from __future__ import annotations

from typing import cast

from provisioner import steps
from provisioner.engines import Engine
from provisioner.models import Store
from provisioner.preparation import Preparation
from provisioner.views import Health, Status, StoreView


def store_view(
    store: Store,
    *,
    owner: str,
    engine: Engine | None,
    place: int | None,
    preparation: Preparation,
) -> StoreView:
    """The view of a row.

    Args:
        engine: None where this version does not know the store's.
        place: in the queue, from 1, where it waits in it.
    """
    return StoreView(
        id=store.id,
        name=store.name,
        engine=store.type,
        engine_title=engine.title if engine else store.type,
        status=cast(Status, store.status),
        health=cast(Health, store.health),
        health_message=store.health_message,
        namespace=store.namespace,
        url=store.url,
        admin_url=store.admin_url,
        error_message=store.error_message,
        error_hint=store.error_hint,
        error_code=store.error_code,
        waiting_for=_waiting_for(store, engine, place, preparation),
        user_id=store.user_id,
        owner=owner,
        steps=steps.from_json(store.steps) or steps.PLANNED,
        attempt=store.attempt,
        can_retry=store.status == "failed",
        can_repair=store.status == "ready"
        and (store.health == "degraded" or bool(store.drift))
        and store.settled_generation == store.generation,
        drift=store.drift,
        created_at=store.created_at,
        updated_at=store.updated_at,
        ready_at=store.ready_at,
        versions=preparation.versions(engine) if engine else {},
        options=store.options,
    )


def _waiting_for(
    store: Store, engine: Engine | None, place: int | None, preparation: Preparation
) -> str:
    if store.status not in {"provisioning", "deleting"}:
        return ""
    if store.status == "deleting":
        return preparation.cluster_reason
    lacking = preparation.lacks(engine) if engine else ""
    if lacking or place is None:
        return lacking
    if place == 1:
        return "It is next: it starts as soon as another store is ready."
    return f"It waits for its turn, at place {place}."
