"""Properties and legal entities."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, Boolean, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.db import Base, UtcDateTime


class LegalEntity(Base):
    """Who answers for the data of one or more properties; consents carry it."""

    __tablename__ = "legal_entity"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)


class Property(Base):
    """A hotel or outlet. Times inside are UTC; `zone` is where its guests' days begin."""

    __tablename__ = "property"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(20), default="hotel")  # hotel, restaurant, spa, shop
    zone: Mapped[str] = mapped_column(String(60), default="Europe/Paris")
    country: Mapped[str] = mapped_column(String(2), default="FR")
    currency: Mapped[str] = mapped_column(String(3), default="EUR")
    languages: Mapped[list[str]] = mapped_column(JSON, default=lambda: ["en", "fr"])
    accent: Mapped[str] = mapped_column(String(7), default="#1f5f5b")
    own_domains: Mapped[list[str]] = mapped_column(JSON, default=list)
    own_emails: Mapped[list[str]] = mapped_column(JSON, default=list)
    own_phones: Mapped[list[str]] = mapped_column(JSON, default=list)
    is_default: Mapped[bool] = mapped_column(Boolean, default=False)
    test_arrived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # a test to a colleague arrived
    plan_seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # who would be asked what, and when
    legal_entity_id: Mapped[int] = mapped_column(ForeignKey("legal_entity.id"))

    legal_entity: Mapped[LegalEntity] = relationship()


class HouseMark(Base):
    """One row: whether this database holds a real house or the demo. They can never mix."""

    __tablename__ = "house_mark"

    id: Mapped[int] = mapped_column(primary_key=True)  # always 1
    kind: Mapped[str] = mapped_column(String(10))  # real, demo


class FirstHourStep(Base):
    """A step of a house's first hour that somebody ticked or put off, where no other table tells."""

    __tablename__ = "first_hour_step"

    property_id: Mapped[int] = mapped_column(ForeignKey("property.id"), primary_key=True)
    step: Mapped[str] = mapped_column(String(20), primary_key=True)  # of beginning.STEPS, or HOUR
    state: Mapped[str] = mapped_column(String(10))  # done, later
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(String(80))  # the actor, as in the journal


class NotOwn(Base):
    """An address or number that looked like the house's own and is not: never suggested again."""

    __tablename__ = "not_own"

    property_id: Mapped[int] = mapped_column(ForeignKey("property.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)  # email, phone, domain
    value: Mapped[str] = mapped_column(String(320), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(String(80))
