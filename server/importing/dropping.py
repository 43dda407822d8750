"""Files dropped at the desk: looked at by the worker, shown as a preview, imported once staff confirm.

States of such an import: looking -> preview -> queued -> running -> linking -> done, or failed, or dropped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from server.clock import clock
from server.db import reading, writing
from server.importing.houses import HOUSES, houses_named, properties_by_name, speaks_of_others
from server.importing.preparing import find_source, kept_mappings, layout_said_before, look_at
from server.importing.uploads import drop_upload, opened_upload
from server.jobs.queue import enqueue
from server.journal import note
from server.properties.models import Property
from server.properties.reach import Reach
from server.record import FIELDS
from server.records.models import Import, KeptMapping
from server.refusal import Refused
from server.sources.reading import Reading

KINDS = (
    "pms",
    "channel",
    "restaurant",
    "spa",
    "till",
    "shop",
    "newsletter",
    "wifi",
    "events",
    "cards",
    "gift",
)


RESERVATIONS = frozenset({"pms", "channel"})
"""Kinds of sources whose files reception takes in by itself: who arrives, and who stayed."""


def take_drop(session: Session, *, name: str, upload: str, size: int, place: Property, who: str) -> Import:
    """A file was dropped and kept encrypted: have the worker look at it."""
    now = clock()
    made = Import(
        property_id=place.id,
        file_name=Path(name).name[:255] or "file",
        file_digest="",
        file_size=size,
        upload=upload,
        reading={},
        state="looking",
        created_at=now,
    )
    session.add(made)
    session.flush()
    enqueue(session, "look_at_file", {"import_id": made.id}, now=now, dedup_key=f"look:{made.id}")
    note(session, who, "import.dropped", f"import:{made.id}", now=now, property_id=made.property_id)
    return made


def look(
    engine: Engine, import_id: int, folder: Path, secrets: Sequence[bytes], *, layout: str | None = None
) -> None:
    """Inspect the dropped file and write down what was found, for the preview.

    `layout` is what somebody said it is; else, where several fit alike, what its header was read by before.
    """
    with reading(engine) as session:
        found = session.get_one(Import, import_id)
        name, upload, state, place = found.file_name, found.upload, found.state, found.property_id
        kept, by_name = kept_mappings(session), properties_by_name(session)
    if state != "looking" or upload is None:
        return
    try:
        with opened_upload(folder, secrets, upload) as path:
            looked = look_at(path, name=name, kept=kept, layout=layout)
            with reading(engine) as session:
                before = layout_said_before(session, looked.reading)
            if before is not None:
                looked = look_at(path, name=name, kept=kept, layout=before)
            houses = houses_named(path, looked.reading, by_name, default=place)
    except Refused as refusal:
        with writing(engine) as session:
            found = session.get_one(Import, import_id)
            if found.state != "looking":
                return
            found.state, found.ended_at, found.upload = "failed", clock(), None
            found.error = {"code": refusal.code, "params": refusal.params}
        drop_upload(folder, upload)
        return
    with writing(engine) as session:
        found = session.get_one(Import, import_id)
        if found.state != "looking":  # two looked at once, and the other's preview was acted on
            return
        found.state = "preview"
        found.file_digest, found.reading = looked.digest, looked.reading.to_json() | {HOUSES: houses}
        found.rows_total = looked.reading.rows


def keep_mapping(
    session: Session,
    found: Import,
    *,
    columns: Mapping[str, str],
    key_columns: Sequence[str],
    source_name: str,
    kind: str,
    who: str,
) -> None:
    """Staff said how a header that nobody knew is to be read: keep it, and look at the file again with it.

    Raises Refused for a field, column or kind there is not, or when nothing of a person is read.
    """
    _be_in_state(found, "preview")
    reading_ = Reading.from_json(found.reading)
    chosen = {column: field for column, field in columns.items() if field}
    if not set(chosen) <= set(reading_.header) or not set(key_columns) <= set(reading_.header):
        raise Refused("import.no_such_column")
    if not set(chosen.values()) <= set(FIELDS) or kind not in KINDS or not source_name.strip():
        raise Refused("import.mapping_incomplete")
    if not {"first_name", "last_name", "full_name", "email", "phone", "mobile"} & set(chosen.values()):
        raise Refused("import.mapping_incomplete")
    now = clock()
    known = session.scalar(
        select(KeptMapping).where(KeptMapping.header_digest == reading_.header_digest)
    ) or KeptMapping(header_digest=reading_.header_digest, created_at=now)
    known.source_name, known.kind = source_name.strip()[:80], kind
    known.columns, known.key_columns = chosen, list(key_columns)
    session.add(known)
    found.state = "looking"
    enqueue(session, "look_at_file", {"import_id": found.id}, now=now, dedup_key=f"look:{found.id}")
    note(session, who, "import.mapped", f"import:{found.id}", now=now, property_id=found.property_id)


def choose_layout(session: Session, found: Import, layout: str, *, who: str) -> None:
    """Several layouts fit the header alike and somebody said which it is: look at the file again with it.

    Raises Refused for a layout that is none of them.
    """
    _be_in_state(found, "preview")
    if layout not in Reading.from_json(found.reading).asked:
        raise Refused("import.choose_layout")
    now = clock()
    found.state = "looking"
    task = {"import_id": found.id, "layout": layout}
    enqueue(session, "look_at_file", task, now=now, dedup_key=f"look:{found.id}:{layout}")
    note(session, who, "import.mapped", f"import:{found.id}", now=now, property_id=found.property_id)


def confirm(session: Session, found: Import, *, reach: Reach, any_kind: bool, who: str) -> None:
    """Staff saw the preview and want the rows: queue the import.

    `reach` is that of whoever wants them: a file that names another house is refused. `any_kind`: whether
    they may take in any file; otherwise it must be one of a reservation system, in a known layout.
    """
    _be_in_state(found, "preview")
    reading_ = Reading.from_json(found.reading)
    if (refusal := closed_to(found, reach=reach, any_kind=any_kind)) is not None:
        raise refusal
    if reading_.needs_mapping:
        raise Refused("import.unknown_header", {"file": found.file_name})
    place = session.get_one(Property, found.property_id)
    source = find_source(session, reading_, place=place)
    if not reach.covers(source.property_id):  # it was named like another house's system
        raise Refused("import.other_house", {"file": found.file_name})
    found.source_id = source.id
    found.state = "queued"
    now = clock()
    enqueue(session, "run_import", {"import_id": found.id}, now=now, dedup_key=f"import:{found.id}")
    note(session, who, "import.started", f"import:{found.id}", now=now, property_id=found.property_id)


def closed_to(found: Import, *, reach: Reach, any_kind: bool) -> Refused | None:
    """Why a colleague may not take in a previewed file; None when they may."""
    if speaks_of_others(found, reach):
        return Refused("import.other_house", {"file": found.file_name})
    reading_ = Reading.from_json(found.reading)
    if not any_kind and (reading_.needs_mapping or reading_.kind not in RESERVATIONS):
        return Refused("import.for_reviewer", {"file": found.file_name})
    return None


def discard(session: Session, found: Import, folder: Path, *, reach: Reach, any_kind: bool, who: str) -> None:
    """Staff do not want it: the file goes at once, the line in the list stays."""
    _be_in_state(found, "preview", "failed", "looking")
    refusal = closed_to(found, reach=reach, any_kind=any_kind) if found.state == "preview" else None
    if refusal is not None and refusal.code == "import.for_reviewer":
        raise refusal
    drop_upload(folder, found.upload)
    found.state, found.upload, found.ended_at = "dropped", None, clock()
    note(session, who, "import.discarded", f"import:{found.id}", now=clock(), property_id=found.property_id)


def _be_in_state(found: Import, *states: str) -> None:
    if found.state not in states:
        raise Refused("import.moved_on")
