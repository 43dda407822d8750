"""The engine digests otherwise: note which engine made the look-up keys, so that they are made anew.

A desk that runs sees nothing of it until it is started again. Then the worker makes the keys of all records
anew, a thousand at a time; until it has done so, a new record is compared with all others, not looked up.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015_rekey"
down_revision = "0014_house_counts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; where records are stored, their keys are of the first engine."""
    op.create_table(
        "key_engine",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("engine", sa.String(length=20), nullable=False),
        sa.Column("making", sa.String(length=20), nullable=True),
        sa.Column("after", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_key_engine")),
    )
    op.execute(
        "INSERT INTO key_engine (id, engine, making, after) "
        "SELECT 1, '1', NULL, 0 WHERE EXISTS (SELECT 1 FROM clean_record)"
    )


def downgrade() -> None:
    """Drop it. Keys made since stay; an older engine finds by them only what it digests alike."""
    op.drop_table("key_engine")
