"""How many stores there may be: a user's, and the platform's."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from provisioner.errors import QuotaReached
from provisioner.models import Store, User
from provisioner.settings import Settings
from provisioner.views import Actor, QuotaView


async def quota_of(session: AsyncSession, actor: Actor, settings: Settings) -> QuotaView:
    """How much room the actor and the platform have."""
    own = select(func.count()).where(col(Store.user_id) == actor.user_id).scalar_subquery()
    everybodys = select(func.count()).select_from(Store).scalar_subquery()
    override = select(col(User.max_stores)).where(col(User.id) == actor.user_id).scalar_subquery()
    used, platform_used, limit = (await session.execute(select(own, everybodys, override))).one()
    return QuotaView(
        used=used,
        limit=min(
            settings.new_user_stores if limit is None else limit, settings.max_stores_per_user
        ),
        platform_used=platform_used,
        platform_limit=settings.max_stores,
    )


def check(quota: QuotaView) -> None:
    """Refuse one more store; the caller counted under the lock "count stores".

    Raises:
        QuotaReached: the user or the platform has no room.
    """
    if quota.used >= quota.limit:
        raise QuotaReached(
            f"You have {quota.used} of {quota.limit} stores.",
            hint="Delete one, or ask an administrator for a higher limit.",
        )
    if quota.platform_used >= quota.platform_limit:
        raise QuotaReached(
            f"The platform has {quota.platform_used} of {quota.platform_limit} stores.",
            hint="An administrator can raise MAX_STORES.",
        )
