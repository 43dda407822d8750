"""Feeds: folders and mailboxes that a house's systems deliver to, and the files that came; links that follow
their stay.

A desk that runs sees nothing of it until it is started again: there is no feed until somebody sets one up.
Guests' links stay as they are; from then on one whose stay is cancelled opens no more.
"""

import sqlalchemy as sa
from alembic import op

from server import db

revision = "0020_feeds"
down_revision = "0019_outside"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, and the links' new column."""
    op.create_table(
        "feed",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("property_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("senders", sa.JSON(), nullable=False),
        sa.Column("expected_at", sa.String(length=5), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("confirmed", sa.JSON(), nullable=False),
        sa.Column("seen", sa.JSON(), nullable=False),
        sa.Column("trouble", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("trouble_since", db.UtcDateTime(), nullable=True),
        sa.Column("made_at", db.UtcDateTime(), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["property_id"], ["property.id"], name=op.f("fk_feed_property_id_property")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed")),
    )
    op.create_table(
        "feed_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("feed_id", sa.Integer(), nullable=False),
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("at", db.UtcDateTime(), nullable=False),
        sa.Column("received_at", db.UtcDateTime(), nullable=False),
        sa.Column("sender", sa.String(length=320), nullable=True),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("uid_validity", sa.BigInteger(), nullable=True),
        sa.Column("uid", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["feed_id"], ["feed.id"], name=op.f("fk_feed_file_feed_id_feed")),
        sa.ForeignKeyConstraint(["import_id"], ["import.id"], name=op.f("fk_feed_file_import_id_import")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_file")),
        sa.UniqueConstraint("feed_id", "mark", "part", name=op.f("uq_feed_file_feed_id_mark_part")),
    )
    op.create_index("ix_feed_file_feed_id", "feed_file", ["feed_id", "received_at"])
    op.create_index(op.f("ix_feed_file_import_id"), "feed_file", ["import_id"])
    op.add_column(
        "guest_link",
        sa.Column("ended_with_stay", sa.Boolean(), nullable=False, server_default=sa.false()),
    )


def downgrade() -> None:
    """Drop them: nothing is taken any more by itself; what was imported stays."""
    op.drop_column("guest_link", "ended_with_stay")
    op.drop_table("feed_file")
    op.drop_table("feed")
