"""Tokens with which another system reads what changed; values that colleagues pin; households.

A desk that runs sees nothing of it until it is started again: there is no token and no pin until somebody
makes one, and the history of values begins now. The worker then chooses the values of all guests by the new
rules and finds their households, some hundred guests at a time.
"""

import sqlalchemy as sa
from alembic import op

from server import db
from server.clock import clock

revision = "0019_outside"
down_revision = "0018_stays"
branch_labels = None
depends_on = None

INDEXES = (
    ("household_key", "record_id"),
    ("household_key", "guest_id"),
    ("household_link", "guest_a"),
    ("household_link", "guest_b"),
    ("household_member", "guest_id"),
    ("household_word", "record_a"),
    ("household_word", "record_b"),
)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "api_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("property_ids", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("made_at", db.UtcDateTime(), nullable=False),
        sa.Column("last_used_at", db.UtcDateTime(), nullable=True),
        sa.Column("revoked_at", db.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_token_token_hash")),
    )
    op.create_table(
        "pin",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(length=20), nullable=False),
        sa.Column("value", sa.String(length=500), nullable=False),
        sa.Column("value_class", sa.String(length=12), nullable=False),
        sa.Column("author", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("at", db.UtcDateTime(), nullable=False),
        sa.Column("withdrawn_at", db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["record_id"],
            ["source_record.id"],
            name=op.f("fk_pin_record_id_source_record"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pin")),
    )
    op.create_index(op.f("ix_pin_record_id"), "pin", ["record_id"])
    op.create_table(
        "value_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", db.UtcDateTime(), nullable=False),
        sa.Column("guest_id", sa.String(length=32), nullable=False),
        sa.Column("field", sa.String(length=20), nullable=False),
        sa.Column("was_record_id", sa.Integer(), nullable=True),
        sa.Column("record_id", sa.Integer(), nullable=True),
        sa.Column("rule", sa.String(length=20), nullable=True),
        sa.Column("cause", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["guest_id"], ["guest.id"], name=op.f("fk_value_change_guest_id_guest"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["record_id"],
            ["source_record.id"],
            name=op.f("fk_value_change_record_id_source_record"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["was_record_id"],
            ["source_record.id"],
            name=op.f("fk_value_change_was_record_id_source_record"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_value_change")),
    )
    op.create_index(op.f("ix_value_change_guest_id"), "value_change", ["guest_id"])
    op.create_table(
        "household_key",
        sa.Column("key", sa.BigInteger(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("guest_id", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("at_work", sa.Boolean(), nullable=False),
        sa.Column("numbered", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["record_id"],
            ["source_record.id"],
            name=op.f("fk_household_key_record_id_source_record"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["guest_id"], ["guest.id"], name=op.f("fk_household_key_guest_id_guest"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", "record_id", name=op.f("pk_household_key")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "household_link",
        sa.Column("key", sa.BigInteger(), nullable=False),
        sa.Column("guest_a", sa.String(length=32), nullable=False),
        sa.Column("guest_b", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["guest_a"], ["guest.id"], name=op.f("fk_household_link_guest_a_guest"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["guest_b"], ["guest.id"], name=op.f("fk_household_link_guest_b_guest"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", "guest_a", "guest_b", name=op.f("pk_household_link")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "household_member",
        sa.Column("household_id", sa.String(length=32), nullable=False),
        sa.Column("guest_id", sa.String(length=32), nullable=False),
        sa.Column("reasons", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["guest_id"], ["guest.id"], name=op.f("fk_household_member_guest_id_guest"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("household_id", "guest_id", name=op.f("pk_household_member")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "household_word",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_a", sa.Integer(), nullable=False),
        sa.Column("record_b", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(length=10), nullable=False),
        sa.Column("author", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("at", db.UtcDateTime(), nullable=False),
        sa.Column("withdrawn_at", db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["record_a"],
            ["source_record.id"],
            name=op.f("fk_household_word_record_a_source_record"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["record_b"],
            ["source_record.id"],
            name=op.f("fk_household_word_record_b_source_record"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household_word")),
    )
    for table, column in INDEXES:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
    _make_due()


def _make_due() -> None:
    """Let the worker look at all guests once, where there are any."""
    if op.get_bind().execute(sa.text("SELECT 1 FROM link LIMIT 1")).first() is None:
        return
    job = sa.table(
        "job",
        *(sa.column(name) for name in ("kind", "state", "attempts", "max_attempts")),
        sa.column("payload", sa.JSON()),
        *(sa.column(name, db.UtcDateTime()) for name in ("due", "created_at")),
    )
    now = clock()
    row = {"kind": "renew_guests", "payload": {}, "state": "ready", "attempts": 0, "max_attempts": 5}
    op.execute(job.insert().values(**row, due=now, created_at=now))


def downgrade() -> None:
    """Drop them: no token opens any more, no pin holds, the history begins anew."""
    op.execute("DELETE FROM job WHERE kind = 'renew_guests'")
    for table in ("household_word", "household_member", "household_link", "household_key"):
        op.drop_table(table)
    op.drop_table("value_change")
    op.drop_table("pin")
    op.drop_table("api_token")
