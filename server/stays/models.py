"""Stays, visits and purchases: what each record tells of one, and each of them once, with all its sources."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, Numeric, String
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base


class ToldStay(Base):
    """A stay in a hotel, a visit to a restaurant or spa, a purchase in a shop, as one record tells it.

    A reservation tells what it tells now: its current version only. A guest's profile tells of one stay after
    the other: every version of it that told of one is here.
    """

    __tablename__ = "told_stay"
    __table_args__ = (
        Index("ix_told_stay_departs", "departs"),
        Index("ix_told_stay_arrives_departs", "arrives", "departs"),
        Index("ix_told_stay_room_arrives", "room", "arrives"),
        Index("ix_told_stay_property_reference", "property_id", "reference"),
    )

    record_id: Mapped[int] = mapped_column(
        ForeignKey("source_record.id", ondelete="CASCADE"), primary_key=True
    )
    version: Mapped[int] = mapped_column(Integer, primary_key=True)  # the record's version that tells it
    property_id: Mapped[int] = mapped_column(ForeignKey("property.id"))
    property_sure: Mapped[bool] = mapped_column(Boolean, default=True)
    # False: the file did not say whose it speaks of, so it was put down to the house it was read for
    kind: Mapped[str] = mapped_column(String(10))  # stay, visit, purchase
    reference: Mapped[str | None] = mapped_column(String(80))  # the first; all are in TOLD_REFERENCE
    group_reference: Mapped[str | None] = mapped_column(String(80))
    is_leader: Mapped[bool] = mapped_column(Boolean, default=False)  # of a group
    channel: Mapped[str | None] = mapped_column(String(60))
    status: Mapped[str] = mapped_column(String(10))  # booked, in_house, left, cancelled, no_show, unknown
    arrives: Mapped[date | None] = mapped_column(Date)
    departs: Mapped[date | None] = mapped_column(Date)
    room: Mapped[str | None] = mapped_column(String(20))
    party: Mapped[int | None] = mapped_column(Integer)
    amount: Mapped[Decimal | None] = mapped_column(Numeric(14, 2))
    currency: Mapped[str | None] = mapped_column(String(3))
    paid_by: Mapped[str | None] = mapped_column(String(10))  # room, card, gift; None: not told
    booker_name: Mapped[str | None] = mapped_column(String(200))  # who booked, when not the guest
    booker_email: Mapped[str | None] = mapped_column(String(320))
    booker_phone: Mapped[str | None] = mapped_column(String(20))


class ToldReference(Base):
    """A booking reference that a record names of its stay: its own, and those in its notes."""

    __tablename__ = "told_reference"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 (SQLAlchemy reads it once)

    reference: Mapped[str] = mapped_column(String(80), primary_key=True)
    record_id: Mapped[int] = mapped_column(
        ForeignKey("source_record.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    place: Mapped[int] = mapped_column(Integer)  # the record's own has 0


class Stay(Base):
    """A stay, visit or purchase, counted once however many records tell of it.

    Its id is minted once and stays with the larger part, as guests' ids do. `record_id` is the record that
    speaks for its main guest. `presence` is common to the stays of one guest in one house that follow each
    other without a night between: the id of one of them.
    """

    __tablename__ = "stay"
    __table_args__ = (
        Index("ix_stay_arrives", "arrives"),
        Index("ix_stay_departs", "departs"),
        Index("ix_stay_property_reference", "property_id", "reference"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)  # UUIDv7 hex
    property_id: Mapped[int] = mapped_column(ForeignKey("property.id"))
    kind: Mapped[str] = mapped_column(String(10))
    status: Mapped[str] = mapped_column(String(10))
    arrives: Mapped[date | None] = mapped_column(Date)
    departs: Mapped[date | None] = mapped_column(Date)
    room: Mapped[str | None] = mapped_column(String(20))
    reference: Mapped[str | None] = mapped_column(String(80))
    channel: Mapped[str | None] = mapped_column(String(60))
    record_id: Mapped[int | None] = mapped_column(
        ForeignKey("source_record.id", ondelete="SET NULL"), index=True
    )
    guest_id: Mapped[str | None] = mapped_column(String(32), index=True)
    booker_guest_id: Mapped[str | None] = mapped_column(String(32))
    presence: Mapped[str] = mapped_column(String(32))


class StaySource(Base):
    """A record's telling of a stay: in which role, and what of the stay's money counts by it.

    Money is here and not with the stay, because each currency is counted for itself.
    """

    __tablename__ = "stay_source"

    record_id: Mapped[int] = mapped_column(
        ForeignKey("source_record.id", ondelete="CASCADE"), primary_key=True
    )
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    stay_id: Mapped[str] = mapped_column(ForeignKey("stay.id", ondelete="CASCADE"), index=True)
    role: Mapped[str] = mapped_column(String(10))  # guest, companion, booker, payment
    counts: Mapped[bool] = mapped_column(Boolean)  # False: told elsewhere already, or told of no money
    amount: Mapped[Decimal | None] = mapped_column(Numeric(14, 2))
    currency: Mapped[str | None] = mapped_column(String(3))
