"""What kind of file lies before us, by its bytes; its name is never believed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from server.sources.unreadable import Unreadable

Container = Literal["csv", "xlsx"]

_MAGIC = (
    (b"%PDF-", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"RIFF", "RIFF"),
    (b"MZ", "EXE"),
    (b"\x7fELF", "ELF"),
    (b"\x1f\x8b", "gzip"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!", "RAR"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"SQLite format 3\x00", "SQLite"),
    (b"{\\rtf", "RTF"),
    (b"PAR1", "Parquet"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MARKUP = re.compile(rb"\s*<(\?xml|!doctype|html|table|svg|script|meta)\b", re.IGNORECASE)
_JSON = re.compile(rb'\s*(\{\s*"|\[\s*[\{\["])')
_TEXT_CONTROLS = bytes(set(range(32)) - {9, 10, 11, 12, 13, 0x1A, 0})


def find_container(path: Path) -> Container:
    """`csv` for any text in columns, `xlsx` for a workbook.

    Raises:
        Unreadable: anything else, named, with what to do.
    """
    with path.open("rb") as file:
        start = file.read(8192)
        file.seek(max(0, path.stat().st_size - 22))
        end = file.read()
    if not start.strip(b"\xef\xbb\xbf\xff\xfe\0\t\r\n "):
        raise Unreadable("file-empty")
    if start.startswith(b"PK\x03\x04"):
        return "xlsx"
    if start.startswith((b"PK\x05\x06", b"PK\x07\x08")):
        raise Unreadable("file-wrong-type", {"found": "zip"})
    if start.startswith(_OLE):
        raise Unreadable("file-password" if _is_encrypted(path) else "file-xls")
    for magic, found in _MAGIC:
        if start.startswith(magic):
            raise Unreadable("file-wrong-type", {"found": found})
    if markup := _MARKUP.match(start.removeprefix(b"\xef\xbb\xbf")):
        raise Unreadable("file-wrong-type", {"found": "XML" if markup[1] == b"?xml" else "HTML"})
    if _JSON.match(start):
        raise Unreadable("file-wrong-type", {"found": "JSON"})
    if end.startswith(b"PK\x05\x06"):
        raise Unreadable("file-two-types")
    if not _is_text(start):
        raise Unreadable("file-wrong-type", {"found": "binary"})
    return "csv"


def _is_encrypted(path: Path) -> bool:
    """A workbook with a password is an OLE file with this stream (MS-OFFCRYPTO 2.3.4.4)."""
    with path.open("rb") as file:
        return "EncryptedPackage".encode("utf-16-le") in file.read(1 << 20)


def _is_text(start: bytes) -> bool:
    """Few control characters: none at all in wide text, where zeros belong, next to none elsewhere."""
    controls = len(start) - len(start.translate(None, _TEXT_CONTROLS))
    zeros = start.count(0)
    wide = start.startswith((b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")) or max(
        start[0::2].count(0), start[1::2].count(0)
    ) > 0.3 * (len(start) / 2)
    return controls <= 0.02 * len(start) and (wide or zeros <= 0.05 * len(start))
