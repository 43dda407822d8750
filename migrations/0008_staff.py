"""Colleagues, their posts at the houses, and what they sign in with.

A desk that runs sees nothing of it until it is started again: new tables only.
"""

import sqlalchemy as sa
from alembic import op

from server import db

revision = "0008_staff"
down_revision = "0007_search"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "colleague",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("pin_hash", sa.String(length=200), nullable=True),
        sa.Column("totp_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("totp_step", sa.Integer(), nullable=False),
        sa.Column("totp_since", db.UtcDateTime(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("disabled_at", db.UtcDateTime(), nullable=True),
        sa.Column("forgotten_at", db.UtcDateTime(), nullable=True),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_colleague")),
        sa.UniqueConstraint("email", name=op.f("uq_colleague_email")),
    )
    op.create_table(
        "staff_browser",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("seated_session_id", sa.Integer(), nullable=True),
        sa.Column("made_at", db.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_browser")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_staff_browser_token_hash")),
    )
    op.create_table(
        "entry_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("colleague_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=12), nullable=False),
        sa.Column("made_at", db.UtcDateTime(), nullable=False),
        sa.Column("expires_at", db.UtcDateTime(), nullable=False),
        sa.Column("used_at", db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["colleague_id"], ["colleague.id"], name=op.f("fk_entry_link_colleague_id_colleague")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_entry_link_token_hash")),
    )
    op.create_index(op.f("ix_entry_link_colleague_id"), "entry_link", ["colleague_id"], unique=False)
    op.create_table(
        "passkey",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("colleague_id", sa.Integer(), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(length=1024), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("made_at", db.UtcDateTime(), nullable=False),
        sa.Column("used_at", db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["colleague_id"], ["colleague.id"], name=op.f("fk_passkey_colleague_id_colleague")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkey_credential_id")),
    )
    op.create_index(op.f("ix_passkey_colleague_id"), "passkey", ["colleague_id"], unique=False)
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("colleague_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("used_at", db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["colleague_id"], ["colleague.id"], name=op.f("fk_recovery_code_colleague_id_colleague")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_recovery_code_code_hash")),
    )
    op.create_index(op.f("ix_recovery_code_colleague_id"), "recovery_code", ["colleague_id"], unique=False)
    op.create_table(
        "staff_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("browser_id", sa.Integer(), nullable=False),
        sa.Column("colleague_id", sa.Integer(), nullable=False),
        sa.Column("began_at", db.UtcDateTime(), nullable=False),
        sa.Column("seen_at", db.UtcDateTime(), nullable=False),
        sa.Column("password_at", db.UtcDateTime(), nullable=False),
        sa.Column("second_factor_at", db.UtcDateTime(), nullable=True),
        sa.Column("ended_at", db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["browser_id"],
            ["staff_browser.id"],
            name=op.f("fk_staff_session_browser_id_staff_browser"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["colleague_id"], ["colleague.id"], name=op.f("fk_staff_session_colleague_id_colleague")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_session")),
    )
    op.create_index(op.f("ix_staff_session_browser_id"), "staff_session", ["browser_id"], unique=False)
    op.create_index(op.f("ix_staff_session_colleague_id"), "staff_session", ["colleague_id"], unique=False)
    op.create_table(
        "post",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("colleague_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("property_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["colleague_id"], ["colleague.id"], name=op.f("fk_post_colleague_id_colleague")
        ),
        sa.ForeignKeyConstraint(["property_id"], ["property.id"], name=op.f("fk_post_property_id_property")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post")),
        sa.UniqueConstraint(
            "colleague_id", "role", "property_id", name=op.f("uq_post_colleague_id_role_property_id")
        ),
    )
    op.create_index(op.f("ix_post_colleague_id"), "post", ["colleague_id"], unique=False)


def downgrade() -> None:
    """Drop the tables; accounts are lost, the journal keeps their numbers."""
    op.drop_index(op.f("ix_post_colleague_id"), table_name="post")
    op.drop_table("post")
    op.drop_index(op.f("ix_staff_session_colleague_id"), table_name="staff_session")
    op.drop_index(op.f("ix_staff_session_browser_id"), table_name="staff_session")
    op.drop_table("staff_session")
    op.drop_index(op.f("ix_recovery_code_colleague_id"), table_name="recovery_code")
    op.drop_table("recovery_code")
    op.drop_index(op.f("ix_passkey_colleague_id"), table_name="passkey")
    op.drop_table("passkey")
    op.drop_index(op.f("ix_entry_link_colleague_id"), table_name="entry_link")
    op.drop_table("entry_link")
    op.drop_table("staff_browser")
    op.drop_table("colleague")
