"""Whose only address dies when, and what to do about it first: who arrives today, is in house, or just left.

A guest with no address at all stands here too: the way to them ends at the door, on the day of departure.
Whoever declined, has none or asked not to be asked does not: an honourable No is not asked again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from server.devices.models import Device
from server.guests.loading import parts
from server.guests.models import GuestValue, Link
from server.guests.values import USABLE_EMAIL
from server.guests.within import Values, known_of
from server.prompts.alias_life import dies_on
from server.prompts.models import Asking, Declined, Prompt
from server.properties.finding import properties_within, today_at
from server.properties.models import Property
from server.properties.reach import Reach
from server.records.models import CleanRow
from server.stays.models import Stay, StaySource, ToldStay

JUST_LEFT = timedelta(days=14)
"""How long after departure a guest still stands here; later nobody answers a text about that stay."""
ADULT_DAYS = 18 * 365
THERE = ("booked", "in_house", "unknown", "left")
DIALLED = frozenset({"mobile", "landline", "unverifiable"})

When = Literal["arrives", "in_house", "left"]
Action = Literal["tablet", "planned", "asked", "text", "aloud", "telephone", "alias", "nothing"]


@dataclass(frozen=True, slots=True)
class Dying:
    """A guest whose way in ends soon. `has`: alias, or missing (or what else cannot be used)."""

    stay_id: str
    record_id: int
    guest_id: str
    name: str
    reference: str | None
    channel: str | None
    room: str | None
    place: Property
    arrives: date
    departs: date
    when: When
    has: str
    dies: date
    days_left: int
    action: Action
    asked_at: datetime | None  # when the question goes out, or went


def dying(session: Session, reach: Reach, *, now: datetime) -> list[Dying]:
    """Guests of the houses within reach whose only address dies, the soonest first."""
    places = {place.id: place for place in properties_within(session, reach)}
    if not places:
        return []
    today = {place.id: today_at(place, now=now) for place in places.values()}
    stays = [
        (stay, clean)
        for stay, clean in _stays(session, reach, min(today.values()))
        if _is_near(stay, today[stay.property_id])
    ]
    if not stays:
        return []
    guests = {stay.guest_id for stay, _ in stays if stay.guest_id}
    known = known_of(session, guests, reach, fields=("email", "mobile", "phone"))
    declined = _declined(session, guests, reach)
    ways = _Ways(session, reach, [stay.id for stay, _ in stays])
    found = []
    for stay, clean in stays:
        values = known.get(stay.guest_id or "", {})
        email = values.get("email")
        if (email and email.value_class in USABLE_EMAIL) or _holds(declined, stay):
            continue
        row = _row(stay, clean, values, places[stay.property_id], today[stay.property_id], ways)
        if row is not None:
            found.append(row)
    return sorted(found, key=lambda row: (row.dies, row.departs, row.name.casefold(), row.stay_id))


def count_last_chances(rows: Sequence[Dying]) -> int:
    """For how many it is the last day, and a person has to do something about it."""
    return sum(row.days_left == 0 and row.action not in ("planned", "asked", "nothing") for row in rows)


def _stays(session: Session, reach: Reach, today: date) -> Sequence[tuple[Stay, CleanRow]]:
    """Stays that may be near, by the calendar furthest behind; of a group only its leader's."""
    in_group = (
        select(StaySource.stay_id)
        .join(
            ToldStay,
            and_(ToldStay.record_id == StaySource.record_id, ToldStay.version == StaySource.version),
        )
        .where(
            StaySource.stay_id == Stay.id,
            ToldStay.group_reference.is_not(None),
            ToldStay.is_leader.is_(False),
        )
    )
    born_before = today - timedelta(days=ADULT_DAYS)
    query = (
        select(Stay, CleanRow)
        .join(CleanRow, CleanRow.record_id == Stay.record_id)
        .where(
            reach.limit(Stay.property_id),
            Stay.kind == "stay",
            Stay.status.in_(THERE),
            Stay.guest_id.is_not(None),
            Stay.arrives <= today + timedelta(days=1),
            func.coalesce(Stay.departs, Stay.arrives) >= today - JUST_LEFT,
            CleanRow.is_person,
            or_(CleanRow.birth_date.is_(None), CleanRow.birth_date <= born_before),
            ~in_group.exists(),
        )
        .order_by(Stay.id)
    )
    return [(stay, clean) for stay, clean in session.execute(query)]


def _is_near(stay: Stay, today: date) -> bool:
    departs = stay.departs or stay.arrives
    return bool(stay.arrives and stay.arrives <= today and departs and departs >= today - JUST_LEFT)


class _Ways:
    """What each house can do today, and what was asked about each stay, read once."""

    def __init__(self, session: Session, reach: Reach, stay_ids: Collection[str]) -> None:
        tablets = select(Device.property_id).where(
            reach.limit(Device.property_id), Device.revoked_at.is_(None)
        )
        self.tablets = set(session.scalars(tablets))
        asking = session.scalars(select(Asking).where(reach.limit(Asking.property_id)))
        self.asking: Mapping[int, Asking] = {one.property_id: one for one in asking}
        self.prompts: dict[str, Prompt] = {}
        for part in parts(sorted(stay_ids)):
            query = select(Prompt).where(
                Prompt.stay_id.in_(part), Prompt.purpose == "email", reach.limit(Prompt.property_id)
            )
            self.prompts |= {prompt.stay_id: prompt for prompt in session.scalars(query)}


def _row(
    stay: Stay, clean: CleanRow, values: Values, place: Property, today: date, ways: _Ways
) -> Dying | None:
    """One line; None for whom nobody can reach any more."""
    arrives = stay.arrives or today
    departs = stay.departs or arrives
    email = values.get("email")
    is_alias = email is not None and email.value_class == "alias"
    dies = dies_on(email.value, departs) if email is not None and is_alias else departs
    when: When = "left" if departs < today or stay.status == "left" else "in_house"
    if when == "in_house" and arrives == today and stay.status != "in_house":
        when = "arrives"
    prompt = ways.prompts.get(stay.id)
    is_dead = is_alias and dies < today
    action = _action(when, values, prompt, place.id, ways, has_alias=is_alias and not is_dead)
    if when == "left" and action == "nothing":
        return None
    asked_at = prompt and (prompt.due_at if prompt.state == "planned" else prompt.asked_at)
    return Dying(
        stay_id=stay.id,
        record_id=clean.record_id,
        guest_id=stay.guest_id or "",
        name=" ".join(filter(None, (clean.first_name, clean.last_name))),
        reference=stay.reference,
        channel=stay.channel,
        room=stay.room,
        place=place,
        arrives=arrives,
        departs=departs,
        when=when,
        has=email.value_class if email is not None else "missing",
        dies=dies,
        days_left=max(0, (dies - today).days),
        action=action,
        asked_at=asked_at or None,
    )


def _action(
    when: When, values: Values, prompt: Prompt | None, property_id: int, ways: _Ways, *, has_alias: bool
) -> Action:
    """The best next thing: whoever stands here is asked here, before any message."""
    if when != "left" and property_id in ways.tablets:
        return "tablet"
    if prompt is not None and prompt.state in ("planned", "asked"):
        return "planned" if prompt.state == "planned" else "asked"
    asking = ways.asking.get(property_id)
    is_on = asking is not None and asking.approved_at is not None
    may_be_asked = prompt is None  # a question that was held back or closed is not put again
    if is_on and may_be_asked and _is(values.get("mobile"), {"mobile"}):
        return "text"
    if when != "left":
        return "aloud"
    if is_on and may_be_asked and has_alias and asking is not None and asking.asks_through_alias:
        return "alias"
    if any(_is(values.get(field), DIALLED) for field in ("mobile", "phone")):
        return "telephone"
    return "nothing"


def _is(value: GuestValue | None, classes: Collection[str]) -> bool:
    return value is not None and value.value_class in classes


def _declined(session: Session, guest_ids: Collection[str], reach: Reach) -> dict[tuple[str, int], date]:
    """Until which stay who said No to which house; for good: for ever."""
    said: dict[tuple[str, int], date] = {}
    for part in parts(sorted(guest_ids)):
        query = (
            select(Link.guest_id, Declined.property_id, Declined.until)
            .join(Declined, Declined.record_id == Link.record_id)
            .where(
                Link.guest_id.in_(part),
                reach.limit(Declined.property_id),
                Declined.ended_at.is_(None),
                or_(Declined.purpose == "email", Declined.answer == "dont_ask"),
            )
        )
        for guest_id, property_id, until in session.execute(query):
            known = said.get((guest_id, property_id), date.min)
            said[guest_id, property_id] = max(known, until or date.max)
    return said


def _holds(declined: Mapping[tuple[str, int], date], stay: Stay) -> bool:
    """Whether a No covers a stay, as the planning has it: one that had begun by the last day of it."""
    until = declined.get((stay.guest_id or "", stay.property_id))
    return until is not None and (stay.arrives is None or stay.arrives <= until)
