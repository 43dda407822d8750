"""Find where a guest's records went without reading every event there ever was.

A desk that runs sees nothing of it: one more index.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006_guests_left"
down_revision = "0005_captures"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the index."""
    op.create_index(
        "ix_guest_event_from_guest_id",
        "guest_event",
        ["from_guest_id"],
        unique=False,
        sqlite_where=sa.text("from_guest_id IS NOT NULL"),
        postgresql_where=sa.text("from_guest_id IS NOT NULL"),
    )


def downgrade() -> None:
    """Drop the index."""
    op.drop_index("ix_guest_event_from_guest_id", "guest_event")
