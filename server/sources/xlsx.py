"""Rows of an Excel workbook, behind guards: a workbook is a zip of XML, and both are known weapons.

Measured before this was written: 4.9 kB with one far cell took 1.6 GB; a lying <dimension> made a reader
drop 1,000 of 1,002 rows in silence; 602 kB unpacked to 1.2 GB. So the archive's directory is checked, every
part is unpacked once with its real bytes counted, and the sheet's real extent is known before it is read.
"""

from __future__ import annotations

import datetime
import re
import struct
import zipfile
import zlib
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from server.sources.delimited import CELL_LIMIT, Broken, Cells
from server.sources.unreadable import Unreadable

MAX_UNPACKED = 200_000_000
MAX_RATIO = 100
SMALL = 1_000_000
"""Below this many unpacked bytes a high ratio is no danger: short XML compresses well."""
MAX_PARTS = 1_000
MAX_CELLS = 5_000_000
"""Cells of the sheet's rectangle, which the reader holds at once (32 bytes each)."""
MAX_COLUMNS = 1_000
CHUNK = 1 << 16

_INSIDE = (
    b"PK\x03\x04",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    b"%PDF-",
    b"MZ",
    b"\x7fELF",
    b"Rar!",
    b"7z\xbc\xaf",
)
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".emf", ".wmf", ".bmp", ".svg", ".vml", ".bin")
_DANGEROUS_XML = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_CELL = re.compile(rb"<(?:\w+:)?c(?=[\s/>])(?:[^<>]*?\sr=[\"']([A-Za-z]{1,7})([0-9]{1,10})[\"'])?")
_ROW = re.compile(rb"<(?:\w+:)?row\s(?:[^<>]*?\s)?r=[\"']([0-9]{1,10})[\"'][^<>]*>")


@dataclass(frozen=True)
class Sheet:
    """The sheet of a workbook that is read, held in memory, and the names of the other filled ones."""

    name: str
    others: tuple[str, ...]
    held: CalamineSheet


def check(path: Path) -> None:
    """Refuse a workbook that is more, or less, than a workbook. Memory stays flat, one pass.

    Raises:
        Unreadable: bomb, macros, password, document type or entities, a file inside, a far cell, two files in
            one, or no workbook at all.
    """
    try:
        _check_end(path)
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
        _check_directory(path, parts)
        unpacked = 0
        for part in parts:
            unpacked = _check_part(path, part, unpacked)
    except (zipfile.BadZipFile, zlib.error, struct.error, ValueError, EOFError, NotImplementedError) as error:
        raise Unreadable("file-damaged") from error


def _check_end(path: Path) -> None:
    """Look at the archive's last 22 bytes before its directory is read: they bound what that would cost.

    Nothing may follow them, and the directory must end where they begin (APPNOTE 4.3.16).
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - 22 - 0xFFFF))
        tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < 22:
        raise Unreadable("file-damaged")
    _, _, _, entries, length, offset, comment = struct.unpack("<HHHHIIH", tail[at + 4 : at + 22])
    if entries > MAX_PARTS or length > MAX_PARTS * 1_000:
        raise Unreadable("archive-too-many", {"limit": f"{MAX_PARTS:,}"})
    if comment or at + 22 != len(tail) or offset + length != size - 22:
        raise Unreadable("file-two-types")


def _check_directory(path: Path, parts: list[zipfile.ZipInfo]) -> None:
    lower = [part.filename.casefold() for part in parts]
    if len(parts) > MAX_PARTS:
        raise Unreadable("archive-too-many", {"limit": f"{MAX_PARTS:,}"})
    if len(set(lower)) != len(lower):
        raise Unreadable("file-damaged")
    if any(part.flag_bits & 1 for part in parts):
        raise Unreadable("file-password")
    if any(name.endswith("vbaproject.bin") for name in lower):
        raise Unreadable("file-macros")
    if "xl/workbook.xml" not in lower:
        raise Unreadable("file-wrong-type", {"found": "zip"})
    if any(
        name.endswith((".zip", ".xlsx", ".xlsm", ".xls", ".docx", ".7z", ".rar", ".gz")) for name in lower
    ):
        raise Unreadable("archive-nested")
    declared = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts)
    if declared > MAX_UNPACKED or (declared > SMALL and declared >= MAX_RATIO * max(packed, 1)):
        raise Unreadable("archive-bomb", {"limit": str(MAX_UNPACKED // 1_000_000)})
    if packed > path.stat().st_size:  # parts that overlap unpack the same bytes again and again
        raise Unreadable("archive-bomb", {"limit": str(MAX_UNPACKED // 1_000_000)})
    if min(part.header_offset for part in parts) != 0:
        raise Unreadable("file-two-types")


def _check_part(path: Path, part: zipfile.ZipInfo, unpacked: int) -> int:
    """Unpack one part without keeping it; the sum of real bytes so far."""
    name = part.filename.casefold()
    is_xml = not name.endswith(_PICTURES)
    is_sheet = name.startswith("xl/worksheets/") and name.endswith(".xml")
    own, carried = 0, b""
    last_row = last_column = row_before = cells = 0
    for chunk in _unpack(path, part):
        if own == 0 and chunk.startswith(_INSIDE):
            raise Unreadable("archive-nested")
        own += len(chunk)
        if unpacked + own > MAX_UNPACKED or (own > SMALL and own >= MAX_RATIO * max(part.compress_size, 1)):
            raise Unreadable("archive-bomb", {"limit": str(MAX_UNPACKED // 1_000_000)})
        if not is_xml:
            continue
        seen = carried + chunk
        if b"\0" in chunk or _DANGEROUS_XML.search(seen):
            raise Unreadable("file-entities")
        if name == "[content_types].xml" and b"macroEnabled" in seen:
            raise Unreadable("file-macros")
        if is_sheet:
            for letters, number in _CELL.findall(seen):
                cells += 1
                if letters:
                    last_row = max(last_row, int(number))
                    last_column = max(last_column, _column(letters))
            for row in map(int, _ROW.findall(seen)):
                if row <= row_before:  # two rows in one place: the reader would keep only the second
                    raise Unreadable("file-damaged")
                row_before = row
            last_row = max(last_row, row_before)
            if last_column > MAX_COLUMNS or max(cells, last_row * max(last_column, 1)) > MAX_CELLS:
                raise Unreadable("sheet-too-large", {"limit": f"{MAX_CELLS:,}"})
        _, bracket, tag = seen.rpartition(b"<")
        carried = b"" if not bracket or b">" in tag else bracket + tag  # a tag that goes on in the next chunk
        if len(carried) > CHUNK:
            raise Unreadable("file-damaged")
    if own != part.file_size:
        raise Unreadable("file-damaged")
    return unpacked + own


def _unpack(path: Path, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """The real bytes of a part, whatever sizes the directory claims."""
    with path.open("rb") as file:
        file.seek(part.header_offset)
        header = file.read(30)
        name_length, extra_length = struct.unpack("<HH", header[26:30])
        file.seek(part.header_offset + 30 + name_length + extra_length)
        left = part.compress_size
        inflate = zlib.decompressobj(-15) if part.compress_type == zipfile.ZIP_DEFLATED else None
        if inflate is None and part.compress_type != zipfile.ZIP_STORED:
            raise Unreadable("file-damaged")
        while left and (packed := file.read(min(CHUNK, left))):
            left -= len(packed)
            if inflate is None:
                yield packed
                continue
            while packed:
                yield inflate.decompress(packed, CHUNK * 4)
                packed = inflate.unconsumed_tail


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def find_sheet(path: Path) -> Sheet:
    """The first visible sheet with values, and the other ones that are not read.

    Unpacking a sheet is most of what reading it costs, so the one found is given along. No two are held at
    once: where there are several, the one found is unpacked again after the others were looked at.

    Raises:
        Unreadable: no sheet holds anything, or the workbook is damaged.
    """
    try:
        with CalamineWorkbook.from_path(str(path)) as workbook:
            visible = [
                meta.name
                for meta in workbook.sheets_metadata
                if meta.typ is SheetTypeEnum.WorkSheet and meta.visible is SheetVisibleEnum.Visible
            ]
            if len(visible) > 1:
                visible = [name for name in visible if workbook.get_sheet_by_name(name).height]
            if not visible:
                raise Unreadable("file-empty")
            sheet = workbook.get_sheet_by_name(visible[0])
    except (CalamineError, OSError, ValueError) as error:
        raise Unreadable("file-damaged") from error
    if not sheet.height:
        raise Unreadable("file-empty")
    return Sheet(visible[0], tuple(visible[1:]), sheet)


def read_sheet(path: Path, name: str) -> Iterator[Cells | Broken]:
    """Every row of a sheet that holds a value, the header first, as the text a person sees in it."""
    try:
        with CalamineWorkbook.from_path(str(path)) as workbook:
            sheet = workbook.get_sheet_by_name(name)
    except (CalamineError, OSError, ValueError) as error:
        raise Unreadable("file-damaged") from error
    return lines_in(sheet)


def lines_in(sheet: CalamineSheet) -> Generator[Cells | Broken, None, None]:
    """The rows of a sheet that is held, as read_sheet gives them; as often as they are asked for."""
    first = sheet.start[0] if sheet.start else 0
    for at, row in enumerate(sheet.iter_rows(), start=first + 1):
        cells = [as_text(value) for value in row]
        if not any(cell.strip() for cell in cells):
            continue
        if max(map(len, cells)) > CELL_LIMIT:
            yield Broken(at, "row-cell-too-long", "\t".join(cells), {"limit": str(CELL_LIMIT)})
        elif any("\0" in cell for cell in cells):
            yield Broken(at, "row-nul", "\t".join(cells))
        else:
            yield Cells(at, cells)


CellValue = int | float | str | bool | datetime.time | datetime.date | datetime.datetime | datetime.timedelta


def as_text(value: CellValue) -> str:
    """A cell as text: numbers without the `.0` a spreadsheet gives a phone, dates as ISO."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime.datetime):
        if value.time() == datetime.time():
            return value.date().isoformat()
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return str(value)
