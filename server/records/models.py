"""Sources, imports, source records with their versions and clean readings, problems."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base, UtcDateTime


class Source(Base):
    """A system that gives records. The same product in two hotels is two sources."""

    __tablename__ = "source"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    layout: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(20))  # pms, channel, restaurant, spa, till, shop, ...
    property_id: Mapped[int] = mapped_column(ForeignKey("property.id"))


class KeptMapping(Base):
    """How staff said that a header nobody knew is to be read; used whenever that header comes again."""

    __tablename__ = "kept_mapping"

    id: Mapped[int] = mapped_column(primary_key=True)
    header_digest: Mapped[str] = mapped_column(String(64), unique=True)
    source_name: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(20))
    columns: Mapped[dict[str, str]] = mapped_column(JSON)  # column of the file -> one of FIELDS
    key_columns: Mapped[list[str]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Import(Base):
    """One reading of one file. read = stored + unchanged + waiting, at every commit."""

    __tablename__ = "import"

    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int | None] = mapped_column(ForeignKey("source.id"))
    property_id: Mapped[int] = mapped_column(ForeignKey("property.id"))
    file_name: Mapped[str] = mapped_column(String(255))
    file_digest: Mapped[str] = mapped_column(String(64), index=True)
    file_size: Mapped[int] = mapped_column(BigInteger)
    upload: Mapped[str | None] = mapped_column(String(64))  # name of the waiting encrypted file
    reading: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # what was found: see sources.reading
    state: Mapped[str] = mapped_column(String(12), default="preview")
    # preview, queued, running, linking, done, failed, dropped, undoing, undone
    rows_total: Mapped[int | None] = mapped_column(Integer)
    rows_read: Mapped[int] = mapped_column(Integer, default=0)
    rows_stored: Mapped[int] = mapped_column(Integer, default=0)
    rows_unchanged: Mapped[int] = mapped_column(Integer, default=0)
    rows_waiting: Mapped[int] = mapped_column(Integer, default=0)
    rows_erased: Mapped[int] = mapped_column(Integer, default=0, server_default="0")  # of those stored
    findings: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)  # counts by code
    error: Mapped[dict[str, Any] | None] = mapped_column(JSON)  # code and params of what stopped it
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_by: Mapped[str | None] = mapped_column(String(80))


class ImportSeen(Base):
    """Rows of an import that said what was known already, a batch each: packed as storing.SIGHTING."""

    __tablename__ = "import_seen"

    import_id: Mapped[int] = mapped_column(ForeignKey("import.id"), primary_key=True)
    start: Mapped[int] = mapped_column(Integer, primary_key=True)  # the batch's first row
    packed: Mapped[bytes] = mapped_column(LargeBinary)


class SourceRecord(Base):
    """One person as one source knows them, under the source's own key."""

    __tablename__ = "source_record"
    __table_args__ = (UniqueConstraint("source_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"))
    key: Mapped[str] = mapped_column(String(200))
    property_id: Mapped[int] = mapped_column(ForeignKey("property.id"), index=True)
    proof: Mapped[str] = mapped_column(String(16), default="source")
    versions: Mapped[int] = mapped_column(Integer, default=1)
    current_version: Mapped[int] = mapped_column(Integer, default=1)  # its n
    current_digest: Mapped[bytes] = mapped_column(LargeBinary(16))
    current_source_time: Mapped[datetime | None] = mapped_column(UtcDateTime)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)  # of the current version
    needs_linking: Mapped[bool] = mapped_column(Boolean, default=True)


class LargestErased(Base):
    """One row: the largest number of a record that was erased; none while nothing was.

    Events, deeds and the journal name records by their numbers for ever, so none is given to another record.
    SQLite would: it goes on from the largest there is.
    """

    __tablename__ = "largest_erased"

    id: Mapped[int] = mapped_column(primary_key=True)  # always 1
    record_id: Mapped[int] = mapped_column(Integer)


Index(
    "ix_source_record_needs_linking",
    SourceRecord.id,
    sqlite_where=SourceRecord.needs_linking.is_(True),
    postgresql_where=SourceRecord.needs_linking.is_(True),
)


class RecordVersion(Base):
    """What a source sent, word for word (less what must not be held). Never changed, never overwritten."""

    __tablename__ = "record_version"

    record_id: Mapped[int] = mapped_column(
        ForeignKey("source_record.id", ondelete="CASCADE"), primary_key=True
    )
    n: Mapped[int] = mapped_column(Integer, primary_key=True)
    content: Mapped[dict[str, str]] = mapped_column(JSON)
    digest: Mapped[bytes] = mapped_column(LargeBinary(16))
    source_time: Mapped[datetime | None] = mapped_column(UtcDateTime)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    import_id: Mapped[int | None] = mapped_column(ForeignKey("import.id"), index=True)
    line: Mapped[int | None] = mapped_column(Integer)
    findings: Mapped[list[list[Any]]] = mapped_column(JSON, default=list)  # of the door: what was taken out
    property_id: Mapped[int | None] = mapped_column(Integer)  # whose it speaks of; of older ones the head's


class CleanRow(Base):
    """The clean record of a source record's current version. Rebuilt at any time from it."""

    __tablename__ = "clean_record"
    __table_args__ = (
        Index("ix_clean_record_email", "email"),
        Index("ix_clean_record_mobile", "mobile"),
        Index("ix_clean_record_phone", "phone"),
        Index("ix_clean_record_search", "record_id", "search"),  # read whole; grows at its end only
    )

    record_id: Mapped[int] = mapped_column(
        ForeignKey("source_record.id", ondelete="CASCADE"), primary_key=True
    )
    first_name: Mapped[str | None] = mapped_column(String(200))
    last_name: Mapped[str | None] = mapped_column(String(200))
    is_person: Mapped[bool] = mapped_column(Boolean)
    email: Mapped[str | None] = mapped_column(String(320))
    email_class: Mapped[str] = mapped_column(String(12))
    phone: Mapped[str | None] = mapped_column(String(20))
    phone_class: Mapped[str] = mapped_column(String(12))
    mobile: Mapped[str | None] = mapped_column(String(20))
    mobile_class: Mapped[str] = mapped_column(String(12))
    birth_date: Mapped[date | None] = mapped_column(Date)
    nationality: Mapped[str | None] = mapped_column(String(2))
    language: Mapped[str | None] = mapped_column(String(2))
    street: Mapped[str | None] = mapped_column(String(300))
    postal_code: Mapped[str | None] = mapped_column(String(20))
    city: Mapped[str | None] = mapped_column(String(120))
    country: Mapped[str | None] = mapped_column(String(2))
    search: Mapped[str] = mapped_column(String(600))  # folded names, e-mail, numbers: what the desk looks up
    keys: Mapped[bytes] = mapped_column(LargeBinary, default=b"")  # its RecordKey values, 8 bytes each
    rest: Mapped[dict[str, Any]] = mapped_column(JSON)  # the other fields of record.CleanRecord
    findings: Mapped[list[list[Any]]] = mapped_column(JSON, default=list)  # [code, field, params]


class RecordKey(Base):
    """A value worth looking other records up by, as a 64-bit digest; written with the record.

    No index by record: a record's own keys stand in its clean row, so that a hundred thousand rows cost one
    tree, not two.
    """

    __tablename__ = "record_key"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 (SQLAlchemy reads it once)

    key: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    record_id: Mapped[int] = mapped_column(Integer, primary_key=True)


class KeyEngine(Base):
    """One row: the engine that made the stored keys, and how far the present one came in making them anew.

    No row: no record was linked yet, so no keys of another engine can be there.
    """

    __tablename__ = "key_engine"

    id: Mapped[int] = mapped_column(primary_key=True)  # always 1
    engine: Mapped[str] = mapped_column(String(20))
    making: Mapped[str | None] = mapped_column(String(20))  # the engine that makes them anew
    after: Mapped[int] = mapped_column(Integer, default=0)  # the last record that has the new ones


class Problem(Base):
    """What could not be understood, kept with its reason until somebody settles it."""

    __tablename__ = "problem"
    __table_args__ = (Index("ix_problem_state", "state", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int | None] = mapped_column(ForeignKey("import.id"), index=True)
    capture_id: Mapped[str | None] = mapped_column(String(36), index=True)
    property_id: Mapped[int | None] = mapped_column(ForeignKey("property.id"))
    # of a form that could not even be opened; the others' house is their file's or form's
    line: Mapped[int | None] = mapped_column(Integer)
    code: Mapped[str] = mapped_column(String(60))
    params: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    content: Mapped[str] = mapped_column(Text, default="")  # the row as it came, less what must not be held
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    # waiting, settled, replaced: the same row came again with a later import
    state_before: Mapped[str | None] = mapped_column(String(10))  # of a replaced one
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
