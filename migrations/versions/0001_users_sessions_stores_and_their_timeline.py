"""Users, sessions, stores and their timeline"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

VISIBLE = """(old.type, old.name, old.namespace, old.status, old.url, old.admin_url,
    old.error_message, old.error_hint, old.user_id, old.desired, old.generation, old.health,
    old.health_message, old.step, old.steps, old.attempt, old.started_at, old.ready_at)
    is distinct from
    (new.type, new.name, new.namespace, new.status, new.url, new.admin_url,
    new.error_message, new.error_hint, new.user_id, new.desired, new.generation, new.health,
    new.health_message, new.step, new.steps, new.attempt, new.started_at, new.ready_at)"""
"""What a person or a worker has to be told of; claims and their times are not part of it."""

TRIGGERS = (
    """create function stores_touched() returns trigger language plpgsql as $$
    begin
        new.updated_at := clock_timestamp();
        return new;
    end $$""",
    f"""create trigger stores_touched before update on stores
    for each row when ({VISIBLE}) execute function stores_touched()""",
    """create function stores_told() returns trigger language plpgsql as $$
    begin
        perform pg_notify('storeweaver_stores', coalesce(new.id, old.id));
        return null;
    end $$""",
    """create trigger stores_told after insert or delete on stores
    for each row execute function stores_told()""",
    f"""create trigger stores_changed_told after update on stores
    for each row when ({VISIBLE}) execute function stores_told()""",
    """create function sessions_told() returns trigger language plpgsql as $$
    begin
        perform pg_notify('storeweaver_sessions', old.id);
        return null;
    end $$""",
    """create trigger sessions_told after delete on sessions
    for each row execute function sessions_told()""",
    """create function users_told() returns trigger language plpgsql as $$
    begin
        perform pg_notify('storeweaver_users', coalesce(new.id, old.id));
        return null;
    end $$""",
    """create trigger users_told after insert or update or delete on users
    for each row execute function users_told()""",
)
"""NOTIFY goes out in the transaction that changes a row, whoever changes it."""


def upgrade() -> None:
    op.create_table(
        "rate_limits",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("arrival", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "store_events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("store_events_by_store", "store_events", ["store_id", "id"], unique=False)
    op.create_table(
        "users",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), server_default="user", nullable=False),
        sa.Column("max_stores", sa.Integer(), nullable=True),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("role in ('user', 'administrator')", name="users_role"),
        sa.CheckConstraint("email = lower(email)", name="users_email_lower"),
        sa.CheckConstraint("max_stores >= 0", name="users_max_stores"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("email"),
    )
    op.create_table(
        "api_tokens",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("hash"),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "key"),
    )
    op.create_table(
        "links",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "purpose in ('administrator', 'invitation', 'password')", name="links_purpose"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "sessions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), server_default="", nullable=False),
        sa.Column("user_agent", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "stores",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("namespace", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default="provisioning", nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("admin_url", sa.Text(), nullable=False),
        sa.Column("error_message", sa.Text(), server_default="", nullable=False),
        sa.Column("error_hint", sa.Text(), server_default="", nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("desired", sa.Text(), server_default="present", nullable=False),
        sa.Column("generation", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("observed_generation", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("health", sa.Text(), server_default="unknown", nullable=False),
        sa.Column("health_message", sa.Text(), server_default="", nullable=False),
        sa.Column("step", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "steps",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        sa.Column("attempt", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "not_before", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=True
        ),
        sa.Column(
            "queued_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("time_left", sa.Float(), nullable=True),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_by", sa.Text(), nullable=True),
        sa.Column("claim_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fence", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint(
            "(desired = 'absent') = (status = 'deleting')", name="stores_absent_is_deleting"
        ),
        sa.CheckConstraint("desired in ('present', 'absent')", name="stores_desired"),
        sa.CheckConstraint("health in ('unknown', 'ok', 'degraded')", name="stores_health"),
        sa.CheckConstraint("id ~ '^[a-z][a-z0-9]{11}$'", name="stores_id"),
        sa.CheckConstraint(
            "namespace ~ '^store-[a-z0-9]([a-z0-9-]{0,55}[a-z0-9])?$'", name="stores_namespace"
        ),
        sa.CheckConstraint(
            "status <> 'failed' or ready_at is null", name="stores_ready_never_fails"
        ),
        sa.CheckConstraint(
            "status in ('provisioning', 'ready', 'failed', 'deleting')", name="stores_status"
        ),
        sa.CheckConstraint("char_length(name) between 1 and 63", name="stores_name"),
        sa.CheckConstraint("observed_generation <= generation", name="stores_generations"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("namespace"),
    )
    op.create_index("stores_by_owner", "stores", ["user_id", "created_at"], unique=False)
    op.create_index(
        "stores_due",
        "stores",
        ["not_before"],
        unique=False,
        postgresql_where=sa.text("not_before is not null"),
    )
    op.create_index(
        "stores_queue",
        "stores",
        ["queued_at"],
        unique=False,
        postgresql_where=sa.text("status = 'provisioning'"),
    )
    for statement in TRIGGERS:
        op.execute(statement)


def downgrade() -> None:
    op.drop_index(
        "stores_queue", table_name="stores", postgresql_where=sa.text("status = 'provisioning'")
    )
    op.drop_index(
        "stores_due", table_name="stores", postgresql_where=sa.text("not_before is not null")
    )
    op.drop_index("stores_by_owner", table_name="stores")
    op.drop_table("stores")
    op.drop_table("sessions")
    op.drop_table("links")
    op.drop_table("idempotency_keys")
    op.drop_table("api_tokens")
    op.drop_table("users")
    op.drop_index("store_events_by_store", table_name="store_events")
    op.drop_table("store_events")
    op.drop_table("rate_limits")
    for function in ("stores_touched", "stores_told", "sessions_told", "users_told"):
        op.execute(f"drop function {function}()")
