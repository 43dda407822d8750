"""The tables of the journal. The application never changes a row of them, and the database refuses it too."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ColumnElement, ForeignKey, Index, Integer, LargeBinary, String, event, true
from sqlalchemy.orm import Mapped, ORMExecuteState, Session, mapped_column

from server.db import Base, UtcDateTime


class JournalEntry(Base):
    """One act. It names by kind and number only: never a name, a number to call or an address.

    `actor` staff:7, kiosk, link, command, worker. `property_id` points at nothing that the database guards:
    an entry outlives the house it tells of. `reason` is what the colleague gave, where they were asked.
    """

    __tablename__ = "journal_entry"
    __table_args__ = (
        Index("ix_journal_entry_actor_at", "actor", "at"),
        Index("ix_journal_entry_at", "at"),
        Index("ix_journal_entry_subject", "subject"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(80))
    act: Mapped[str] = mapped_column(String(60))  # import.started, guest.opened ...
    subject: Mapped[str] = mapped_column(String(80))  # kind:id; empty once erased
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    property_id: Mapped[int | None] = mapped_column(Integer)
    reason: Mapped[str | None] = mapped_column(String(200))


def at_houses(houses: frozenset[int] | None) -> ColumnElement[bool]:
    """The condition that an entry tells of one of these houses; None: of any, or of the group as a whole."""
    return true() if houses is None else JournalEntry.property_id.in_(sorted(houses))


class JournalSeal(Base):
    """The seal of one entry, in a table of its own so that sealing leaves the entry untouched.

    `sequence` has no gaps, unlike the entries' ids, which a rolled back transaction uses up. Erasing empties
    `salt` and fills `erased_by`, the entry that tells of the erasing; nothing else here ever changes.
    """

    __tablename__ = "journal_seal"

    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entry_id: Mapped[int] = mapped_column(ForeignKey("journal_entry.id"), unique=True)
    salt: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    commitment: Mapped[bytes] = mapped_column(LargeBinary(32))
    chain: Mapped[bytes] = mapped_column(LargeBinary(32))
    key_id: Mapped[str] = mapped_column(String(40))
    sealed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    erased_by: Mapped[int | None] = mapped_column(Integer)


class OnlyAddedTo(RuntimeError):
    """Somebody wrote code that changes or deletes an entry of the journal."""

    def __init__(self) -> None:
        super().__init__(
            "the journal is only ever added to; see server/journal/erasing.py for what may be dropped"
        )


def _refuse(*_: object) -> None:
    raise OnlyAddedTo


for _model in (JournalEntry, JournalSeal):
    event.listen(_model, "before_update", _refuse)
    event.listen(_model, "before_delete", _refuse)


@event.listens_for(Session, "do_orm_execute")
def _refuse_in_bulk(asked: ORMExecuteState) -> None:
    changes = asked.is_update or asked.is_delete
    if changes and asked.bind_mapper and asked.bind_mapper.class_ in (JournalEntry, JournalSeal):
        raise OnlyAddedTo
