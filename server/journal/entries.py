"""Write one act into the journal, in the transaction that does it."""

from __future__ import annotations

import re
from datetime import datetime

from sqlalchemy.orm import Session

from server.journal.models import JournalEntry

Detail = int | str | list[int]

SUBJECT = re.compile(r"[a-z_]+:[A-Za-z0-9_.-]{1,60}")
CODE = re.compile(r"[A-Za-z0-9_.,:/<>-]{0,500}")
"""What a word of a detail may look like: a code, an id, a route. No spaces, no @, no +."""
REASON_LENGTH = 200
_ADDRESS = re.compile(r"\S+@\S+")
_NUMBER = re.compile(r"\+?\d(?:[\s./()-]*\d){4,}")


def note(
    session: Session,
    actor: str,
    act: str,
    subject: str,
    *,
    now: datetime,
    property_id: int | None = None,
    reason: str | None = None,
    **detail: Detail,
) -> JournalEntry:
    """Write one act into the journal, in the caller's transaction.

    `actor` staff:7, kiosk, command ...; `subject` kind:id; `detail` ids, counts and codes. Of a `reason` that
    a colleague typed, addresses and longer numbers are left out. Raises ValueError for a subject or a detail
    that is no id, count or code: what is not written here cannot leak from here.
    """
    if not SUBJECT.fullmatch(subject):
        raise ValueError(f"the subject of {act} is not kind:id")
    for name, value in detail.items():
        if isinstance(value, str) and not CODE.fullmatch(value):
            raise ValueError(f"{name} of {act} is no code")
    entry = JournalEntry(
        at=now,
        actor=actor,
        act=act,
        subject=subject,
        detail=dict(detail),
        property_id=property_id,
        reason=tidy_reason(reason),
    )
    session.add(entry)
    _noted(session).append((actor, entry))
    return entry


def tidy_reason(text: str | None) -> str | None:
    """A reason as it may be kept: one line, without e-mail addresses or longer numbers; None when empty."""
    plain = " ".join("".join(c if c.isprintable() else " " for c in text or "").split())
    masked = _NUMBER.sub("…", _ADDRESS.sub("…", plain))
    return masked[:REASON_LENGTH] or None


def has_noted(session: Session, actor: str) -> bool:
    """Whether this session wrote an entry of that actor since it began, and did not take it back since."""
    return any(by == actor and entry in session for by, entry in _noted(session))


def _noted(session: Session) -> list[tuple[str, JournalEntry]]:
    """What the session wrote; a rollback, of a savepoint too, puts such an entry out of the session."""
    noted: list[tuple[str, JournalEntry]] = session.info.setdefault("journal_noted", [])
    return noted
