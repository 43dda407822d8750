"""Files that attack, lie or break: refused with a sentence, or rows that wait; fast, in little memory."""

from __future__ import annotations

import io
import json
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from python_calamine import CalamineSheet, CalamineWorkbook

from server.sentences import say
from server.sources import xlsx
from server.sources.inspection import inspect
from server.sources.reading import apply_mapping
from server.sources.rows import BadRow, read_rows
from server.sources.unreadable import Unreadable

ROOT = Path(__file__).parents[2]
MEASURED = """
import json, sys, time
from pathlib import Path
from server.sources.inspection import inspect
from server.sources.rows import read_rows
from server.sources.unreadable import Unreadable
def peak():  # of this program only; getrusage would start from the peak of the one that started it
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
before, started = peak(), time.process_time()
path, code, rows = Path(sys.argv[1]), "", 0
try:
    reading = inspect(path, name="attack.bin")
    rows = reading.rows
    if not reading.needs_mapping:
        assert sum(1 for _ in read_rows(path, reading)) == rows
except Unreadable as refused:
    code = refused.code
took = time.process_time() - started
print(json.dumps({"code": code, "rows": rows, "seconds": took, "mb": peak() - before}))
"""

CONTENT_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)
RELS = (
    '<?xml version="1.0"?>'
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}" '
    'Target="{target}"/></Relationships>'
)
WORKBOOK = (
    '<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    '<sheets><sheet name="Guests" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
SHEET = (
    '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    "{before}<sheetData>{rows}</sheetData></worksheet>"
)


def row(number: int, *values: str | int | float) -> str:
    cells = []
    for at, value in enumerate(values):
        place = f"{chr(65 + at)}{number}"
        if isinstance(value, str):
            cells.append(f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>')
        else:
            cells.append(f'<c r="{place}"><v>{value}</v></c>')
    return f'<row r="{number}">{"".join(cells)}</row>'


HEAD = row(1, "session", "email", "first", "last", "name", "phone", "connected", "date")
GUEST = row(2, "w1", "kim@example.test", "Kim", "Lee", "", 33639981234, "22/01/2024", 45292)


def workbook(
    path: Path,
    rows: str = HEAD + GUEST,
    *,
    before: str = "",
    extra: dict[str, bytes] | None = None,
    packing: int = zipfile.ZIP_DEFLATED,
) -> Path:
    with zipfile.ZipFile(path, "w", packing) as archive:
        archive.writestr("[Content_Types].xml", CONTENT_TYPES)
        archive.writestr("_rels/.rels", RELS.format(kind="officeDocument", target="xl/workbook.xml"))
        archive.writestr("xl/workbook.xml", WORKBOOK)
        archive.writestr(
            "xl/_rels/workbook.xml.rels", RELS.format(kind="worksheet", target="worksheets/sheet1.xml")
        )
        archive.writestr("xl/worksheets/sheet1.xml", SHEET.format(before=before, rows=rows))
        for name, content in (extra or {}).items():
            archive.writestr(name, content)
    return path


def bomb(path: Path) -> None:
    workbook(path, extra={"xl/media/sky.xml": b"\0" * 150_000_000})


def lying_bomb(path: Path) -> None:
    """Every size in the directory says one kilobyte; the part unpacks to 150 MB."""
    workbook(path, extra={"xl/sharedStrings.xml": b" " * 150_000_000})
    content = bytearray(path.read_bytes())
    real = struct.pack("<I", 150_000_000)
    while (at := content.find(real)) >= 0:
        content[at : at + 4] = struct.pack("<I", 1_000)
    path.write_bytes(content)


def overlapping(path: Path) -> None:
    """Forty names for one compressed part."""
    workbook(path, extra={f"xl/part{n}.xml": b"" for n in range(40)} | {"xl/big.xml": b" " * 900_000})
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        big = archive.getinfo("xl/big.xml")
        parts = [part for part in archive.infolist() if part.filename.startswith("xl/part")]
    for part in parts:
        at = content.rfind(part.filename.encode()) - 46
        content[at + 16 : at + 28] = struct.pack("<III", big.CRC, len(content), big.file_size)
        content[at + 42 : at + 46] = struct.pack("<I", big.header_offset)
    path.write_bytes(content)


def many_parts(path: Path) -> None:
    workbook(path, extra={f"xl/p{n}.xml": b"<a/>" for n in range(1_001)})


def far_cell(path: Path) -> None:
    workbook(path, HEAD + GUEST + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')


def far_column(path: Path) -> None:
    workbook(path, HEAD + '<row r="2"><c r="A2"><v>1</v></c><c r="XFD2"><v>1</v></c></row>')


def macros(path: Path) -> None:
    workbook(path, extra={"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"})


def entities(path: Path) -> None:
    laughs = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
    workbook(path, extra={"xl/sharedStrings.xml": f'<?xml version="1.0"?>{laughs}<sst>&b;</sst>'.encode()})


def hidden_entities(path: Path) -> None:
    text = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x SYSTEM "http://example.test/x"><sst/>'
    workbook(path, extra={"xl/sharedStrings.xml": text.encode("utf-16")})


def nested(path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("a.txt", "a")
    workbook(path, extra={"xl/embeddings/oleObject1.bin": inner.getvalue()})


def encrypted_zip(path: Path) -> None:
    workbook(path)
    content = bytearray(path.read_bytes())
    at = content.find(b"PK\x01\x02")
    content[at + 8] |= 1
    path.write_bytes(content)


def ole(path: Path) -> None:
    path.write_bytes(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000 + "Workbook".encode("utf-16-le") + b"\0" * 99
    )


def locked(path: Path) -> None:
    path.write_bytes(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + b"\0" * 2000
        + "EncryptedPackage".encode("utf-16-le")
        + b"\0" * 99
    )


def pdf_then_zip(path: Path) -> None:
    inner = workbook(path.with_suffix(".inner"))
    path.write_bytes(b"%PDF-1.7\n" + inner.read_bytes())


def text_then_zip(path: Path) -> None:
    inner = workbook(path.with_suffix(".inner"))
    path.write_bytes(b"email;name\nkim@example.test;Kim\n" * 500 + inner.read_bytes())


def zip_then_text(path: Path) -> None:
    workbook(path)
    path.write_bytes(path.read_bytes() + b"<script>alert(1)</script>")


def other_zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("photo.txt", "x")


def cut_zip(path: Path) -> None:
    workbook(path)
    path.write_bytes(path.read_bytes()[:-300])


def endless_line(path: Path) -> None:
    with path.open("wb") as file:
        for _ in range(200):
            file.write(b"a" * 1_000_000)


ATTACKS: dict[str, tuple[Callable[[Path], object], str]] = {
    "bomb": (bomb, "archive-bomb"),
    "bomb with lying sizes": (lying_bomb, "archive-bomb"),
    "overlapping parts": (overlapping, "archive-bomb"),
    "too many parts": (many_parts, "archive-too-many"),
    "far cell": (far_cell, "sheet-too-large"),
    "far column": (far_column, "sheet-too-large"),
    "macros": (macros, "file-macros"),
    "entities": (entities, "file-entities"),
    "entities in UTF-16": (hidden_entities, "file-entities"),
    "archive inside": (nested, "archive-nested"),
    "locked archive": (encrypted_zip, "file-password"),
    "old Excel": (ole, "file-xls"),
    "locked workbook": (locked, "file-password"),
    "PDF and zip": (pdf_then_zip, "file-wrong-type"),
    "text and zip": (text_then_zip, "file-two-types"),
    "zip and text": (zip_then_text, "file-two-types"),
    "another zip": (other_zip, "file-wrong-type"),
    "cut workbook": (cut_zip, "file-damaged"),
    "one line of 200 MB": (endless_line, "header-endless"),
}


def measure(path: Path) -> dict[str, float | str | int]:
    answer = subprocess.run(
        [sys.executable, "-c", MEASURED, str(path)], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert answer.returncode == 0, answer.stderr
    found: dict[str, float | str | int] = json.loads(answer.stdout)
    return found


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_refused_in_a_second_and_little_memory(name: str, tmp_path: Path) -> None:
    build, code = ATTACKS[name]
    path = tmp_path / "attack.bin"
    build(path)

    found = measure(path)

    assert found["code"] == code
    assert float(found["seconds"]) <= 1.0
    assert float(found["mb"]) <= 100


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file-empty"),
        (b"\xef\xbb\xbf", "file-empty"),
        (b"\r\n\r\n   \n", "file-empty"),
        (b"%PDF-1.7 ...", "file-wrong-type"),
        (b"\x89PNG\r\n\x1a\n....", "file-wrong-type"),
        (b"\xff\xd8\xff\xe0..", "file-wrong-type"),
        (b"MZ\x90\0\x03\0\0\0", "file-wrong-type"),
        (b"\x1f\x8b\x08....", "file-wrong-type"),
        (b"<html><table><tr><td>Nom</td></tr></table>", "file-wrong-type"),
        (b'<?xml version="1.0"?><a/>', "file-wrong-type"),
        (b'[{"email": "kim@example.test"}]', "file-wrong-type"),
        (bytes(range(256)) * 20, "file-wrong-type"),
        (b"kim@example.test;Kim\nlee@example.test;Lee\n", "header-missing"),
        (b"1;2;3\n4;5;6\n", "header-missing"),
        (b";;;\n;;;\n", "header-missing"),
        (b";".join(b"c%d" % n for n in range(1_200)) + b"\n", "header-too-wide"),
    ],
)
def test_what_is_no_table_of_guests_gets_a_clear_sentence(content: bytes, code: str, tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes(content)

    with pytest.raises(Unreadable) as refused:
        inspect(path, name="C:\\exports\\march.csv")

    assert refused.value.code == code
    sentence = say(refused.value.code, refused.value.params)
    assert "march.csv" in sentence
    assert "…" not in sentence
    assert "exports" not in sentence


WIFI = "session,email,first,last,name,phone,birthdate,lang,connected,date,room\n"
GOOD = "w{n},guest{n}@example.test,Kim,Lee,,,,en,22/01/2024 10:00:00,22/01/2024,12\n"


def read(path: Path, content: str | bytes) -> tuple[list[str], list[tuple[int, str]]]:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    reading = inspect(path, name=path.name)
    rows = list(read_rows(path, reading))
    assert len(rows) == reading.rows
    bad = [r for r in rows if isinstance(r, BadRow)]
    assert len(bad) == reading.bad_rows
    assert all("…" not in say(r.code, {"file": "x", "line": str(r.line), **r.params}) for r in bad)
    return [r.key for r in rows if not isinstance(r, BadRow)], [(r.line, r.code) for r in bad]


def test_a_quote_that_is_never_closed_costs_its_own_line_only(tmp_path: Path) -> None:
    lines = [GOOD.format(n=n) for n in range(200)]
    lines[50] = 'w50,"guest50@example.test,Kim,Lee,,,,en,22/01/2024 10:00:00,22/01/2024,12\n'
    lines[60] = 'w60,guest60@example.test,"Kim ""K"" Lee",Lee,,,,en,22/01/2024 10:00:00,22/01/2024,"a\nb"\n'

    keys, bad = read(tmp_path / "a.csv", WIFI + "".join(lines))

    assert keys == [f"w{n}" for n in range(200) if n != 50]
    assert bad == [(52, "row-quote")]


def test_rows_of_every_wrong_kind_wait_and_the_others_are_read(tmp_path: Path) -> None:
    content = (
        WIFI
        + GOOD.format(n=1)
        + "w2,too,few\n"
        + GOOD.format(n=3).strip()
        + ",x,y\n"
        + GOOD.format(n=4).strip()
        + ",,,\n"
        + "w5,a\0b@example.test,Kim,Lee,,,,en,22/01/2024,22/01/2024,12\n"
        + ",,,,,,,en,,22/01/2024,12\n"
        + "\n  \n,,,,,,,,,,\n"
        + f"w8,{'x' * 131_073}@example.test,Kim,Lee,,,,en,22/01/2024,22/01/2024,12\n"
        + f"w9,{'y' * 1_200_000},Kim,Lee,,,,en,22/01/2024,22/01/2024,12\n"
        + f"w10,kim@example.test,Kim,Lee,,{'1' * 5_000},,en,22/01/2024,22/01/2024,12\n"
        + "w11,kim@example.test,Kim,Lee,,,,en,22/01"
    )

    keys, bad = read(tmp_path / "a.csv", content)

    assert keys == ["w1", "w4", "w10"]
    assert bad == [
        (3, "row-cells"),
        (4, "row-cells"),
        (6, "row-nul"),
        (7, "row-nobody"),
        (11, "row-cell-too-long"),
        (12, "row-too-long"),
        (14, "row-cut-off"),
    ]


def test_a_waiting_row_holds_its_text_but_nothing_the_door_takes_out(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(WIFI + "w1,kim@example.test,4111 1111 1111 1111\n", encoding="utf-8")

    (row,) = read_rows(path, inspect(path, name=path.name))

    assert isinstance(row, BadRow)
    assert row.content == "w1,kim@example.test,[card number taken out]"
    assert [finding.code for finding in row.findings] == ["taken-out-card-number"]


def test_a_column_that_stands_twice_or_has_no_name_is_kept_under_a_name_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        WIFI.strip() + ",email,,\n" + GOOD.format(n=1).strip() + ",second,third,\n", encoding="utf-8"
    )

    reading = inspect(path, name=path.name)
    (row,) = read_rows(path, reading)

    assert reading.header[-2:] == ("room", "email (2)")
    assert isinstance(row, BadRow)  # a value under no name at all
    assert reading.findings["header-renamed"] == 1


def test_two_hundred_megabytes_without_a_line_end_inside_a_file_wait_as_one_row(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write(WIFI + GOOD.format(n=1))
        for _ in range(50):
            file.write("a" * 1_000_000)
        file.write("\n" + GOOD.format(n=3))

    found = measure(path)

    assert (found["code"], found["rows"]) == ("", 3)
    assert float(found["mb"]) <= 100


def test_a_workbook_is_read_as_its_reader_sees_it(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", HEAD + GUEST + row(5, "w4", "", "Lee", "Kim", "", 1.5, "", True))

    reading = inspect(path, name="a.csv")
    rows = [r for r in read_rows(path, reading) if not isinstance(r, BadRow)]

    assert (reading.container, reading.sheet, reading.layout, reading.rows) == ("xlsx", "Guests", "wifi", 2)
    assert rows[0].values["phone"] == "33639981234"
    assert [r.line for r in rows] == [2, 5]


def test_a_lying_dimension_loses_no_row(tmp_path: Path) -> None:
    lines = HEAD + "".join(row(n, f"w{n}", f"g{n}@example.test", "Kim", "Lee") for n in range(2, 1_002))
    path = workbook(tmp_path / "a.xlsx", lines, before='<dimension ref="A1:B2"/>')

    reading = inspect(path, name="a.xlsx")

    assert reading.rows == 1_000
    assert sum(1 for _ in read_rows(path, reading)) == 1_000


def test_a_workbook_with_two_rows_in_one_place_is_refused_since_one_would_be_lost(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", HEAD + GUEST + GUEST)

    with pytest.raises(Unreadable) as refused:
        inspect(path, name="a.xlsx")

    assert refused.value.code == "file-damaged"


def two_sheets(path: Path) -> Path:
    """A workbook whose second sheet is like its first."""
    workbook(path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(
        b"</sheets>", b'<sheet name="March" sheetId="2" r:id="rId2"/></sheets>'
    )
    rels = parts["xl/_rels/workbook.xml.rels"]
    first = rels[rels.index(b"<Relationship ") : rels.index(b"</Relationships>")]
    second = first.replace(b"rId1", b"rId2").replace(b"sheet1", b"sheet2")
    parts["xl/_rels/workbook.xml.rels"] = rels.replace(b"</Relationships>", second + b"</Relationships>")
    parts["xl/worksheets/sheet2.xml"] = parts["xl/worksheets/sheet1.xml"]
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def test_the_sheets_that_are_not_read_are_named(tmp_path: Path) -> None:
    reading = inspect(two_sheets(tmp_path / "a.xlsx"), name="a.xlsx")

    assert (reading.sheet, reading.other_sheets) == ("Guests", ("March",))


@pytest.mark.parametrize(
    ("make", "unpacked"), [(workbook, ["Guests"]), (two_sheets, ["Guests", "March", "Guests"])]
)
def test_looking_at_a_workbook_unpacks_a_sheet_once_and_never_holds_two(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: Callable[[Path], Path], unpacked: list[str]
) -> None:
    path = make(tmp_path / "a.xlsx")
    seen: list[str] = []

    class Watched:
        def __init__(self, opened: CalamineWorkbook) -> None:
            self.opened, self.sheets_metadata = opened, opened.sheets_metadata

        @classmethod
        def from_path(cls, path: str) -> Watched:
            return cls(CalamineWorkbook.from_path(path))

        def __enter__(self) -> Watched:
            return self

        def __exit__(self, *_: object) -> None:
            self.opened.close()

        def get_sheet_by_name(self, name: str) -> CalamineSheet:
            seen.append(name)
            return self.opened.get_sheet_by_name(name)

    monkeypatch.setattr(xlsx, "CalamineWorkbook", Watched)
    reading = inspect(path, name="a.xlsx")

    assert seen == unpacked
    assert (reading.rows, len(reading.sample)) == (1, 1)


def test_a_file_nobody_knows_is_read_once_a_person_said_what_its_columns_mean(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Gast;Kontakt\nKim Lee;kim@example.test\n;\nOhne;\n", encoding="utf-8")
    reading = inspect(path, name=path.name)

    with pytest.raises(Unreadable) as refused:
        next(read_rows(path, reading))
    mapped = apply_mapping(reading, {"Gast": "full_name", "Kontakt": "email"}, [], "Alte Liste", "shop")

    assert refused.value.code == "mapping-needed"
    assert [r.values for r in read_rows(path, mapped) if not isinstance(r, BadRow)] == [
        {"full_name": "Kim Lee", "email": "kim@example.test"},
        {"full_name": "Ohne"},
    ]
