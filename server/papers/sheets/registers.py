"""The register of a period, which an authority asked for: a line for each person, and its seal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from server.papers.sheets.rows import Line, asked_of, asked_of_stay, person_lines, stay_lines
from server.papers.sheets.said import Pair, Words, address_of, literal, words_in
from server.papers.sheets.setting import page
from server.registration.keeping import Opened
from server.registration.output import House
from server.registration.profile import Profile
from server.registration.sheet import to_bytes

LINES_AT_ONCE = 150
"""Persons in one file; a longer register has several parts, each numbered, under one seal."""

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "stay": ("arrives", "departs"),
    "name": ("family_name", "second_family_name", "given_names", "sex", "kinship"),
    "birth": ("birth_date", "birth_place"),
    "nationality": ("nationality", "origin"),
    "home": ("home",),
    "contact": ("mobile", "email"),
    "document": (
        "document_type",
        "document_number",
        "document_support",
        "document_issuer",
        "document_issued_on",
        "document_authority",
        "visa_number",
    ),
    "other": (
        "counted",
        "next_destination",
        "reference",
        "purpose",
        "rooms",
        "persons",
        "contract_date",
        "internet",
        "payment",
    ),
}
"""Lines of a sheet that stand under one another in a column. Their order is the register's."""

SPOKEN = frozenset({"sex", "origin", "kinship", *COLUMNS["document"], *COLUMNS["other"]})
"""Lines whose value does not say by itself what it is: their label stands before it."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a colleague typed of a request, and how it was noted."""

    asked_by: str
    basis: str
    first: date
    last: date
    made_at: datetime
    made_by: str
    entry: str  # the journal's entry of it
    digest: str  # register_digest, as the journal holds it


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the register: a person of a sheet."""

    form: str
    cells: Mapping[str, Sequence[tuple[str, Sequence[str]]]]
    signature: Pair


def register_digest(opened: Sequence[Opened], digest: Callable[[bytes], bytes]) -> str:
    """The keyed digest over the sheets of a register in their order; `digest` is the vault's."""
    told = [
        f"{one.kept.id} {one.version.number} {one.kept.state} ".encode() + to_bytes(one.sheet)
        for one in opened
    ]
    # lengths before the parts, so that no two registers give the same bytes
    return digest(b"".join(len(part).to_bytes(8, "big") + part for part in told)).hex()


def draw_register(
    opened: Sequence[Opened],
    house: House,
    profile: Profile,
    request: Request,
    *,
    languages: tuple[str, str],
    zone: str,
) -> list[str]:
    """The register as pages, one for each file: mostly one, more where one file of so many persons
    would not be ready in time. The second of `languages` stands in the heads alone."""
    words = words_in(languages)
    entries = [
        (number, entry)
        for number, one in enumerate(opened, 1)
        for entry in _entries(words, profile, one, number, zone)
    ]
    parts = [entries[at : at + LINES_AT_ONCE] for at in range(0, len(entries), LINES_AT_ONCE)] or [[]]
    people = sum(one.kept.people for one in opened)
    columns = [name for name in COLUMNS if any(entry.cells.get(name) for _, entry in entries)]
    return [
        page(
            "register.html",
            words=words,
            house=literal(house.name),
            address=address_of(words, house),
            columns=columns,
            entries=[entry for _, entry in part],
            facts=_facts(words, request, zone, len(opened), people),
            part=words.fill("register.part", part=str(at), parts=str(len(parts))) if len(parts) > 1 else None,
            is_last=at == len(parts),
            proof=[
                (words.say("register.content"), _count(words, len(opened), people)),
                (words.say("register.entry"), Pair(literal(request.entry))),
                (words.say("register.digest"), Pair(literal(request.digest))),
            ],
        )
        for at, part in enumerate(parts, 1)
    ]


def _count(words: Words, sheets: int, people: int) -> Pair:
    return words.fill("register.count", sheets=str(sheets), people=str(people))


def _facts(words: Words, request: Request, zone: str, sheets: int, people: int) -> list[tuple[Pair, str]]:
    said = (
        ("asked", request.asked_by),
        ("basis", request.basis),
        ("made", words.moment(request.made_at, zone).own),
        ("by", request.made_by),
        ("content", _count(words, sheets, people).own),
    )
    period = words.fill("register.period", first=words.day(request.first), last=words.day(request.last))
    return [
        (words.say("stay"), period.own),
        *((words.say(f"register.{name}"), literal(text)) for name, text in said),
    ]


def _entries(words: Words, profile: Profile, opened: Opened, number: int, zone: str) -> list[Entry]:
    """Who signs, then who stands on their sheet; the stay is told once."""
    sheet, kept = opened.sheet, opened.kept
    stay = stay_lines(words, sheet, asked_of_stay(profile, sheet))
    found = []
    for at, person in enumerate(sheet.people):
        lines = person_lines(words, person, asked_of(profile, person, sheet.stay))
        own = kept.number if kept.number is not None else number
        found.append(
            Entry(
                form=str(own) if at == 0 else f"{own}.{at}",
                cells=_cells([*lines, *(stay if at == 0 else [])]),
                signature=_state(words, opened, zone) if at == 0 else Pair(""),
            )
        )
    return found


def _cells(lines: Sequence[Line]) -> dict[str, list[tuple[str, Sequence[str]]]]:
    by_row = {line.row: line for line in lines}
    return {
        name: [
            (_told(by_row[row]), [value.own for value in by_row[row].values])
            for row in rows
            if row in by_row and by_row[row].values
        ]
        for name, rows in COLUMNS.items()
    }


def _told(line: Line) -> str:
    """What stands before a value."""
    if line.row == "departs":
        return "\u2013"
    return line.label.own if line.row in SPOKEN else ""


def _state(words: Words, opened: Opened, zone: str) -> Pair:
    said = words.say(f"is.{opened.kept.state}")
    if opened.signature is None or opened.kept.state in ("broken", "void"):
        return said
    return Pair(f"{said.own}, {words.moment(opened.signature.signed_at, zone).own}")
