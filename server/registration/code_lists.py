"""Code lists of authorities, from the files that they give out: none is shipped as law.

Alloggiati Web gives `Luoghi`, `Tipi_Documento`, `Tipi_Alloggiato`, `TipoErrore` as CSV with `;`; Ubyport
gives `Staty`, `UcelyPobytu`, `Chyby` as entries of XML, SES.HOSPEDAJES those of its `catalogo`, and others
publish them as CSV. A list becomes code -> what it means. What a column says besides stands after it: the
province of a place in brackets, the day on which a code ended after a dagger, the severity of an error in
brackets. Pure.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from server.refusal import Refused
from server.registration.authority_xml import NoXml, named, read_xml, text_of

LARGEST = 10_000_000
LONGEST = 200_000
"""Rows: all municipalities of a country are under 40,000."""

_CODE = ("codice", "kod", "kod3", "kod2", "code", "codigo", "codigomunicipio", "id")
_MEANING = (
    "descrizione", "popis", "textkratkycz", "textcz", "text", "nazev", "description", "descripcion", "nombre",
    "name", "nombremunicipio",
)  # fmt: skip
_BESIDE = ("provincia",)
_ENDED = ("datafineval", "platido", "fechabaja")
_LEGACY = {"Staty": "cp1250", "UcelyPobytu": "cp1250", "Chyby": "cp1250"}
"""How a list that is not UTF-8 is encoded; else Windows-1252, as Western Europe's are."""

_CZECH_ERROR = re.compile(r"ERR_CZE_0*(\d+)")
_HEADERLESS = re.compile(r"[0-9A-Z_]{1,12}")


@dataclass(frozen=True, slots=True)
class Place:
    """What an entry of a list of places says."""

    name: str
    province: str | None = None
    ended: str | None = None


_PLACE = re.compile(r"(?P<name>.*?)(?: \((?P<province>[^()]{1,3})\))?(?: † (?P<ended>\S+))?")


def place(meaning: str) -> Place:
    """
    >>> place("ROMA (RM)")
    Place(name='ROMA', province='RM', ended=None)
    """
    found = _PLACE.fullmatch(meaning)
    return Place(meaning) if found is None else Place(**found.groupdict())


def read_list(name: str, content: bytes) -> Mapping[str, str]:
    """The list of a name, code -> meaning, in the file's order. Raises Refused, which says what is wrong and
    where."""
    if len(content) > LARGEST:
        raise _refused("too_large", name)
    if not content.strip(b"\xef\xbb\xbf\r\n\t "):
        raise _refused("empty", name)
    entries = _of_xml(name, content) if content.lstrip(b"\xef\xbb\xbf \r\n").startswith(b"<") else None
    rows = _of_csv(name, _decoded(name, content)) if entries is None else entries
    found: dict[str, str] = {}
    for row, (code, meaning) in enumerate(rows, start=1):
        if row > LONGEST:
            raise _refused("too_large", name)
        if found.setdefault(code, meaning) != meaning:
            # one code, ended and given again: what holds today stands
            if place(found[code]).ended is None and place(meaning).ended is None:
                raise _refused("twice", name, row=str(row))
            found[code] = meaning if place(meaning).ended is None else found[code]
    if not found:
        raise _refused("empty", name)
    return found


def _of_xml(name: str, content: bytes) -> list[tuple[str, str]]:
    """Entries of `catalogo` or `DejMiCiselnik`, where a state's code is Kod3, and an error's text is."""
    try:
        root = read_xml(content.removeprefix(b"\xef\xbb\xbf").lstrip())
    except NoXml:
        raise _refused("unreadable", name) from None
    found = [(text_of(one, "codigo"), text_of(one, "descripcion")) for one in named(root, "tupla")]
    found = [(code, meaning) for code, meaning in found if code and meaning]
    for entry in named(root, "CiselnikType"):
        second, third = text_of(entry, "Kod2"), text_of(entry, "Kod3")
        error = _CZECH_ERROR.fullmatch(second)
        if error is not None:
            found.append((error[1], _with(third, text_of(entry, "TextENG"), "")))
            continue
        meaning = text_of(entry, "TextKratkyCZ") or text_of(entry, "TextCZ")
        code = third or second
        meaning = meaning.removeprefix(f"{code} - ")
        if code and meaning:
            found.append((code, _with(meaning, "", text_of(entry, "PlatiDo"))))
    return found


def _decoded(name: str, content: bytes) -> str:
    for encoding in ("utf-8-sig", _LEGACY.get(name, "cp1252")):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not re.search(r"[\x00-\x08\x0e-\x1f\ufffd]", text):
            return text
    raise _refused("unreadable", name)


def _of_csv(name: str, text: str) -> Iterator[tuple[str, str]]:
    lines = text.splitlines()
    first = next((line for line in lines if line.strip()), None)
    if first is None:  # str.splitlines also ends lines at \x0b and \x0c, which strip() had left standing
        raise _refused("empty", name)
    delimiter = max(";,\t|", key=first.count)
    if delimiter not in first:
        raise _refused("no_columns", name)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    head: _Columns | None = None
    try:
        for number, row in enumerate(rows, start=1):
            cells = [cell.strip() for cell in row]
            if not any(cells):
                continue
            if head is None:
                if sum(map(bool, cells)) == 1:
                    continue  # a title
                head = _columns(name, cells)
                if head.is_header:
                    continue
            if len(cells) <= max(*head.code, head.meaning):
                raise _refused("ragged", name, row=str(number))
            code, meaning = _code([cells[one] for one in head.code]), cells[head.meaning]
            if not code or not meaning:
                raise _refused("ragged", name, row=str(number))
            error = _CZECH_ERROR.fullmatch(code)
            beside = _cell(cells, head.beside)
            yield (error[1] if error else code), _with(meaning, beside, _cell(cells, head.ended))
    except csv.Error:
        raise _refused("unreadable", name) from None


@dataclass(frozen=True, slots=True)
class _Columns:
    code: tuple[int, ...]  # of several, one after the other
    meaning: int
    beside: int | None
    ended: int | None
    is_header: bool


def _columns(name: str, cells: Sequence[str]) -> _Columns:
    """Where what stands, by the header's names; a file without header begins with its first code."""
    bare = [unicodedata.normalize("NFKD", cell).casefold() for cell in cells]
    heads = [re.sub(r"[^a-z0-9]", "", cell) for cell in bare]
    code, meaning = _first(heads, _CODE), _first(heads, _MEANING)
    if meaning is not None and {"cpro", "cmun"} <= set(heads):
        # INE's municipalities: province and number within it
        return _Columns((heads.index("cpro"), heads.index("cmun")), meaning, None, None, True)
    if code is not None and meaning is not None:
        return _Columns((code,), meaning, _first(heads, _BESIDE), _first(heads, _ENDED), True)
    if len(cells) >= 2 and _HEADERLESS.fullmatch(cells[0]) and any(sign.isdigit() for sign in cells[0]):
        return _Columns((0,), 1, 2 if len(cells) > 2 else None, 3 if len(cells) > 3 else None, False)
    raise _refused("no_columns", name)


def _code(parts: Sequence[str]) -> str:
    """A code of one column or, of province and municipality, of two: spreadsheets drop a zero in front."""
    if len(parts) == 1 or not all(parts):
        return parts[0] if len(parts) == 1 else ""
    return parts[0].zfill(2) + parts[1].zfill(3)


def _first(heads: Sequence[str], names: Sequence[str]) -> int | None:
    return next((heads.index(name) for name in names if name in heads), None)


def _cell(cells: Sequence[str], column: int | None) -> str:
    return cells[column] if column is not None and column < len(cells) else ""


def _with(meaning: str, beside: str, ended: str) -> str:
    return meaning + (f" ({beside})" if beside else "") + (f" † {ended.split()[0]}" if ended.strip() else "")


def _refused(code: str, name: str, **params: str) -> Refused:
    return Refused(f"registration.list_{code}", {"name": name} | params)
