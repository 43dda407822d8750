"""Every layout has a golden sample pair; headers are known in any dress, never guessed."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from server.record import FIELDS, RawRecord
from server.sources.inspection import inspect
from server.sources.layout import Layout, layouts, recognise
from server.sources.reading import apply_mapping
from server.sources.rows import BadRow, read_rows

SAMPLES = Path(__file__).parent / "samples"
BOTH = pytest.mark.parametrize("layout", layouts().values(), ids=lambda layout: layout.name)


@BOTH
def test_a_layout_reads_its_sample_as_its_golden_file_says(layout: Layout) -> None:
    sample, golden = SAMPLES / f"{layout.name}.csv", SAMPLES / f"{layout.name}.json"
    assert sample.exists(), f"tests/sources/samples/{layout.name}.csv and .json are missing."
    assert golden.exists(), f"tests/sources/samples/{layout.name}.json is missing."
    expected = json.loads(golden.read_text(encoding="utf-8"))

    reading = inspect(sample, name="export.csv")
    rows = list(read_rows(sample, reading))

    found = {name: getattr(reading, name) for name in ("layout", "encoding", "separator", "rows")}
    found["key_columns"] = list(reading.key_columns)
    found["date_orders"] = reading.date_orders
    found["findings"] = dict(reading.findings)
    found["records"] = [
        {
            "line": row.line,
            "key": row.key,
            "values": dict(row.values),
            "findings": [[finding.code, finding.field] for finding in row.findings],
        }
        for row in rows
        if not isinstance(row, BadRow)
    ]
    found["waiting"] = [
        {"line": row.line, "code": row.code, "params": row.params, "content": row.content}
        for row in rows
        if isinstance(row, BadRow)
    ]
    assert found == expected
    assert 10 <= reading.rows <= 15


@BOTH
def test_a_layout_says_how_sure_it_is_and_maps_to_known_fields(layout: Layout) -> None:
    assert layout.confidence in ("confirmed", "third-party", "seen here")
    assert {field for field in layout.columns.values() if field} <= set(FIELDS)
    assert "document_number" not in layout.columns.values() or layout.taken_out


@BOTH
def test_a_header_is_known_whatever_its_order_case_and_accents(layout: Layout) -> None:
    columns = list(layout.columns)
    random.Random(3).shuffle(columns)
    plain = [c.replace("é", "e").replace("è", "e").upper() for c in columns]
    damaged = [c.encode().decode("cp1252", "replace") for c in columns]
    lost = [c.encode("ascii", "replace").decode() for c in columns]

    assert recognise(columns) == (layout.name,)
    assert recognise(plain) == (layout.name,)
    assert recognise(damaged) == (layout.name,)
    assert recognise(lost) == (layout.name,)


@BOTH
def test_a_header_is_known_with_columns_more_and_a_few_less(layout: Layout) -> None:
    columns = list(layout.columns)
    more = [*columns, "Interne", "Zz top", "Kst.", "Flag 1"]
    less = columns[: len(columns) - max(1, len(columns) // 10)]

    assert recognise(more) == (layout.name,)
    assert recognise(less) == (layout.name,)


@pytest.mark.parametrize(
    "header",
    [
        "email;first;last;name;phone;date;room",
        "First name,Last name,Email,Phone,Company,Language,Notes",
        "Nom;Prénom;Téléphone;E-mail;Ville;Pays",
        "a;b;c",
        "Title;Address;Zip;Country;Company;Email",
    ],
)
def test_a_header_of_everyday_words_belongs_to_no_system(header: str) -> None:
    separator = ";" if ";" in header else ","
    assert recognise(header.split(separator)) == ()


def test_a_header_between_two_layouts_is_asked_about(tmp_path: Path) -> None:
    pms_a, gift = layouts()["pms_a"], layouts()["gift"]
    header = [*pms_a.columns, *(column for column in gift.columns if column not in pms_a.columns)]
    path = tmp_path / "both.csv"
    path.write_text(";".join(header) + "\n" + ";".join("x" * len(header)) + "\n", encoding="utf-8")

    reading = inspect(path, name=path.name)

    assert set(reading.asked) == {"pms_a", "gift"}
    assert reading.layout is None
    assert reading.needs_mapping


def test_a_forced_layout_is_used_where_the_header_is_doubtful(tmp_path: Path) -> None:
    path = tmp_path / "short.csv"
    path.write_text("session,email,room\nw1,kim@example.test,12\n", encoding="utf-8")

    reading = inspect(path, name=path.name, layout="wifi")

    assert reading.layout == "wifi"
    assert [row.key for row in read_rows(path, reading) if not isinstance(row, BadRow)] == ["w1"]


def test_a_row_that_ends_early_is_read_and_said(tmp_path: Path) -> None:
    path = tmp_path / "short.csv"
    path.write_text("Name,Email,Phone,City\nAnna Rossi,anna@posteo.de,+390612345678\n", encoding="utf-8")
    columns = {"Name": "full_name", "Email": "email", "Phone": "phone", "City": "city"}
    reading = apply_mapping(inspect(path, name="short.csv"), columns, ("Email",), "list", "newsletter")

    record = next(iter(read_rows(path, reading)))

    assert isinstance(record, RawRecord)
    assert [(f.code, f.field) for f in record.findings] == [("cells-missing", "City")]


def test_a_column_of_dates_is_not_taken_for_phone_numbers(tmp_path: Path) -> None:
    path = tmp_path / "unknown.csv"
    rows = "\n".join(f"Guest {n},0{n}/01/196{n}" for n in range(1, 9))
    path.write_text(f"Who,Anniversaire\n{rows}\n", encoding="utf-8")

    reading = inspect(path, name="unknown.csv")

    assert reading.needs_mapping
    assert reading.suggested["Anniversaire"][0] == "birth_date"
