"""Who arrives on a day, and who of them still owes a sheet: by names of the house's own records, never by
what a sheet says.

Each stay stands once, with its main guest and those who travel along as records tell of them. A sheet, and
what was said of who owes one, hang on a record; several records of one person are one line.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, NamedTuple

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from server.cleaning.text import plain
from server.db import row_of
from server.guests.arrivals import Beginning, beginning
from server.guests.loading import parts
from server.properties.finding import today_at
from server.properties.reach import Reach
from server.records.models import CleanRow, SourceRecord
from server.registration.houses import Keeps, houses_with_rules
from server.registration.models import KeptSheet, Owed
from server.stays.models import StaySource, ToldStay

MOST = 1_000
"""Stays of one day."""

State = Literal["owed", "unknown", "broken", "filled", "refused", "witnessed", "signed", "none", "gone"]
"""owed, refused, none: as was said; gone: was kept, and destroyed as its law says."""
OPEN: tuple[State, ...] = ("owed", "unknown", "broken", "filled")
"""What somebody still has to see to."""
_WORST: tuple[State, ...] = ("broken", "filled", "witnessed", "signed")
_SAID: Mapping[str, State] = {"owed": "owed", "none": "none", "refused": "refused", "done": "gone"}
_URGENCY: Mapping[State, int] = {
    **dict.fromkeys(("broken",), 1),
    **dict.fromkeys(("owed", "unknown"), 2),
    **dict.fromkeys(("filled",), 3),
    **dict.fromkeys(("refused", "witnessed", "signed", "none", "gone"), 4),
}


@dataclass(frozen=True, slots=True)
class Guest:
    """One person of a stay. `sheets`: ids of theirs that count, the newest last."""

    record_id: int
    name: str
    is_main: bool
    state: State
    said: str | None = None
    key_given_at: datetime | None = None
    sheets: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def has_key(self) -> bool:
        """The key was given, and a sheet is owed still."""
        return self.is_open and self.key_given_at is not None


@dataclass(frozen=True, slots=True)
class ArrivingStay:
    """A stay that begins. `along`: names that stand in a record beside the guest's; `on_sheets`: how many
    people the sheets of the stay hold."""

    keeps: Keeps
    room: str | None
    reference: str | None
    arrives: date
    departs: date | None
    party: int | None
    guests: tuple[Guest, ...]
    along: tuple[str, ...] = ()
    on_sheets: int = 0

    @property
    def main(self) -> Guest:
        return self.guests[0]

    @property
    def is_open(self) -> bool:
        return any(guest.is_open for guest in self.guests)

    @property
    def _order(self) -> tuple[int, str, str]:
        with_key = any(guest.has_key for guest in self.guests)
        urgency = 0 if with_key else min(_URGENCY[guest.state] for guest in self.guests)
        return urgency, self.main.name.casefold(), self.reference or ""


@dataclass
class _OfRecord:
    """What hangs on a record."""

    sheets: list[KeptSheet] = field(default_factory=list)
    owed: Owed | None = None


def arriving(session: Session, reach: Reach, *, day: date | None = None, now: datetime) -> list[ArrivingStay]:
    """The stays that begin on a day (today at each house, unless one is named) at the houses within reach
    that keep sheets: who has the key and owes a sheet first, then who owes one, then the others."""
    houses = {one.place.id: one for one in houses_with_rules(session, reach) if one.is_on}
    if not houses:
        return []
    days: dict[date, list[int]] = defaultdict(list)
    for one in houses.values():
        days[day or today_at(one.place, now=now)].append(one.place.id)
    begun = beginning(session, days, most=MOST)
    told = _told(session, [stay.id for stay, _, _ in begun if not isinstance(stay, ToldStay)])
    people = [_people(row, told) for row in begun]
    hanging = _hanging(session, {id_ for of_stay in people for records in of_stay for id_ in records.ids})
    found = [
        _stay(row, houses[row[0].property_id], of_stay, hanging, _party(row, told))
        for row, of_stay in zip(begun, people, strict=True)
    ]
    return sorted(found, key=lambda stay: stay._order)


def count_with_key(stays: Iterable[ArrivingStay]) -> int:
    """How many have the key and owe a sheet still."""
    return sum(guest.has_key for stay in stays for guest in stay.guests)


def count_states(stays: Iterable[ArrivingStay]) -> Counter[State]:
    """How many guests stand in each state."""
    return Counter(guest.state for stay in stays for guest in stay.guests)


@dataclass
class _Person:
    """The records of one person of a stay; the first is the one that is asked about."""

    name: str
    ids: list[int]


class _Telling(NamedTuple):
    """What a record tells of a stay."""

    record_id: int
    role: str
    clean: CleanRow
    party: int | None


_Told = Mapping[str, Sequence[_Telling]]


def _told(session: Session, stay_ids: Sequence[str]) -> _Told:
    of_telling = and_(ToldStay.record_id == StaySource.record_id, ToldStay.version == StaySource.version)
    found: dict[str, list[_Telling]] = defaultdict(list)
    for part in parts(sorted(stay_ids)):
        query = (
            select(StaySource.stay_id, StaySource.record_id, StaySource.role, CleanRow, ToldStay.party)
            .join(CleanRow, CleanRow.record_id == StaySource.record_id)
            .outerjoin(ToldStay, of_telling)
            .where(StaySource.stay_id.in_(part), StaySource.role.in_(("guest", "companion")))
            .order_by(StaySource.record_id)
        )
        for stay_id, record_id, role, clean, party in session.execute(query):
            found[stay_id].append(_Telling(record_id, role, clean, party))
    return found


def _people(row: Beginning, told: _Told) -> list[_Person]:
    """Main guest first. A companion of the main guest's name is the main guest, told of once more."""
    stay, clean, _ = row
    people = [_Person(_name(clean), [clean.record_id])]
    for telling in () if isinstance(stay, ToldStay) else told.get(stay.id, ()):
        name = _name(telling.clean)
        same = next((one for one in people if plain(one.name) == plain(name)), None)
        if telling.role == "guest" and same is None:
            same = people[0]
        if same is None:
            people.append(_Person(name, [telling.record_id]))
        elif telling.record_id not in same.ids:
            same.ids.append(telling.record_id)
    return people


def _hanging(session: Session, record_ids: Iterable[int]) -> Mapping[int, _OfRecord]:
    found: dict[int, _OfRecord] = defaultdict(_OfRecord)
    for part in parts(sorted(record_ids)):
        sheets = select(KeptSheet).where(KeptSheet.record_id.in_(part), KeptSheet.state != "void")
        for kept in session.scalars(sheets.order_by(KeptSheet.received_at, KeptSheet.id)):
            found[kept.record_id or 0].sheets.append(kept)
        for owed in session.scalars(select(Owed).where(Owed.record_id.in_(part))):
            found[owed.record_id].owed = owed
    return found


def _stay(
    row: Beginning,
    keeps: Keeps,
    people: Sequence[_Person],
    hanging: Mapping[int, _OfRecord],
    party: int | None,
) -> ArrivingStay:
    stay, clean, _ = row
    guests = tuple(_guest(person, hanging, is_main=at == 0) for at, person in enumerate(people))
    named = {plain(person.name) for person in people}
    along = tuple(str(name) for name in clean.rest.get("companions", ()) if plain(str(name)) not in named)
    of_records = [hanging[id_] for person in people for id_ in person.ids if id_ in hanging]
    return ArrivingStay(
        keeps=keeps,
        room=stay.room,
        reference=stay.reference,
        arrives=stay.arrives or date.min,
        departs=stay.departs,
        party=party,
        guests=guests,
        along=along,
        on_sheets=sum(kept.people for one in of_records for kept in one.sheets),
    )


def _guest(person: _Person, hanging: Mapping[int, _OfRecord], *, is_main: bool) -> Guest:
    of_person = [hanging[id_] for id_ in person.ids if id_ in hanging]
    sheets = [kept for one in of_person for kept in one.sheets]
    said = max(
        (one.owed for one in of_person if one.owed is not None), key=lambda owed: owed.said_at, default=None
    )
    keys = [one.owed.key_given_at for one in of_person if one.owed and one.owed.key_given_at]
    return Guest(
        record_id=person.ids[0],
        name=person.name,
        is_main=is_main,
        state=_state(sheets, said),
        said=said.state if said else None,
        key_given_at=min(keys, default=None),
        sheets=tuple(kept.id for kept in sheets),
    )


def _state(sheets: Sequence[KeptSheet], said: Owed | None) -> State:
    """The least finished of the sheets that count; without any, what was said."""
    if sheets:
        states = {kept.state for kept in sheets}
        return next(state for state in _WORST if state in states)
    return "unknown" if said is None else _SAID[said.state]


def _name(clean: CleanRow) -> str:
    return " ".join(filter(None, (clean.first_name, clean.last_name)))


def _party(row: Beginning, told: _Told) -> int | None:
    stay = row[0]
    if isinstance(stay, ToldStay):
        return stay.party
    return max((one.party for one in told.get(stay.id, ()) if one.party is not None), default=None)


def house_of_record(session: Session, record_id: int, reach: Reach) -> Keeps | None:
    """The house that keeps the sheets of a record's guest; None where none within reach does."""
    record = row_of(session, SourceRecord, record_id)
    houses = houses_with_rules(session, reach) if record is not None else []
    return next((one for one in houses if record and one.place.id == record.property_id and one.is_on), None)
