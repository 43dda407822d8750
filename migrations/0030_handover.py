"""Stays handed over to a tablet; and which release gave a sealed form up, so that another tries it again.

Forms that were given up before are tried once more by the release that brings this.
"""

import sqlalchemy as sa
from alembic import op

from server import db

revision = "0030_handover"
down_revision = "0029_wishes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, and mark the forms that stand as problems."""
    op.create_table(
        "handover",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("property_id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("device_id", sa.Integer(), nullable=True),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("made_at", db.UtcDateTime(), nullable=False),
        sa.Column("expires_at", db.UtcDateTime(), nullable=False),
        sa.Column("taken_at", db.UtcDateTime(), nullable=True),
        sa.Column("capture_id", sa.String(length=36), nullable=True),
        sa.Column("attached_at", db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["property_id"], ["property.id"], name=op.f("fk_handover_property_id_property")
        ),
        sa.ForeignKeyConstraint(
            ["record_id"],
            ["source_record.id"],
            name=op.f("fk_handover_record_id_source_record"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_handover_device_id_device")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_handover_code_hash")),
        sa.UniqueConstraint("capture_id", name=op.f("uq_handover_capture_id")),
    )
    op.create_index(op.f("ix_handover_record_id"), "handover", ["record_id"])
    op.create_index("ix_handover_device_id_expires_at", "handover", ["device_id", "expires_at"])
    op.add_column("sealed_form", sa.Column("given_up_by", sa.String(length=16), nullable=True))
    op.execute("UPDATE sealed_form SET given_up_by = 'before' WHERE state = 'problem'")


def downgrade() -> None:
    """Forget both. A form kept for a decision stands as a problem, as its line at the desk says."""
    op.execute("UPDATE sealed_form SET state = 'problem' WHERE state = 'held'")
    op.drop_column("sealed_form", "given_up_by")
    op.drop_table("handover")
