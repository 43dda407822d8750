"""Say with every event of a guest what caused it, and where a guest was split from.

A desk that runs sees nothing of it. Events there are have no cause; no guest was split yet.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016_pairs"
down_revision = "0015_rekey"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Widen events and guests."""
    with op.batch_alter_table("guest_event") as event:
        event.alter_column("kind", existing_type=sa.String(length=12), type_=sa.String(length=20))
        event.alter_column("record_id", existing_type=sa.Integer(), nullable=True)
        event.add_column(sa.Column("cause", sa.String(length=40), nullable=False, server_default=""))
    op.add_column("guest", sa.Column("split_from", sa.String(length=32), nullable=True))


def downgrade() -> None:
    """Narrow them again; events that are about no record go."""
    op.execute("DELETE FROM guest_event WHERE record_id IS NULL")
    op.drop_column("guest", "split_from")  # in place: a table that others point to is not built anew
    with op.batch_alter_table("guest_event") as event:
        event.drop_column("cause")
        event.alter_column("record_id", existing_type=sa.Integer(), nullable=False)
        event.alter_column("kind", existing_type=sa.String(length=20), type_=sa.String(length=12))
