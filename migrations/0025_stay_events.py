"""Events tell of stays too: each stay that there is is told once, so that readers begin with all of them.

A desk that runs must be started again: it would count stays without telling. Whoever reads events gets one
or two for each stay there is, and then what changes.
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from server import db

revision = "0025_stay_events"
down_revision = "0024_stay_words"
branch_labels = None
depends_on = None

EVENT = ("at", "kind", "guest_id", "cause", "property_id", "stay_id")


def upgrade() -> None:
    """Let events name stays, and tell of those there are."""
    op.add_column("guest_event", sa.Column("stay_id", sa.String(length=32), nullable=True))
    op.add_column("guest_event", sa.Column("other_stay_id", sa.String(length=32), nullable=True))
    event = sa.table("guest_event", *(sa.column(name) for name in EVENT))
    stay = sa.table("stay", *(sa.column(name) for name in ("id", "guest_id", "property_id", "status")))
    at = sa.literal(datetime.now(UTC), db.UtcDateTime())
    for kind, which in (
        ("stay.made", sa.true()),
        ("stay.cancelled", stay.c.status.in_(("cancelled", "no_show"))),
    ):
        told = sa.select(
            at, sa.literal(kind), stay.c.guest_id, sa.literal("upgrade"), stay.c.property_id, stay.c.id
        )
        told = told.where(stay.c.guest_id.is_not(None), which).order_by(stay.c.id)
        op.execute(sa.insert(event).from_select(EVENT, told))


def downgrade() -> None:
    """Forget what was told of stays; readers see that numbers are missing, which is nothing to them."""
    op.execute("DELETE FROM guest_event WHERE stay_id IS NOT NULL")
    op.drop_column("guest_event", "other_stay_id")
    op.drop_column("guest_event", "stay_id")
