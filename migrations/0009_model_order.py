"""Number the engine's models in the order in which they were made.

A desk that runs sees nothing of it: models there are get their numbers by the time they were made.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009_model_order"
down_revision = "0008_staff"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the number, by time for the models there are."""
    op.add_column("model", sa.Column("number", sa.Integer(), nullable=False, server_default="0"))
    op.execute(
        "UPDATE model SET number = (SELECT count(*) FROM model AS older WHERE older.made_at < model.made_at"
        " OR (older.made_at = model.made_at AND older.version <= model.version))"
    )


def downgrade() -> None:
    """Drop the number; the time stays."""
    with op.batch_alter_table("model") as model:
        model.drop_column("number")
