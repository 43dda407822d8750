"""Keep what people did about guests as deeds, each of which can be undone; an import can be undone too.

A desk that runs sees nothing of it. Every decision there is becomes a deed of its author, so that it can be
undone like one made since. Which rows an import found unchanged is known from now on only: an import that
was followed by others before this cannot be undone exactly, and is refused.
"""

import sqlalchemy as sa
from alembic import op

from server import db

revision = "0017_deeds"
down_revision = "0016_pairs"
branch_labels = None
depends_on = None

LIVE = "withdrawn_at IS NULL"


def upgrade() -> None:
    """Make the deeds, and let decisions say to which one they belong and whether they still hold."""
    op.create_table(
        "deed",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("at", db.UtcDateTime(), nullable=False),
        sa.Column("author", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("property_id", sa.Integer(), nullable=True),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("undone_at", db.UtcDateTime(), nullable=True),
        sa.Column("undone_by", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(["property_id"], ["property.id"], name=op.f("fk_deed_property_id_property")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deed")),
    )
    op.create_index(op.f("ix_deed_at"), "deed", ["at"], unique=False)
    op.execute(
        "INSERT INTO deed (id, kind, at, author, reason, params) "
        "SELECT id, 'decide', at, author, reason, '{}' FROM decision"
    )
    if op.get_bind().dialect.name == "postgresql":  # SQLite goes on from the largest by itself
        op.execute("SELECT setval('deed_id_seq', (SELECT max(id) FROM deed)) FROM deed LIMIT 1")
    with op.batch_alter_table("decision") as decision:
        decision.drop_constraint("uq_decision_record_a_record_b", type_="unique")
        decision.add_column(sa.Column("deed_id", sa.Integer(), nullable=True))
        decision.add_column(sa.Column("withdrawn_at", db.UtcDateTime(), nullable=True))
        decision.add_column(sa.Column("withdrawn_by", sa.String(length=80), nullable=True))
        decision.create_foreign_key(op.f("fk_decision_deed_id_deed"), "deed", ["deed_id"], ["id"])
    op.execute("UPDATE decision SET deed_id = id")
    op.create_index(
        "uq_decision_live",
        "decision",
        ["record_a", "record_b", "deed_id"],
        unique=True,
        sqlite_where=sa.text(LIVE),
        postgresql_where=sa.text(LIVE),
    )
    op.create_index(op.f("ix_decision_record_b"), "decision", ["record_b"], unique=False)
    op.create_index(op.f("ix_decision_deed_id"), "decision", ["deed_id"], unique=False)

    _let_imports_be_undone()


def _let_imports_be_undone() -> None:
    op.create_table(
        "import_seen",
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["import.id"], name=op.f("fk_import_seen_import_id_import")),
        sa.PrimaryKeyConstraint("import_id", "start", name=op.f("pk_import_seen")),
    )
    op.add_column("import", sa.Column("undone_at", db.UtcDateTime(), nullable=True))
    op.add_column("import", sa.Column("undone_by", sa.String(length=80), nullable=True))
    op.add_column("problem", sa.Column("state_before", sa.String(length=10), nullable=True))
    op.add_column("record_version", sa.Column("property_id", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Keep the newest word on each pair; what was withdrawn, and the deeds, are lost.

    Of words that people gave on one pair at several times the newest stays, a plain one before "undecided".
    An undone import is shown as discarded.
    """
    op.execute("UPDATE import SET state = 'dropped' WHERE state = 'undone'")
    op.drop_column("record_version", "property_id")
    op.drop_column("problem", "state_before")
    op.drop_column("import", "undone_by")
    op.drop_column("import", "undone_at")
    op.drop_table("import_seen")
    op.execute(f"DELETE FROM decision WHERE NOT ({LIVE})")
    op.execute(
        "DELETE FROM decision WHERE EXISTS (SELECT 1 FROM decision AS other "
        "WHERE other.record_a = decision.record_a AND other.record_b = decision.record_b "
        "AND (CASE WHEN other.verdict = 'undecided' THEN 0 ELSE 1 END, other.id) "
        "> (CASE WHEN decision.verdict = 'undecided' THEN 0 ELSE 1 END, decision.id))"
    )
    op.drop_index(op.f("ix_decision_deed_id"), table_name="decision")
    op.drop_index(op.f("ix_decision_record_b"), table_name="decision")
    op.drop_index("uq_decision_live", table_name="decision")
    with op.batch_alter_table("decision") as decision:
        decision.drop_constraint("fk_decision_deed_id_deed", type_="foreignkey")
        decision.drop_column("withdrawn_by")
        decision.drop_column("withdrawn_at")
        decision.drop_column("deed_id")
        decision.create_unique_constraint("uq_decision_record_a_record_b", ["record_a", "record_b"])
    op.drop_index(op.f("ix_deed_at"), table_name="deed")
    op.drop_table("deed")
