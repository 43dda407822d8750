"""Read kept versions again: a clean record can be rebuilt at any time from what its source sent.

After an own address was added, or the house was found to stand in another country, the same row means
something else. No version is made and no source record changes; the same pure code that read the row when it
came reads it in the light of its property as it is now. So setting it back reads everything as before.

Of a house's settings, reading asks for these two only (properties/context.py): a date's order was found in
its file, an address tells its own country, and a guest's language stands in the record.
"""

from __future__ import annotations

import dataclasses
import logging
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import numpy as np
from sqlalchemy import ColumnElement, Engine, Row, Text, and_, cast, false, func, or_, select, update
from sqlalchemy.orm import Session

from server.cleaning import clean
from server.consents.models import Consent
from server.db import reading, take_turn, writing
from server.jobs.queue import enqueue
from server.properties.context import context_of
from server.properties.finding import today_at
from server.properties.models import Property
from server.record import FIELDS, CleanRecord, DateOrder, Finding, Proof, RawRecord, StayKind
from server.records.arriving import PROPERTY_SUPPOSED, Arrival, Origin, Prepared, prepare
from server.records.models import CleanRow, Import, RecordVersion, Source, SourceRecord
from server.records.storing import replace_readings
from server.sources.reading import Reading
from server.sources.rows import RowReader
from server.stays.models import ToldStay

BATCH = 1000
"""Records a transaction: a desk's write waits for one such."""

log = logging.getLogger("oneguest.records")


@dataclass(frozen=True, slots=True)
class Reread:
    """How many records were read again, how many now read otherwise, how many could not be read.

    `after` is the last record's id; `is_finished` whether it was the last of those asked for.
    """

    read: int = 0
    changed: int = 0
    unreadable: int = 0
    after: int = 0
    is_finished: bool = False


def concerned_by_own_addresses(place: Property) -> ColumnElement[bool]:
    """The records of a property whose reading hangs on its own addresses, as they are or as they were.

    Those that bear one of them; those that are shared now, perhaps by an address taken back since; and
    those with a second number in one cell, which is taken when the first is the house's.
    """
    domains = [
        CleanRow.email.endswith(f"{before}{domain}", autoescape=True)
        for domain in place.own_domains
        for before in ("@", ".")
    ]
    shared = ("shared",)
    return and_(
        SourceRecord.property_id == place.id,
        or_(
            CleanRow.email.in_(place.own_emails) if place.own_emails else false(),
            CleanRow.phone.in_(place.own_phones) if place.own_phones else false(),
            CleanRow.mobile.in_(place.own_phones) if place.own_phones else false(),
            CleanRow.email_class.in_(shared),
            CleanRow.phone_class.in_(shared),
            CleanRow.mobile_class.in_(shared),
            cast(CleanRow.findings, Text).contains("phone_several"),
            *domains,
        ),
    )


def concerned_by_country(place: Property) -> ColumnElement[bool]:
    """The records of a property whose reading hangs on its country: those that came with a phone number.

    One without its country's code is read as a number of the house's country, after the guest's own.
    """
    return and_(
        SourceRecord.property_id == place.id,
        or_(CleanRow.phone_class != "missing", CleanRow.mobile_class != "missing"),
    )


Why = Literal["own", "country"]
CONCERNED: Mapping[Why, Callable[[Property], ColumnElement[bool]]] = {
    "own": concerned_by_own_addresses,
    "country": concerned_by_country,
}
"""Why a house's records are read again, and which of them."""


def count_concerned(session: Session, place: Property, why: Why) -> int:
    """How many records would be read again."""
    query = select(func.count()).select_from(SourceRecord)
    rows = query.join(CleanRow, CleanRow.record_id == SourceRecord.id)
    return session.scalar(rows.where(CONCERNED[why](place))) or 0


def ask_to_reread(session: Session, place: Property, why: Why, *, now: datetime) -> None:
    """A setting of a house changed: have the records read again that hang on it.

    The job says no address: a queue keeps what it did, and an own address may prove to be a guest's.
    """
    payload = {"property_id": place.id, "why": why}
    enqueue(session, "reread_records", payload, now=now, dedup_key=f"reread:{place.id}:{why}")


def _tell_nobody(session: Session, changed: Sequence[int]) -> None:
    """What rereading leaves in the journal when nobody asked for it."""


def reread(
    engine: Engine,
    condition: ColumnElement[bool],
    *,
    after: int = 0,
    tell: Callable[[Session, Sequence[int]], None] = _tell_nobody,
    stopping: Callable[[], bool] = lambda: False,
) -> Reread:
    """Read again the records that a condition on SourceRecord and CleanRow names, a thousand a transaction.

    Killed at any moment and started again, it ends the same: what reads as before is not written. `after`
    goes on behind a record's id. Records that read otherwise are marked for linking. Whoever calls holds the
    linker's place, or a linker at work would take the new reading for one that it has seen. `tell` is given
    the ids of the records that read otherwise, in the transaction that writes them.
    """
    done = Reread(after=after)
    while not stopping():
        with reading(engine) as session:
            ids = _next_ids(session, condition, done.after)
        if not ids:
            return dataclasses.replace(done, is_finished=True)
        with writing(engine) as session:
            take_turn(session, "linker")
            changed, unreadable = read_again(session, ids)
            if changed:
                tell(session, changed)
        done = Reread(
            done.read + len(ids), done.changed + len(changed), done.unreadable + unreadable, ids[-1]
        )
    return done


def _next_ids(session: Session, condition: ColumnElement[bool], after: int) -> Sequence[int]:
    query = select(SourceRecord.id).join(CleanRow, CleanRow.record_id == SourceRecord.id)
    return session.scalars(
        query.where(SourceRecord.id > after, condition).order_by(SourceRecord.id).limit(BATCH)
    ).all()


@dataclass(frozen=True, slots=True)
class _Kept:
    """What the tables hold of one record: its head, current version, source, and its reading so far."""

    head: Row[Any]
    clean_row: Mapping[str, Any]
    told: ToldStay | None  # of the stay that the current version tells: its kind, and whether whose is sure
    consents: Sequence[Consent]


def _as_read(record_id: int, read: CleanRecord) -> CleanRecord:
    """Nothing of it is withheld."""
    return read


def read_again(
    session: Session, ids: Sequence[int], *, less: Callable[[int, CleanRecord], CleanRecord] = _as_read
) -> tuple[list[int], int]:
    """Read these records again in the caller's transaction; which changed, how many were unreadable.

    `less` takes out of a reading what is not to be believed of that record.
    """
    kept = _load(session, ids)
    places = {place.id: place for place in session.scalars(select(Property))}
    imports = {found.head.import_id for found in kept.values()} - {None}
    readings: dict[int, dict[str, Any]] = dict(
        session.execute(select(Import.id, Import.reading).where(Import.id.in_(imports))).all()
    )
    together: dict[Origin, list[tuple[int, Arrival]]] = defaultdict(list)
    unreadable = []
    ways: dict[int | None, Way] = {None: Way.of_form()}
    for record_id, found in kept.items():
        import_id = found.head.import_id
        try:
            if import_id not in ways:
                ways[import_id] = Way.of_file(Reading.from_json(readings[import_id]))
            origin, arrival = _arrival(found, ways[import_id], places[found.head.property_id])
        except (KeyError, TypeError, ValueError) as fault:  # a layout that this version no longer has
            log.warning("record not read again record=%s fault=%s", record_id, type(fault).__name__)
            unreadable.append(record_id)
            continue
        together[origin].append((record_id, arrival._replace(clean=less(record_id, arrival.clean))))
    changed: dict[int, Prepared] = {}
    for origin, members in together.items():
        ready = prepare(origin, [arrival for _, arrival in members])
        for (record_id, _), prepared in zip(members, ready, strict=True):
            if not _reads_as(kept[record_id].clean_row, prepared):
                changed[record_id] = prepared
    replace_readings(session, changed)
    if changed:
        session.execute(
            update(SourceRecord).where(SourceRecord.id.in_(changed)).values(needs_linking=True),
            execution_options={"synchronize_session": False},
        )
    return sorted(changed), len(unreadable)


def _reads_as(kept: Mapping[str, Any], prepared: Prepared) -> bool:
    """Whether a stored reading is this one; the linker may have refined some of its look-up keys further."""
    stored = set(np.frombuffer(kept.get("keys", b""), dtype="<i8").tolist())
    same = {**kept, "keys": prepared.clean_row["keys"]}
    return stored.issuperset(prepared.keys) and prepared.clean_row == same


def _load(session: Session, ids: Sequence[int]) -> dict[int, _Kept]:
    """Heads first, locked in the order in which importer and linker lock: no newer version comes between."""
    session.execute(
        select(SourceRecord.id)
        .where(SourceRecord.id.in_(ids))
        .order_by(SourceRecord.id)
        .with_for_update(key_share=True)
    )
    heads = session.execute(
        select(
            SourceRecord.id,
            SourceRecord.key,
            SourceRecord.property_id,
            SourceRecord.proof,
            SourceRecord.source_id,
            Source.name.label("source_name"),
            RecordVersion.content,
            RecordVersion.findings,
            RecordVersion.import_id,
            RecordVersion.line,
            RecordVersion.received_at,
        )
        .join(Source, Source.id == SourceRecord.source_id)
        .join(
            RecordVersion,
            and_(RecordVersion.record_id == SourceRecord.id, RecordVersion.n == SourceRecord.current_version),
        )
        .where(SourceRecord.id.in_(ids))
        .order_by(SourceRecord.id)
    )
    rows = session.execute(select(*CleanRow.__table__.columns).where(CleanRow.record_id.in_(ids))).mappings()
    clean_rows = {row["record_id"]: dict(row) for row in rows}
    is_current = and_(SourceRecord.id == ToldStay.record_id, SourceRecord.current_version == ToldStay.version)
    stays = session.scalars(
        select(ToldStay).join(SourceRecord, is_current).where(ToldStay.record_id.in_(ids))
    )
    told = {stay.record_id: stay for stay in stays}
    consents: dict[int, list[Consent]] = defaultdict(list)
    for consent in session.scalars(select(Consent).where(Consent.record_id.in_(ids)).order_by(Consent.id)):
        consents[consent.record_id].append(consent)
    found = {}
    for head in heads:
        row = clean_rows.get(head.id, {})
        row.pop("record_id", None)
        found[head.id] = _Kept(head, row, told.get(head.id), consents[head.id])
    return found


@dataclass(frozen=True, slots=True)
class Way:
    """How versions of one file, or of forms, are read: FIELDS, date orders, what a row tells of besides."""

    values: Callable[[Mapping[str, str]], dict[str, str]]
    date_orders: Mapping[str, DateOrder]
    stay_kind: StayKind | None
    is_file: bool

    @classmethod
    def of_file(cls, found: Reading) -> Way:
        return cls(RowReader(found).values_of, found.date_orders, found.stay_kind, is_file=True)

    @classmethod
    def of_form(cls) -> Way:
        """A finished form's version is what its flow made of the answers: FIELDS already."""
        return cls(_fields, {}, None, is_file=False)


def _fields(content: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in content.items() if name in FIELDS}


def _arrival(kept: _Kept, way: Way, place: Property) -> tuple[Origin, Arrival]:
    """The record as it came, read anew. Who it told a consent, and by which words, is a fact of that day."""
    head = kept.head
    values = way.values(head.content)
    read = clean(values, context_of(place, way.date_orders, today_at(place, now=head.received_at)))
    findings = kept.clean_row.get("findings", ())
    of_arrival = tuple(Finding(*found) for found in findings if found[0] == PROPERTY_SUPPOSED)
    if of_arrival:
        read = dataclasses.replace(read, findings=(*read.findings, *of_arrival))
    proof: Proof = head.proof
    kind: StayKind | None = kept.told.kind if kept.told else None  # type: ignore[assignment]  # of StayKind
    origin = Origin(
        source_id=head.source_id,
        source_name=head.source_name,
        stay_kind=way.stay_kind if way.is_file else kind,
        proof=proof,
        import_id=head.import_id,
        text_version=next((c.text_version for c in kept.consents if c.text_version), None),
        property_sure=kept.told is None or kept.told.property_sure,
    )
    raw = RawRecord(head.key, head.content, values, head.line or 1)
    entity = kept.consents[0].legal_entity_id if kept.consents else place.legal_entity_id
    return origin, Arrival(raw, read, place.id, entity, place.currency)
