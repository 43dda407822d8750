"""Search all records by a part of a word without reading whole readings.

A desk that runs sees a faster search; making the index takes some seconds for a hundred thousand records.
"""

from alembic import op

revision = "0007_search"
down_revision = "0006_guests_left"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the index."""
    op.create_index("ix_clean_record_search", "clean_record", ["record_id", "search"], unique=False)


def downgrade() -> None:
    """Drop the index."""
    op.drop_index("ix_clean_record_search", "clean_record")
