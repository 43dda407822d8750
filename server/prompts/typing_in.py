"""What came back and the reservation system does not have: typed there by hand, and proven by its export.

Nothing writes into another system from here. A colleague copies the address, types it there and says so; the
next export of that system proves it, or shows that a channel put its alias over it again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from server.captures.models import Capture
from server.db import LARGEST_ID
from server.guests.loading import parts
from server.guests.models import Link
from server.guests.values import USABLE_EMAIL
from server.journal import note
from server.prompts.models import AddressProof, TypedIn
from server.prompts.ways import ways_of_captures
from server.properties.finding import properties_within, today_at
from server.properties.models import Property
from server.properties.reach import Reach
from server.records.models import CleanRow, Import, Source, SourceRecord
from server.stays.models import Stay, StaySource
from server.stays.told import CAME_TO_NOTHING

OF_THE_HOUSE = ("folio", "pms")
SINCE = timedelta(days=60)
"""How long after departure an address is still worth typing: the next stay is booked within the season."""

State = Literal["open", "typed", "overwritten"]


@dataclass(frozen=True, slots=True)
class ToType:
    """One address to type, with the stay it belongs to.

    `has`: the class of what the system holds now. `is_late`: an export was read since and did not bring it.
    """

    record_id: int
    value_record_id: int
    guest_id: str
    name: str
    reference: str | None
    room: str | None
    place: Property
    arrives: date | None
    departs: date | None
    address: str
    way: str
    came_at: datetime
    has: str
    state: State
    done_at: datetime | None
    done_by: str | None
    is_late: bool


class _Given(NamedTuple):
    """An address that a guest gave a house."""

    record_id: int
    address: str
    capture_id: str
    at: datetime
    is_verified: bool


class _Held(NamedTuple):
    """A stay in the house's own system."""

    stay: Stay
    record_id: int
    source_id: int
    name: str
    email: str
    email_class: str


def to_type(session: Session, reach: Reach, *, now: datetime) -> list[ToType]:
    """What is to be typed or waits to be proven: those who are still to leave first, the soonest on top."""
    places = {place.id: place for place in properties_within(session, reach)}
    if not places:
        return []
    today = {place.id: today_at(place, now=now) for place in places.values()}
    held = _held(session, reach, since=min(today.values()) - SINCE)
    if not held:
        return []
    given = _given(session, {one.stay.guest_id for one in held.values() if one.stay.guest_id}, reach)
    marks = _marks(session, [one.record_id for one in held.values()])
    read_at = _last_read(session, {one.source_id for one in held.values()})
    wanted = []
    for one in held.values():
        back = given.get((one.stay.guest_id or "", one.stay.property_id))
        if back is None or _same(one.email, back.address):
            continue
        wanted.append((one, back))
    ways = ways_of_captures(session, [back.capture_id for _, back in wanted])
    found = []
    for one, back in wanted:
        mark = marks.get((one.record_id, back.address.casefold()))
        place = places[one.stay.property_id]
        found.append(_to_type(one, back, mark, place, ways[back.capture_id], read_at.get(one.source_id)))
    return sorted(found, key=lambda row: _order(row, today[row.place.id]))


def _order(row: ToType, today: date) -> tuple[bool, int, str]:
    departs = row.departs or row.arrives or today
    is_gone = departs < today
    return is_gone, -departs.toordinal() if is_gone else departs.toordinal(), row.name.casefold()


def _to_type(
    one: _Held, back: _Given, mark: TypedIn | None, place: Property, way: str, read_at: datetime | None
) -> ToType:
    state: State = "open" if mark is None else "overwritten" if mark.overwritten_at else "typed"
    return ToType(
        record_id=one.record_id,
        value_record_id=back.record_id,
        guest_id=one.stay.guest_id or "",
        name=one.name,
        reference=one.stay.reference,
        room=one.stay.room,
        place=place,
        arrives=one.stay.arrives,
        departs=one.stay.departs,
        address=back.address,
        way=way,
        came_at=back.at,
        has=one.email_class,
        state=state,
        done_at=mark.done_at if mark else None,
        done_by=mark.done_by if mark else None,
        is_late=bool(state == "typed" and mark and read_at and read_at > mark.done_at),
    )


def _held(session: Session, reach: Reach, *, since: date) -> dict[str, _Held]:
    """The stays of the houses' own systems by id; of several records of one the main guest's, if there."""
    query = (
        select(Stay, SourceRecord.id, Source.id, CleanRow)
        .join(StaySource, StaySource.stay_id == Stay.id)
        .join(SourceRecord, SourceRecord.id == StaySource.record_id)
        .join(Source, Source.id == SourceRecord.source_id)
        .join(CleanRow, CleanRow.record_id == SourceRecord.id)
        .where(
            reach.limit(Stay.property_id),
            reach.limit(SourceRecord.property_id),
            Stay.kind == "stay",
            Stay.status.not_in(CAME_TO_NOTHING),
            func.coalesce(Stay.departs, Stay.arrives) >= since,
            Stay.guest_id.is_not(None),
            StaySource.role == "guest",
            StaySource.version == SourceRecord.current_version,
            Source.kind.in_(OF_THE_HOUSE),
        )
        .order_by(Stay.id, (SourceRecord.id == Stay.record_id).desc(), SourceRecord.id)
    )
    found: dict[str, _Held] = {}
    for stay, record_id, source_id, clean in session.execute(query):
        name = " ".join(filter(None, (clean.first_name, clean.last_name)))
        found.setdefault(
            stay.id, _Held(stay, record_id, source_id, name, clean.email or "", clean.email_class)
        )
    return found


def _given(session: Session, guest_ids: Collection[str], reach: Reach) -> dict[tuple[str, int], _Given]:
    """The address that each guest gave each house: one they proved before others, then the newest."""
    found: dict[tuple[str, int], _Given] = {}
    for part in parts(sorted(guest_ids)):
        query = (
            select(Link.guest_id, Capture, CleanRow.email, AddressProof.state)
            .join(Capture, Capture.record_id == Link.record_id)
            .join(CleanRow, CleanRow.record_id == Link.record_id)
            .outerjoin(AddressProof, AddressProof.record_id == Link.record_id)
            .where(
                Link.guest_id.in_(part),
                reach.limit(Capture.property_id),
                CleanRow.email_class.in_(USABLE_EMAIL),
            )
        )
        for guest_id, capture, email, proof in session.execute(query):
            if proof in ("undone", "bounced"):
                continue
            at = capture.captured_at or capture.received_at
            given = _Given(capture.record_id or 0, email or "", capture.id, at, proof == "verified")
            known = found.get((guest_id, capture.property_id))
            if known is None or (given.is_verified, given.at) > (known.is_verified, known.at):
                found[guest_id, capture.property_id] = given
    return found


def _marks(session: Session, record_ids: Iterable[int]) -> dict[tuple[int, str], TypedIn]:
    """What was typed, by the system's record and the address: a guest may give the same one twice."""
    found: dict[tuple[int, str], TypedIn] = {}
    for part in parts(sorted(record_ids)):
        query = (
            select(TypedIn, CleanRow.email)
            .join(CleanRow, CleanRow.record_id == TypedIn.value_record_id)
            .where(TypedIn.record_id.in_(part))
            .order_by(TypedIn.done_at)
        )
        for mark, email in session.execute(query):
            found[mark.record_id, (email or "").casefold()] = mark
    return found


def _last_read(session: Session, source_ids: Collection[int]) -> dict[int, datetime]:
    """When each source's last export was read to its end."""
    query = (
        select(Import.source_id, func.max(Import.ended_at))
        .where(Import.source_id.in_(source_ids), Import.state == "done")
        .group_by(Import.source_id)
    )
    return {source: at for source, at in session.execute(query) if source is not None and at is not None}


def say_typed(
    session: Session, record_id: int, value_record_id: int, reach: Reach, *, actor: str, now: datetime
) -> bool | None:
    """A colleague typed an address into the system; False where the list does not ask for it any more, None
    where they know no such record.

    Whoever was first stays. Of one that was overwritten it is said anew, and waits for its proof again.
    """
    if not _is_within(session, record_id, reach):
        return None
    listed = _listed(session, record_id, value_record_id, reach, now=now)
    if listed is None:
        return False
    mark = _mark(session, record_id, listed.address)
    if mark is not None and mark.overwritten_at is None:
        return True
    if mark is None:
        mark = TypedIn(record_id=record_id, value_record_id=value_record_id)
        session.add(mark)
    mark.done_at, mark.done_by, mark.proven_at, mark.overwritten_at = now, actor, None, None
    note(session, actor, "address.typed", f"record:{record_id}", now=now, property_id=listed.place.id)
    return True


def not_typed(
    session: Session, record_id: int, value_record_id: int, reach: Reach, *, actor: str, now: datetime
) -> bool | None:
    """Take it back: it is to be typed again; the answers are those of say_typed."""
    if not _is_within(session, record_id, reach):
        return None
    listed = _listed(session, record_id, value_record_id, reach, now=now)
    mark = _mark(session, record_id, listed.address) if listed else None
    if listed is None or mark is None:
        return False
    session.delete(mark)
    note(session, actor, "address.not_typed", f"record:{record_id}", now=now, property_id=listed.place.id)
    return True


def _is_within(session: Session, record_id: int, reach: Reach) -> bool:
    record = session.get(SourceRecord, record_id) if 0 < record_id <= LARGEST_ID else None
    return record is not None and reach.covers(record.property_id)


def _listed(
    session: Session, record_id: int, value_record_id: int, reach: Reach, *, now: datetime
) -> ToType | None:
    rows = to_type(session, reach, now=now)
    return next((r for r in rows if (r.record_id, r.value_record_id) == (record_id, value_record_id)), None)


def _mark(session: Session, record_id: int, address: str) -> TypedIn | None:
    return _marks(session, [record_id]).get((record_id, address.casefold()))


def settle_typed(session: Session, *, now: datetime) -> int:
    """Look what the systems' exports say of addresses that were typed; how many changed their state.

    Proven: the system's own record holds the address. Overwritten: it held it and holds a booking site's
    alias now, or a reading that came after the typing still brings the alias.
    """
    value = aliased(CleanRow)
    query = (
        select(TypedIn, SourceRecord.received_at, CleanRow.email, CleanRow.email_class, value.email)
        .join(SourceRecord, SourceRecord.id == TypedIn.record_id)
        .join(CleanRow, CleanRow.record_id == TypedIn.record_id)
        .join(value, value.record_id == TypedIn.value_record_id)
        .order_by(TypedIn.id)
    )
    settled = 0
    for mark, received_at, email, email_class, address in session.execute(query):
        if _same(email, address):
            if mark.proven_at is None or mark.overwritten_at is not None:
                mark.proven_at, mark.overwritten_at = now, None
                settled += 1
            continue
        had_it = mark.proven_at is not None or received_at > mark.done_at
        if had_it and mark.overwritten_at is None and email_class == "alias":
            mark.overwritten_at = now
            settled += 1
    return settled


def _same(one: str | None, other: str | None) -> bool:
    """Whether two addresses are one mailbox: the case of letters makes no other one in practice."""
    return one is not None and other is not None and one.casefold() == other.casefold()


def count_untyped(rows: Sequence[ToType]) -> int:
    """How many of a list are to be typed, the overwritten among them."""
    return sum(row.state != "typed" for row in rows)


def count_to_type(rows: Sequence[ToType]) -> dict[State, int]:
    """How many of a list stand in each state."""
    counts: dict[State, int] = defaultdict(int)
    for row in rows:
        counts[row.state] += 1
    return counts
