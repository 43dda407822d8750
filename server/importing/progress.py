"""How far an import is, and how long it will still take."""

from __future__ import annotations

from datetime import datetime
from math import ceil

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.records.models import Import

MOVING = frozenset({"looking", "queued", "running", "linking"})
"""States that change by themselves: a page that shows one asks again."""

ENOUGH_TO_TELL = 3.0
"""Seconds of reading before a time left is more than a guess."""


def share_read(found: Import) -> float | None:
    """The share of its rows that is read, 0 to 1; None before their number is known."""
    return min(1.0, found.rows_read / found.rows_total) if found.rows_total else None


def minutes_left(found: Import, *, now: datetime) -> int | None:
    """Whole minutes until the rows are read, at the pace so far; 0 is less than one. None: cannot be told."""
    if found.state != "running" or found.started_at is None or not found.rows_read or not found.rows_total:
        return None
    elapsed = (now - found.started_at).total_seconds()
    if elapsed < ENOUGH_TO_TELL:
        return None
    seconds = elapsed * (found.rows_total - found.rows_read) / found.rows_read
    return 0 if seconds < 60 else ceil(seconds / 60)


def imports_page(session: Session, *, page: int, size: int) -> tuple[list[Import], int]:
    """A page of the imports, newest first, and how many there are."""
    total = session.scalar(select(func.count()).select_from(Import)) or 0
    page = min(page, max(1, -(-total // size)))
    query = select(Import).order_by(Import.id.desc()).limit(size).offset((page - 1) * size)
    return list(session.scalars(query)), total


def fingerprint(imports: list[Import]) -> str:
    """What a page shows of these imports; the same as long as nothing moved."""
    return ".".join(f"{i.id}{i.state[0]}{i.state[-1]}{i.rows_read}" for i in imports if i.state in MOVING)
