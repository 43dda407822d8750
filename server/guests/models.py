"""Guests, the links of source records to them, their best known values, and what changed when."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base, SingleFloat, UtcDateTime


class Guest(Base):
    """The unified person. Holds nothing of its own: all it is, its linked records say."""

    __tablename__ = "guest"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)  # UUIDv7 hex: minted once
    merged_into: Mapped[str | None] = mapped_column(
        ForeignKey("guest.id")
    )  # its records went there; resolves for ever
    split_from: Mapped[str | None] = mapped_column(String(32))  # the guest its first records were taken from
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Link(Base):
    """A source record belongs to a guest, because of this evidence or this person's word."""

    __tablename__ = "link"

    record_id: Mapped[int] = mapped_column(
        ForeignKey("source_record.id", ondelete="CASCADE"), primary_key=True
    )
    guest_id: Mapped[str] = mapped_column(ForeignKey("guest.id"), index=True)
    author: Mapped[str] = mapped_column(String(80), default="engine")
    reason: Mapped[str] = mapped_column(String(20))  # alone, evidence, decision
    nearest_record_id: Mapped[int | None] = mapped_column(
        ForeignKey("source_record.id", ondelete="SET NULL"), index=True
    )
    evidence: Mapped[list[Any]] = mapped_column(
        JSON, default=list
    )  # [[code, params, bits], ...], strongest first
    probability: Mapped[float | None] = mapped_column(Float)
    model: Mapped[str | None] = mapped_column(String(40))
    said: Mapped[int | None] = mapped_column(BigInteger, index=True)  # digest of the contents it was made of
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Deed(Base):
    """One thing that a person did about guests, and can undo: it owns the words that were written by it.

    Never deleted and never changed but by its undoing. `params` holds ids and codes only.
    """

    __tablename__ = "deed"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))  # deeds.KINDS
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    author: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str] = mapped_column(String(400), default="")
    property_id: Mapped[int | None] = mapped_column(ForeignKey("property.id"))  # None: the group's
    params: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_by: Mapped[str | None] = mapped_column(String(80))


class Pair(Base):
    """Two contents that are one person more likely than not, under a model; stands once from either side.

    Contents, not records: what is said for a pair depends on what the two say and on the model only. So
    copies share their pairs, and a record that says again what it said before finds them there.
    """

    __tablename__ = "pair"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 (SQLAlchemy reads it once)

    model: Mapped[int] = mapped_column(Integer, primary_key=True)  # its number
    said: Mapped[int] = mapped_column(BigInteger, primary_key=True)  # as link.said
    other: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    bits: Mapped[float] = mapped_column(SingleFloat)  # log2 odds before rivals and whole groups are heard


class Question(Base):
    """Two guests that may be one: their strongest pair. All doubts there are; whoever asks keeps a budget."""

    __tablename__ = "question"

    guest_a: Mapped[str] = mapped_column(String(32), primary_key=True)  # the smaller id
    guest_b: Mapped[str] = mapped_column(String(32), primary_key=True, index=True)
    record_a: Mapped[int] = mapped_column(ForeignKey("source_record.id", ondelete="CASCADE"), index=True)
    record_b: Mapped[int] = mapped_column(ForeignKey("source_record.id", ondelete="CASCADE"), index=True)
    probability: Mapped[float] = mapped_column(SingleFloat)
    settles: Mapped[float] = mapped_column(
        SingleFloat, index=True
    )  # wrong pairs that an answer is expected to settle
    kind: Mapped[str] = mapped_column(String(12))  # doubt, refused (by the rest of a group), unsettled


class LinkAgain(Base):
    """A record that was touched while the whole house was linked anew; it is touched again after that."""

    __tablename__ = "link_again"

    record_id: Mapped[int] = mapped_column(
        ForeignKey("source_record.id", ondelete="CASCADE"), primary_key=True
    )


class Decision(Base):
    """A person's word on two records; outranks every rule for ever, until withdrawn.

    Several deeds may say the same of a pair, each in a row of its own: so undoing one of them takes nothing
    from the others, in whatever order they are undone.
    """

    __tablename__ = "decision"
    __table_args__ = (
        Index(
            "uq_decision_live",
            "record_a",
            "record_b",
            "deed_id",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    record_a: Mapped[int] = mapped_column(
        ForeignKey("source_record.id", ondelete="CASCADE")
    )  # the smaller id
    record_b: Mapped[int] = mapped_column(ForeignKey("source_record.id", ondelete="CASCADE"), index=True)
    verdict: Mapped[str] = mapped_column(String(10))  # same, not_same, undecided
    author: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str] = mapped_column(String(400))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    deed_id: Mapped[int | None] = mapped_column(ForeignKey("deed.id"), index=True)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # its deed was undone
    withdrawn_by: Mapped[str | None] = mapped_column(String(80))


class StayWord(Base):
    """A person's word on a stay that two records tell of: one stay, or two; outranks every rule for ever.

    Of each record the days it told are kept: a profile tells of one stay after the other (stays.words).
    """

    __tablename__ = "stay_word"

    id: Mapped[int] = mapped_column(primary_key=True)
    record_a: Mapped[int] = mapped_column(ForeignKey("source_record.id", ondelete="CASCADE"), index=True)
    arrives_a: Mapped[date | None] = mapped_column(Date)
    departs_a: Mapped[date | None] = mapped_column(Date)
    record_b: Mapped[int] = mapped_column(ForeignKey("source_record.id", ondelete="CASCADE"), index=True)
    arrives_b: Mapped[date | None] = mapped_column(Date)
    departs_b: Mapped[date | None] = mapped_column(Date)
    verdict: Mapped[str] = mapped_column(String(10))  # one, two
    author: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str] = mapped_column(String(400))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    deed_id: Mapped[int] = mapped_column(ForeignKey("deed.id"), index=True)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # its deed was undone
    withdrawn_by: Mapped[str | None] = mapped_column(String(80))


class GuestValue(Base):
    """The best known value of one field of a guest: where it comes from, which rule chose it."""

    __tablename__ = "guest_value"
    __table_args__ = (Index("ix_guest_value_field_class", "field", "value_class"),)

    guest_id: Mapped[str] = mapped_column(ForeignKey("guest.id", ondelete="CASCADE"), primary_key=True)
    field: Mapped[str] = mapped_column(String(20), primary_key=True)
    value: Mapped[str] = mapped_column(String(400))
    value_class: Mapped[str] = mapped_column(String(12))  # e-mail or phone class, else "real"
    record_id: Mapped[int] = mapped_column(ForeignKey("source_record.id", ondelete="CASCADE"), index=True)
    on: Mapped[date | None] = mapped_column(Date)  # when the source knew it
    rule: Mapped[str] = mapped_column(String(20))  # pinned, only, class, proof, full, agreed, newest


class Pin(Base):
    """A colleague's word on one value of a guest, on the record that told it: it goes where the record goes.

    It holds what was pinned, since the source may send something else next. Of several the newest counts.
    """

    __tablename__ = "pin"

    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("source_record.id", ondelete="CASCADE"), index=True)
    field: Mapped[str] = mapped_column(String(20))  # `address` for its parts together
    value: Mapped[str] = mapped_column(String(500))
    value_class: Mapped[str] = mapped_column(String(12))
    author: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    deed_id: Mapped[int | None] = mapped_column(ForeignKey("deed.id"), index=True)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # its deed was undone
    withdrawn_by: Mapped[str | None] = mapped_column(String(80))


class ValueChange(Base):
    """The best known value of a field became another: which record told it before and since. Never a value:
    those are the records', and go with them."""

    __tablename__ = "value_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    guest_id: Mapped[str] = mapped_column(ForeignKey("guest.id", ondelete="CASCADE"), index=True)
    field: Mapped[str] = mapped_column(String(20))  # `address` for its parts together
    was_record_id: Mapped[int | None] = mapped_column(ForeignKey("source_record.id", ondelete="SET NULL"))
    record_id: Mapped[int | None] = mapped_column(ForeignKey("source_record.id", ondelete="SET NULL"))
    rule: Mapped[str | None] = mapped_column(String(20))  # None: no record tells one any more
    cause: Mapped[str] = mapped_column(String(40))


class HouseholdKey(Base):
    """A home, an e-mail or a telephone of a guest, as a digest, by the record that tells it."""

    __tablename__ = "household_key"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 (SQLAlchemy reads it once)

    key: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    record_id: Mapped[int] = mapped_column(
        ForeignKey("source_record.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    guest_id: Mapped[str] = mapped_column(ForeignKey("guest.id", ondelete="CASCADE"), index=True)
    reason: Mapped[str] = mapped_column(String(20))  # household_home, household_email, household_phone
    at_work: Mapped[bool] = mapped_column(Boolean)  # the record names a company beside it
    numbered: Mapped[bool] = mapped_column(Boolean)  # no home, or one in a street with a number


class HouseholdLink(Base):
    """Two guests share a home, an e-mail or a telephone, and are told apart by what they are."""

    __tablename__ = "household_link"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 (SQLAlchemy reads it once)

    key: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    guest_a: Mapped[str] = mapped_column(
        ForeignKey("guest.id", ondelete="CASCADE"), primary_key=True, index=True
    )  # the smaller id
    guest_b: Mapped[str] = mapped_column(
        ForeignKey("guest.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    reason: Mapped[str] = mapped_column(String(20))


class HouseholdMember(Base):
    """A guest lives in a household. Its id is made of its members: who they are is all that it is."""

    __tablename__ = "household_member"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 (SQLAlchemy reads it once)

    household_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    guest_id: Mapped[str] = mapped_column(
        ForeignKey("guest.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    reasons: Mapped[str] = mapped_column(
        String(80)
    )  # codes with spaces between; household_word: a colleague's


class HouseholdWord(Base):
    """A colleague's word on two guests, by one record of each: together, or apart, until it is taken back."""

    __tablename__ = "household_word"

    id: Mapped[int] = mapped_column(primary_key=True)
    record_a: Mapped[int] = mapped_column(ForeignKey("source_record.id", ondelete="CASCADE"), index=True)
    record_b: Mapped[int] = mapped_column(ForeignKey("source_record.id", ondelete="CASCADE"), index=True)
    verdict: Mapped[str] = mapped_column(String(10))  # together, apart
    author: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    deed_id: Mapped[int | None] = mapped_column(ForeignKey("deed.id"), index=True)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # its deed was undone
    withdrawn_by: Mapped[str | None] = mapped_column(String(80))


class GuestEvent(Base):
    """What changed, in order; written in the transaction that changed it. Readers keep a cursor."""

    __tablename__ = "guest_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    kind: Mapped[str] = mapped_column(String(20))  # one of events.RECORD_KINDS, GUEST_KINDS, STAY_KINDS
    record_id: Mapped[int | None] = mapped_column(index=True)  # None: of the guest as a whole
    guest_id: Mapped[str] = mapped_column(String(32))
    from_guest_id: Mapped[str | None] = mapped_column(String(32))
    cause: Mapped[str] = mapped_column(String(40), server_default="")  # arrival, import:5, deed:7, ...
    property_id: Mapped[int | None] = mapped_column(Integer)  # of what was erased; of a stay
    stay_id: Mapped[str | None] = mapped_column(String(32))  # None: not of a stay
    other_stay_id: Mapped[str | None] = mapped_column(String(32))  # that went into it, or it was made out of


Index(
    "ix_guest_event_from_guest_id",
    GuestEvent.from_guest_id,
    sqlite_where=GuestEvent.from_guest_id.is_not(None),
    postgresql_where=GuestEvent.from_guest_id.is_not(None),
)


class Model(Base):
    """A frozen model of the engine: statistics, weights, cuts, by its version.

    The one with the largest number is gone by. One that answers taught stands here as a proposal, number 0,
    until somebody has it used.
    """

    __tablename__ = "model"

    version: Mapped[str] = mapped_column(String(40), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, server_default="0")  # the newest has the largest
    content: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    parent: Mapped[str | None] = mapped_column(String(40))  # the version that answers corrected
    report: Mapped[dict[str, Any] | None] = mapped_column(JSON)  # what learning showed: figures only
