"""Sources, imports, source records with their versions and clean readings, stays, consents, problems.

A desk that runs sees nothing of it: new tables only.
"""

import sqlalchemy as sa
from alembic import op

from server import db

revision = "0003_source_records"
down_revision = "0002_jobs_and_journal"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "source",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("layout", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("property_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["property_id"], ["property.id"], name=op.f("fk_source_property_id_property")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source")),
        sa.UniqueConstraint("name", name=op.f("uq_source_name")),
    )
    op.create_table(
        "kept_mapping",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("header_digest", sa.String(length=64), nullable=False),
        sa.Column("source_name", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("key_columns", sa.JSON(), nullable=False),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_mapping")),
        sa.UniqueConstraint("header_digest", name=op.f("uq_kept_mapping_header_digest")),
    )
    op.create_table(
        "import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=True),
        sa.Column("property_id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("file_digest", sa.String(length=64), nullable=False),
        sa.Column("file_size", sa.BigInteger(), nullable=False),
        sa.Column("upload", sa.String(length=64), nullable=True),
        sa.Column("reading", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("rows_total", sa.Integer(), nullable=True),
        sa.Column("rows_read", sa.Integer(), nullable=False),
        sa.Column("rows_stored", sa.Integer(), nullable=False),
        sa.Column("rows_unchanged", sa.Integer(), nullable=False),
        sa.Column("rows_waiting", sa.Integer(), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("error", sa.JSON(), nullable=True),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.Column("started_at", db.UtcDateTime(), nullable=True),
        sa.Column("ended_at", db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["property_id"], ["property.id"], name=op.f("fk_import_property_id_property")
        ),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_import_source_id_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import")),
    )
    op.create_index(op.f("ix_import_file_digest"), "import", ["file_digest"], unique=False)
    op.create_table(
        "source_record",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("property_id", sa.Integer(), nullable=False),
        sa.Column("proof", sa.String(length=16), nullable=False),
        sa.Column("versions", sa.Integer(), nullable=False),
        sa.Column("current_version", sa.Integer(), nullable=False),
        sa.Column("current_digest", sa.LargeBinary(length=16), nullable=False),
        sa.Column("current_source_time", db.UtcDateTime(), nullable=True),
        sa.Column("received_at", db.UtcDateTime(), nullable=False),
        sa.Column("needs_linking", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["property_id"], ["property.id"], name=op.f("fk_source_record_property_id_property")
        ),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_source_record_source_id_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_record")),
        sa.UniqueConstraint("source_id", "key", name=op.f("uq_source_record_source_id_key")),
    )
    op.create_index(
        "ix_source_record_needs_linking",
        "source_record",
        ["id"],
        unique=False,
        sqlite_where=sa.text("needs_linking IS 1"),
        postgresql_where=sa.text("needs_linking IS true"),
    )
    op.create_index(op.f("ix_source_record_property_id"), "source_record", ["property_id"], unique=False)
    op.create_table(
        "record_version",
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=16), nullable=False),
        sa.Column("source_time", db.UtcDateTime(), nullable=True),
        sa.Column("received_at", db.UtcDateTime(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("line", sa.Integer(), nullable=True),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["import.id"], name=op.f("fk_record_version_import_id_import")
        ),
        sa.ForeignKeyConstraint(
            ["record_id"],
            ["source_record.id"],
            name=op.f("fk_record_version_record_id_source_record"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("record_id", "n", name=op.f("pk_record_version")),
    )
    op.create_index(op.f("ix_record_version_import_id"), "record_version", ["import_id"], unique=False)
    op.create_table(
        "clean_record",
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("first_name", sa.String(length=200), nullable=True),
        sa.Column("last_name", sa.String(length=200), nullable=True),
        sa.Column("is_person", sa.Boolean(), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=True),
        sa.Column("email_class", sa.String(length=12), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("phone_class", sa.String(length=12), nullable=False),
        sa.Column("mobile", sa.String(length=20), nullable=True),
        sa.Column("mobile_class", sa.String(length=12), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("nationality", sa.String(length=2), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=True),
        sa.Column("street", sa.String(length=300), nullable=True),
        sa.Column("postal_code", sa.String(length=20), nullable=True),
        sa.Column("city", sa.String(length=120), nullable=True),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("search", sa.String(length=600), nullable=False),
        sa.Column("keys", sa.LargeBinary(), nullable=False),
        sa.Column("rest", sa.JSON(), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["record_id"],
            ["source_record.id"],
            name=op.f("fk_clean_record_record_id_source_record"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_clean_record")),
    )
    op.create_index("ix_clean_record_email", "clean_record", ["email"], unique=False)
    op.create_index("ix_clean_record_mobile", "clean_record", ["mobile"], unique=False)
    op.create_index("ix_clean_record_phone", "clean_record", ["phone"], unique=False)
    op.create_table(
        "record_key",
        sa.Column("key", sa.BigInteger(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", "record_id", name=op.f("pk_record_key")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "problem",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("capture_id", sa.String(length=36), nullable=True),
        sa.Column("line", sa.Integer(), nullable=True),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["import.id"], name=op.f("fk_problem_import_id_import")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_problem")),
    )
    op.create_index(op.f("ix_problem_capture_id"), "problem", ["capture_id"], unique=False)
    op.create_index(op.f("ix_problem_import_id"), "problem", ["import_id"], unique=False)
    op.create_index("ix_problem_state", "problem", ["state", "id"], unique=False)
    op.create_table(
        "consent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("at", db.UtcDateTime(), nullable=True),
        sa.Column("text_version", sa.String(length=80), nullable=True),
        sa.Column("legal_entity_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["legal_entity_id"], ["legal_entity.id"], name=op.f("fk_consent_legal_entity_id_legal_entity")
        ),
        sa.ForeignKeyConstraint(
            ["record_id"],
            ["source_record.id"],
            name=op.f("fk_consent_record_id_source_record"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
        sa.UniqueConstraint("record_id", "channel", name=op.f("uq_consent_record_id_channel")),
    )
    op.create_table(
        "stay",
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("property_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("reference", sa.String(length=80), nullable=True),
        sa.Column("channel", sa.String(length=60), nullable=True),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("arrives", sa.Date(), nullable=True),
        sa.Column("departs", sa.Date(), nullable=True),
        sa.Column("room", sa.String(length=20), nullable=True),
        sa.Column("party", sa.Integer(), nullable=True),
        sa.Column("amount", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.ForeignKeyConstraint(["property_id"], ["property.id"], name=op.f("fk_stay_property_id_property")),
        sa.ForeignKeyConstraint(
            ["record_id"],
            ["source_record.id"],
            name=op.f("fk_stay_record_id_source_record"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_stay")),
    )
    op.create_index("ix_stay_departs", "stay", ["departs"], unique=False)
    op.create_index("ix_stay_property_reference", "stay", ["property_id", "reference"], unique=False)


def downgrade() -> None:
    """Drop them, with all they hold."""
    op.drop_table("stay")
    op.drop_table("consent")
    op.drop_table("problem")
    op.drop_table("record_key")
    op.drop_table("clean_record")
    op.drop_table("record_version")
    op.drop_table("source_record")
    op.drop_table("import")
    op.drop_table("kept_mapping")
    op.drop_table("source")
