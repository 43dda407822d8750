"""Properties and legal entities."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.db import Base


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
    legal_entity_id: Mapped[int] = mapped_column(ForeignKey("legal_entity.id"))

    legal_entity: Mapped[LegalEntity] = relationship()


class HouseMark(Base):
    """One row: whether this database holds a real house or the demo. They can never mix."""

    __tablename__ = "house_mark"

    id: Mapped[int] = mapped_column(primary_key=True)  # always 1
    kind: Mapped[str] = mapped_column(String(10))  # real, demo
