"""Properties with their settings, their pictures, the legal entities and what these agreed on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.db import Base, UtcDateTime


class LegalEntity(Base):
    """Who answers for the data of one or more properties; consents carry it."""

    __tablename__ = "legal_entity"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    street: Mapped[str] = mapped_column(String(200), default="")
    postal_code: Mapped[str] = mapped_column(String(20), default="")
    city: Mapped[str] = mapped_column(String(120), default="")
    country: Mapped[str] = mapped_column(String(2), default="")
    registration: Mapped[str] = mapped_column(String(80), default="")  # as its country's register knows it
    privacy_contact: Mapped[str] = mapped_column(String(254), default="")  # the privacy officer's e-mail


class Property(Base):
    """A hotel or outlet. Times inside are UTC; `zone` is where its guests' days begin.

    What is empty is not set: it stops its own feature and nothing else (server/properties/lacking.py).
    """

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
    street: Mapped[str] = mapped_column(String(200), default="")
    postal_code: Mapped[str] = mapped_column(String(20), default="")
    city: Mapped[str] = mapped_column(String(120), default="")
    reception_phone: Mapped[str] = mapped_column(String(32), default="")  # +33…, as it is dialled
    reply_to: Mapped[str] = mapped_column(String(254), default="")
    sentences: Mapped[dict[str, dict[str, str]]] = mapped_column(JSON, default=dict)  # step: language: text
    tones: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)  # language: formal, familiar
    flows: Mapped[list[str]] = mapped_column(JSON, default=lambda: ["pre_check_in"])  # forms on its tablets
    good_to_know: Mapped[dict[str, dict[str, str]]] = mapped_column(JSON, default=dict)
    # topic of topics.py: language: text, for the end of a form
    email_reasons: Mapped[list[str]] = mapped_column(JSON, default=list)  # codes of reasons.py
    quiet_from: Mapped[str] = mapped_column(String(5), default="")  # HH:MM in `zone`
    quiet_until: Mapped[str] = mapped_column(String(5), default="")
    senders: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)  # sms, email_name
    retention: Mapped[dict[str, dict[str, Any]]] = mapped_column(JSON, default=dict)  # class: starts, months
    stay_kinds: Mapped[list[str]] = mapped_column(JSON, default=list)  # day_use, long_stay
    changes: Mapped[dict[str, dict[str, str]]] = mapped_column(JSON, default=dict)  # section: by, at
    is_default: Mapped[bool] = mapped_column(Boolean, default=False)
    test_arrived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # a test to a colleague arrived
    plan_seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # who would be asked what, and when
    legal_entity_id: Mapped[int] = mapped_column(ForeignKey("legal_entity.id"))

    legal_entity: Mapped[LegalEntity] = relationship()


class PropertyPicture(Base):
    """The logo or the photo of a property: pixels that we wrote ourselves, nothing of the file sent."""

    __tablename__ = "property_picture"
    __table_args__ = (UniqueConstraint("property_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    property_id: Mapped[int] = mapped_column(ForeignKey("property.id"))
    kind: Mapped[str] = mapped_column(String(10))  # logo, photo
    media_type: Mapped[str] = mapped_column(String(20))  # image/png, image/jpeg
    width: Mapped[int] = mapped_column()
    height: Mapped[int] = mapped_column()
    digest: Mapped[str] = mapped_column(String(64), index=True)  # SHA-256 of the content, in hex
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)


class Arrangement(Base):
    """Two legal entities agreed that records of one person in both may be under one guest.

    `one_id` is the smaller of the two. A withdrawn one stays, as what was agreed then.
    """

    __tablename__ = "arrangement"

    id: Mapped[int] = mapped_column(primary_key=True)
    one_id: Mapped[int] = mapped_column(ForeignKey("legal_entity.id"))
    other_id: Mapped[int] = mapped_column(ForeignKey("legal_entity.id"))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[str] = mapped_column(String(80))  # the actor, as in the journal
    note: Mapped[str] = mapped_column(String(500), default="")  # where the paper lies
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_by: Mapped[str | None] = mapped_column(String(80))


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
