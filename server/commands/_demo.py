"""Fill the demo the way a hotel fills its house: exports in, through the importer."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import data_folder
from server.captures.links import IssuedLink, find_link, issue_link
from server.captures.models import GuestLink
from server.clock import clock
from server.db import make_engine, writing
from server.demo.companies import seat_companies
from server.demo.senders import seat_senders
from server.guests.circles import record_arrangement
from server.properties.setup import ensure_properties, property_by_code
from server.records.models import CleanRow, SourceRecord
from server.refusal import Refused
from server.settings import Settings
from server.stays.models import Stay

RECORDS = 1500
SEED = 1
LINK = "demo-link"


def fill(settings: Settings, run_to_end: Callable[..., None]) -> None:
    """Make the exports of an invented group and import them, unless that was done to its end before.

    Begun again after a stop it ends in the same state: the exports come from a seed, and importing a file
    twice changes nothing.
    """
    folder = settings.data_dir
    if data_folder.demo_facts(folder).get("filled"):
        return
    exports = folder / "exports"
    print(f"Filling the demo with {RECORDS:,} records of invented guests ...", flush=True)
    run_to_end("demo", "--records", str(RECORDS), "--seed", str(SEED), "--out", str(exports))
    manifest = json.loads((exports / "manifest.json").read_text(encoding="utf-8"))
    engine = make_engine(settings.database_url)
    try:
        with writing(engine) as session:
            ensure_properties(session, manifest["properties"])
            seat_companies(session)
            _agree(session, manifest["arrangements"])
    finally:
        engine.dispose()
    for words in import_commands(manifest, exports):
        run_to_end(*words, may_complain=True)  # exports have bad rows, and the importer says so
    data_folder.mark_demo(folder, filled=True, records=RECORDS, seed=SEED)


def seat(settings: Settings) -> None:
    """Let the invented hotels write to their guests, once a colleague approves it; also in an older demo."""
    engine = make_engine(settings.database_url)
    try:
        with writing(engine) as session:
            seat_senders(session)
    finally:
        engine.dispose()


def _agree(session: Session, pairs: Sequence[Sequence[str]]) -> None:
    """Record the arrangements of the invented companies, those that are not in force yet."""
    for codes in pairs:
        one, other = (property_by_code(session, code).legal_entity for code in codes)
        with suppress(Refused):
            record_arrangement(session, one, other, actor="demo", note="", now=clock())


def import_commands(manifest: Mapping[str, Any], exports: Path) -> list[tuple[str, ...]]:
    """One `import` for each property with all its files; files that name no property go in one without."""
    by_property: dict[str | None, list[str]] = {}
    for file in manifest["files"]:
        by_property.setdefault(file.get("property"), []).append(str(exports / file["path"]))
    return [
        ("import", *paths, *(("--property", code) if code else ())) for code, paths in by_property.items()
    ]


def guests_link(settings: Settings, address: str) -> str | None:
    """A link of one invented guest who arrives next, and what opens it; None when nobody arrives.

    It stays the same from start to start while it takes a form. A token is stored nowhere else but hashed:
    this one is kept because its guest is invented, and only in a folder that is marked as the demo's.
    """
    if not data_folder.is_demo(settings.data_dir):
        return None
    now = clock()
    engine = make_engine(settings.database_url)
    try:
        with writing(engine) as session:
            token = _kept_token(settings.data_dir)
            link = find_link(session, token, now=now) if token else None
            if not isinstance(link, GuestLink) or link.used_at:
                issued = _issue_to_who_comes_next(session, now)
                if issued is None:
                    return None
                link, token = issued.link, issued.token
            surname = session.get_one(CleanRow, link.record_id).last_name
            said = f"{address}/g/{token}  (surname {surname}, arrival {link.arrives})"
    finally:
        engine.dispose()
    _keep_token(settings.data_dir, token)
    return said


def _issue_to_who_comes_next(session: Session, now: datetime) -> IssuedLink | None:
    coming = (
        select(SourceRecord)
        .join(CleanRow, CleanRow.record_id == SourceRecord.id)
        .join(Stay, Stay.record_id == SourceRecord.id)
        .where(Stay.kind == "stay", Stay.status.in_(("booked", "unknown")), Stay.arrives > now.date())
        .where(CleanRow.last_name.is_not(None), CleanRow.is_person)
        .order_by(Stay.arrives, SourceRecord.id)
        .limit(20)
    )
    for record in session.scalars(coming):
        try:
            return issue_link(session, record, actor="command", now=now)
        except Refused:
            continue
    return None


def _kept_token(folder: Path) -> str:
    try:
        return (folder / LINK).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _keep_token(folder: Path, token: str) -> None:
    draft = folder / f".{LINK}.{os.getpid()}"
    draft.touch(mode=0o600)
    draft.write_text(token + "\n", encoding="utf-8")
    draft.replace(folder / LINK)
