"""Counts kept by day: no persons, only numbers, from the first day on."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Date, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base


class DailyCount(Base):
    """One number on one day, for one property (0: the whole house) and one cut of it.

    `cut` is empty for the whole, `source:NAME`, or `month:YYYY-MM` (of the stays' departure).
    """

    __tablename__ = "daily_count"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    property_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    cut: Mapped[str] = mapped_column(String(100), primary_key=True, default="")
    measure: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[int] = mapped_column(Integer)
