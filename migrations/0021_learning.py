"""Keep which model another one was learnt from, and what its learning reported.

A desk that runs sees nothing of it: models there are learnt nothing from answers.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021_learning"
down_revision = "0020_feeds"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both; they are empty for the models there are."""
    op.add_column("model", sa.Column("parent", sa.String(length=40), nullable=True))
    op.add_column("model", sa.Column("report", sa.JSON(), nullable=True))


def downgrade() -> None:
    """Drop both, and the models that nobody went by; one that learnt and is gone by stays."""
    op.execute("DELETE FROM model WHERE parent IS NOT NULL AND number = 0")
    with op.batch_alter_table("model") as model:
        model.drop_column("report")
        model.drop_column("parent")
