"""The journal learns where and why, and gets its seals; the database itself refuses to change what it holds.

A desk that runs sees nothing of it. Entries written before are sealed like any other, soon after the start.
"""

import sqlalchemy as sa
from alembic import op

from server import db

revision = "0010_journal"
down_revision = "0009_model_order"
branch_labels = None
depends_on = None

SAYS = "the journal is only ever added to"

SQLITE = (
    f"""CREATE TRIGGER journal_entry_stays BEFORE DELETE ON journal_entry
    BEGIN SELECT RAISE(ABORT, '{SAYS}'); END""",
    f"""CREATE TRIGGER journal_entry_unchanged BEFORE UPDATE ON journal_entry
    WHEN NOT (NEW.id IS OLD.id AND NEW.at IS OLD.at AND NEW.actor IS OLD.actor AND NEW.act IS OLD.act
        AND NEW.property_id IS OLD.property_id
        AND NEW.subject = '' AND NEW.reason IS NULL AND NEW.detail = '{{}}')
    BEGIN SELECT RAISE(ABORT, '{SAYS}'); END""",
    f"""CREATE TRIGGER journal_seal_stays BEFORE DELETE ON journal_seal
    BEGIN SELECT RAISE(ABORT, '{SAYS}'); END""",
    f"""CREATE TRIGGER journal_seal_unchanged BEFORE UPDATE ON journal_seal
    WHEN NOT (NEW.sequence IS OLD.sequence AND NEW.entry_id IS OLD.entry_id
        AND NEW.commitment IS OLD.commitment AND NEW.chain IS OLD.chain AND NEW.key_id IS OLD.key_id AND
        NEW.sealed_at IS OLD.sealed_at AND OLD.erased_by IS NULL AND NEW.erased_by IS NOT NULL AND NEW.salt
    IS NULL) BEGIN SELECT RAISE(ABORT, '{SAYS}'); END""",
)

POSTGRESQL = (
    f"""CREATE FUNCTION journal_entry_kept() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP = 'UPDATE' THEN
        IF NEW.id = OLD.id AND NEW.at = OLD.at AND NEW.actor = OLD.actor AND NEW.act = OLD.act
            AND NEW.property_id IS NOT DISTINCT FROM OLD.property_id
            AND NEW.subject = '' AND NEW.reason IS NULL AND NEW.detail::text = '{{}}' THEN
          RETURN NEW;
        END IF;
      END IF;
      RAISE EXCEPTION '{SAYS}';
    END $$""",
    f"""CREATE FUNCTION journal_seal_kept() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP = 'UPDATE' THEN
        IF NEW.sequence = OLD.sequence AND NEW.entry_id = OLD.entry_id
            AND NEW.commitment = OLD.commitment AND NEW.chain = OLD.chain AND NEW.key_id = OLD.key_id AND
            NEW.sealed_at = OLD.sealed_at AND OLD.erased_by IS NULL AND NEW.erased_by IS NOT NULL AND
          NEW.salt IS NULL THEN RETURN NEW;
        END IF;
      END IF;
      RAISE EXCEPTION '{SAYS}';
    END $$""",
    *(
        f"CREATE TRIGGER {table}_{name} BEFORE {what} ON {table} FOR EACH {each} "
        f"EXECUTE FUNCTION {table}_kept()"
        for table in ("journal_entry", "journal_seal")
        for name, what, each in (("kept", "UPDATE OR DELETE", "ROW"), ("whole", "TRUNCATE", "STATEMENT"))
    ),
)


def upgrade() -> None:
    """Add the columns and the seals, then close the tables."""
    op.add_column("journal_entry", sa.Column("property_id", sa.Integer(), nullable=True))
    op.add_column("journal_entry", sa.Column("reason", sa.String(length=200), nullable=True))
    op.create_index("ix_journal_entry_actor_at", "journal_entry", ["actor", "at"], unique=False)
    op.create_index("ix_journal_entry_at", "journal_entry", ["at"], unique=False)
    op.create_index("ix_journal_entry_subject", "journal_entry", ["subject"], unique=False)
    op.create_table(
        "journal_seal",
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("salt", sa.LargeBinary(length=16), nullable=True),
        sa.Column("commitment", sa.LargeBinary(length=32), nullable=False),
        sa.Column("chain", sa.LargeBinary(length=32), nullable=False),
        sa.Column("key_id", sa.String(length=40), nullable=False),
        sa.Column("sealed_at", db.UtcDateTime(), nullable=False),
        sa.Column("erased_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["journal_entry.id"], name=op.f("fk_journal_seal_entry_id_journal_entry")
        ),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_journal_seal")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_journal_seal_entry_id")),
    )
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    """Open the tables again; the seals, the places and the reasons are lost, the acts stay."""
    if op.get_bind().dialect.name == "sqlite":
        for table in ("journal_entry", "journal_seal"):
            op.execute(f"DROP TRIGGER {table}_stays")
            op.execute(f"DROP TRIGGER {table}_unchanged")
        op.drop_table("journal_seal")
    else:
        op.drop_table("journal_seal")
        op.execute("DROP TRIGGER journal_entry_kept ON journal_entry")
        op.execute("DROP TRIGGER journal_entry_whole ON journal_entry")
        op.execute("DROP FUNCTION journal_entry_kept()")
        op.execute("DROP FUNCTION journal_seal_kept()")
    op.drop_index("ix_journal_entry_subject", table_name="journal_entry")
    op.drop_index("ix_journal_entry_at", table_name="journal_entry")
    op.drop_index("ix_journal_entry_actor_at", table_name="journal_entry")
    op.drop_column("journal_entry", "reason")
    op.drop_column("journal_entry", "property_id")
