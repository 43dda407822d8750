"""Captures: finished forms as they came, sealed ones too; and the links that let a guest fill one at home."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base, UtcDateTime
from server.vault import Where

FIRST_FORM = "pre_check_in"
"""The form that a link leads to unless it is made for another."""


class Capture(Base):
    """One finished form. Stored before it is understood; the id was made by whoever sent it."""

    __tablename__ = "capture"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    form: Mapped[str] = mapped_column(String(40))
    form_version: Mapped[int] = mapped_column(Integer)
    language: Mapped[str] = mapped_column(String(8))
    surface: Mapped[str] = mapped_column(String(10))  # kiosk, phone
    proof: Mapped[str] = mapped_column(String(16))  # typed, booking-bound
    property_id: Mapped[int] = mapped_column(ForeignKey("property.id"))
    guest_link_id: Mapped[int | None] = mapped_column(
        ForeignKey("guest_link.id", ondelete="SET NULL"), index=True
    )
    answers: Mapped[dict[str, str]] = mapped_column(JSON)
    digest: Mapped[bytes] = mapped_column(
        LargeBinary(32)
    )  # of the answers: the same id with others is a conflict
    state: Mapped[str] = mapped_column(String(10), default="stored")
    # stored, read, problem; kept: for registration, and in the vault
    record_id: Mapped[int | None] = mapped_column(
        ForeignKey("source_record.id", ondelete="SET NULL"), index=True
    )
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    captured_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # when the guest finished it, by our clock; None where it came at once
    device_id: Mapped[int | None] = mapped_column(ForeignKey("device.id"))


class VaultedAnswers(Base):
    """The answers of a form for the vault, as they came, until they are read: sealed, and never in `Capture`.

    `copy` 0 is the form itself; others came under the same id with other content, and wait for a colleague.
    """

    __tablename__ = "vaulted_answers"

    capture_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    copy: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    property_id: Mapped[int] = mapped_column(ForeignKey("property.id"))
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))  # keyed
    sealed: Mapped[bytes] = mapped_column(LargeBinary)  # JSON of the answers
    key_id: Mapped[str] = mapped_column(String(40), index=True)  # that sealed it
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def where(self) -> Where:
        """What it is bound to."""
        return Where(self.__tablename__, "sealed", f"{self.capture_id}/{self.copy}")


class Bound(Base):
    """A form that is bound to the stay a record tells of, whatever was typed: the guest answered a question
    of the house about that stay."""

    __tablename__ = "bound"

    capture_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("source_record.id", ondelete="CASCADE"), index=True)


class Wish(Base):
    """What a guest asks for before or on arrival: for the reception to read. Kept as long as the record it
    came with, which is of the retention class `stay`."""

    __tablename__ = "wish"
    __table_args__ = (Index("ix_wish_property_id_day", "property_id", "day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    property_id: Mapped[int] = mapped_column(ForeignKey("property.id"))
    record_id: Mapped[int] = mapped_column(ForeignKey("source_record.id", ondelete="CASCADE"), index=True)
    day: Mapped[date] = mapped_column(Date)  # of arrival as the guest said it, else the day it came
    arrival_time: Mapped[str | None] = mapped_column(String(5))  # HH:MM; None: not said, or not known yet
    kinds: Mapped[list[str]] = mapped_column(JSON)  # what was ticked or tapped, as the form calls it
    note: Mapped[str | None] = mapped_column(Text)
    form: Mapped[str] = mapped_column(String(40))
    form_version: Mapped[int] = mapped_column(Integer)
    language: Mapped[str] = mapped_column(String(8))
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # somebody saw to it
    settled_by: Mapped[str | None] = mapped_column(String(80))  # the actor, as in the journal


class SurveyAnswer(Base):
    """One finished survey, cut from whoever gave it: of the retention class `surveys`.

    It knows no form that came in, no tablet, no stay, and no time but the day. Its number is random, or the
    order of the rows would tell which of the day's forms it was. What stays besides: of a tablet, that a form
    of some number came, and when (`SealedForm.FORGOTTEN`); of a link, that it was used, not when. So nothing
    here says whose an answer is; whoever also knows who stayed may guess, on a day with a single answer.
    """

    __tablename__ = "survey_answer"
    __table_args__ = (Index("ix_survey_answer_property_id_day", "property_id", "day"),)

    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False
    )
    property_id: Mapped[int] = mapped_column(ForeignKey("property.id"))
    form: Mapped[str] = mapped_column(String(40))
    form_version: Mapped[int] = mapped_column(Integer)
    language: Mapped[str] = mapped_column(String(8))
    day: Mapped[date] = mapped_column(Date)
    score: Mapped[int | None] = mapped_column(Integer)  # the first scale, 0 to 100
    lowest: Mapped[int | None] = mapped_column(Integer)  # of all scales, 0 to 100
    answers: Mapped[dict[str, str]] = mapped_column(JSON)  # what was tapped, by the name of the question
    comment: Mapped[str | None] = mapped_column(Text)
    reply_to: Mapped[str | None] = mapped_column(String(254))  # only of a guest who wants an answer
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # somebody saw to it
    settled_by: Mapped[str | None] = mapped_column(String(80))  # the actor, as in the journal


class SealedForm(Base):
    """A form as a tablet sealed it, and what of it outlives it.

    It was committed before it was acknowledged. The bytes go once the form was read; its id and digest stay,
    so that a copy which comes late is known, also when the guest was erased meanwhile.
    """

    FORGOTTEN: ClassVar[dict[str, object]] = {
        "state": "erased", "sealed": None, "form": "", "form_version": 0, "skew_seconds": 0
    }  # fmt: skip
    """What stands here of a form that was erased, or was a survey: not even which of the two."""

    __tablename__ = "sealed_form"
    __table_args__ = (
        UniqueConstraint("capture_id", "copy"),
        UniqueConstraint("capture_id", "digest"),
        Index("ix_sealed_form_state", "state", "id"),
        Index("ix_sealed_form_device_id_number", "device_id", "number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    capture_id: Mapped[str] = mapped_column(String(36))  # made on the tablet when the guest began
    copy: Mapped[int] = mapped_column(Integer)  # 0; others came under the same id with other content
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))  # SHA-256 of the sealed bytes
    device_id: Mapped[int] = mapped_column(ForeignKey("device.id"))  # that sealed it
    number: Mapped[int] = mapped_column(Integer)  # the tablet's own count
    form: Mapped[str] = mapped_column(String(40))
    form_version: Mapped[int] = mapped_column(Integer)
    key_id: Mapped[str] = mapped_column(String(40))
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(String(10))
    # waiting, opened, problem, held (of an ended tablet, by hand), conflict, rejected, erased
    given_up_by: Mapped[str | None] = mapped_column(String(16))  # the release that could not open or read it
    skew_seconds: Mapped[int] = mapped_column(Integer)  # our clock less the tablet's, as it was sent
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Handover(Base):
    """A stay that the reception hands over to a tablet: for ten minutes, once, to one tablet of that house.

    It names the record that speaks for the stay; what of it the tablet is told is in handing.py. Of its code
    only a keyed hash is kept. Once taken it binds the form that was begun with it to the stay.
    """

    __tablename__ = "handover"
    __table_args__ = (Index("ix_handover_device_id_expires_at", "device_id", "expires_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    property_id: Mapped[int] = mapped_column(ForeignKey("property.id"))
    record_id: Mapped[int] = mapped_column(ForeignKey("source_record.id", ondelete="CASCADE"), index=True)
    device_id: Mapped[int | None] = mapped_column(ForeignKey("device.id"))  # None: whichever has its code
    code_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)  # None once it was used
    language: Mapped[str] = mapped_column(String(8))
    made_by: Mapped[str] = mapped_column(String(80))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    taken_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    capture_id: Mapped[str | None] = mapped_column(String(36), unique=True)  # of the form begun with it
    attached_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # that form was put to the stay

    @property
    def subject(self) -> str:
        """How the journal names it."""
        return f"handover:{self.id}"


class _Opened:
    """What every link has: the hash of its token, what opens it, how long it lives."""

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    property_id: Mapped[int] = mapped_column(ForeignKey("property.id"))
    last_name_key: Mapped[str] = mapped_column(String(200))  # folded: the second factor
    arrives: Mapped[date | None] = mapped_column(Date)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    wrong_answers: Mapped[int] = mapped_column(Integer, default=0)
    locked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class GuestLink(_Opened, Base):
    """A link to one stay, sent to whoever booked it. Only the hash of its token is kept."""

    __tablename__ = "guest_link"
    is_rehearsed: ClassVar[bool] = False
    leads_to: Mapped[str] = mapped_column(String(40), default=FIRST_FORM, server_default=FIRST_FORM)  # a form

    record_id: Mapped[int] = mapped_column(ForeignKey("source_record.id", ondelete="CASCADE"), index=True)

    ended_with_stay: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    # revoked because its stay came to nothing: not so any more when that lives again
    passed_on: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    # made for whoever booked to send to the traveller: it lives beside their own

    @property
    def subject(self) -> str:
        """How the journal names it."""
        return f"link:{self.id}"


class Rehearsal(_Opened, Base):
    """A link to no stay, for a colleague who wants to see what a guest sees. Deleted after a day.

    What was filled in stays here, for that colleague: it becomes no capture and no source record.
    """

    __tablename__ = "rehearsal"
    is_rehearsed: ClassVar[bool] = True
    leads_to: ClassVar[str] = FIRST_FORM

    made_by: Mapped[str] = mapped_column(String(80))  # the actor, as in the journal
    form: Mapped[str | None] = mapped_column(String(40))  # of the finished form, as is all below
    form_version: Mapped[int | None] = mapped_column(Integer)
    language: Mapped[str | None] = mapped_column(String(8))
    answers: Mapped[dict[str, str] | None] = mapped_column(JSON)

    @property
    def subject(self) -> str:
        """How the journal names it."""
        return f"rehearsal:{self.id}"


class WrongTry(Base):
    """A wrong token or answer, counted in the database so that two processes count together."""

    __tablename__ = "wrong_try"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    who: Mapped[str] = mapped_column(String(64), index=True)  # keyed hash of the address, never the address
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
