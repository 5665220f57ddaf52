"""Repair, drift, and a timeline that only grows"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

SEEN_BEFORE = """(old.type, old.name, old.namespace, old.status, old.url, old.admin_url,
    old.error_message, old.error_hint, old.user_id, old.desired, old.generation, old.health,
    old.health_message, old.step, old.steps, old.attempt, old.started_at, old.ready_at)
    is distinct from
    (new.type, new.name, new.namespace, new.status, new.url, new.admin_url,
    new.error_message, new.error_hint, new.user_id, new.desired, new.generation, new.health,
    new.health_message, new.step, new.steps, new.attempt, new.started_at, new.ready_at)"""

SEEN = SEEN_BEFORE
for _version in ("old", "new"):
    SEEN = SEEN.replace(
        f"{_version}.ready_at",
        f"{_version}.ready_at, {_version}.drift, {_version}.settled_generation",
    )
"""What a person or a worker has to be told of."""

APPEND_ONLY = (
    """create function store_events_kept() returns trigger language plpgsql as $$
    begin
        if tg_op = 'DELETE' and current_setting('storeweaver.retention', true) = 'on' then
            return old;
        end if;
        raise exception 'The timeline only grows: % is refused.', lower(tg_op)
            using errcode = 'insufficient_privilege';
    end $$""",
    """create trigger store_events_kept before update or delete on store_events
    for each row execute function store_events_kept()""",
    """create trigger store_events_not_emptied before truncate on store_events
    for each statement execute function store_events_kept()""",
)


def _tell_of(seen: str) -> None:
    op.execute("drop trigger stores_touched on stores")
    op.execute("drop trigger stores_changed_told on stores")
    op.execute(
        f"""create trigger stores_touched before update on stores
        for each row when ({seen}) execute function stores_touched()"""
    )
    op.execute(
        f"""create trigger stores_changed_told after update on stores
        for each row when ({seen}) execute function stores_told()"""
    )


def upgrade() -> None:
    op.add_column(
        "stores",
        sa.Column("settled_generation", sa.BigInteger(), server_default="0", nullable=False),
    )
    op.add_column("stores", sa.Column("drift", sa.Text(), server_default="", nullable=False))
    op.execute("update stores set settled_generation = generation where ready_at is not null")
    _tell_of(SEEN)
    op.add_column("store_events", sa.Column("seconds", sa.Float(), nullable=True))
    op.create_index("store_events_by_age", "store_events", ["at"], unique=False)
    for statement in APPEND_ONLY:
        op.execute(statement)


def downgrade() -> None:
    op.execute("drop trigger store_events_kept on store_events")
    op.execute("drop trigger store_events_not_emptied on store_events")
    op.execute("drop function store_events_kept()")
    op.drop_index("store_events_by_age", table_name="store_events")
    op.drop_column("store_events", "seconds")
    _tell_of(SEEN_BEFORE)
    op.drop_column("stores", "drift")
    op.drop_column("stores", "settled_generation")
