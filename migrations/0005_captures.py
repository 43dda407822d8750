"""Finished forms as they came, the links that open them at home, and wrong tries at those.

A desk that runs sees nothing of it: new tables only.
"""

import sqlalchemy as sa
from alembic import op

from server import db

revision = "0005_captures"
down_revision = "0004_guests"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "guest_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("property_id", sa.Integer(), nullable=False),
        sa.Column("last_name_key", sa.String(length=200), nullable=False),
        sa.Column("arrives", sa.Date(), nullable=True),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.Column("expires_at", db.UtcDateTime(), nullable=False),
        sa.Column("used_at", db.UtcDateTime(), nullable=True),
        sa.Column("revoked_at", db.UtcDateTime(), nullable=True),
        sa.Column("wrong_answers", sa.Integer(), nullable=False),
        sa.Column("locked_until", db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["property_id"], ["property.id"], name=op.f("fk_guest_link_property_id_property")
        ),
        sa.ForeignKeyConstraint(
            ["record_id"],
            ["source_record.id"],
            name=op.f("fk_guest_link_record_id_source_record"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guest_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_guest_link_token_hash")),
    )
    op.create_index(op.f("ix_guest_link_record_id"), "guest_link", ["record_id"], unique=False)
    op.create_table(
        "capture",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("form", sa.String(length=40), nullable=False),
        sa.Column("form_version", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("surface", sa.String(length=10), nullable=False),
        sa.Column("proof", sa.String(length=16), nullable=False),
        sa.Column("property_id", sa.Integer(), nullable=False),
        sa.Column("guest_link_id", sa.Integer(), nullable=True),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=True),
        sa.Column("received_at", db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["guest_link_id"], ["guest_link.id"], name=op.f("fk_capture_guest_link_id_guest_link")
        ),
        sa.ForeignKeyConstraint(
            ["property_id"], ["property.id"], name=op.f("fk_capture_property_id_property")
        ),
        sa.ForeignKeyConstraint(
            ["record_id"],
            ["source_record.id"],
            name=op.f("fk_capture_record_id_source_record"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_capture")),
    )
    op.create_table(
        "wrong_try",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("who", sa.String(length=64), nullable=False),
        sa.Column("at", db.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wrong_try")),
    )
    op.create_index(op.f("ix_wrong_try_at"), "wrong_try", ["at"], unique=False)
    op.create_index(op.f("ix_wrong_try_who"), "wrong_try", ["who"], unique=False)


def downgrade() -> None:
    """Drop them, with all they hold."""
    op.drop_table("wrong_try")
    op.drop_table("capture")
    op.drop_table("guest_link")
