"""A house is counted by its own records: drop the counts of houses that knew what other houses know.

A desk that runs shows no figures of a single house until the day is counted again, within the hour; those of
the whole group stay. Where there is one house only, nothing that was counted came from another: all stays.
"""

from alembic import op

revision = "0014_house_counts"
down_revision = "0013_beginning"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Drop them."""
    op.execute("DELETE FROM daily_count WHERE property_id <> 0 AND (SELECT count(*) FROM property) > 1")


def downgrade() -> None:
    """Nothing: the day is counted again either way."""
