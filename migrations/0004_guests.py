"""Guests, links with their evidence, decisions, unified values, events, and the daily counts.

A desk that runs sees nothing of it: new tables only.
"""

import sqlalchemy as sa
from alembic import op

from server import db

revision = "0004_guests"
down_revision = "0003_source_records"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "guest",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("merged_into", sa.String(length=32), nullable=True),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["merged_into"], ["guest.id"], name=op.f("fk_guest_merged_into_guest")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guest")),
    )
    op.create_table(
        "link",
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("guest_id", sa.String(length=32), nullable=False),
        sa.Column("author", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("nearest_record_id", sa.Integer(), nullable=True),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("probability", sa.Float(), nullable=True),
        sa.Column("model", sa.String(length=40), nullable=True),
        sa.Column("made_at", db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["guest_id"], ["guest.id"], name=op.f("fk_link_guest_id_guest")),
        sa.ForeignKeyConstraint(
            ["nearest_record_id"],
            ["source_record.id"],
            name=op.f("fk_link_nearest_record_id_source_record"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["record_id"],
            ["source_record.id"],
            name=op.f("fk_link_record_id_source_record"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_link")),
    )
    op.create_index(op.f("ix_link_guest_id"), "link", ["guest_id"], unique=False)
    op.create_table(
        "decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_a", sa.Integer(), nullable=False),
        sa.Column("record_b", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(length=10), nullable=False),
        sa.Column("author", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("at", db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["record_a"],
            ["source_record.id"],
            name=op.f("fk_decision_record_a_source_record"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["record_b"],
            ["source_record.id"],
            name=op.f("fk_decision_record_b_source_record"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        sa.UniqueConstraint("record_a", "record_b", name=op.f("uq_decision_record_a_record_b")),
    )
    op.create_table(
        "guest_value",
        sa.Column("guest_id", sa.String(length=32), nullable=False),
        sa.Column("field", sa.String(length=20), nullable=False),
        sa.Column("value", sa.String(length=400), nullable=False),
        sa.Column("value_class", sa.String(length=12), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("on", sa.Date(), nullable=True),
        sa.Column("rule", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["guest_id"], ["guest.id"], name=op.f("fk_guest_value_guest_id_guest"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["record_id"],
            ["source_record.id"],
            name=op.f("fk_guest_value_record_id_source_record"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("guest_id", "field", name=op.f("pk_guest_value")),
    )
    op.create_index("ix_guest_value_field_class", "guest_value", ["field", "value_class"], unique=False)
    op.create_index(op.f("ix_guest_value_record_id"), "guest_value", ["record_id"], unique=False)
    op.create_table(
        "guest_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", db.UtcDateTime(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("guest_id", sa.String(length=32), nullable=False),
        sa.Column("from_guest_id", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guest_event")),
    )
    op.create_index(op.f("ix_guest_event_record_id"), "guest_event", ["record_id"], unique=False)
    op.create_table(
        "model",
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("made_at", db.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_model")),
    )
    op.create_table(
        "daily_count",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("property_id", sa.Integer(), nullable=False),
        sa.Column("cut", sa.String(length=100), nullable=False),
        sa.Column("measure", sa.String(length=60), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "property_id", "cut", "measure", name=op.f("pk_daily_count")),
    )


def downgrade() -> None:
    """Drop them, with all they hold."""
    op.drop_table("daily_count")
    op.drop_table("model")
    op.drop_table("guest_event")
    op.drop_table("guest_value")
    op.drop_table("decision")
    op.drop_table("link")
    op.drop_table("guest")
