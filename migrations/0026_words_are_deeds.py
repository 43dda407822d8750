"""Chosen values and words on households are deeds, undone like every other thing that a colleague decided.

A desk that runs must be started again: its buttons that take a choice back lead nowhere. Every choice and
word there is becomes a deed of its author, those said at once one deed; what was taken back stands as undone,
by whom nobody kept.
"""

from itertools import groupby
from typing import Any

import sqlalchemy as sa
from alembic import op

from server import db

revision = "0026_words_are_deeds"
down_revision = "0025_stay_events"
branch_labels = None
depends_on = None

deed = sa.table(
    "deed",
    sa.column("id", sa.Integer()),
    sa.column("kind"),
    sa.column("at", db.UtcDateTime()),
    *(sa.column(name) for name in ("author", "reason", "property_id")),
    sa.column("params", sa.JSON()),
    sa.column("undone_at", db.UtcDateTime()),
    sa.column("undone_by"),
)


def _words(name: str, *about: str) -> sa.TableClause:
    columns: list[sa.ColumnClause[Any]] = [
        sa.column(column) for column in ("id", "author", "reason", "deed_id", *about)
    ]
    moments = [sa.column(column, db.UtcDateTime()) for column in ("at", "withdrawn_at")]
    return sa.table(name, *columns, *moments)


pin = _words("pin", "record_id", "field")
word = _words("household_word", "record_a", "record_b", "verdict")
record = sa.table("source_record", sa.column("id"), sa.column("property_id"))


def upgrade() -> None:
    """Let both belong to deeds, and make the deeds of those there are."""
    for table in ("pin", "household_word"):
        with op.batch_alter_table(table) as changed:
            changed.add_column(sa.Column("deed_id", sa.Integer(), nullable=True))
            changed.add_column(sa.Column("withdrawn_by", sa.String(length=80), nullable=True))
            changed.create_foreign_key(op.f(f"fk_{table}_deed_id_deed"), "deed", ["deed_id"], ["id"])
        op.create_index(op.f(f"ix_{table}_deed_id"), table, ["deed_id"], unique=False)
    bind = op.get_bind()
    pinned = sa.select(pin, record.c.property_id).join(record, record.c.id == pin.c.record_id)
    for one in bind.execute(pinned.order_by(pin.c.id)).all():
        params = {"verdict": "pinned", "field": one.field, "record": one.record_id}
        _own(pin, [one], "pin", params)
    said = sa.select(word, record.c.property_id).join(record, record.c.id == word.c.record_a)
    words = bind.execute(said.order_by(word.c.id)).all()

    def at_once(one: sa.Row[Any]) -> tuple[object, ...]:
        return one.record_a, one.at, one.author, one.verdict, one.withdrawn_at

    for _, together in groupby(words, key=at_once):
        rows = list(together)
        _own(word, rows, "household", {"verdict": rows[0].verdict, "record": rows[0].record_a})


def _own(table: sa.TableClause, rows: list[sa.Row[Any]], kind: str, params: dict[str, object]) -> None:
    """Make the deed of some words."""
    first = rows[0]
    made = sa.insert(deed).values(
        kind=kind,
        at=first.at,
        author=first.author,
        reason=first.reason,
        property_id=first.property_id,
        params=params,
        undone_at=first.withdrawn_at,
        undone_by="" if first.withdrawn_at else None,
    )
    number = op.get_bind().execute(made.returning(deed.c.id)).scalar_one()
    ids = [row.id for row in rows]
    op.execute(sa.update(table).where(table.c.id.in_(ids)).values(deed_id=number))


def downgrade() -> None:
    """Keep the choices and words, which hold as they did; by which deeds they were said is lost."""
    for table in ("household_word", "pin"):
        op.drop_index(op.f(f"ix_{table}_deed_id"), table_name=table)
        with op.batch_alter_table(table) as changed:
            changed.drop_constraint(op.f(f"fk_{table}_deed_id_deed"), type_="foreignkey")
            changed.drop_column("withdrawn_by")
            changed.drop_column("deed_id")
    op.execute("DELETE FROM deed WHERE kind IN ('pin', 'household')")
