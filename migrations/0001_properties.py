"""The properties of the house and the legal entities that answer for them.

A desk that runs sees nothing of it: new tables only.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001_properties"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "legal_entity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_entity")),
        sa.UniqueConstraint("name", name=op.f("uq_legal_entity_name")),
    )
    op.create_table(
        "property",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("accent", sa.String(length=7), nullable=False),
        sa.Column("own_domains", sa.JSON(), nullable=False),
        sa.Column("own_emails", sa.JSON(), nullable=False),
        sa.Column("own_phones", sa.JSON(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("legal_entity_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["legal_entity_id"], ["legal_entity.id"], name=op.f("fk_property_legal_entity_id_legal_entity")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_property")),
        sa.UniqueConstraint("code", name=op.f("uq_property_code")),
    )
    op.create_table(
        "house_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_house_mark")),
    )


def downgrade() -> None:
    """Drop them, with all they hold."""
    op.drop_table("house_mark")
    op.drop_table("property")
    op.drop_table("legal_entity")
