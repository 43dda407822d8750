"""Walk-ins: who filled the tablet's form in before the house's system knew of them, and whose stay it is.

What a guest types links to nobody by itself: anybody may type anybody's address. A form without a stay waits.
When the house's reservation system tells of a stay of that day and house under that full name, and there is
one such form and one such stay, they are one guest: staff made that stay of somebody who stood before them.
That is a function of forms and stays, whichever came first: where a second one turns up, the word is
withdrawn and a colleague is asked. What a colleague said of it is never touched.

A form that was begun with a stay handed over, by somebody who bears neither of its names, is shown like one
that waits: nobody but a colleague can tell who that was.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session

from server.captures.links import name_key
from server.captures.models import Capture, Handover
from server.guests.deciding import Contradicts, refuse_contradiction
from server.guests.deeds import fellows_of, seen_of, withdraw_words, write_deed
from server.guests.linker import take_linker, touch
from server.guests.models import Decision, Deed
from server.properties.finding import properties_within, today_at
from server.properties.models import Property
from server.properties.reach import EVERYWHERE, Reach
from server.records.models import CleanRow, Source, SourceRecord
from server.stays.models import Stay, StaySource
from server.stays.told import CAME_TO_NOTHING

AUTHOR = "walk-in"
"""Who says it in the journal: a rule of the house."""

KIND = "walk_in"

LOOKED_BACK = timedelta(days=14)
"""A form that waited so long for its stay waits no more: its records stay as they are."""

SHOWN = timedelta(days=3)
MOST, MOST_OFFERED = 20, 5

_Day = tuple[int, date]
"""A house and a day of arrival there."""

_Name = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Form:
    """A form that anybody may have typed; `handed` is the record whose stay its tablet was given for it."""

    capture: Capture
    record_id: int
    day: _Day
    name: _Name
    shown: str
    born: date | None
    handed: int | None = None


@dataclass(frozen=True, slots=True)
class _Told:
    """A stay as a record of the reservation system tells it; `key` names the record in every house alike."""

    stay: Stay
    record_id: int
    key: tuple[str, str]
    name: _Name
    shown: str
    born: date | None


@dataclass(frozen=True, slots=True)
class Offer:
    """A stay that a form may belong to; `seen` is what a decision about the two wants to know."""

    record_id: int
    name: str
    room: str | None
    reference: str | None
    seen: str


@dataclass(frozen=True, slots=True)
class WalkIn:
    """A form that waits: "who is this?" """

    capture: Capture
    record_id: int
    name: str
    day: date
    house: Property
    offers: tuple[Offer, ...]


def attach_walk_ins(session: Session, *, now: datetime) -> int:
    """Say of each form and each stay that are plainly one that they are, in the caller's transaction; take
    back what is not plain any more. Returns how many were said or taken back."""
    forms = _forms(session, EVERYWHERE, since=now - LOOKED_BACK)
    if not forms:
        return 0
    take_linker(session)
    told = _told(session, {form.day for form in forms})
    wanted = dict(_plain(session, forms, told))
    return _write(session, [form.record_id for form in forms], wanted, now)


def waiting_walk_ins(session: Session, reach: Reach, *, now: datetime) -> list[WalkIn]:
    """The forms of the last days at the houses within reach that no stay is known for, the newest first."""
    since = now - SHOWN
    forms = [*_forms(session, reach, since=since), *_handed_forms(session, reach, since=since)]
    forms.sort(key=lambda form: (form.capture.received_at, form.capture.id))
    alone = [form for form in forms if not _has_stay(session, form)][-MOST:]
    told = _told(session, {form.day for form in alone})
    houses = {house.id: house for house in properties_within(session, reach)}
    return [
        WalkIn(
            form.capture,
            form.record_id,
            form.shown,
            form.day[1],
            houses[form.day[0]],
            _offers(session, form, told.get(form.day, ())),
        )
        for form in reversed(alone)
    ]


def _forms(session: Session, reach: Reach, *, since: datetime) -> list[_Form]:
    query = _read_since(reach, since).where(Capture.proof == "typed")
    houses = {house.id: house for house in properties_within(session, reach)}
    found = []
    for capture, clean in session.execute(query):
        said = clean.rest.get("stay_from")
        here = today_at(houses[capture.property_id], now=capture.received_at)
        found.append(_form(capture, clean, date.fromisoformat(said) if said else here))
    return found


def _handed_forms(session: Session, reach: Reach, *, since: datetime) -> list[_Form]:
    """Those that were begun with a stay handed over; they are of the day of its arrival."""
    query = (
        _read_since(reach, since)
        .join(Handover, Handover.capture_id == Capture.id)
        .join(StaySource, StaySource.record_id == Handover.record_id)
        .join(Stay, Stay.id == StaySource.stay_id)
        .where(Stay.property_id == Capture.property_id, Handover.attached_at.is_not(None))
        .add_columns(Handover.record_id, func.min(Stay.arrives))
        .group_by(Capture.id, CleanRow.record_id, Handover.record_id)
    )
    return [_form(capture, clean, day, handed) for capture, clean, handed, day in session.execute(query)]


def _read_since(reach: Reach, since: datetime) -> Select[Capture, CleanRow]:
    return (
        select(Capture, CleanRow)
        .join(CleanRow, CleanRow.record_id == Capture.record_id)
        .where(Capture.state == "read", Capture.received_at > since, reach.limit(Capture.property_id))
        .order_by(Capture.received_at, Capture.id)
    )


def _form(capture: Capture, clean: CleanRow, day: date, handed: int | None = None) -> _Form:
    where = capture.property_id, day
    return _Form(capture, clean.record_id, where, _name(clean), _shown(clean), clean.birth_date, handed)


def _told(session: Session, days: Collection[_Day]) -> dict[_Day, list[_Told]]:
    """The stays of some days, each as every guest's record of the reservation system tells it."""
    found: dict[_Day, list[_Told]] = defaultdict(list)
    for house, day in sorted(days):
        query = (
            select(Stay, CleanRow, Source.name, SourceRecord.key)
            .join(StaySource, StaySource.stay_id == Stay.id)
            .join(
                SourceRecord,
                and_(
                    SourceRecord.id == StaySource.record_id,
                    SourceRecord.current_version == StaySource.version,
                ),
            )
            .join(Source, Source.id == SourceRecord.source_id)
            .join(CleanRow, CleanRow.record_id == SourceRecord.id)
            .where(
                Stay.property_id == house,
                Stay.arrives == day,
                Stay.kind == "stay",
                Stay.status.not_in(CAME_TO_NOTHING),
                StaySource.role.in_(("guest", "companion")),
                Source.kind == "pms",
            )
            .order_by(Source.name, SourceRecord.key)
        )
        for stay, clean, source, key in session.execute(query):
            row = _Told(stay, clean.record_id, (source, key), _name(clean), _shown(clean), clean.birth_date)
            found[house, day].append(row)
    return found


def _name(clean: CleanRow) -> _Name:
    return name_key(clean.first_name or ""), name_key(clean.last_name or "")


def _shown(clean: CleanRow) -> str:
    return " ".join(filter(None, (clean.first_name, clean.last_name)))


def _plain(
    session: Session, forms: Iterable[_Form], told: dict[_Day, list[_Told]]
) -> Iterable[tuple[int, int]]:
    """Pairs of a form's record and a stay's, where a full name has one of each on one day in one house."""
    by_name: dict[tuple[_Day, _Name], list[_Form]] = defaultdict(list)
    for form in forms:
        if all(form.name):
            by_name[form.day, form.name].append(form)
    for (day, name), mine in by_name.items():
        theirs = [row for row in told.get(day, ()) if row.name == name]
        if len(mine) != 1 or len({row.stay.id for row in theirs}) != 1:
            continue
        form, row = mine[0], min(theirs, key=lambda row: row.key)
        if form.born is not None and row.born is not None and form.born != row.born:
            continue
        yield form.record_id, row.record_id


def _write(session: Session, records: Collection[int], wanted: dict[int, int], now: datetime) -> int:
    """Bring the words there are in step with those wanted."""
    query = (
        select(Deed, Decision.record_a, Decision.record_b)
        .join(Decision, Decision.deed_id == Deed.id)
        .where(Deed.kind == KIND)
    )
    changed = 0
    said: set[int] = set()
    for deed, a, b in session.execute(query).all():
        form = deed.params["form"]
        other = b if a == form else a
        if form not in records:
            continue
        if deed.undone_at is not None:
            if deed.undone_by != AUTHOR:  # a colleague knows better
                said.add(form)
        elif wanted.get(form) == other:
            said.add(form)
        else:
            touched = withdraw_words(session, deed, author=AUTHOR, now=now).decided
            touch(session, touched, cause=f"undo:{deed.id}", now=now)
            changed += 1
    for form, other in sorted(wanted.items()):
        if form not in said:
            changed += _say(session, form, other, now)
    return changed


def _say(session: Session, form: int, other: int, now: datetime) -> bool:
    mine, theirs = fellows_of(session, form), fellows_of(session, other)
    if other in mine or not _one_is_new(session, form, mine, other, theirs):
        return False
    try:
        refuse_contradiction(session, [(form, other)], "same", {*mine, *theirs})
    except Contradicts:
        return False
    house = session.scalar(select(SourceRecord.property_id).where(SourceRecord.id == form))
    deed = write_deed(
        session,
        KIND,
        [(form, other)],
        "same",
        author=AUTHOR,
        reason="",
        property_id=house,
        now=now,
        asked=[form, other],
        form=form,
    )
    touch(session, {form, other}, cause=f"deed:{deed.id}", now=now)
    return True


def _one_is_new(session: Session, form: int, mine: list[int], other: int, theirs: list[int]) -> bool:
    """Whether one of the two guests is known by nothing else: two with a past are no walk-in's to unite."""
    if mine == [form]:
        return True
    stay = select(StaySource.stay_id).where(StaySource.record_id == other)
    of_stay = set(session.scalars(select(StaySource.record_id).where(StaySource.stay_id.in_(stay))))
    return set(theirs) <= of_stay | {other}


def _has_stay(session: Session, form: _Form) -> bool:
    """Whether the form's guest has a stay in that house at that time."""
    fellows = fellows_of(session, form.record_id)
    query = (
        select(Stay.id)
        .join(StaySource, StaySource.stay_id == Stay.id)
        .where(
            StaySource.record_id.in_(fellows),
            Stay.property_id == form.day[0],
            Stay.kind == "stay",
            Stay.arrives <= form.day[1],
            Stay.departs >= form.day[1],
        )
    )
    return session.scalar(query.limit(1)) is not None


def _offers(session: Session, form: _Form, told: Collection[_Told]) -> tuple[Offer, ...]:
    """Stays of that day by a like name, and the one handed over, each once; the full name first."""
    like = [
        row for row in told if row.record_id == form.handed or (form.name[1] and form.name[1] == row.name[1])
    ]
    by_stay: dict[tuple[str, _Name], _Told] = {}
    for row in sorted(like, key=lambda row: (row.name != form.name, row.key)):
        by_stay.setdefault((row.stay.id, row.name), row)
    return tuple(
        Offer(
            row.record_id,
            row.shown,
            row.stay.room,
            row.stay.reference,
            seen_of(session, [form.record_id, row.record_id]),
        )
        for row in list(by_stay.values())[:MOST_OFFERED]
    )
