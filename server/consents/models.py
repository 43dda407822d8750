"""Consents: one row for each thing a record says about being contacted."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base, UtcDateTime


class Consent(Base):
    """A yes or a no to news and offers on one channel, as its record tells it.

    A guest's consent is the strictest of its records': one no outranks every yes.
    """

    __tablename__ = "consent"
    __table_args__ = (UniqueConstraint("record_id", "channel"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("source_record.id", ondelete="CASCADE"))
    channel: Mapped[str] = mapped_column(String(10))  # email, sms
    given: Mapped[bool] = mapped_column(Boolean)
    at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # None: the source does not say when
    text_version: Mapped[str | None] = mapped_column(String(80))  # form and version whose words were shown
    legal_entity_id: Mapped[int] = mapped_column(ForeignKey("legal_entity.id"))
