"""The vault's tables: kept sheets in their versions, who owes one, what was handed in, what was destroyed.

What a guest said is sealed (server/vault.py); in clear stands what the house knows anyhow, and what finding,
counting down and handing in need: house, stay, days, states. Nothing here is of a guest as OneGuest knows
them: a sheet hangs on a record of its stay, and on nothing at all once that record is gone.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import (
    JSON,
    Boolean,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base, UtcDateTime
from server.vault import Where


class KeptSheet(Base):
    """One sheet: what one signer answers for. Its content stands in its versions, sealed."""

    __tablename__ = "registration_sheet"
    __table_args__ = (
        UniqueConstraint("property_id", "number"),
        Index("ix_registration_sheet_property_id_arrives", "property_id", "arrives"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)  # of the form it came by, else made here
    property_id: Mapped[int] = mapped_column(ForeignKey("property.id"))
    record_id: Mapped[int | None] = mapped_column(
        ForeignKey("source_record.id", ondelete="SET NULL"), index=True
    )
    country: Mapped[str] = mapped_column(String(2))  # whose rules it follows
    source: Mapped[str] = mapped_column(String(10))  # tablet, phone, desk, paper
    state: Mapped[str] = mapped_column(String(10))
    # filled: not signed yet; signed; witnessed: cannot sign, a colleague saw them; broken: changed after it
    # was signed; void: made in error, kept with its reason
    version: Mapped[int] = mapped_column(Integer)  # the current one, from 1
    number: Mapped[int | None] = mapped_column(Integer)  # running, never changed nor used again (Austria)
    people: Mapped[int] = mapped_column(Integer)  # on it, the counted ones too
    arrives: Mapped[date] = mapped_column(Date)
    departs: Mapped[date | None] = mapped_column(Date)
    signed_on: Mapped[date | None] = mapped_column(Date)  # the day at the house
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def subject(self) -> str:
        """How the journal names it."""
        return f"sheet:{self.id}"


class SheetVersion(Base):
    """A sheet as it was at one time; a correction adds one. `signature` is of this version's text alone."""

    __tablename__ = "registration_version"
    __table_args__ = (UniqueConstraint("sheet_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    sheet_id: Mapped[str] = mapped_column(ForeignKey("registration_sheet.id", ondelete="CASCADE"))
    number: Mapped[int] = mapped_column(Integer)
    form: Mapped[str] = mapped_column(String(60))  # the version of the texts that were shown: police_fr.v1
    language: Mapped[str] = mapped_column(String(8))
    content: Mapped[bytes] = mapped_column(LargeBinary)  # sealed: sheet.to_bytes
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))  # keyed, of the content
    signature: Mapped[bytes | None] = mapped_column(LargeBinary)  # sealed: signing.Signature
    reason: Mapped[bytes | None] = mapped_column(LargeBinary)  # sealed: why it was corrected, in words
    key_id: Mapped[str] = mapped_column(String(40), index=True)  # that sealed all of it
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[str] = mapped_column(String(80))  # the actor, as in the journal

    def where(self, column: str) -> Where:
        """What its sealed values are bound to."""
        return place_of(self.sheet_id, self.number, column)


def place_of(sheet_id: str, number: int, column: str) -> Where:
    """What a sealed value of a version is bound to."""
    return Where(SheetVersion.__tablename__, column, f"{sheet_id}/{number}")


class Owed(Base):
    """Whether who is in a record of a stay owes a sheet: as the guest said first, or a colleague."""

    __tablename__ = "registration_owed"

    STATES: ClassVar[tuple[str, ...]] = ("owed", "none", "done", "refused")
    """none: no form is needed; refused: the guest would not, which is noted."""

    id: Mapped[int] = mapped_column(primary_key=True)
    property_id: Mapped[int] = mapped_column(ForeignKey("property.id"))
    record_id: Mapped[int] = mapped_column(ForeignKey("source_record.id", ondelete="CASCADE"), unique=True)
    state: Mapped[str] = mapped_column(String(10))
    said_at: Mapped[datetime] = mapped_column(UtcDateTime)
    said_by: Mapped[str] = mapped_column(String(80))
    key_given_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # room first, form later
    key_given_by: Mapped[str | None] = mapped_column(String(80))


class HandIn(Base):
    """A file that was made for an authority. It is not kept itself: it is made again from its sheets."""

    __tablename__ = "registration_hand_in"

    id: Mapped[int] = mapped_column(primary_key=True)
    property_id: Mapped[int] = mapped_column(ForeignKey("property.id"), index=True)
    output: Mapped[str] = mapped_column(String(40))  # a file of outputs/
    name: Mapped[str] = mapped_column(String(80))  # of the file; bears no name of a guest
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))  # keyed, of the file
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[str] = mapped_column(String(80))
    handed_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # as a colleague said
    handed_in_by: Mapped[str | None] = mapped_column(String(80))
    receipt: Mapped[str | None] = mapped_column(String(80))  # the authority's own number of it

    @property
    def subject(self) -> str:
        """How the journal names it."""
        return f"hand_in:{self.id}"


class HandInRow(Base):
    """One row of a file, in the order of its results: a version of a sheet, a person of it or all."""

    __tablename__ = "registration_hand_in_row"
    __table_args__ = (UniqueConstraint("hand_in_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    hand_in_id: Mapped[int] = mapped_column(ForeignKey("registration_hand_in.id", ondelete="CASCADE"))
    number: Mapped[int] = mapped_column(Integer)  # from 1
    answer: Mapped[int] = mapped_column(
        Integer
    )  # the place of its result, from 0: sheets of one stay share it
    sheet_id: Mapped[str] = mapped_column(ForeignKey("registration_sheet.id", ondelete="CASCADE"), index=True)
    version: Mapped[int] = mapped_column(Integer)
    person: Mapped[int | None] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(10))  # waiting, accepted, refused
    code: Mapped[str | None] = mapped_column(String(40))  # the authority's


class Destroyed(Base):
    """That sheets were destroyed as their law says: when, of which house, how many; of nobody."""

    __tablename__ = "registration_destroyed"

    id: Mapped[int] = mapped_column(primary_key=True)
    property_id: Mapped[int] = mapped_column(ForeignKey("property.id"))
    country: Mapped[str] = mapped_column(String(2))
    rule: Mapped[str] = mapped_column(String(40))  # arrival+6m
    sheets: Mapped[int] = mapped_column(Integer)
    first_day: Mapped[date] = mapped_column(Date)  # of the arrivals among them
    last_day: Mapped[date] = mapped_column(Date)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class SheetNumbers(Base):
    """The last running number that a house gave; it outlives the sheets."""

    __tablename__ = "registration_numbers"

    property_id: Mapped[int] = mapped_column(ForeignKey("property.id"), primary_key=True)
    last: Mapped[int] = mapped_column(Integer)


class CodeList(Base):
    """A list of codes, from the authority's own file; a newer file takes its place."""

    __tablename__ = "registration_code_list"

    country: Mapped[str] = mapped_column(String(2), primary_key=True)
    name: Mapped[str] = mapped_column(String(40), primary_key=True)  # the authority's
    codes: Mapped[dict[str, str]] = mapped_column(JSON)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))  # SHA-256 of the file
    loaded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    loaded_by: Mapped[str] = mapped_column(String(80))


class HouseRegistration(Base):
    """What a house set for its sheets: numbers by which authorities know it, and whether tablets ask."""

    __tablename__ = "registration_house"

    property_id: Mapped[int] = mapped_column(ForeignKey("property.id"), primary_key=True)
    is_on: Mapped[bool] = mapped_column(Boolean)
    ids: Mapped[dict[str, str]] = mapped_column(JSON)  # by the names that outputs ask for
