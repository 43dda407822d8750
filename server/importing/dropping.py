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
from server.importing.preparing import find_source, kept_mappings, layout_said_before, look_at
from server.importing.uploads import drop_upload, opened_upload
from server.jobs.queue import enqueue
from server.journal import note
from server.properties.models import Property
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


def take_drop(session: Session, *, name: str, upload: str, size: int, place: Property) -> Import:
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
    note(session, "desk", "import.dropped", f"import:{made.id}", now=now)
    return made


def look(engine: Engine, import_id: int, folder: Path, secret: bytes, *, layout: str | None = None) -> None:
    """Inspect the dropped file and write down what was found, for the preview.

    `layout` is what somebody said it is; else, where several fit alike, what its header was read by before.
    """
    with reading(engine) as session:
        found = session.get_one(Import, import_id)
        name, upload, state = found.file_name, found.upload, found.state
        kept = kept_mappings(session)
    if state != "looking" or upload is None:
        return
    try:
        with opened_upload(folder, secret, upload) as path:
            looked = look_at(path, name=name, kept=kept, layout=layout)
            with reading(engine) as session:
                before = layout_said_before(session, looked.reading)
            if before is not None:
                looked = look_at(path, name=name, kept=kept, layout=before)
    except Refused as refusal:
        with writing(engine) as session:
            found = session.get_one(Import, import_id)
            found.state, found.ended_at, found.upload = "failed", clock(), None
            found.error = {"code": refusal.code, "params": refusal.params}
        drop_upload(folder, upload)
        return
    with writing(engine) as session:
        found = session.get_one(Import, import_id)
        found.state = "preview"
        found.file_digest, found.reading = looked.digest, looked.reading.to_json()
        found.rows_total = looked.reading.rows


def keep_mapping(
    session: Session,
    import_id: int,
    *,
    columns: Mapping[str, str],
    key_columns: Sequence[str],
    source_name: str,
    kind: str,
) -> None:
    """Staff said how a header that nobody knew is to be read: keep it, and look at the file again with it.

    Raises Refused for a field, column or kind there is not, or when nothing of a person is read.
    """
    found = _in_state(session, import_id, "preview")
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
    note(session, "desk", "import.mapped", f"import:{found.id}", now=now)


def choose_layout(session: Session, import_id: int, layout: str) -> None:
    """Several layouts fit the header alike and somebody said which it is: look at the file again with it.

    Raises Refused for a layout that is none of them.
    """
    found = _in_state(session, import_id, "preview")
    if layout not in Reading.from_json(found.reading).asked:
        raise Refused("import.choose_layout")
    now = clock()
    found.state = "looking"
    task = {"import_id": found.id, "layout": layout}
    enqueue(session, "look_at_file", task, now=now, dedup_key=f"look:{found.id}:{layout}")
    note(session, "desk", "import.mapped", f"import:{found.id}", now=now)


def confirm(session: Session, import_id: int) -> None:
    """Staff saw the preview and want the rows: queue the import."""
    found = _in_state(session, import_id, "preview")
    reading_ = Reading.from_json(found.reading)
    if reading_.needs_mapping:
        raise Refused("import.unknown_header", {"file": found.file_name})
    place = session.get_one(Property, found.property_id)
    found.source_id = find_source(session, reading_, place=place).id
    found.state = "queued"
    now = clock()
    enqueue(session, "run_import", {"import_id": found.id}, now=now, dedup_key=f"import:{found.id}")
    note(session, "desk", "import.started", f"import:{found.id}", now=now)


def discard(session: Session, import_id: int, folder: Path) -> None:
    """Staff do not want it: the file goes at once, the line in the list stays."""
    found = _in_state(session, import_id, "preview", "failed", "looking")
    drop_upload(folder, found.upload)
    found.state, found.upload, found.ended_at = "dropped", None, clock()
    note(session, "desk", "import.discarded", f"import:{found.id}", now=clock())


def _in_state(session: Session, import_id: int, *states: str) -> Import:
    found = session.get(Import, import_id)
    if found is None:
        raise Refused("import.no_such", {"id": str(import_id)})
    if found.state not in states:
        raise Refused("import.moved_on")
    return found
