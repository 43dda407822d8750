"""The first hour of a house: its steps, what is not its own, rehearsed links, and what sending waits for.

A desk that runs sees nothing of it until it is started again: new tables, and two columns that are empty.
Nothing is sent before both are filled.
"""

import sqlalchemy as sa
from alembic import op

from server import db

revision = "0013_beginning"
down_revision = "0012_sign_in"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and add the columns."""
    op.add_column("property", sa.Column("test_arrived_at", db.UtcDateTime(), nullable=True))
    op.add_column("property", sa.Column("plan_seen_at", db.UtcDateTime(), nullable=True))
    op.create_table(
        "first_hour_step",
        sa.Column("property_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("at", db.UtcDateTime(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["property_id"], ["property.id"], name=op.f("fk_first_hour_step_property_id_property")
        ),
        sa.PrimaryKeyConstraint("property_id", "step", name=op.f("pk_first_hour_step")),
    )
    op.create_table(
        "not_own",
        sa.Column("property_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("value", sa.String(length=320), nullable=False),
        sa.Column("at", db.UtcDateTime(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["property_id"], ["property.id"], name=op.f("fk_not_own_property_id_property")
        ),
        sa.PrimaryKeyConstraint("property_id", "kind", "value", name=op.f("pk_not_own")),
    )
    op.create_table(
        "rehearsal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("property_id", sa.Integer(), nullable=False),
        sa.Column("last_name_key", sa.String(length=200), nullable=False),
        sa.Column("arrives", sa.Date(), nullable=True),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.Column("expires_at", db.UtcDateTime(), nullable=False),
        sa.Column("used_at", db.UtcDateTime(), nullable=True),
        sa.Column("revoked_at", db.UtcDateTime(), nullable=True),
        sa.Column("wrong_answers", sa.Integer(), nullable=False),
        sa.Column("locked_until", db.UtcDateTime(), nullable=True),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("form", sa.String(length=40), nullable=True),
        sa.Column("form_version", sa.Integer(), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=True),
        sa.Column("answers", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["property_id"], ["property.id"], name=op.f("fk_rehearsal_property_id_property")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rehearsal")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_rehearsal_token_hash")),
    )


def downgrade() -> None:
    """Drop them: the first hour begins anew, own addresses already taken stay with the property."""
    op.drop_table("rehearsal")
    op.drop_table("not_own")
    op.drop_table("first_hour_step")
    op.drop_column("property", "plan_seen_at")
    op.drop_column("property", "test_arrived_at")
