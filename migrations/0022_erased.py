"""What stays of erased records: their numbers are never given again, a guest's form outlives its link.

A desk that runs sees nothing of it. Numbers that records had and have no more are taken from the events; of a
record that was erased before it was ever linked there is none, and nothing names it. Of which house
they were the events say from now on. On SQLite the finished forms are
written anew once. Decisions from before there were deeds are listed by what was decided, not as put off.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022_erased"
down_revision = "0021_learning"
branch_labels = None
depends_on = None


LINK = "fk_capture_guest_link_id_guest_link"


def upgrade() -> None:
    """Make the table of the largest number erased, give events a house, let a form lose its link."""
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
    _tell_verdicts()
    op.add_column("guest_event", sa.Column("property_id", sa.Integer(), nullable=True))
    _let_forms(lose_their_link="SET NULL")
    op.create_index(op.f("ix_capture_guest_link_id"), "capture", ["guest_link_id"], unique=False)


def _tell_verdicts() -> None:
    """Decisions from before there were deeds became deeds that do not say what was decided."""
    for verdict in ("same", "not_same", "undecided"):
        op.execute(
            f"UPDATE deed SET params = '{{\"verdict\":\"{verdict}\"}}' WHERE CAST(params AS TEXT) = '{{}}' "
            f"AND id IN (SELECT deed_id FROM decision WHERE verdict = '{verdict}')"
        )


def _let_forms(*, lose_their_link: str | None) -> None:
    with op.batch_alter_table("capture") as capture:
        capture.drop_constraint(LINK, type_="foreignkey")
        capture.create_foreign_key(LINK, "guest_link", ["guest_link_id"], ["id"], ondelete=lose_their_link)


def downgrade() -> None:
    """Forget it: numbers are given again after the largest there is."""
    op.drop_column("guest_event", "property_id")
    op.drop_index(op.f("ix_capture_guest_link_id"), table_name="capture")
    _let_forms(lose_their_link=None)
    op.drop_table("largest_erased")
