"""The police form's own rooms: sheets in their versions, who owes one, what was handed in and what destroyed.

All that a guest says there is sealed by the vault's key. No sheet is there before the upgrade.
"""

import sqlalchemy as sa
from alembic import op

from server import db

revision = "0036_registration"
down_revision = "0035_passed_on"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "registration_code_list",
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("codes", sa.JSON(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("loaded_at", db.UtcDateTime(), nullable=False),
        sa.Column("loaded_by", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("country", "name", name=op.f("pk_registration_code_list")),
    )
    op.create_table(
        "registration_destroyed",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("property_id", sa.Integer(), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.Column("sheets", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("at", db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["property_id"], ["property.id"], name=op.f("fk_registration_destroyed_property_id_property")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration_destroyed")),
    )
    op.create_table(
        "registration_hand_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("property_id", sa.Integer(), nullable=False),
        sa.Column("output", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("made_at", db.UtcDateTime(), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("handed_in_at", db.UtcDateTime(), nullable=True),
        sa.Column("handed_in_by", sa.String(length=80), nullable=True),
        sa.Column("receipt", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(
            ["property_id"], ["property.id"], name=op.f("fk_registration_hand_in_property_id_property")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration_hand_in")),
    )
    op.create_index(
        op.f("ix_registration_hand_in_property_id"), "registration_hand_in", ["property_id"], unique=False
    )
    op.create_table(
        "registration_house",
        sa.Column("property_id", sa.Integer(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("ids", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["property_id"], ["property.id"], name=op.f("fk_registration_house_property_id_property")
        ),
        sa.PrimaryKeyConstraint("property_id", name=op.f("pk_registration_house")),
    )
    op.create_table(
        "registration_numbers",
        sa.Column("property_id", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["property_id"], ["property.id"], name=op.f("fk_registration_numbers_property_id_property")
        ),
        sa.PrimaryKeyConstraint("property_id", name=op.f("pk_registration_numbers")),
    )
    op.create_table(
        "vaulted_answers",
        sa.Column("capture_id", sa.String(length=36), nullable=False),
        sa.Column("copy", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("property_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.String(length=40), nullable=False),
        sa.Column("received_at", db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["property_id"], ["property.id"], name=op.f("fk_vaulted_answers_property_id_property")
        ),
        sa.PrimaryKeyConstraint("capture_id", "copy", name=op.f("pk_vaulted_answers")),
    )
    op.create_index(op.f("ix_vaulted_answers_key_id"), "vaulted_answers", ["key_id"], unique=False)
    op.create_table(
        "registration_owed",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("property_id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("said_at", db.UtcDateTime(), nullable=False),
        sa.Column("said_by", sa.String(length=80), nullable=False),
        sa.Column("key_given_at", db.UtcDateTime(), nullable=True),
        sa.Column("key_given_by", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(
            ["property_id"], ["property.id"], name=op.f("fk_registration_owed_property_id_property")
        ),
        sa.ForeignKeyConstraint(
            ["record_id"],
            ["source_record.id"],
            name=op.f("fk_registration_owed_record_id_source_record"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration_owed")),
        sa.UniqueConstraint("record_id", name=op.f("uq_registration_owed_record_id")),
    )
    op.create_table(
        "registration_sheet",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("property_id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=True),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("arrives", sa.Date(), nullable=False),
        sa.Column("departs", sa.Date(), nullable=True),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("received_at", db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["property_id"], ["property.id"], name=op.f("fk_registration_sheet_property_id_property")
        ),
        sa.ForeignKeyConstraint(
            ["record_id"],
            ["source_record.id"],
            name=op.f("fk_registration_sheet_record_id_source_record"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration_sheet")),
        sa.UniqueConstraint("property_id", "number", name=op.f("uq_registration_sheet_property_id_number")),
    )
    op.create_index(
        "ix_registration_sheet_property_id_arrives",
        "registration_sheet",
        ["property_id", "arrives"],
        unique=False,
    )
    op.create_index(
        op.f("ix_registration_sheet_record_id"), "registration_sheet", ["record_id"], unique=False
    )
    op.create_table(
        "registration_hand_in_row",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hand_in_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("answer", sa.Integer(), nullable=False),
        sa.Column("sheet_id", sa.String(length=36), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("person", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(
            ["hand_in_id"],
            ["registration_hand_in.id"],
            name=op.f("fk_registration_hand_in_row_hand_in_id_registration_hand_in"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["sheet_id"],
            ["registration_sheet.id"],
            name=op.f("fk_registration_hand_in_row_sheet_id_registration_sheet"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration_hand_in_row")),
        sa.UniqueConstraint(
            "hand_in_id", "number", name=op.f("uq_registration_hand_in_row_hand_in_id_number")
        ),
    )
    op.create_index(
        op.f("ix_registration_hand_in_row_sheet_id"), "registration_hand_in_row", ["sheet_id"], unique=False
    )
    op.create_table(
        "registration_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sheet_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("form", sa.String(length=60), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("key_id", sa.String(length=40), nullable=False),
        sa.Column("made_at", db.UtcDateTime(), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["sheet_id"],
            ["registration_sheet.id"],
            name=op.f("fk_registration_version_sheet_id_registration_sheet"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration_version")),
        sa.UniqueConstraint("sheet_id", "number", name=op.f("uq_registration_version_sheet_id_number")),
    )
    op.create_index(op.f("ix_registration_version_key_id"), "registration_version", ["key_id"], unique=False)


def downgrade() -> None:
    """Drop them, with every sheet: whoever goes back prints them first."""
    op.drop_index(op.f("ix_registration_version_key_id"), table_name="registration_version")
    op.drop_table("registration_version")
    op.drop_index(op.f("ix_registration_hand_in_row_sheet_id"), table_name="registration_hand_in_row")
    op.drop_table("registration_hand_in_row")
    op.drop_index(op.f("ix_registration_sheet_record_id"), table_name="registration_sheet")
    op.drop_index("ix_registration_sheet_property_id_arrives", table_name="registration_sheet")
    op.drop_table("registration_sheet")
    op.drop_table("registration_owed")
    op.drop_index(op.f("ix_vaulted_answers_key_id"), table_name="vaulted_answers")
    op.drop_table("vaulted_answers")
    op.drop_table("registration_numbers")
    op.drop_table("registration_house")
    op.drop_index(op.f("ix_registration_hand_in_property_id"), table_name="registration_hand_in")
    op.drop_table("registration_hand_in")
    op.drop_table("registration_destroyed")
    op.drop_table("registration_code_list")
