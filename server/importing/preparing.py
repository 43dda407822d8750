"""Prepare an import: look at the file, find its source and property, and write down what was found."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.clock import clock
from server.db import take_turn
from server.properties.models import Property
from server.properties.setup import default_property
from server.records.models import Import, KeptMapping, Source
from server.refusal import Refused
from server.sources.inspection import inspect
from server.sources.reading import KeptMapping as Mapped
from server.sources.reading import Reading

NAME_LIMIT = 80
"""Characters of a source's name."""

UNFINISHED = ("queued", "running", "linking", "failed")


@dataclass(frozen=True, slots=True)
class Looked:
    """A file that was looked at: what was found, and the digest that knows it again."""

    name: str
    path: Path
    digest: str
    size: int
    reading: Reading


def look_at(path: Path, *, name: str, kept: Mapping[str, Mapped], layout: str | None = None) -> Looked:
    """Inspect a file before anything is stored. Raises Refused when it cannot be read at all."""
    if not path.is_file():
        raise Refused("import.no_file", {"file": name})
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Looked(name, path, digest, path.stat().st_size, inspect(path, name=name, kept=kept, layout=layout))


def layout_said_before(session: Session, reading: Reading) -> str | None:
    """Which of the layouts that fit this header alike its last import was read by; None: there was none."""
    if not reading.asked or reading.layout:
        return None
    digest, layout = Import.reading["header_digest"].as_string(), Import.reading["layout"].as_string()
    query = select(layout).where(digest == reading.header_digest, Import.state == "done")
    before = session.scalar(query.order_by(Import.id.desc()).limit(1))
    return before if before in reading.asked else None


def kept_mappings(session: Session) -> dict[str, Mapped]:
    """What staff said earlier about headers that nobody knew, by the header's digest."""
    return {
        row.header_digest: Mapped(
            columns=dict(row.columns),
            key_columns=tuple(row.key_columns),
            source_name=row.source_name,
            kind=row.kind,
        )
        for row in session.scalars(select(KeptMapping))
    }


def prepare(
    session: Session,
    looked: Looked,
    *,
    place: Property | None = None,
    source_name: str | None = None,
) -> Import:
    """The import of a looked-at file: an unfinished one of the same file goes on, else a new one.

    `place` is the property somebody named for the whole file: it wins over what a row's own column says.
    """
    read_as = looked.reading if place is None else looked.reading.of_one_property()
    source = find_source(session, looked.reading, place=place, name=source_name)  # takes the turn
    where = place or session.get_one(Property, source.property_id)
    unfinished = session.scalars(
        select(Import)
        .where(
            Import.file_digest == looked.digest,
            Import.source_id == source.id,
            Import.property_id == where.id,
            Import.state.in_(UNFINISHED),
        )
        .order_by(Import.id.desc())
    )
    for found in unfinished:
        if Reading.from_json(found.reading).names_properties == read_as.names_properties:
            return found
    made = Import(
        source_id=source.id,
        property_id=where.id,
        file_name=looked.name.encode("utf-8", "replace").decode()[:255],
        file_digest=looked.digest,
        file_size=looked.size,
        reading=read_as.to_json(),
        state="queued",
        rows_total=looked.reading.rows,
        created_at=clock(),
    )
    session.add(made)
    session.flush()
    return made


def find_source(
    session: Session, reading: Reading, *, place: Property | None, name: str | None = None
) -> Source:
    """The source of a file, made when it is new.

    It is called `name`, else as the reading calls it; with the property's code behind it when that is not
    the default one, because the same product in two hotels gives two sets of keys.
    """
    own = reading.source_name
    chosen = (name or (own if place is None or place.is_default else f"{own}@{place.code}")).strip()
    if not 0 < len(chosen) <= NAME_LIMIT:
        raise Refused("import.source_name", {"limit": str(NAME_LIMIT)})
    take_turn(session, "sources")
    found = session.scalar(select(Source).where(Source.name == chosen))
    if found is None:
        where = place or default_property(session)
        found = Source(name=chosen, layout=reading.layout or own, kind=reading.kind, property_id=where.id)
        session.add(found)
        session.flush()
    return found
