"""Take what a feed brings to the importer: by itself where a colleague once said yes to such a file.

First the bytes are kept and written down, in one transaction; only then is the file looked at. Whatever ends
the worker in between, the next look goes on from what is written down, and no file is taken twice or lost.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import IO, Any, cast

from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from server.clock import clock
from server.db import reading, writing
from server.feeds.habits import as_usual, habit_of, shape_of
from server.feeds.models import Feed, FeedFile
from server.importing.dropping import confirm, look, take_drop
from server.importing.houses import HOUSES
from server.importing.uploads import drop_upload, keep_upload
from server.logs import place_of
from server.properties.models import Property
from server.properties.reach import EVERYWHERE
from server.records.models import Import
from server.refusal import Refused
from server.sources.reading import Reading

log = logging.getLogger("oneguest.feeds")

TakeOther = Callable[[EmailMessage, Callable[[], bytes | None]], bool]
"""Takes a message that no feed expects, by its head and what reads the whole; False: left as it is."""

LARGEST = 200 << 20
"""Bytes of a file that a feed may bring. A year's reservations of a large house take a tenth."""

LISTED = timedelta(days=30)
"""What was left where it lay is listed that long."""

COUNTS_NO_MORE = ("failed", "dropped", "undoing", "undone")
"""Imports that left nothing behind: their file, sent again, is a new one."""

UNDER_WAY = ("looking", "queued", "running", "linking")


@dataclass(frozen=True, slots=True)
class Tools:
    """Where files are kept until they are imported, and by which secrets (the present one first)."""

    engine: Engine
    uploads: Path
    secrets: Sequence[bytes]
    take_other: TakeOther | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """A file as a feed finds it. `mark` and `part` name it for ever; see FeedFile."""

    mark: str
    part: int
    name: str
    received_at: datetime
    sender: str | None = None
    uid_validity: int | None = None
    uid: int | None = None


def mark_of(*facts: object) -> str:
    """A name for what a file came in, by facts that never change."""
    return hashlib.sha256("\x1f".join(map(str, facts)).encode("utf-8", "surrogateescape")).hexdigest()


def known_file(session: Session, feed_id: int, mark: str, part: int = 0) -> FeedFile | None:
    """What is written down of a delivery; None of one that was never seen."""
    return session.scalar(
        select(FeedFile).where(FeedFile.feed_id == feed_id, FeedFile.mark == mark, FeedFile.part == part)
    )


class _Measured:
    """A stream that tells, once it is read, how long it was and its digest."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream, self._digest, self.size = stream, hashlib.sha256(), 0

    def read(self, size: int = -1) -> bytes:
        piece = self._stream.read(size)
        self._digest.update(piece)
        self.size += len(piece)
        return piece

    @property
    def digest(self) -> str:
        return self._digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Kept:
    """The bytes of a delivery, encrypted under `upload` and not written down yet."""

    upload: str
    size: int
    digest: str


def keep(tools: Tools, stream: IO[bytes]) -> Kept:
    """Keep the bytes of a delivery encrypted. Raises Refused for more than LARGEST; nothing is kept then."""
    measured = _Measured(stream)
    upload = keep_upload(tools.uploads, tools.secrets[0], cast(IO[bytes], measured), limit=LARGEST)
    return Kept(upload, measured.size, measured.digest)


@dataclass(frozen=True, slots=True)
class Written:
    """A delivery that is written down: its number, and whether it is so only now."""

    number: int
    is_new: bool


def write_down(tools: Tools, feed_id: int, delivery: Delivery, kept: Kept) -> Written:
    """Write a delivery down, with an import of its own unless its bytes came before.

    A delivery that is written down already stays as it is, unless what came of it was taken back.
    """
    with writing(tools.engine) as session:
        found = known_file(session, feed_id, delivery.mark, delivery.part)
        feed = session.get_one(Feed, feed_id)
        is_new = found is None or found.state == "left" or _came_to_nothing(session, found)
        if found is None or is_new:
            before = _same_bytes(session, feed, kept.digest)
            found = _row(session, feed, delivery, found)
            if before is not None:
                found.state, found.import_id = "same", before.id
                found.reason = {"code": "feed.same", "params": {"file": before.file_name}}
            else:
                place = session.get_one(Property, feed.property_id)
                made = take_drop(
                    session,
                    name=found.file_name,
                    upload=kept.upload,
                    size=kept.size,
                    place=place,
                    who=feed.subject,
                )
                made.file_digest = kept.digest  # the same bytes may come again before it is looked at
                found.state, found.import_id, found.reason = "taken", made.id, None
            session.flush()
        written, needs_it = Written(found.id, is_new), _waits_with(session, found, kept.upload)
    if not needs_it:
        drop_upload(tools.uploads, kept.upload)
    return written


def write_refusal(
    tools: Tools, feed_id: int, delivery: Delivery, refusal: Refused, *, left: bool = False
) -> None:
    """List what cannot be taken, with its reason, once. `left`: it lies where it lay and may be taken yet."""
    reason = {"code": refusal.code, "params": refusal.params}
    with writing(tools.engine) as session:
        feed = session.get_one(Feed, feed_id)
        found = known_file(session, feed_id, delivery.mark, delivery.part)
        if found is not None and (found.state != "left" or (left and found.reason == reason)):
            return
        found = _row(session, feed, delivery, found)
        found.state, found.reason = "left" if left else "refused", reason
    log.info("not taken feed=%s reason=%s", feed_id, refusal.code)


def look_at_taken(tools: Tools, written: Written) -> str | None:
    """Look at what was just taken; returns the state of its import, None of what has none of its own.

    Only at what is new: a file that ended the worker is looked at again by the queue, which counts how often.
    """
    with reading(tools.engine) as session:
        found = session.get_one(FeedFile, written.number)
        import_id = found.import_id if found.state == "taken" else None
    if import_id is None:
        return None
    if written.is_new:
        try:
            look(tools.engine, import_id, tools.uploads, tools.secrets)
        except Exception as error:  # the queue tries it again, and tells on its page when it gives up
            log.error("file not looked at import=%s error=%s", import_id, place_of(error))
    with reading(tools.engine) as session:
        return session.get_one(Import, import_id).state


def import_as_usual(engine: Engine) -> int:
    """Import what feeds brought and is read as a colleague said yes to before; returns how many files.

    In the order they came: a file waits until the one before it is imported, since the later row counts.
    """
    with reading(engine) as session:
        query = (
            select(FeedFile.id)
            .join(Import, Import.id == FeedFile.import_id)
            .where(FeedFile.state == "taken", Import.state == "preview")
            .order_by(FeedFile.received_at, FeedFile.id)
        )
        numbers = session.scalars(query).all()
    return sum(_import_as_usual(engine, number) for number in numbers)


def _import_as_usual(engine: Engine, number: int) -> bool:
    with writing(engine) as session:
        found = session.get_one(FeedFile, number)
        feed, brought = session.get_one(Feed, found.feed_id), session.get_one(Import, found.import_id)
        if feed.state != "on" or brought.state != "preview" or _is_busy(session, feed):
            return False
        read, houses = Reading.from_json(brought.reading), brought.reading.get(HOUSES, [])
        habit = feed.confirmed.get(shape_of(read) or "")
        if habit is None or _is_taken_back(session, habit):
            return False
        usual = as_usual(read, houses, habit)
        if usual is None:
            return False
        brought.reading = usual.to_json() | {HOUSES: houses}
        try:
            confirm(session, brought, reach=EVERYWHERE, any_kind=True, who=feed.subject)
        except Refused as refusal:  # a person is told why when they try
            log.warning("not imported feed=%s import=%s reason=%s", feed.id, brought.id, refusal.code)
            return False
    return True


def _is_busy(session: Session, feed: Feed) -> bool:
    query = (
        select(Import.id)
        .join(FeedFile, FeedFile.import_id == Import.id)
        .where(FeedFile.feed_id == feed.id, FeedFile.state == "taken", Import.state.in_(UNDER_WAY))
    )
    return session.scalar(query.limit(1)) is not None


def _is_taken_back(session: Session, habit: dict[str, Any]) -> bool:
    """Whether the import that was said yes to was undone: then it was no yes."""
    first = session.get(Import, habit["import"])
    return first is None or first.state in COUNTS_NO_MORE


def remember(session: Session, found: Import) -> None:
    """A colleague said yes to an import: files of its feed that are read the same way need no more asking.

    Of an import that no feed brought, nothing is remembered.
    """
    brought = session.scalar(
        select(FeedFile).where(FeedFile.import_id == found.id, FeedFile.state == "taken")
    )
    read = Reading.from_json(found.reading)
    shape = shape_of(read)
    if brought is None or shape is None:
        return
    feed = session.get_one(Feed, brought.feed_id)
    habit = habit_of(read, found.reading.get(HOUSES, [found.property_id])) | {"import": found.id}
    feed.confirmed = {**feed.confirmed, shape: habit}


def forget_left(session: Session, *, now: datetime) -> None:
    """Drop from the list what was left where it lay long ago: strangers' mail is no business of ours."""
    old = delete(FeedFile).where(FeedFile.state == "left", FeedFile.at < now - LISTED)
    session.execute(old, execution_options={"synchronize_session": False})


def _row(session: Session, feed: Feed, delivery: Delivery, found: FeedFile | None) -> FeedFile:
    now = clock()
    row = found or FeedFile(feed_id=feed.id, mark=delivery.mark, part=delivery.part, state="taken")
    row.at, row.received_at = now, min(delivery.received_at, now)
    row.sender = delivery.sender[:320] if delivery.sender else None
    row.file_name = plain_name(delivery.name)
    row.uid_validity, row.uid = delivery.uid_validity, delivery.uid
    session.add(row)
    return row


def plain_name(name: str) -> str:
    """A file's name as it can be shown and stored: no folders, no control characters, not empty."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(c for c in last.encode("utf-8", "replace").decode() if c.isprintable()).strip()
    return shown[:255] or "file"


def _same_bytes(session: Session, feed: Feed, digest: str) -> Import | None:
    """An import of this house, by a feed or by hand, of the same bytes; None when they are new."""
    same = select(Import).where(
        Import.file_digest == digest,
        Import.property_id == feed.property_id,
        Import.state.not_in(COUNTS_NO_MORE),
    )
    return session.scalar(same.order_by(Import.id).limit(1))


def _came_to_nothing(session: Session, found: FeedFile) -> bool:
    """Whether somebody put a file there again whose import failed, was discarded or was undone."""
    own = session.get(Import, found.import_id) if found.import_id is not None else None
    return own is not None and own.state in COUNTS_NO_MORE


def _waits_with(session: Session, found: FeedFile, upload: str) -> bool:
    own = session.get(Import, found.import_id) if found.import_id is not None else None
    return own is not None and own.upload == upload
