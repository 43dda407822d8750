"""Find guests: by words at the desk, or those behind a number; and read one guest's whole page."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from server.cleaning import fold
from server.guests.models import Guest, GuestValue, Link
from server.guests.within import count_records, known_elsewhere, known_of
from server.paging import page_within, pages_of
from server.properties.models import Property
from server.properties.reach import Reach
from server.record import CleanRecord
from server.records.models import CleanRow, RecordVersion, Source, SourceRecord
from server.records.reading import from_row
from server.stays.models import Stay, StaySource

PAGE = 50
LISTED = ("first_name", "last_name", "email", "mobile", "phone", "city", "country")


@dataclass(frozen=True, slots=True)
class Listed:
    """A guest in a list: some values by field, the class of its e-mail, how many records it has."""

    id: str
    values: dict[str, str]
    email_class: str
    records: int


@dataclass(frozen=True, slots=True)
class Found:
    """A page of guests, and how many there are in all (None: more than were counted)."""

    guests: tuple[Listed, ...]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return pages_of(self.total, PAGE)


@dataclass(frozen=True, slots=True)
class RecordSeen:
    """A record on a guest's page: whose it is, how it reads, how it came, why it is linked."""

    id: int
    source: str
    source_kind: str
    property_name: str
    key: str
    proof: str
    received_at: datetime
    clean: CleanRecord
    content: dict[str, str]
    versions: int
    link: Link


@dataclass(frozen=True, slots=True)
class StaySeen:
    """A stay on a guest's page: where it was, and those of its sources that are records of this guest."""

    stay: Stay
    property_name: str
    sources: tuple[StaySource, ...]


@dataclass(frozen=True, slots=True)
class GuestSeen:
    """A guest's page: the best known values with their origin, and every record within reach.

    `is_part`: some records are out of reach.
    """

    id: str
    values: dict[str, GuestValue]
    records: tuple[RecordSeen, ...]
    stays: tuple[StaySeen, ...] = ()
    is_part: bool = False

    def record(self, record_id: int) -> RecordSeen | None:
        """One of its records by id."""
        return next((r for r in self.records if r.id == record_id), None)


def search_guests(session: Session, words: str, *, reach: Reach, page: int = 1) -> Found:
    """Guests of whom one record within reach holds every word: parts of names, of an address, of a number.

    Without words: the guests that were made last.
    """
    terms = [spellings for word in words.split() if (spellings := _spellings(word))]
    if not terms:
        return _latest(session, reach, page)
    holding = and_(
        *(or_(*(CleanRow.search.contains(s, autoescape=True) for s in spellings)) for spellings in terms)
    )
    matching = _linked(reach).where(Link.record_id.in_(select(CleanRow.record_id).where(holding)))
    # every record is read for a part of a word, so once, not once for the count and once for the page
    ids = session.scalars(matching.distinct().order_by(Link.guest_id.desc())).all()
    page = page_within(page, len(ids), PAGE)
    return Found(_listed(session, ids[(page - 1) * PAGE : page * PAGE], reach), len(ids), page)


def _linked(reach: Reach) -> Select[str]:
    """The guests of the records within reach, one row a record."""
    if reach.is_everywhere:
        return select(Link.guest_id)
    own = and_(SourceRecord.id == Link.record_id, reach.limit(SourceRecord.property_id))
    return select(Link.guest_id).join(SourceRecord, own)


def _latest(session: Session, reach: Reach, page: int) -> Found:
    """All guests, the newest first: ids sort by age, so a page is the end of an index, not a sort of all."""
    linked = _linked(reach)
    counted = linked.with_only_columns(func.count(Link.guest_id.distinct()), maintain_column_froms=True)
    total = session.scalar(counted) or 0
    page = page_within(page, total, PAGE)
    ids = linked.distinct().order_by(Link.guest_id.desc())
    chosen = session.scalars(ids.limit(PAGE).offset((page - 1) * PAGE)).all()
    return Found(_listed(session, chosen, reach), total, page)


def _spellings(word: str) -> list[str]:
    """The ways a typed word may stand in a record: `müller` as muller or mueller, a number by its digits."""
    word = unicodedata.normalize("NFC", word).lower()
    if "@" in word:
        return [word]
    digits = "".join(c for c in word if c.isdigit())
    if digits and len(digits) >= len(word.strip("+()")) - 2:
        return [digits.removeprefix("00").removeprefix("0") if len(digits) > 5 else digits]
    folded = str(fold(word))
    spellings = folded.split() if word.isalnum() else [folded]
    return [s for s in dict.fromkeys([word, *spellings]) if s]


def guests_in(
    session: Session,
    guest_ids: Select[*tuple[Any, ...]],
    *,
    reach: Reach,
    page: int = 1,
    total: int | None = None,
) -> Found:
    """The guests that a query of ids names, as a list's page, as far as they are known within reach.

    `guest_ids` must itself name only guests of records within reach. `total`: how many, where it is known.
    """
    ids = guest_ids.subquery()
    if total is None:
        total = session.scalar(select(func.count()).select_from(ids)) or 0
    page = page_within(page, total, PAGE)
    chosen = session.scalars(
        select(Guest.id)
        .join(ids, ids.c[0] == Guest.id)
        .order_by(Guest.id.desc())
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    ).all()
    return Found(_listed(session, chosen, reach), total, page)


def _listed(session: Session, ids: Sequence[str], reach: Reach) -> tuple[Listed, ...]:
    known, counts = known_of(session, ids, reach, fields=LISTED), count_records(session, ids, reach)
    return tuple(
        Listed(
            guest_id,
            {field: best.value for field, best in known[guest_id].items()},
            known[guest_id]["email"].value_class if "email" in known[guest_id] else "missing",
            counts.get(guest_id, 0),
        )
        for guest_id in ids
    )


def see_guest(session: Session, guest_id: str, *, reach: Reach) -> GuestSeen | None:
    """What the records within reach tell of a guest, newest first; None when none of them is the guest's."""
    query = (
        select(SourceRecord, CleanRow, RecordVersion, Source, Property.name, Link)
        .join(Link, Link.record_id == SourceRecord.id)
        .join(CleanRow, CleanRow.record_id == SourceRecord.id)
        .join(
            RecordVersion,
            and_(RecordVersion.record_id == SourceRecord.id, RecordVersion.n == SourceRecord.current_version),
        )
        .join(Source, Source.id == SourceRecord.source_id)
        .join(Property, Property.id == SourceRecord.property_id)
        .where(Link.guest_id == guest_id, reach.limit(SourceRecord.property_id))
    )
    records = []
    for record, row, version, source, place, link in session.execute(query):
        columns = {c.key: getattr(row, c.key) for c in CleanRow.__table__.columns}
        records.append(
            RecordSeen(
                id=record.id,
                source=source.name,
                source_kind=source.kind,
                property_name=place,
                key=record.key,
                proof=record.proof,
                received_at=record.received_at,
                clean=from_row(columns),
                content=version.content,
                versions=record.versions,
                link=link,
            )
        )
    if not records:
        return None
    records.sort(key=_newest_first)
    is_part = bool(known_elsewhere(session, [guest_id], reach))
    known = known_of(session, [guest_id], reach)[guest_id]
    return GuestSeen(guest_id, known, tuple(records), _stays_of(session, records, reach), is_part)


def _stays_of(session: Session, records: Sequence[RecordSeen], reach: Reach) -> tuple[StaySeen, ...]:
    """The stays within reach that these records tell of."""
    query = (
        select(Stay, Property.name, StaySource)
        .join(StaySource, StaySource.stay_id == Stay.id)
        .join(Property, Property.id == Stay.property_id)
        .where(StaySource.record_id.in_([record.id for record in records]), reach.limit(Stay.property_id))
        .order_by(Stay.id, StaySource.record_id, StaySource.version)
    )
    found: dict[str, StaySeen] = {}
    for stay, place, source in session.execute(query):
        seen = found.get(stay.id)
        found[stay.id] = StaySeen(stay, place, (*(seen.sources if seen else ()), source))
    return tuple(found.values())


def _newest_first(record: RecordSeen) -> tuple[float, int]:
    known = record.clean.updated_at or record.clean.created_at
    when = known.timestamp() if known else record.received_at.timestamp()
    return (-when, record.id)
