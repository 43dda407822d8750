"""By what a house texts to each country; and how far the planning of questions read what changed.

After the upgrade the plan is made from all stays of the weeks around today. Nothing is sent: each house has
to approve its plan.
"""

import sqlalchemy as sa
from alembic import op

from server import db

revision = "0033_senders"
down_revision = "0032_prompts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "sender",
        sa.Column("property_id", sa.Integer(), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("value", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["property_id"], ["property.id"], name=op.f("fk_sender_property_id_property")
        ),
        sa.PrimaryKeyConstraint("property_id", "country", name=op.f("pk_sender")),
    )
    op.create_table(
        "planning_cursor",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("looked_at", db.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_planning_cursor")),
    )


def downgrade() -> None:
    """Forget both: the plan stays, and the next upgrade looks at everybody again."""
    op.drop_table("planning_cursor")
    op.drop_table("sender")
