"""What a house's tablets offer and tell at the end, which form a link leads to, and what was seen to.

A desk that runs goes on as before: tablets offer the pre-check-in, every link leads to it, and no wish and
no survey was seen to yet.
"""

import sqlalchemy as sa
from alembic import op

from server import db

revision = "0031_lobby"
down_revision = "0030_handover"
branch_labels = None
depends_on = None

SEEN_TO = ("wish", "survey_answer")


def upgrade() -> None:
    """Add the columns, with what held until now."""
    op.add_column(
        "property", sa.Column("flows", sa.JSON(), server_default='["pre_check_in"]', nullable=False)
    )
    op.add_column("property", sa.Column("good_to_know", sa.JSON(), server_default="{}", nullable=False))
    op.add_column(
        "guest_link",
        sa.Column("leads_to", sa.String(length=40), server_default="pre_check_in", nullable=False),
    )
    for table in SEEN_TO:
        op.add_column(table, sa.Column("settled_at", db.UtcDateTime(), nullable=True))
        op.add_column(table, sa.Column("settled_by", sa.String(length=80), nullable=True))


def downgrade() -> None:
    """Forget them. Links to other forms end: they would lead to the pre-check-in."""
    links = sa.table("guest_link", sa.column("leads_to"))
    op.execute(links.delete().where(links.c.leads_to != "pre_check_in"))
    for table in SEEN_TO:
        op.drop_column(table, "settled_by")
        op.drop_column(table, "settled_at")
    op.drop_column("guest_link", "leads_to")
    op.drop_column("property", "good_to_know")
    op.drop_column("property", "flows")
