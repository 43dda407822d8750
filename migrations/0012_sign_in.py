"""What signing in keeps: passkeys' challenges, kinds of browsers, links of nobody yet, the leavers' time.

A desk that runs sees nothing of it until it is started again.
"""

import sqlalchemy as sa
from alembic import op

from server import db

revision = "0012_sign_in"
down_revision = "0011_property_settings"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns and the rules' table."""
    op.add_column("colleague", sa.Column("passkey_since", db.UtcDateTime(), nullable=True))
    op.add_column(
        "staff_browser", sa.Column("described", sa.String(length=60), nullable=False, server_default="")
    )
    op.add_column("staff_session", sa.Column("challenge", sa.LargeBinary(length=64), nullable=True))
    with op.batch_alter_table("entry_link") as table:
        table.alter_column("colleague_id", existing_type=sa.Integer(), nullable=True)
    op.create_table(
        "staff_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("leavers_kept_days", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_rule")),
    )


def downgrade() -> None:
    """Drop them; the first administrator's link and the demo's are lost, the next start makes new ones."""
    op.drop_table("staff_rule")
    op.execute("DELETE FROM entry_link WHERE colleague_id IS NULL")
    with op.batch_alter_table("entry_link") as table:
        table.alter_column("colleague_id", existing_type=sa.Integer(), nullable=False)
    op.drop_column("staff_session", "challenge")
    op.drop_column("staff_browser", "described")
    op.drop_column("colleague", "passkey_since")
