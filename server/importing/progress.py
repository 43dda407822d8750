"""How far an import is, and how long it will still take."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from math import ceil

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.db import LARGEST_ID
from server.properties.reach import Reach
from server.records.models import Import, Source

MOVING = frozenset({"looking", "queued", "running", "linking", "undoing"})
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


def imports_page(session: Session, reach: Reach, *, page: int, size: int) -> tuple[list[Import], int]:
    """A page of the imports of the houses within reach, newest first, and how many there are."""
    own = select(Import).where(reach.limit(Import.property_id))
    total = session.scalar(select(func.count()).select_from(own.with_only_columns(Import.id).subquery())) or 0
    page = min(page, max(1, -(-total // size)))
    query = own.order_by(Import.id.desc()).limit(size).offset((page - 1) * size)
    return list(session.scalars(query)), total


def import_within(session: Session, import_id: int, reach: Reach) -> Import | None:
    """One import by its number; None where there is none such, or it is of a house out of reach."""
    if not 0 < import_id <= LARGEST_ID:
        return None
    return session.scalar(select(Import).where(Import.id == import_id, reach.limit(Import.property_id)))


def source_names(session: Session, imports: Sequence[Import]) -> dict[int, str]:
    """The names of the sources of some imports, by id."""
    ids = {found.source_id for found in imports if found.source_id is not None}
    return dict(session.execute(select(Source.id, Source.name).where(Source.id.in_(ids))).all())


def fingerprint(imports: list[Import]) -> str:
    """What a page shows of these imports; the same as long as nothing moved."""
    return ".".join(f"{i.id}{i.state[0]}{i.state[-1]}{i.rows_read}" for i in imports if i.state in MOVING)
