"""Stays counted once: what each record tells of a stay, and beside it each stay with all its sources.

A desk that runs must be started again: it reads stays where only told ones were. Every stay that a record
told of stands as one of its own at first, so arrivals and guests' pages are whole at once; all records that
tell of one wait for the linker, which then counts together what is one stay.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0018_stays"
down_revision = "0016_pairs"
branch_labels = None
depends_on = None

_TOLD = "kind, reference, channel, status, arrives, departs, room, party, amount, currency"
_BATCH = 1000


def _told_columns() -> list[sa.Column[Any]]:
    return [
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
    ]


def _of_record(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["record_id"],
        ["source_record.id"],
        name=op.f(f"fk_{table}_record_id_source_record"),
        ondelete="CASCADE",
    )


def _of_property(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["property_id"], ["property.id"], name=op.f(f"fk_{table}_property_id_property")
    )


def upgrade() -> None:
    """Make the tables, move what was told, and let every told stay stand for itself until it is counted."""
    _make_told()
    op.execute(
        f"INSERT INTO told_stay (record_id, version, property_id, property_sure, is_leader, {_TOLD}) "
        "SELECT stay.record_id, source_record.current_version, stay.property_id, true, false, "
        + ", ".join(f"stay.{name}" for name in _TOLD.split(", "))
        + " FROM stay JOIN source_record ON source_record.id = stay.record_id"
    )
    op.drop_table("stay")
    _make_stays()
    for readings in _readings():
        _add(_reference, [row for reading in readings for row in _references_of(reading)])
        _tell_payment(readings)
    for told in _told():
        rows = [(_mint(), *row) for row in told]
        _add(_stay, [_alone(row) for row in rows])
        _add(_source, [_source_of(row) for row in rows])
    op.execute("UPDATE source_record SET needs_linking = true WHERE id IN (SELECT record_id FROM told_stay)")


def _make_told() -> None:
    op.create_table(
        "told_stay",
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("property_id", sa.Integer(), nullable=False),
        sa.Column("property_sure", sa.Boolean(), nullable=False),
        sa.Column("group_reference", sa.String(length=80), nullable=True),
        sa.Column("is_leader", sa.Boolean(), nullable=False),
        *_told_columns(),
        sa.Column("paid_by", sa.String(length=10), nullable=True),
        sa.Column("booker_name", sa.String(length=200), nullable=True),
        sa.Column("booker_email", sa.String(length=320), nullable=True),
        sa.Column("booker_phone", sa.String(length=20), nullable=True),
        _of_property("told_stay"),
        _of_record("told_stay"),
        sa.PrimaryKeyConstraint("record_id", "version", name=op.f("pk_told_stay")),
    )
    op.create_index("ix_told_stay_departs", "told_stay", ["departs"])
    op.create_index("ix_told_stay_arrives_departs", "told_stay", ["arrives", "departs"])
    op.create_index("ix_told_stay_room_arrives", "told_stay", ["room", "arrives"])
    op.create_index("ix_told_stay_property_reference", "told_stay", ["property_id", "reference"])
    op.create_table(
        "told_reference",
        sa.Column("reference", sa.String(length=80), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        _of_record("told_reference"),
        sa.PrimaryKeyConstraint("reference", "record_id", "version", name=op.f("pk_told_reference")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_told_reference_record_id", "told_reference", ["record_id"])


def _make_stays() -> None:
    op.create_table(
        "stay",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("property_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("arrives", sa.Date(), nullable=True),
        sa.Column("departs", sa.Date(), nullable=True),
        sa.Column("room", sa.String(length=20), nullable=True),
        sa.Column("reference", sa.String(length=80), nullable=True),
        sa.Column("channel", sa.String(length=60), nullable=True),
        sa.Column("record_id", sa.Integer(), nullable=True),
        sa.Column("guest_id", sa.String(length=32), nullable=True),
        sa.Column("booker_guest_id", sa.String(length=32), nullable=True),
        sa.Column("presence", sa.String(length=32), nullable=False),
        _of_property("stay"),
        sa.ForeignKeyConstraint(
            ["record_id"],
            ["source_record.id"],
            name=op.f("fk_stay_record_id_source_record"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stay")),
    )
    op.create_index("ix_stay_arrives", "stay", ["arrives"])
    op.create_index("ix_stay_departs", "stay", ["departs"])
    op.create_index("ix_stay_property_reference", "stay", ["property_id", "reference"])
    op.create_index("ix_stay_record_id", "stay", ["record_id"])
    op.create_index("ix_stay_guest_id", "stay", ["guest_id"])
    op.create_table(
        "stay_source",
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("stay_id", sa.String(length=32), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        _of_record("stay_source"),
        sa.ForeignKeyConstraint(
            ["stay_id"], ["stay.id"], name=op.f("fk_stay_source_stay_id_stay"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("record_id", "version", name=op.f("pk_stay_source")),
    )
    op.create_index("ix_stay_source_stay_id", "stay_source", ["stay_id"])


_Row = tuple[Any, ...]

_reference = sa.table(
    "told_reference", *(sa.column(name) for name in ("reference", "record_id", "version", "place"))
)
_stay = sa.table(
    "stay",
    *(sa.column(name) for name in ("id", "property_id", "kind", "status")),
    sa.column("arrives", sa.Date()),
    sa.column("departs", sa.Date()),
    *(sa.column(name) for name in ("room", "reference", "channel", "record_id", "guest_id", "presence")),
)
_source = sa.table(
    "stay_source",
    *(sa.column(name) for name in ("record_id", "version", "stay_id", "role")),
    sa.column("counts", sa.Boolean()),
    sa.column("amount", sa.Numeric(14, 2)),
    sa.column("currency"),
)


def _add(table: Any, rows: list[_Row]) -> None:
    if rows:
        names = [column.name for column in table.columns]
        op.get_bind().execute(sa.insert(table), [dict(zip(names, row, strict=True)) for row in rows])


def _readings() -> Iterator[list[_Row]]:
    """Record, version, kind, references, room and card digits of every told stay, a batch at a time."""
    query = sa.text(
        "SELECT told_stay.record_id, version, kind, told_stay.room, rest FROM told_stay "
        "JOIN clean_record ON clean_record.record_id = told_stay.record_id "
        "WHERE told_stay.record_id > :after ORDER BY told_stay.record_id LIMIT :batch"
    ).columns(
        sa.column("record_id"), sa.column("version"), sa.column("kind"), sa.column("room"), rest=sa.JSON()
    )
    after = 0
    while found := op.get_bind().execute(query, {"after": after, "batch": _BATCH}).all():
        yield [tuple(row) for row in found]
        after = found[-1].record_id


def _references_of(reading: _Row) -> list[_Row]:
    record_id, version, _, _, rest = reading
    named = dict.fromkeys(str(reference)[:80] for reference in rest.get("references", ()))
    return [(reference, record_id, version, place) for place, reference in enumerate(named)]


def _tell_payment(readings: list[_Row]) -> None:
    """A till that names a room and no card put the bill on the room."""
    paid = [
        {"of_record": record_id, "by": "card" if rest.get("card_digits") else "room"}
        for record_id, _, kind, room, rest in readings
        if kind != "stay" and (room or rest.get("card_digits"))
    ]
    if paid:
        told = sa.table("told_stay", sa.column("record_id"), sa.column("paid_by"))
        change = sa.update(told).where(told.c.record_id == sa.bindparam("of_record"))
        op.get_bind().execute(change.values(paid_by=sa.bindparam("by")), paid)


def _told() -> Iterator[list[_Row]]:
    """Every told stay with the guest of its record, a batch at a time."""
    query = sa.text(
        "SELECT told_stay.record_id, version, property_id, kind, status, arrives, departs, room, reference, "
        "channel, amount, currency, guest_id FROM told_stay "
        "JOIN link ON link.record_id = told_stay.record_id "
        "WHERE told_stay.record_id > :after ORDER BY told_stay.record_id LIMIT :batch"
    ).columns(
        *(sa.column(name) for name in ("record_id", "version", "property_id", "kind", "status")),
        sa.column("arrives", sa.Date()),
        sa.column("departs", sa.Date()),
        *(sa.column(name) for name in ("room", "reference", "channel")),
        sa.column("amount", sa.Numeric(14, 2)),
        *(sa.column(name) for name in ("currency", "guest_id")),
    )
    after = 0
    while found := op.get_bind().execute(query, {"after": after, "batch": _BATCH}).all():
        yield [tuple(row) for row in found]
        after = found[-1].record_id


def _mint() -> str:
    """A new id: 32 hex digits, a UUIDv7 (RFC 9562 §5.7)."""
    stamp = time.time_ns() // 1_000_000
    value = (stamp << 80) | (0x7 << 76) | (secrets.randbits(12) << 64) | (0b10 << 62) | secrets.randbits(62)
    return f"{value:032x}"


def _alone(row: _Row) -> _Row:
    made, record_id, _, place, kind, status, arrives, departs, room, reference, channel, _, _, guest = row
    return (made, place, kind, status, arrives, departs, room, reference, channel, record_id, guest, made)


def _source_of(row: _Row) -> _Row:
    made, record_id, version, *_, amount, currency, _ = row
    return (record_id, version, made, "guest", amount is not None, amount, currency)


def downgrade() -> None:
    """Keep what each record's current version tells; who is one stay is lost, and counted again going up."""
    op.drop_table("stay_source")
    op.drop_table("stay")
    op.drop_table("told_reference")
    op.create_table(
        "stay",
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("property_id", sa.Integer(), nullable=False),
        *_told_columns(),
        _of_property("stay"),
        _of_record("stay"),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_stay")),
    )
    op.execute(
        f"INSERT INTO stay (record_id, property_id, {_TOLD}) "
        "SELECT told_stay.record_id, told_stay.property_id, "
        + ", ".join(f"told_stay.{name}" for name in _TOLD.split(", "))
        + " FROM told_stay JOIN source_record ON source_record.id = told_stay.record_id "
        "AND source_record.current_version = told_stay.version"
    )
    op.drop_table("told_stay")
    op.create_index("ix_stay_departs", "stay", ["departs"], unique=False)
    op.create_index("ix_stay_property_reference", "stay", ["property_id", "reference"], unique=False)
