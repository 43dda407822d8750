"""Stays, visits and purchases: one row for each source record that tells of one."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import Date, ForeignKey, Index, Integer, Numeric, String
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base


class Stay(Base):
    """A stay in a hotel, a visit to a restaurant or spa, a purchase in a shop, as its record tells it."""

    __tablename__ = "stay"
    __table_args__ = (
        Index("ix_stay_departs", "departs"),
        Index("ix_stay_property_reference", "property_id", "reference"),
    )

    record_id: Mapped[int] = mapped_column(
        ForeignKey("source_record.id", ondelete="CASCADE"), primary_key=True
    )
    property_id: Mapped[int] = mapped_column(ForeignKey("property.id"))
    kind: Mapped[str] = mapped_column(String(10))  # stay, visit, purchase
    reference: Mapped[str | None] = mapped_column(String(80))
    channel: Mapped[str | None] = mapped_column(String(60))
    status: Mapped[str] = mapped_column(String(10))  # booked, in_house, left, cancelled, no_show, unknown
    arrives: Mapped[date | None] = mapped_column(Date)
    departs: Mapped[date | None] = mapped_column(Date)
    room: Mapped[str | None] = mapped_column(String(20))
    party: Mapped[int | None] = mapped_column(Integer)
    amount: Mapped[Decimal | None] = mapped_column(Numeric(14, 2))
    currency: Mapped[str | None] = mapped_column(String(3))
