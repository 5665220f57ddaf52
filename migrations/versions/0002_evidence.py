"""What a failure was told by, kept with its line of the timeline; its cause as a code"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "store_events",
        sa.Column(
            "evidence",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
    )
    op.add_column("stores", sa.Column("error_code", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("stores", "error_code")
    op.drop_column("store_events", "evidence")
