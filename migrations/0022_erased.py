"""Remember what was erased only as far as it must be: the number of a record is never given again.

A desk that runs sees nothing of it. Numbers that records had and have no more are taken from the events; of a
record that was erased before it was ever linked there is none, and nothing names it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022_erased"
down_revision = "0019_outside"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of the largest number erased."""
    op.create_table(
        "largest_erased",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_largest_erased")),
    )
    op.execute(
        "INSERT INTO largest_erased (id, record_id) "
        "SELECT 1, max(record_id) FROM guest_event HAVING max(record_id) IS NOT NULL"
    )


def downgrade() -> None:
    """Forget it: numbers are given again after the largest there is."""
    op.drop_table("largest_erased")
