"""What a test needs of a house, showing only what matters to it."""

from __future__ import annotations

import csv
import random
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, select

from server.cleaning import clean
from server.db import reading, writing
from server.guests.models import Link
from server.properties.context import context_of
from server.properties.setup import UNNAMED, ensure_properties
from server.record import Proof, RawRecord, StayKind
from server.records.arriving import Arrival, Origin, prepare
from server.records.models import Source, SourceRecord
from server.records.storing import Stored, store
from server.sources.layout import Of

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)

PATRICK = {
    "first_name": "Patrick",
    "last_name": "Martin",
    "mobile": "06 52 52 72 72",
    "birth_date": "1956-12-28",
    "email": "patrick.martin@orange.fr",
}
"""A guest of whom everything is known."""


def make_source(engine: Engine, name: str = "pms_a", kind: str = "pms", at: str = "main") -> Source:
    """A source of the default property, or of the one with another code."""
    with writing(engine) as session:
        found = session.scalar(select(Source).where(Source.name == name))
        if found is None:
            main = {"code": "main", "name": "Hôtel des Bains", "legal_entity": UNNAMED}
            place = ensure_properties(session, [main, {"code": at, "legal_entity": UNNAMED}])[1]
            found = Source(name=name, layout=name, kind=kind, property_id=place.id)
            session.add(found)
        return found


def take_in(
    engine: Engine,
    *rows: Mapping[str, str],
    source: str = "pms_a",
    kind: str = "pms",
    proof: Proof = "source",
    stay_kind: StayKind | None = None,
    now: datetime = NOON,
    at: str = "main",
    of: Of = "reservation",
    property_sure: bool = True,
) -> Stored:
    """Store rows, given in the words of record.FIELDS plus `key`, as one batch of a source of a property."""
    made = make_source(engine, source, kind, at)
    origin = Origin(made.id, made.name, stay_kind, proof, of=of, property_sure=property_sure)
    with writing(engine) as session:
        place = ensure_properties(session, [{"code": at, "legal_entity": UNNAMED}])[0]
        arrivals = []
        for line, row in enumerate(rows, start=2):
            values = {name: text for name, text in row.items() if name != "key"}
            raw = RawRecord(row["key"], dict(row), values, line)
            context = context_of(place, {}, now.date())
            arrivals.append(
                Arrival(raw, clean(values, context), place.id, place.legal_entity_id, place.currency)
            )
        return store(session, origin, prepare(origin, arrivals), now=now)


def guests_by_key(engine: Engine) -> dict[str, str]:
    """The guest of every linked record, by the record's key."""
    with reading(engine) as session:
        query = select(SourceRecord.key, Link.guest_id).join(Link, Link.record_id == SourceRecord.id)
        return dict(session.execute(query).all())


def write_export(path: Path, rows: int, *, seed: int = 1) -> Path:
    """An export of the English PMS with so many rows about some fewer people, in UTF-16 with tabs."""
    chance = random.Random(seed)
    first = ("Anna", "Jean", "Maria", "Piet", "Olga", "John", "Aïcha", "Lukas", "Inès", "Tom")
    last = ("Martin", "Rossi", "de Vries", "Ivanova", "Smith", "Müller", "García", "Nowak", "Silva")
    header = [
        "Profile ID",
        "Title",
        "Guest Name",
        "Email",
        "Telephone",
        "DOB",
        "Nationality",
        "Lang",
        "Address",
        "Zip",
        "Town",
        "Country",
        "ID Doc",
        "Company",
        "Membership",
        "Insert Date",
        "Arr",
        "Dep",
        "Total Revenue",
        "Comments",
    ]
    with path.open("w", encoding="utf-16", newline="") as file:
        writer = csv.writer(file, delimiter="\t")
        writer.writerow(header)
        for number in range(rows):
            person = random.Random(chance.randrange(max(1, rows * 2 // 3)))
            given, family = person.choice(first), person.choice(last)
            mark = person.randrange(10**6)
            day = 1 + number % 28
            writer.writerow(
                [
                    f"GST-{number:07d}",
                    "",
                    f"{family}, {given}" if number % 2 else f"{given} {family}",
                    f"{given}.{family}{mark}@posteo.example".lower().replace(" ", "") if number % 3 else "",
                    f"+336{mark:08d}" if number % 4 else "",
                    f"{1940 + mark % 60}-0{1 + mark % 9}-1{mark % 9}",
                    "",
                    "fr",
                    "",
                    "",
                    "",
                    "",
                    "",
                    "",
                    "",
                    f"2025-03-{day:02d} 10:00:00",
                    f"2025-04-{day:02d}",
                    f"2025-05-{day:02d}",
                    f"{100 + number % 900}.50",
                    "",
                ]
            )
    return path


def at_once(first: Callable[[], object], second: Callable[[], object]) -> None:
    """Run both, the second while the first is under way; what either raises is raised here."""
    with ThreadPoolExecutor() as two:
        running = two.submit(first)
        time.sleep(0.2)
        after = two.submit(second)
        running.result()
        after.result()
