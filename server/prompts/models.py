"""Questions to guests, the messages that carry them, and what came back.

A question outlives its messages: it holds ids and codes only, so the ledger can count it for years. Texts and
numbers stand in messages and replies and go after 30 days (retention class `messages`); what stays of them is
a keyed hash, by which caps are counted and a late answer still finds its question.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Numeric,
    String,
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base, UtcDateTime


class Asking(Base):
    """How one house asks: nothing goes out before somebody approved its plan."""

    __tablename__ = "asking"

    property_id: Mapped[int] = mapped_column(ForeignKey("property.id"), primary_key=True)
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # None: never, or stopped
    approved_by: Mapped[str | None] = mapped_column(String(80))  # the actor, as in the journal
    rules: Mapped[dict[str, dict[str, Any]]] = mapped_column(JSON, default=dict)
    # rule of prompts/rules: on, and what can be set of it; what is not said is as the rule has it
    countries: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)  # FR: link, reply or nothing
    caps: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)  # day, number, prefix, money
    held_back: Mapped[int] = mapped_column(Integer, default=10)  # percent of chances that are not asked
    asks_through_alias: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    # "give us your real address" to an address of a booking site: only after a warning


class Sender(Base):
    """By what a house texts to a country: a name, a long number or a short code; `senders.py` has what each
    can do there."""

    __tablename__ = "sender"

    property_id: Mapped[int] = mapped_column(ForeignKey("property.id"), primary_key=True)
    country: Mapped[str] = mapped_column(String(2), primary_key=True)  # of the guest's number
    kind: Mapped[str] = mapped_column(String(10))  # name, long, short
    value: Mapped[str] = mapped_column(String(20))


class PlanningCursor(Base):
    """One row: how far the planning read what changed about guests, and when it last looked at everybody."""

    __tablename__ = "planning_cursor"

    id: Mapped[int] = mapped_column(primary_key=True)  # always 1
    event_id: Mapped[int] = mapped_column(Integer)
    looked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Prompt(Base):
    """One question to one guest, for one stay and purpose, from the plan to its answer."""

    __tablename__ = "prompt"
    __table_args__ = (
        UniqueConstraint("stay_id", "purpose"),
        Index("ix_prompt_state_due_at", "state", "due_at"),
        Index("ix_prompt_property_id_due_at", "property_id", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    property_id: Mapped[int] = mapped_column(ForeignKey("property.id"))
    stay_id: Mapped[str] = mapped_column(String(32))
    guest_id: Mapped[str] = mapped_column(String(32), index=True)  # as it was planned; may have gone on since
    record_id: Mapped[int | None] = mapped_column(
        ForeignKey("source_record.id", ondelete="SET NULL"), index=True
    )  # that tells of the stay; None: erased
    rule: Mapped[str] = mapped_column(String(40))  # file of prompts/rules
    purpose: Mapped[str] = mapped_column(String(20))  # email, stay_info, survey, invoice
    channel: Mapped[str] = mapped_column(String(10))  # sms, email
    mode: Mapped[str] = mapped_column(String(10))  # link, reply
    language: Mapped[str] = mapped_column(String(8))
    source_channel: Mapped[str | None] = mapped_column(String(60))  # the booking site of the stay
    state: Mapped[str] = mapped_column(String(10))
    # planned, held_back (never asked, to compare with), asked, answered, given, declined, closed
    why: Mapped[str] = mapped_column(String(40), default="")  # code: why it was closed, or why not sent yet
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    until_at: Mapped[datetime] = mapped_column(UtcDateTime)  # after that it makes no sense any more
    planned_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    contact_key: Mapped[bytes | None] = mapped_column(LargeBinary(32), index=True)  # whom it is sent to
    guest_link_id: Mapped[int | None] = mapped_column(ForeignKey("guest_link.id", ondelete="SET NULL"))


class Message(Base):
    """One text or e-mail that goes out, at most once caused by us.

    `sending` is committed before the provider is called; who finds a message there after a crash makes it
    `unknown`, and only the provider's own list of what it sent settles that. States never go backwards.
    """

    __tablename__ = "message"
    __table_args__ = (
        Index("ix_message_state_due_at", "state", "due_at"),
        Index("ix_message_to_key_sending_at", "to_key", "sending_at"),
        Index("ix_message_property_id_sending_at", "property_id", "sending_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    property_id: Mapped[int] = mapped_column(ForeignKey("property.id"))
    prompt_id: Mapped[int | None] = mapped_column(ForeignKey("prompt.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    # question, ask_back, confirmation, apology, stopped, started, help, proof, test
    once_key: Mapped[str] = mapped_column(String(80), unique=True)  # what it is for: made once
    channel: Mapped[str] = mapped_column(String(10))  # sms, email
    sender: Mapped[str] = mapped_column(String(254))
    sent_to: Mapped[str] = mapped_column(String(320), default="")  # +33…, an address; empty after 30 days
    to_key: Mapped[bytes] = mapped_column(LargeBinary(32))
    prefix: Mapped[str] = mapped_column(String(8), default="")  # +3361234, a block of numbers, for caps
    language: Mapped[str] = mapped_column(String(8))
    subject: Mapped[str] = mapped_column(String(200), default="")
    body: Mapped[str] = mapped_column(Text, default="")  # empty after 30 days
    parts: Mapped[int] = mapped_column(Integer, default=1)  # segments of a text
    state: Mapped[str] = mapped_column(String(10), default="ready")
    # ready, sending, sent, delivered, failed, unknown, dropped (not sent after all, for `code`)
    code: Mapped[str] = mapped_column(String(40), default="")  # the provider's error, or ours
    provider_id: Mapped[str | None] = mapped_column(String(254), unique=True)  # SM…, or the Message-ID
    cost: Mapped[Decimal | None] = mapped_column(Numeric(12, 5))
    currency: Mapped[str | None] = mapped_column(String(3))
    tries: Mapped[int] = mapped_column(Integer, default=0)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    until_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sending_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # delivered, failed or dropped


class Reply(Base):
    """What came back, stored before it is understood."""

    __tablename__ = "reply"
    __table_args__ = (Index("ix_reply_state", "state", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(String(10))  # sms, email
    provider_id: Mapped[str] = mapped_column(String(254), unique=True)  # acts once, for ever
    property_id: Mapped[int | None] = mapped_column(ForeignKey("property.id"))  # None: not known whose
    prompt_id: Mapped[int | None] = mapped_column(ForeignKey("prompt.id"), index=True)
    from_key: Mapped[bytes] = mapped_column(LargeBinary(32), index=True)
    sent_from: Mapped[str] = mapped_column(String(320), default="")  # empty after 30 days
    sent_to: Mapped[str] = mapped_column(String(320), default="")
    text: Mapped[str] = mapped_column(Text, default="")  # empty after 30 days
    state: Mapped[str] = mapped_column(String(10), default="stored")
    # stored, taken, asked_back, at_desk, settled
    outcome: Mapped[str] = mapped_column(String(20), default="")  # what understanding.py made of it
    capture_id: Mapped[str | None] = mapped_column(String(36), unique=True)  # that it became
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_by: Mapped[str | None] = mapped_column(String(80))


class OptOut(Base):
    """Somebody does not want our messages: by the keyed hash of the contact, so it outlives their erasure."""

    __tablename__ = "opt_out"
    __table_args__ = (UniqueConstraint("contact_key", "channel", "legal_entity_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_key: Mapped[bytes] = mapped_column(LargeBinary(32))
    channel: Mapped[str] = mapped_column(String(10))  # sms, email
    legal_entity_id: Mapped[int] = mapped_column(ForeignKey("legal_entity.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    how: Mapped[str] = mapped_column(String(20))  # stop, unsubscribe, desk, provider
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # START


class DeadContact(Base):
    """A contact that is not this guest's: wrong number, "not me", an address that bounces for good.

    No message goes there for these records, and it is no evidence of who they are.
    """

    __tablename__ = "dead_contact"
    __table_args__ = (UniqueConstraint("record_id", "contact_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("source_record.id", ondelete="CASCADE"))
    contact_key: Mapped[bytes] = mapped_column(LargeBinary(32), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    how: Mapped[str] = mapped_column(String(20))  # not_me, bounced, landline, desk
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # a colleague took it back


class AddressProof(Base):
    """Whether the guest proved that an address of a record is theirs: a click or a code, undoable by them.

    Only the hashes of what was sent to the address are kept.
    """

    __tablename__ = "address_proof"
    __table_args__ = (UniqueConstraint("record_id", "contact_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("source_record.id", ondelete="CASCADE"))
    contact_key: Mapped[bytes] = mapped_column(LargeBinary(32), index=True)
    state: Mapped[str] = mapped_column(String(10))  # claimed, by_staff, verified, undone, bounced
    token_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)
    code_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    wrong_codes: Mapped[int] = mapped_column(Integer, default=0)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    how: Mapped[str] = mapped_column(String(20), default="")  # click, code, reply, tablet


class Declined(Base):
    """An honourable No: the guest declined, has none, or asked not to be asked. Counted against nobody."""

    __tablename__ = "declined"
    __table_args__ = (Index("ix_declined_record_id", "record_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("source_record.id", ondelete="CASCADE"))
    property_id: Mapped[int] = mapped_column(ForeignKey("property.id"))
    purpose: Mapped[str] = mapped_column(String(20))
    answer: Mapped[str] = mapped_column(String(20))  # declined, has_none, dont_ask
    until: Mapped[date | None] = mapped_column(Date)  # of this stay only; None: for good
    by: Mapped[str] = mapped_column(String(80))  # the actor, or `guest`
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class TypedIn(Base):
    """A colleague typed an address that came back into the reservation system; what its exports say since.

    Both addresses are the records' own: `record_id` is that system's record of the stay, `value_record_id`
    what the guest gave. So it is kept as long as they are, class `stay`, and holds nothing of the guest.
    """

    __tablename__ = "typed_in"
    __table_args__ = (UniqueConstraint("record_id", "value_record_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("source_record.id", ondelete="CASCADE"))
    value_record_id: Mapped[int] = mapped_column(
        ForeignKey("source_record.id", ondelete="CASCADE"), index=True
    )
    done_at: Mapped[datetime] = mapped_column(UtcDateTime)
    done_by: Mapped[str] = mapped_column(String(80))  # the actor, as in the journal
    proven_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # the system's own export brought it
    overwritten_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # and then an alias again
