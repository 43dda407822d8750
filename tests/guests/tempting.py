"""Files of two systems about people who tempt each other: a couple with one telephone, an initial that may be
either of them, a chain from home to home."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from hypothesis import strategies as st

from server.sources.layout import layouts
from tests.guests.plain_house import Answer, Row

NEWS, HOTEL = "mailchimp", "pms_a"
CELLS = {source: tuple(layouts()[source].columns) for source in (NEWS, HOTEL)}
FIELDS = ("first", "last", "email", "phone", "birth")
NAMED = {
    NEWS: ("First Name", "Last Name", "Email Address", "Phone Number", "Birthday"),
    HOTEL: ("Prénom", "NOM", "E-mail", "Portable", "Né(e) le"),
}
PEOPLE = (
    ("Marco", "Rossi", "marco.rossi@posteo.example", "+393331234567", "28/12/1980"),
    ("Maria", "Rossi", "rossi@famiglia.example", "+393331234567", "14/02/1983"),
    ("M.", "Rossi", "marco.rossi@posteo.example", "", ""),
    ("Anna", "Bergström", "anna.bergstrom@telia.example", "+46701234567", "17/06/1975"),
    ("Anne", "Bergström", "rossi@famiglia.example", "+46701234567", ""),
    ("", "Rossi", "", "+393331234568", "28/12/1980"),
)
ANSWERS: tuple[Answer, ...] = ("yes", "no", "unknown")


class File(NamedTuple):
    """Rows of a source, in their order."""

    source: str
    rows: Sequence[Row]


def _person(places: tuple[tuple[str, ...], set[int]]) -> tuple[str, ...]:
    one, left_out = places
    return tuple("" if place in left_out else cell for place, cell in enumerate(one))


somebody = st.tuples(st.sampled_from(PEOPLE), st.sets(st.integers(0, 4), max_size=2)).map(_person)
mixture = st.tuples(*(st.sampled_from(sorted({one[place] for one in PEOPLE})) for place in range(5)))


@st.composite
def _rows(draw: st.DrawFn, source: str) -> Row:
    """A row about somebody, now and then about a mixture of several; one of six keys."""
    told = draw(st.one_of(somebody, somebody, somebody, mixture))
    row = dict(zip(NAMED[source], told, strict=True))
    if not any(told):
        row[NAMED[source][1]] = "Rossi"
    number, day, news = str(draw(st.integers(1, 6))), None, ANSWERS[2]
    if source == NEWS:
        day, news = draw(st.one_of(st.none(), st.integers(1, 3))), draw(st.sampled_from(ANSWERS))
        row |= {"LEID": number, "LAST_CHANGED": f"2026-03-{day:02d} 10:00:00" if day else ""}
        row |= {"OPTIN_TIME": "2025-01-01 10:00:00" if news == "yes" else ""}
        row |= {"UNSUB_TIME": "2025-02-01 10:00:00" if news == "no" else ""}
    else:
        row |= {"N° cardex": number, "Créé le": "01/03/2026"}
        if month := draw(st.integers(0, 2)):
            row |= {"Arrivée": f"01/{month:02d}/2026", "Départ": f"03/{month:02d}/2026", "CA TTC": "100,00"}
    return Row(number, tuple(sorted((name, cell) for name, cell in row.items() if cell)), day, news)


def files_of(source: str, least: int, most: int) -> st.SearchStrategy[File]:
    """Files of so many rows."""
    return st.lists(_rows(source), min_size=least, max_size=most).map(lambda rows: File(source, rows))


files = st.one_of(files_of(NEWS, 1, 4), files_of(HOTEL, 1, 4))


def write(file: File, path: Path) -> Path:
    """Write a file as its system does."""
    mark, encoding = (",", "utf-8") if file.source == NEWS else (";", "cp1252")
    lines = [CELLS[file.source]]
    lines += [tuple(dict(row.cells).get(name, "") for name in CELLS[file.source]) for row in file.rows]
    path.write_text("".join(f"{mark.join(line)}\n" for line in lines), encoding=encoding)
    return path
