"""Tablets, the codes that enrol them, and the forms they sealed.

A desk that runs sees nothing of it until a tablet is enrolled. Finished forms learn which tablet they came
from and when the guest ended; for those there are already it is not known.
"""

import sqlalchemy as sa
from alembic import op

from server import db

revision = "0026_tablets"
down_revision = "0022_erased"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the three tables; give forms a tablet and a moment."""
    op.create_table(
        "device",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("property_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("next_token_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("enrolled_by", sa.String(length=80), nullable=False),
        sa.Column("enrolled_at", db.UtcDateTime(), nullable=False),
        sa.Column("rotated_at", db.UtcDateTime(), nullable=True),
        sa.Column("revoked_at", db.UtcDateTime(), nullable=True),
        sa.Column("seen_at", db.UtcDateTime(), nullable=True),
        sa.Column("last_number", sa.Integer(), server_default="0", nullable=False),
        sa.Column("waiting", sa.Integer(), server_default="0", nullable=False),
        sa.Column("parked", sa.Integer(), server_default="0", nullable=False),
        sa.Column("waiting_since", db.UtcDateTime(), nullable=True),
        sa.Column("skew_seconds", sa.Integer(), server_default="0", nullable=False),
        sa.Column("told", sa.JSON(), server_default="{}", nullable=False),
        sa.Column("is_cloned", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(
            ["property_id"], ["property.id"], name=op.f("fk_device_property_id_property")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_device_token_hash")),
        sa.UniqueConstraint("next_token_hash", name=op.f("uq_device_next_token_hash")),
    )
    op.create_table(
        "device_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("property_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("made_at", db.UtcDateTime(), nullable=False),
        sa.Column("expires_at", db.UtcDateTime(), nullable=False),
        sa.Column("used_at", db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["property_id"], ["property.id"], name=op.f("fk_device_code_property_id_property")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device_code")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_device_code_code_hash")),
    )
    op.create_table(
        "sealed_form",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("capture_id", sa.String(length=36), nullable=False),
        sa.Column("copy", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("device_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("form", sa.String(length=40), nullable=False),
        sa.Column("form_version", sa.Integer(), nullable=False),
        sa.Column("key_id", sa.String(length=40), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("skew_seconds", sa.Integer(), nullable=False),
        sa.Column("received_at", db.UtcDateTime(), nullable=False),
        sa.Column("opened_at", db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_sealed_form_device_id_device")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sealed_form")),
        sa.UniqueConstraint("capture_id", "copy", name=op.f("uq_sealed_form_capture_id_copy")),
        sa.UniqueConstraint("capture_id", "digest", name=op.f("uq_sealed_form_capture_id_digest")),
    )
    op.create_index("ix_sealed_form_state", "sealed_form", ["state", "id"])
    op.create_index("ix_sealed_form_device_id_number", "sealed_form", ["device_id", "number"])
    with op.batch_alter_table("problem") as problem:
        problem.add_column(sa.Column("property_id", sa.Integer(), nullable=True))
        problem.create_foreign_key("fk_problem_property_id_property", "property", ["property_id"], ["id"])
    with op.batch_alter_table("capture") as capture:
        capture.add_column(sa.Column("captured_at", db.UtcDateTime(), nullable=True))
        capture.add_column(sa.Column("device_id", sa.Integer(), nullable=True))
        capture.create_foreign_key("fk_capture_device_id_device", "device", ["device_id"], ["id"])


def downgrade() -> None:
    """Forget tablets, and forms that were never opened with them."""
    with op.batch_alter_table("problem") as problem:
        problem.drop_constraint("fk_problem_property_id_property", type_="foreignkey")
        problem.drop_column("property_id")
    with op.batch_alter_table("capture") as capture:
        capture.drop_constraint("fk_capture_device_id_device", type_="foreignkey")
        capture.drop_column("device_id")
        capture.drop_column("captured_at")
    op.drop_table("sealed_form")
    op.drop_table("device_code")
    op.drop_table("device")
