"""The journal: who did what to whom, written in the transaction that did it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.db import Base, UtcDateTime


class JournalEntry(Base):
    """One act. `detail` holds ids and counts, never a name, a number or an address."""

    __tablename__ = "journal_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(80))  # desk, kiosk, link, command, worker
    act: Mapped[str] = mapped_column(String(60))  # import.started, guest.opened ...
    subject: Mapped[str] = mapped_column(String(80))  # kind:id
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


def note(session: Session, actor: str, act: str, subject: str, *, now: datetime, **detail: int | str) -> None:
    """Write one act into the journal, in the caller's transaction."""
    session.add(JournalEntry(at=now, actor=actor, act=act, subject=subject, detail=detail))
