"""Colleagues' words on stays: two that the rules hold apart are one, or one that they hold is two.

A desk that runs sees nothing of it: no word was said yet, and every stay is counted as it was.
"""

import sqlalchemy as sa
from alembic import op

from server import db

revision = "0024_stay_words"
down_revision = "0022_erased"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "stay_word",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_a", sa.Integer(), nullable=False),
        sa.Column("arrives_a", sa.Date(), nullable=True),
        sa.Column("departs_a", sa.Date(), nullable=True),
        sa.Column("record_b", sa.Integer(), nullable=False),
        sa.Column("arrives_b", sa.Date(), nullable=True),
        sa.Column("departs_b", sa.Date(), nullable=True),
        sa.Column("verdict", sa.String(length=10), nullable=False),
        sa.Column("author", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("at", db.UtcDateTime(), nullable=False),
        sa.Column("deed_id", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", db.UtcDateTime(), nullable=True),
        sa.Column("withdrawn_by", sa.String(length=80), nullable=True),
        *(
            sa.ForeignKeyConstraint(
                [side],
                ["source_record.id"],
                name=op.f(f"fk_stay_word_{side}_source_record"),
                ondelete="CASCADE",
            )
            for side in ("record_a", "record_b")
        ),
        sa.ForeignKeyConstraint(["deed_id"], ["deed.id"], name=op.f("fk_stay_word_deed_id_deed")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stay_word")),
    )
    for name in ("record_a", "record_b", "deed_id"):
        op.create_index(op.f(f"ix_stay_word_{name}"), "stay_word", [name], unique=False)


def downgrade() -> None:
    """Forget the words and what was done by them; the stays they were about are counted by the rules again.

    Their records wait for the linker, which counts them: a desk of the older version shows them once it has.
    """
    op.execute(
        "UPDATE source_record SET needs_linking = true WHERE id IN "
        "(SELECT record_a FROM stay_word WHERE withdrawn_at IS NULL "
        "UNION SELECT record_b FROM stay_word WHERE withdrawn_at IS NULL)"
    )
    op.drop_table("stay_word")
    op.execute("DELETE FROM deed WHERE kind IN ('join_stays', 'part_stays')")
