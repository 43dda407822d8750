"""Keep the pairs that groups are made of, all doubts, and with every event what caused it.

A desk that runs sees nothing of it. Links there are were made by an engine before this one; the worker links
the house anew, once, and from then on what a record touches is solved at once. Events there are have no
cause; no guest was split yet.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016_pairs"
down_revision = "0015_rekey"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Widen events, guests, links and imports; make the tables."""
    _make_tables()
    op.add_column("link", sa.Column("said", sa.BigInteger(), nullable=True))
    op.create_index(op.f("ix_link_said"), "link", ["said"])
    with op.batch_alter_table("guest_event") as event:
        event.alter_column("kind", existing_type=sa.String(length=12), type_=sa.String(length=20))
        event.alter_column("record_id", existing_type=sa.Integer(), nullable=True)
        event.add_column(sa.Column("cause", sa.String(length=40), nullable=False, server_default=""))
    op.add_column("import", sa.Column("rows_erased", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("guest", sa.Column("split_from", sa.String(length=32), nullable=True))


def _make_tables() -> None:
    op.create_table(
        "pair",
        sa.Column("model", sa.Integer(), nullable=False),
        sa.Column("said", sa.BigInteger(), nullable=False),
        sa.Column("other", sa.BigInteger(), nullable=False),
        sa.Column("bits", sa.REAL(), nullable=False),
        sa.PrimaryKeyConstraint("model", "said", "other", name=op.f("pk_pair")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "question",
        sa.Column("guest_a", sa.String(length=32), nullable=False),
        sa.Column("guest_b", sa.String(length=32), nullable=False),
        sa.Column("record_a", sa.Integer(), nullable=False),
        sa.Column("record_b", sa.Integer(), nullable=False),
        sa.Column("probability", sa.REAL(), nullable=False),
        sa.Column("settles", sa.REAL(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        *(
            sa.ForeignKeyConstraint(
                [side],
                ["source_record.id"],
                name=op.f(f"fk_question_{side}_source_record"),
                ondelete="CASCADE",
            )
            for side in ("record_a", "record_b")
        ),
        sa.PrimaryKeyConstraint("guest_a", "guest_b", name=op.f("pk_question")),
    )
    for column in ("guest_b", "record_a", "record_b", "settles"):
        op.create_index(op.f(f"ix_question_{column}"), "question", [column])
    op.create_table(
        "link_again",
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["record_id"],
            ["source_record.id"],
            name=op.f("fk_link_again_record_id_source_record"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_link_again")),
    )


def downgrade() -> None:
    """Take it all away; events that are about no record go. The next linking compares everything."""
    for table in ("link_again", "question", "pair"):
        op.drop_table(table)
    op.drop_index(op.f("ix_link_said"), "link")
    op.drop_column("link", "said")
    op.execute("DELETE FROM guest_event WHERE record_id IS NULL")
    op.drop_column("import", "rows_erased")
    op.drop_column("guest", "split_from")  # in place: a table that others point to is not built anew
    with op.batch_alter_table("guest_event") as event:
        event.drop_column("cause")
        event.alter_column("record_id", existing_type=sa.Integer(), nullable=False)
        event.alter_column("kind", existing_type=sa.String(length=20), type_=sa.String(length=12))
