"""Questions to guests: how a house asks, each question, its messages, what came back, and who is not asked.

Nothing is asked after the upgrade either: a house has to approve its plan first.
"""

import sqlalchemy as sa
from alembic import op

from server import db

revision = "0032_prompts"
down_revision = "0031_lobby"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "opt_out",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contact_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("legal_entity_id", sa.Integer(), nullable=False),
        sa.Column("at", db.UtcDateTime(), nullable=False),
        sa.Column("how", sa.String(length=20), nullable=False),
        sa.Column("ended_at", db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["legal_entity_id"], ["legal_entity.id"], name=op.f("fk_opt_out_legal_entity_id_legal_entity")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opt_out")),
        sa.UniqueConstraint(
            "contact_key",
            "channel",
            "legal_entity_id",
            name=op.f("uq_opt_out_contact_key_channel_legal_entity_id"),
        ),
    )
    op.create_table(
        "asking",
        sa.Column("property_id", sa.Integer(), nullable=False),
        sa.Column("approved_at", db.UtcDateTime(), nullable=True),
        sa.Column("approved_by", sa.String(length=80), nullable=True),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("countries", sa.JSON(), nullable=False),
        sa.Column("caps", sa.JSON(), nullable=False),
        sa.Column("held_back", sa.Integer(), nullable=False),
        sa.Column("asks_through_alias", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(
            ["property_id"], ["property.id"], name=op.f("fk_asking_property_id_property")
        ),
        sa.PrimaryKeyConstraint("property_id", name=op.f("pk_asking")),
    )
    op.create_table(
        "address_proof",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("contact_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("wrong_codes", sa.Integer(), nullable=False),
        sa.Column("made_at", db.UtcDateTime(), nullable=False),
        sa.Column("expires_at", db.UtcDateTime(), nullable=True),
        sa.Column("settled_at", db.UtcDateTime(), nullable=True),
        sa.Column("how", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["record_id"],
            ["source_record.id"],
            name=op.f("fk_address_proof_record_id_source_record"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address_proof")),
        sa.UniqueConstraint("record_id", "contact_key", name=op.f("uq_address_proof_record_id_contact_key")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_address_proof_token_hash")),
    )
    op.create_index(op.f("ix_address_proof_contact_key"), "address_proof", ["contact_key"], unique=False)
    op.create_table(
        "bound",
        sa.Column("capture_id", sa.String(length=36), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["record_id"],
            ["source_record.id"],
            name=op.f("fk_bound_record_id_source_record"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("capture_id", name=op.f("pk_bound")),
    )
    op.create_index(op.f("ix_bound_record_id"), "bound", ["record_id"], unique=False)
    op.create_table(
        "dead_contact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("contact_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("at", db.UtcDateTime(), nullable=False),
        sa.Column("how", sa.String(length=20), nullable=False),
        sa.Column("ended_at", db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["record_id"],
            ["source_record.id"],
            name=op.f("fk_dead_contact_record_id_source_record"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dead_contact")),
        sa.UniqueConstraint("record_id", "contact_key", name=op.f("uq_dead_contact_record_id_contact_key")),
    )
    op.create_index(op.f("ix_dead_contact_contact_key"), "dead_contact", ["contact_key"], unique=False)
    op.create_table(
        "declined",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("property_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("answer", sa.String(length=20), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", db.UtcDateTime(), nullable=False),
        sa.Column("ended_at", db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["property_id"], ["property.id"], name=op.f("fk_declined_property_id_property")
        ),
        sa.ForeignKeyConstraint(
            ["record_id"],
            ["source_record.id"],
            name=op.f("fk_declined_record_id_source_record"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declined")),
    )
    op.create_index("ix_declined_record_id", "declined", ["record_id"], unique=False)
    op.create_table(
        "prompt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("property_id", sa.Integer(), nullable=False),
        sa.Column("stay_id", sa.String(length=32), nullable=False),
        sa.Column("guest_id", sa.String(length=32), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=True),
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("mode", sa.String(length=10), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("source_channel", sa.String(length=60), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("why", sa.String(length=40), nullable=False),
        sa.Column("due_at", db.UtcDateTime(), nullable=False),
        sa.Column("until_at", db.UtcDateTime(), nullable=False),
        sa.Column("planned_at", db.UtcDateTime(), nullable=False),
        sa.Column("asked_at", db.UtcDateTime(), nullable=True),
        sa.Column("answered_at", db.UtcDateTime(), nullable=True),
        sa.Column("settled_at", db.UtcDateTime(), nullable=True),
        sa.Column("contact_key", sa.LargeBinary(length=32), nullable=True),
        sa.Column("guest_link_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["guest_link_id"],
            ["guest_link.id"],
            name=op.f("fk_prompt_guest_link_id_guest_link"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["property_id"], ["property.id"], name=op.f("fk_prompt_property_id_property")
        ),
        sa.ForeignKeyConstraint(
            ["record_id"],
            ["source_record.id"],
            name=op.f("fk_prompt_record_id_source_record"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prompt")),
        sa.UniqueConstraint("stay_id", "purpose", name=op.f("uq_prompt_stay_id_purpose")),
    )
    op.create_index(op.f("ix_prompt_contact_key"), "prompt", ["contact_key"], unique=False)
    op.create_index(op.f("ix_prompt_guest_id"), "prompt", ["guest_id"], unique=False)
    op.create_index("ix_prompt_property_id_due_at", "prompt", ["property_id", "due_at"], unique=False)
    op.create_index(op.f("ix_prompt_record_id"), "prompt", ["record_id"], unique=False)
    op.create_index("ix_prompt_state_due_at", "prompt", ["state", "due_at"], unique=False)
    op.create_table(
        "message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("property_id", sa.Integer(), nullable=False),
        sa.Column("prompt_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("once_key", sa.String(length=80), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("sender", sa.String(length=254), nullable=False),
        sa.Column("sent_to", sa.String(length=320), nullable=False),
        sa.Column("to_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("prefix", sa.String(length=8), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("provider_id", sa.String(length=254), nullable=True),
        sa.Column("cost", sa.Numeric(precision=12, scale=5), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("made_at", db.UtcDateTime(), nullable=False),
        sa.Column("due_at", db.UtcDateTime(), nullable=False),
        sa.Column("until_at", db.UtcDateTime(), nullable=False),
        sa.Column("sending_at", db.UtcDateTime(), nullable=True),
        sa.Column("sent_at", db.UtcDateTime(), nullable=True),
        sa.Column("settled_at", db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["prompt_id"], ["prompt.id"], name=op.f("fk_message_prompt_id_prompt")),
        sa.ForeignKeyConstraint(
            ["property_id"], ["property.id"], name=op.f("fk_message_property_id_property")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("once_key", name=op.f("uq_message_once_key")),
        sa.UniqueConstraint("provider_id", name=op.f("uq_message_provider_id")),
    )
    op.create_index(op.f("ix_message_prompt_id"), "message", ["prompt_id"], unique=False)
    op.create_index(
        "ix_message_property_id_sending_at", "message", ["property_id", "sending_at"], unique=False
    )
    op.create_index("ix_message_state_due_at", "message", ["state", "due_at"], unique=False)
    op.create_index("ix_message_to_key_sending_at", "message", ["to_key", "sending_at"], unique=False)
    op.create_table(
        "reply",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("provider_id", sa.String(length=254), nullable=False),
        sa.Column("property_id", sa.Integer(), nullable=True),
        sa.Column("prompt_id", sa.Integer(), nullable=True),
        sa.Column("from_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("sent_from", sa.String(length=320), nullable=False),
        sa.Column("sent_to", sa.String(length=320), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("capture_id", sa.String(length=36), nullable=True),
        sa.Column("received_at", db.UtcDateTime(), nullable=False),
        sa.Column("settled_at", db.UtcDateTime(), nullable=True),
        sa.Column("settled_by", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(["prompt_id"], ["prompt.id"], name=op.f("fk_reply_prompt_id_prompt")),
        sa.ForeignKeyConstraint(["property_id"], ["property.id"], name=op.f("fk_reply_property_id_property")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reply")),
        sa.UniqueConstraint("capture_id", name=op.f("uq_reply_capture_id")),
        sa.UniqueConstraint("provider_id", name=op.f("uq_reply_provider_id")),
    )
    op.create_index(op.f("ix_reply_from_key"), "reply", ["from_key"], unique=False)
    op.create_index(op.f("ix_reply_prompt_id"), "reply", ["prompt_id"], unique=False)
    op.create_index("ix_reply_state", "reply", ["state", "id"], unique=False)


def downgrade() -> None:
    """Forget what was asked and answered; records that answers became stay."""
    op.drop_table("reply")
    op.drop_table("message")
    op.drop_table("prompt")
    op.drop_table("declined")
    op.drop_table("dead_contact")
    op.drop_table("bound")
    op.drop_table("address_proof")
    op.drop_table("asking")
    op.drop_table("opt_out")
