"""The settings of a property, its pictures, and what legal entities agreed on.

A desk that runs sees nothing of it until it is started again. Existing properties have nothing set: what a
setting makes possible waits for it, all the rest goes on. Linking across legal entities is off from now on:
where there are several, all records wait and the worker links them apart, until an arrangement is recorded.
The demo's invented group has one.
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from server import db

revision = "0011_property_settings"
down_revision = "0010_journal"
branch_labels = None
depends_on = None

_ENTITY = (
    ("street", sa.String(length=200), ""),
    ("postal_code", sa.String(length=20), ""),
    ("city", sa.String(length=120), ""),
    ("country", sa.String(length=2), ""),
    ("registration", sa.String(length=80), ""),
    ("privacy_contact", sa.String(length=254), ""),
)
_PROPERTY = (
    ("street", sa.String(length=200), ""),
    ("postal_code", sa.String(length=20), ""),
    ("city", sa.String(length=120), ""),
    ("reception_phone", sa.String(length=32), ""),
    ("reply_to", sa.String(length=254), ""),
    ("sentences", sa.JSON(), "{}"),
    ("tones", sa.JSON(), "{}"),
    ("email_reasons", sa.JSON(), "[]"),
    ("quiet_from", sa.String(length=5), ""),
    ("quiet_until", sa.String(length=5), ""),
    ("senders", sa.JSON(), "{}"),
    ("retention", sa.JSON(), "{}"),
    ("stay_kinds", sa.JSON(), "[]"),
    ("changes", sa.JSON(), "{}"),
)


def upgrade() -> None:
    """Add the columns, empty for every property there is, and make the two tables."""
    for table, columns in (("legal_entity", _ENTITY), ("property", _PROPERTY)):
        for name, kind, empty in columns:
            op.add_column(table, sa.Column(name, kind, nullable=False, server_default=empty))
        if op.get_bind().dialect.name == "postgresql":  # SQLite cannot drop a default without a new table
            for name, _kind, _empty in columns:
                op.alter_column(table, name, server_default=None)
    op.create_table(
        "property_picture",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("property_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("media_type", sa.String(length=20), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["property_id"], ["property.id"], name=op.f("fk_property_picture_property_id_property")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_property_picture")),
        sa.UniqueConstraint("property_id", "kind", name=op.f("uq_property_picture_property_id_kind")),
    )
    op.create_index(op.f("ix_property_picture_digest"), "property_picture", ["digest"], unique=False)
    op.create_table(
        "arrangement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("one_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", db.UtcDateTime(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("withdrawn_at", db.UtcDateTime(), nullable=True),
        sa.Column("withdrawn_by", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(
            ["one_id"], ["legal_entity.id"], name=op.f("fk_arrangement_one_id_legal_entity")
        ),
        sa.ForeignKeyConstraint(
            ["other_id"], ["legal_entity.id"], name=op.f("fk_arrangement_other_id_legal_entity")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_arrangement")),
    )
    _part_legal_entities()


def _part_legal_entities() -> None:
    connection = op.get_bind()
    entities = connection.scalars(sa.text("SELECT id FROM legal_entity ORDER BY id")).all()
    if len(entities) < 2:
        return
    if connection.scalar(sa.text("SELECT kind FROM house_mark")) != "demo":
        connection.execute(sa.text("UPDATE source_record SET needs_linking = true"))
        return
    into = sa.table(
        "arrangement",
        *(sa.column(name) for name in ("one_id", "other_id", "recorded_by", "note")),
        sa.column("recorded_at", db.UtcDateTime()),
    )
    agreed = {"one_id": entities[0], "recorded_at": datetime.now(UTC), "recorded_by": "demo", "note": ""}
    op.bulk_insert(into, [agreed | {"other_id": entity} for entity in entities[1:]])


def downgrade() -> None:
    """Drop the settings and the pictures; names, colours and languages stay."""
    op.drop_table("arrangement")
    op.drop_index(op.f("ix_property_picture_digest"), table_name="property_picture")
    op.drop_table("property_picture")
    for table, columns in (("property", _PROPERTY), ("legal_entity", _ENTITY)):
        for name, _kind, _empty in columns:
            op.drop_column(table, name)
