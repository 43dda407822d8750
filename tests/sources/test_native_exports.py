"""The eleven native exports of the public hotel set say, row by row, what its canonical file says."""

from __future__ import annotations

import csv
import gzip
import re
import tarfile
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from server.record import DATE_FIELDS, DateOrder, RawRecord
from server.sources.door import MARKERS
from server.sources.inspection import inspect
from server.sources.rows import read_rows

PUBLIC = Path(__file__).parents[2] / ".." / "shared" / "bench" / "hotel" / "public"
ELSEWHERE = {
    "kiosk": {"mobile": "phone", "room": "notes"},
    "wifi": {"room": "notes"},
}
"""Columns that have a name of their own in the export and share one in the canonical file."""
SAID_BY_THE_EXPORT = {"reference", "channel", "email_consent", "consent_at"}
"""What the exports tell and the canonical file has no column for."""
NOT_EXPORTED = {"spa": {"country"}}
"""The spa's export has no column for it."""
FORMATS = {"dmy": "%d/%m/%Y", "mdy": "%m/%d/%Y", "ymd": "%Y-%m-%d"}
TAKEN = re.compile("|".join(map(re.escape, MARKERS.values())))


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    if not PUBLIC.is_dir():
        pytest.skip("The public hotel set is not beside this checkout.")
    folder = tmp_path_factory.mktemp("native")
    with tarfile.open(PUBLIC / "native.tar.gz") as archive:
        for member in archive:  # Debian's Python 3.11.2 has no extractall that refuses paths outside
            content = archive.extractfile(member)
            if content is not None:
                (folder / Path(member.name).name).write_bytes(content.read())
    return sorted(folder.iterdir())


@pytest.fixture(scope="module")
def canonical(exports: list[Path]) -> dict[tuple[str, str], dict[str, str]]:
    assert exports
    with gzip.open(PUBLIC / "records.csv.gz", "rt", encoding="utf-8", newline="") as file:
        return {(row["source"], row["source_key"]): row for row in csv.DictReader(file)}


def test_all_eleven_exports_are_recognised_and_every_value_is_read_as_it_is(
    exports: list[Path], canonical: dict[tuple[str, str], dict[str, str]]
) -> None:
    wrong: Counter[str] = Counter()
    seen: set[tuple[str, str]] = set()
    for path in exports:
        reading = inspect(path, name="renamed.dat", allowed={"identity_document"})
        assert reading.layout is not None, path.name
        assert not reading.conflicting_dates
        rows = list(read_rows(path, reading, allowed={"identity_document"}))
        assert len(rows) == reading.rows
        for row in rows:
            assert isinstance(row, RawRecord), row
            seen.add((reading.source_name, row.key))
            expected = canonical[reading.source_name, row.key]
            wrong.update(_differences(reading.source_name, row, expected, reading.date_orders))

    assert not wrong
    assert seen == set(canonical)
    assert len(seen) == 20_000


def _differences(
    source: str, record: RawRecord, expected: dict[str, str], orders: dict[str, DateOrder]
) -> Iterator[str]:
    read: dict[str, str] = {}
    for field, value in record.values.items():
        if field not in SAID_BY_THE_EXPORT:
            read[ELSEWHERE.get(source, {}).get(field, field)] = _plain(field, value, orders)
    if source == "web":
        read["created_at"] = _plain("consent_at", record.values["consent_at"], orders)
    for field in set(expected) - {"record_id", "source", "source_key"} - NOT_EXPORTED.get(source, set()):
        want = _plain(field, expected[field], orders) if field == "notes" else expected[field].strip()
        if not _same(field, read.get(field, ""), want):
            yield f"{source}.{field}"


def _plain(field: str, value: str, orders: dict[str, DateOrder]) -> str:
    """Dates as ISO, amounts with a point, spaces trimmed: nothing else may differ."""
    value = value.strip()
    if field == "amount":
        return str(Decimal(value.replace(",", ".")))
    if field in DATE_FIELDS and field != "birth_date" and value:
        day, _, time = value.replace(".", "/").replace("T", " ").partition(" ")
        if orders[field] == "ymd":
            return value.replace("T", " ")
        form = FORMATS[orders[field]].replace("%Y", "%y" if len(day.rsplit("/", 1)[1]) == 2 else "%Y")
        return f"{datetime.strptime(day, form).date()} {time}".strip()  # noqa: DTZ007
    return value


def _same(field: str, read: str, expected: str) -> bool:
    """Equal, but for what is no longer in the export: remarks the door took out, letters written as `?`."""
    if read == expected:
        return True
    parts = TAKEN.split(read) if field == "notes" else [read]
    pattern = ".*".join(re.escape(part).replace(r"\?", r"[^\x00-\x7f]") for part in parts)
    return re.fullmatch(pattern, expected) is not None
