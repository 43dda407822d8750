"""Addresses that colleagues typed into the reservation system, and whether its exports brought them since.

The worklist begins empty of marks: what was typed before the upgrade is proven by the next export, or listed.
"""

import sqlalchemy as sa
from alembic import op

from server import db

revision = "0034_typed_in"
down_revision = "0033_senders"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "typed_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("value_record_id", sa.Integer(), nullable=False),
        sa.Column("done_at", db.UtcDateTime(), nullable=False),
        sa.Column("done_by", sa.String(length=80), nullable=False),
        sa.Column("proven_at", db.UtcDateTime(), nullable=True),
        sa.Column("overwritten_at", db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["record_id"],
            ["source_record.id"],
            name=op.f("fk_typed_in_record_id_source_record"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["value_record_id"],
            ["source_record.id"],
            name=op.f("fk_typed_in_value_record_id_source_record"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_typed_in")),
        sa.UniqueConstraint(
            "record_id", "value_record_id", name=op.f("uq_typed_in_record_id_value_record_id")
        ),
    )
    op.create_index(op.f("ix_typed_in_value_record_id"), "typed_in", ["value_record_id"], unique=False)


def downgrade() -> None:
    """Forget what was typed; the list then asks for it again unless an export proves it."""
    op.drop_index(op.f("ix_typed_in_value_record_id"), table_name="typed_in")
    op.drop_table("typed_in")
