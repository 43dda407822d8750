"""From a CSV of raw records to groups of records: read, clean, match. No database, no clock."""

from __future__ import annotations

import csv
import gzip
import io
import os
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from time import perf_counter

from server.cleaning import clean, find_date_order
from server.cleaning.country import read_country
from server.matching import Decisions, Model, Partition, Records, make_model, match
from server.matching.guard import read_model
from server.record import DATE_FIELDS, FIELDS, CleanRecord, Context, DateOrder
from server.refusal import Refused
from server.uncollected import uncollected

Row = Mapping[str, str]

POOL_FROM = 4_000
"""Rows from which starting a second process costs less than it saves."""

LONGEST_CELL = 1_000_000

CHUNK = 1 << 20
"""Characters of clusters written at once."""

DATE_ORDERS: tuple[DateOrder, ...] = ("dmy", "mdy", "ymd")
"""When two are seen equally often in a column, the earlier one here holds."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """The groups of a file: `rows` as read, their groups, and the seconds of each stage."""

    rows: list[Row]
    ids: list[str]
    partition: Partition
    model: Model
    seconds: Mapping[str, float]

    def clusters(self) -> Iterator[tuple[str, str]]:
        """(record_id, cluster_id) of every record, in the order of the file."""
        for own, label in zip(self.ids, self.partition.labels.tolist(), strict=True):
            yield own, self.ids[label]

    def row_of(self, record_id: str, file: str) -> int:
        """The row of a record. Raises Refused when the file has no such record."""
        try:
            return self.ids.index(record_id)
        except ValueError:
            raise Refused("resolve_unknown_record", {"file": file, "id": record_id}) from None


def resolve(path: Path, decisions: Decisions | None = None, model: Model | None = None) -> Resolved:
    """Read a file of records and group them into persons. Raises Refused when it cannot be read.

    Without a model, one is made of the file's own records.
    """
    with uncollected():
        return _resolve(path, decisions, model)


def _resolve(path: Path, decisions: Decisions | None, model: Model | None) -> Resolved:
    clock = [perf_counter()]
    rows = read_rows(path)
    clock.append(perf_counter())
    cleaned = clean_rows(rows)
    clock.append(perf_counter())
    ids = [row["record_id"] for row in rows]
    records = Records.of(cleaned, ids, [row.get("source", "") for row in rows], ["source"] * len(rows))
    del cleaned
    clock.append(perf_counter())
    model = model or make_model(records)
    clock.append(perf_counter())
    partition = match(records, model, decisions)
    clock.append(perf_counter())
    stages = ("read", "clean", "columns", "model", "match")
    seconds = {s: round(b - a, 3) for s, a, b in zip(stages, clock, clock[1:], strict=False)}
    return Resolved(rows, ids, partition, model, seconds)


def read_rows(path: Path) -> list[Row]:
    """The rows of a CSV (or .csv.gz) by its column names; unknown columns are left out.

    Text is UTF-8, or else Windows-1252; the separator is the one that the header uses. NULs are dropped.
    Raises Refused, with the line, for what cannot be understood.
    """
    name = path.name
    text = _text(path)
    if not text.strip():
        raise Refused("resolve_empty", {"file": name})
    header_line = text.lstrip("\r\n").split("\n", 1)[0]
    separator = max(",;\t|", key=header_line.count)
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    rows: list[Row] = []
    seen: set[str] = set()
    try:
        header: list[str] = []
        while not any(header):
            header = [cell.strip().lower() for cell in next(reader)]
        _check_header(header, name)
        for cells in reader:
            if not any(cells):
                continue
            row = {
                column: cell
                for column, cell in zip(header, cells, strict=False)
                if cell and (column in FIELDS or column in ("record_id", "source", "source_key"))
            }
            own = row.get("record_id", "").strip()
            if not own:
                raise Refused("resolve_empty_id", {"file": name, "line": str(reader.line_num)})
            if own in seen:
                raise Refused("resolve_twice", {"file": name, "line": str(reader.line_num), "id": own})
            seen.add(own)
            row["record_id"] = own
            rows.append(row)
    except csv.Error as error:
        params = {"file": name, "line": str(reader.line_num), "why": str(error)}
        raise Refused("resolve_unreadable", params) from None
    return rows


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
        if path.suffix == ".gz":
            data = gzip.decompress(data)
    except (OSError, EOFError, zlib.error):
        raise Refused("resolve_no_file", {"file": str(path)}) from None
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = data.decode("utf-16", errors="replace")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("cp1252", errors="replace")
    return text.replace("\0", "")


def _check_header(header: Sequence[str], name: str) -> None:
    if "record_id" not in header:
        shown = ", ".join(column[:40] for column in header[:30])
        raise Refused("resolve_no_record_id", {"file": name, "columns": shown})
    for column, times in Counter(header).items():
        if times > 1 and (column in FIELDS or column == "record_id"):
            raise Refused("resolve_repeated_column", {"file": name, "column": column})


def clean_rows(rows: Sequence[Row]) -> list[CleanRecord]:
    """The clean reading of every row, in order, without its findings; with a second process where that pays.

    Day and month order is found per source and column over the whole file. The house's country, the last hint
    for a telephone number, is the one that most rows name.
    """
    known = contexts(hints(rows))
    work = [(row, known[row.get("source", "")]) for row in rows]
    workers = min(os.cpu_count() or 1, 4)
    if len(work) < POOL_FROM or workers < 2:
        return _clean_some(work)
    step = 1_000
    chunks = [work[at : at + step] for at in range(0, len(work), step)]
    with ProcessPoolExecutor(workers) as pool:
        return [record for chunk in pool.map(_clean_some, chunks) for record in chunk]


def _clean_some(work: Sequence[tuple[Row, Context]]) -> list[CleanRecord]:
    records = [clean_row(row, context) for row, context in work]
    for record in records:
        # nobody reads them here; of a file damaged in every cell, carrying them took half of all the time
        record.findings = ()
    return records


def clean_row(row: Row, context: Context) -> CleanRecord:
    """The clean reading of one row. A system's own key may be the reference that another one quotes."""
    values = {field: text for field, text in row.items() if field in FIELDS}
    if "source_key" in row:
        values.setdefault("reference", row["source_key"])
    record = clean(values, context)
    record.place = " ".join(row.get("property", "").split()).casefold() or None
    return record


Hint = tuple[str, str, str]
"""(source, field, what its cell says): the country of `country`, the order of a date field, or nothing."""


def hints(rows: Iterable[Row]) -> Counter[Hint]:
    """What rows tell about the whole file, counted; the hints of parts of a file add up to the file's."""
    texts: Counter[Hint] = Counter()
    for row in rows:
        source = row.get("source", "")
        texts[source, "", ""] += 1
        for field in ("country", *DATE_FIELDS):
            if field in row:
                texts[source, field, row[field]] += 1
    found: Counter[Hint] = Counter()
    for (source, field, text), times in texts.items():
        said = read_country(text) if field == "country" else find_date_order([text]) if field else ""
        found[source, field if said else "", said or ""] += times
    return found


def contexts(found: Mapping[Hint, int]) -> dict[str, Context]:
    """What each source's rows are read with, from the hints of all rows."""
    countries: Counter[str] = Counter()
    orders: dict[str, dict[str, Counter[DateOrder]]] = {}
    for (source, field, said), times in found.items():
        of_source = orders.setdefault(source, {})
        if field == "country":
            countries[said] += times
        elif said in DATE_ORDERS:
            of_source.setdefault(field, Counter())[said] += times
    country = min(countries, key=lambda code: (-countries[code], code), default=Context().country)
    return {
        source: Context(
            country=country,
            date_orders={field: max(DATE_ORDERS, key=seen.__getitem__) for field, seen in fields.items()},
        )
        for source, fields in orders.items()
    }


def read_model_file(path: Path) -> Model:
    """The model of a file that `resolve --model-out` wrote. Raises Refused when it cannot be gone by."""
    return read_model(_text(path), path.name)


def read_decisions(path: Path) -> Decisions:
    """Decisions of people, from a CSV with record_a, record_b, decision (same or apart)."""
    text = _text(path)
    reader = csv.DictReader(io.StringIO(text, newline=""))
    found: dict[str, list[tuple[str, str]]] = {"same": [], "apart": []}
    if not {"record_a", "record_b", "decision"} <= set(reader.fieldnames or ()):
        raise Refused("resolve_bad_decision", {"file": path.name, "line": "1"})
    for row in reader:
        kind = (row["decision"] or "").strip()
        one, two = ((row[side] or "").strip() for side in ("record_a", "record_b"))
        if kind not in found or not one or not two:
            raise Refused("resolve_bad_decision", {"file": path.name, "line": str(reader.line_num)})
        found[kind].append((one, two))
    return Decisions(found["same"], found["apart"])


def write_text(path: Path, lines: Iterable[str]) -> None:
    """Write a file whole or not at all. Raises Refused when the place cannot be written."""
    made: Path | None = None
    try:
        with NamedTemporaryFile("w", encoding="utf-8", newline="", dir=path.parent, delete=False) as file:
            made = Path(file.name)
            file.writelines(lines)
        made.replace(path)
    except OSError as error:
        if made is not None:
            with suppress(OSError):
                made.unlink()
        why = error.strerror or type(error).__name__
        raise Refused("resolve_cannot_write", {"file": str(path), "why": why}) from None


def cluster_lines(clusters: Iterable[tuple[str, str]]) -> Iterator[str]:
    """The lines of CLUSTERS.csv: record_id, cluster_id, every record once."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(("record_id", "cluster_id"))
    for pair in clusters:
        writer.writerow(pair)
        if buffer.tell() > CHUNK:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()
