"""A sheet as staff type or correct it: the blanks that the country's questions give, and back to a sheet.

What a country does not ask has no blank, and an answer to it is dropped. Pure: answers are a form's texts by
the names of the blanks, `p0_family_name` for the first person, `s_departs` for the stay.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, time
from typing import Any, Literal

from server.registration.asking import is_text
from server.registration.dates import PartialDate
from server.registration.mrz import Zone
from server.registration.profile import Duty, Party, Profile, Question
from server.registration.sheet import (
    PERSON_FIELDS,
    STAY_FIELDS,
    Counted,
    Person,
    Role,
    Sheet,
    Stay,
    only,
    only_stay,
)
from server.registration.states import alpha3_of, is_known

MOST_PEOPLE = 12
COUNTED = "counted"

Kind = Literal["text", "partial", "day", "time", "state", "choice", "number", "tick"]
_KINDS: Mapping[str, Kind] = {
    "birth_date": "partial",
    **dict.fromkeys(("document_issued_on", "arrives", "departs", "contract_date", "payment_date"), "day"),
    **dict.fromkeys(("arrival_time", "departure_time"), "time"),
    **dict.fromkeys(
        (
            *("birth_country", "nationality", "second_nationality", "home_country", "origin_country"),
            "document_issuer",
        ),
        "state",
    ),
    **dict.fromkeys(("sex", "document_type"), "choice"),
    **dict.fromkeys(("rooms", "persons"), "number"),
    "internet": "tick",
}
_CHOICES = {
    "sex": ("f", "m", "x"),
    "document_type": ("passport", "id_card", "residence", "driving", "other"),
}
_OTHER_NAME = {"family_name": "given_names", "given_names": "family_name"}
ROLES: tuple[Role, ...] = ("child", "spouse", "member")

Wrong = Literal["missing", "date", "state", "choice", "long", "order", "own_sheet", "no_sheet"]


@dataclass(frozen=True, slots=True)
class Blank:
    """One thing to type. `name` is its answer's; a partial date has three, `_day`, `_month`, `_year`."""

    name: str
    field: str
    kind: Kind
    required: bool


@dataclass(frozen=True, slots=True)
class Block:
    """The blanks of one person, or of the stay (`place` None)."""

    place: int | None
    role: Role | None
    blanks: tuple[Blank, ...]


@dataclass(frozen=True, slots=True)
class ByHand:
    """What was typed. `wrong`: by the name of a blank; `is_owed`: False where no sheet is needed at all."""

    sheet: Sheet
    blocks: tuple[Block, ...]
    wrong: Mapping[str, Wrong]
    is_owed: bool = True


def read_by_hand(profile: Profile, said: Mapping[str, str], stay: Stay) -> ByHand:
    """Read what was typed. `stay`: what the house knows of it, which the blanks of the stay go before."""
    wrong: dict[str, Wrong] = {}
    stay = _stay(profile, said, stay, wrong)
    count = min(max(_number(said.get("people", "")) or 1, 1), MOST_PEOPLE)
    people = tuple(_person(said, place, wrong) for place in range(count))
    counted = tuple(_counted(said, wrong))
    party = Party(size=count + sum(one.number for one in counted))
    kept, blocks = [], []
    for place, person in enumerate(people):
        duty = profile.duty(person, stay, party)
        if place and duty in (Duty.SHEET, Duty.NONE, Duty.COUNTED):
            wrong[f"p{place}_family_name"] = "own_sheet" if duty is Duty.SHEET else "no_sheet"
        questions = profile.questions(person, stay, duty if not place else Duty.ON_ANOTHERS)
        asked = {question.field for question in questions}
        kept.append(only(person, asked))
        blocks.append(Block(place, person.role, tuple(_blanks(f"p{place}_", questions))))
        _refuse_missing(f"p{place}_", questions, person, wrong)
    _refuse_missing("s_", profile.of_stay, stay, wrong)
    if stay.departs is not None and stay.departs < stay.arrives:
        wrong["s_departs"] = "order"
    blocks.append(Block(None, None, tuple(_blanks("s_", profile.of_stay))))
    asked_of_stay = {question.field for question in profile.of_stay}
    asks_counted = COUNTED in asked_of_stay or _asks(profile, people[0], stay, party)
    sheet = Sheet(only_stay(stay, asked_of_stay), tuple(kept), counted if asks_counted else ())
    named = {blank.name for block in blocks for blank in block.blanks} | {"c_number", "c_nationality"}
    is_owed = profile.duty(people[0], stay, party) is not Duty.NONE
    return ByHand(sheet, tuple(blocks), {name: why for name, why in wrong.items() if name in named}, is_owed)


def asks_counted(profile: Profile, sheet: Sheet) -> bool:
    """Whether a country counts people on a sheet whom it does not name."""
    of_stay = any(question.field == COUNTED for question in profile.of_stay)
    return of_stay or _asks(profile, sheet.main, sheet.stay, Party(size=len(sheet.people)))


def _asks(profile: Profile, main: Person, stay: Stay, party: Party) -> bool:
    questions = profile.questions(main, stay, profile.duty(main, stay, party))
    return any(question.field == COUNTED for question in questions)


def answers_of(sheet: Sheet) -> dict[str, str]:
    """What is typed into the blanks to give this sheet."""
    said = {"people": str(len(sheet.people))}
    for place, person in enumerate(sheet.people):
        said[f"p{place}_role"] = person.role
        said |= {name: text for field in PERSON_FIELDS for name, text in _told(f"p{place}_", field, person)}
    said |= {name: text for field in STAY_FIELDS for name, text in _told("s_", field, sheet.stay)}
    for one in sheet.counted[:1]:
        said |= {"c_number": str(one.number), "c_nationality": one.nationality or ""}
    return said


def of_zone(zone: Zone) -> tuple[dict[str, str], frozenset[str]]:
    """What a document's lines say, by field, and the fields that are doubted. Names are as the lines have
    them, cut and without accents."""
    is_visa = zone.code.startswith("V")
    found = {
        "family_name": zone.surname.title(),
        "given_names": zone.given_names.title(),
        "sex": zone.sex or "",
        "nationality": alpha3_of(zone.nationality or "") or "",
        "visa_number" if is_visa else "document_number": zone.number,
        "document_issuer": "" if is_visa else alpha3_of(zone.state) or "",
    }
    if not is_visa and zone.code[:1] in ("P", "I", "A", "C"):
        found["document_type"] = "passport" if zone.code[0] == "P" else "id_card"
    if zone.birth is not None:
        found |= dict(_date_parts("birth_date", zone.birth))
    doubted = {
        field
        for name, fields in _DOUBTS.items()
        if name in zone.doubtful
        for field in fields
        if not (is_visa and field.startswith("document"))
    }
    return {name: text for name, text in found.items() if text}, frozenset(doubted)


_DOUBTS: Mapping[str, tuple[str, ...]] = {
    "number": ("document_number", "visa_number"),
    "birth": ("birth_date",),
    "nationality": ("nationality",),
    "state": ("document_issuer",),
    "sex": ("sex",),
}


def _blanks(before: str, questions: tuple[Question, ...]) -> Iterator[Blank]:
    for question in questions:
        if question.field != COUNTED:
            kind = _KINDS.get(question.field, "text")
            yield Blank(before + question.field, question.field, kind, question.required)


def _refuse_missing(
    before: str, questions: tuple[Question, ...], thing: Person | Stay, wrong: dict[str, Wrong]
) -> None:
    for question in questions:
        name = before + question.field
        # many people have one name, which may stand in either field
        other = _OTHER_NAME.get(question.field)
        if not question.required or question.field == COUNTED or (other and getattr(thing, other, None)):
            continue
        if getattr(thing, question.field) is None:
            wrong.setdefault(name, "missing")


def _person(said: Mapping[str, str], place: int, wrong: dict[str, Wrong]) -> Person:
    before = f"p{place}_"
    role = said.get(f"{before}role", "")
    found = {name: _value(said, before, name, wrong) for name in PERSON_FIELDS}
    return Person(role="main" if not place else role if role in ROLES else "child", **found)


def _stay(profile: Profile, said: Mapping[str, str], stay: Stay, wrong: dict[str, Wrong]) -> Stay:
    found: dict[str, Any] = {}
    for question in profile.of_stay:
        if question.field != COUNTED and any(name.startswith(f"s_{question.field}") for name in said):
            found[question.field] = _value(said, "s_", question.field, wrong)
    if found.get("arrives", 1) is None:
        wrong.setdefault("s_arrives", "missing")
        del found["arrives"]
    return replace(stay, **found)


def _counted(said: Mapping[str, str], wrong: dict[str, Wrong]) -> Iterator[Counted]:
    number = _number(said.get("c_number", ""))
    if number:
        yield Counted(min(number, 99), _value(said, "c_", "nationality", wrong))


def _value(said: Mapping[str, str], before: str, field: str, wrong: dict[str, Wrong]) -> Any:
    """One answer, None where it is empty or cannot be read; `wrong` tells why."""
    name, kind = before + field, _KINDS.get(field, "text")
    text = said.get(name, "").strip()
    try:
        if kind == "partial":
            return _partial(said, name)
        if not text:
            return None
        if kind == "day":
            return date.fromisoformat(text)
        if kind == "time":
            return time.fromisoformat(text)
    except ValueError:
        wrong[name] = "date"
        return None
    if kind == "tick":
        return text == "yes"
    if kind == "number":
        return _number(text)
    if kind == "state" and not is_known(text):
        wrong[name] = "state"
        return None
    if kind == "choice" and text not in _CHOICES[field]:
        wrong[name] = "choice"
        return None
    if not is_text(text):
        wrong[name] = "long"
        return None
    return text


def _partial(said: Mapping[str, str], name: str) -> PartialDate | None:
    parts = [said.get(f"{name}_{part}", "").strip() for part in ("year", "month", "day")]
    if not any(parts):
        return None
    if any(part and not (part.isascii() and part.isdigit()) for part in parts) or len(parts[0]) != 4:
        raise ValueError("no date")
    year, month, day = (int(part) if part and int(part) else None for part in parts)
    if year is None:
        raise ValueError("a date without a year")
    return PartialDate(year, month, day)


def _told(before: str, field: str, thing: Person | Stay) -> Iterator[tuple[str, str]]:
    value = getattr(thing, field)
    if isinstance(value, PartialDate):
        yield from _date_parts(before + field, value)
    elif isinstance(value, bool):
        yield before + field, "yes" if value else ""
    elif isinstance(value, time):
        yield before + field, value.isoformat("minutes")
    elif value is not None:
        yield before + field, str(value)


def _date_parts(name: str, value: PartialDate) -> Iterator[tuple[str, str]]:
    yield f"{name}_year", f"{value.year:04d}"
    for part in ("month", "day"):
        if getattr(value, part) is not None:
            yield f"{name}_{part}", str(getattr(value, part))


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else None
