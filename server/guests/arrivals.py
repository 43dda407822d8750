"""Who arrives on a day, those first whose guest lacks most contacts: the main guest of each stay, once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, null, or_, select
from sqlalchemy.orm import Session

from server.guests.within import known_of
from server.properties.finding import properties_within, today_at
from server.properties.reach import Reach
from server.records.models import CleanRow, SourceRecord
from server.stays.models import Stay, StaySource, ToldStay
from server.wording import N_

MOST = 200
USABLE_EMAIL, USABLE_MOBILE = ("real",), ("mobile", "unverifiable")
EXPECTED = ("booked", "in_house", "unknown")


@dataclass(frozen=True, slots=True)
class Arrival:
    """One expected guest: `missing` are the contacts that cannot be used."""

    record_id: int
    guest_id: str | None
    name: str
    room: str | None
    reference: str | None
    channel: str | None
    property_name: str
    missing: tuple[str, ...]


def arrivals(session: Session, reach: Reach, *, now: datetime) -> list[Arrival]:
    """The stays that begin today at each house within reach, by its own clock, each once; then by name."""
    places = {place.id: place for place in properties_within(session, reach)}
    days = defaultdict(list)
    for place in places.values():
        days[today_at(place, now=now)].append(place.id)
    rows = beginning(session, days)[:MOST]
    guests = {guest_id for _, _, guest_id in rows if guest_id is not None}
    known = known_of(session, guests, reach, fields=("email", "mobile"))
    found = []
    for stay, clean, guest_id in rows:
        values = known.get(guest_id or "", {})
        email, mobile = values.get("email"), values.get("mobile")
        found.append(
            Arrival(
                record_id=clean.record_id,
                guest_id=guest_id,
                name=" ".join(filter(None, (clean.first_name, clean.last_name))),
                room=stay.room,
                reference=stay.reference,
                channel=stay.channel,
                property_name=places[stay.property_id].name,
                missing=tuple(
                    _missing(email.value_class if email else None, mobile.value_class if mobile else None)
                    if guest_id
                    else _missing(clean.email_class, clean.mobile_class)
                ),
            )
        )
    return sorted(found, key=lambda arrival: (-len(arrival.missing), arrival.name.casefold()))


Beginning = tuple[Stay | ToldStay, CleanRow, str | None]
"""A stay as counted, or as told of by a record that has no guest yet; who arrives; the guest."""

Days = Mapping[date, Sequence[int]]
"""The properties at which it is that day."""


def beginning(session: Session, days: Days, *, most: int = MOST) -> list[Beginning]:
    """The stays that begin on those days at those properties, each once; up to `most` of either kind."""
    return [*_counted(session, days, most), *_not_linked_yet(session, days, most)]


def _begins(stay: type[Stay] | type[ToldStay], days: Days) -> ColumnElement[bool]:
    here_today = or_(*(and_(stay.arrives == day, stay.property_id.in_(ids)) for day, ids in days.items()))
    return and_(here_today, stay.kind == "stay", stay.status.in_(EXPECTED))


def _counted(session: Session, days: Days, most: int) -> Iterable[Beginning]:
    query = select(Stay, CleanRow, Stay.guest_id).join(CleanRow, CleanRow.record_id == Stay.record_id)
    return session.execute(query.where(_begins(Stay, days)).limit(most)).all()


def _not_linked_yet(session: Session, days: Days, most: int) -> Iterable[Beginning]:
    """What came a moment ago and is in no stay yet: a guest at the door does not wait for the linker.

    A profile tells of each stay in turn: only its newest telling is news, and not where the stay that begins
    on that day is counted already.
    """
    is_newest = and_(SourceRecord.id == ToldStay.record_id, SourceRecord.current_version == ToldStay.version)
    counted = (
        select(StaySource.stay_id)
        .join(Stay, Stay.id == StaySource.stay_id)
        .where(
            StaySource.record_id == ToldStay.record_id,
            Stay.arrives == ToldStay.arrives,
            Stay.property_id == ToldStay.property_id,
        )
    )
    query = select(ToldStay, CleanRow, null()).join(CleanRow, CleanRow.record_id == ToldStay.record_id)
    query = query.join(SourceRecord, is_newest).where(_begins(ToldStay, days), ~counted.exists())
    return session.execute(query.limit(most)).all()


def _missing(email_class: str | None, mobile_class: str | None) -> Iterable[str]:
    """What is asked for at the door: what no record of the guest holds, not what this booking lacks."""
    if email_class not in USABLE_EMAIL:
        yield N_("e-mail")
    if mobile_class not in USABLE_MOBILE:
        yield N_("mobile")
