"""A link that whoever booked sends on to the traveller: it lives beside the one they have themselves.

Links there are at the upgrade were sent by the house.
"""

import sqlalchemy as sa
from alembic import op

revision = "0035_passed_on"
down_revision = "0034_typed_in"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the mark."""
    op.add_column(
        "guest_link", sa.Column("passed_on", sa.Boolean(), nullable=False, server_default=sa.false())
    )


def downgrade() -> None:
    """Forget which were passed on; they go on opening until a newer link ends them."""
    op.drop_column("guest_link", "passed_on")
