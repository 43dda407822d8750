"""Drop what entries tell, for whoever has the right to that; by whom and when they were written stays."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import Table, select, update
from sqlalchemy.orm import Session

from server.journal.entries import note
from server.journal.models import JournalEntry, JournalSeal

ERASED = "journal.erased"
AT_ONCE = 500


def erase_content(
    session: Session, ids: Sequence[int], *, actor: str, now: datetime, reason: str | None = None
) -> None:
    """Drop subject, reason and detail of these entries, with the salts of their seals.

    An entry `journal.erased` names them, and verifying asks for it: content that is gone without one was
    taken. Entries that tell of an erasing are never erased themselves; ids of such are a ValueError.
    """
    erasings = select(JournalEntry.id).where(JournalEntry.id.in_(ids), JournalEntry.act == ERASED)
    if session.scalar(erasings.limit(1)) is not None:
        raise ValueError("an entry that tells of an erasing is never erased")
    entries, seals = cast(Table, JournalEntry.__table__), cast(Table, JournalSeal.__table__)
    for at in range(0, len(ids), AT_ONCE):
        some = sorted(ids[at : at + AT_ONCE])
        places = set(session.scalars(select(JournalEntry.property_id).where(JournalEntry.id.in_(some))))
        told = note(
            session,
            actor,
            ERASED,
            f"entries:{len(some)}",
            now=now,
            property_id=places.pop() if len(places) == 1 else None,
            reason=reason,
            entries=some,
        )
        session.flush()
        connection = session.connection()
        connection.execute(
            update(entries).where(entries.c.id.in_(some)).values(subject="", reason=None, detail={})
        )
        connection.execute(
            update(seals)
            .where(seals.c.entry_id.in_(some), seals.c.erased_by.is_(None))
            .values(salt=None, erased_by=told.id)
        )
    session.expire_all()
