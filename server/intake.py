"""The main job on one screen: receive -> clean -> match -> link -> unify.

Files come through server.importing, finished forms through here; both end in records.storing.store and
guests.linker.touch, the only ways into the tables of records and links.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from types import ModuleType
from typing import NamedTuple

from sqlalchemy import Engine, select, union_all
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from server.captures.attaching import attach_walk_ins
from server.captures.binding import attach_handed
from server.captures.models import Bound, Capture, GuestLink, Handover
from server.captures.opening import give_up_first, has_new_chance, open_waiting, wait_again
from server.captures.receiving import is_for_vault
from server.captures.unread import keep_unread, was_cut_off, was_read
from server.captures.wishes import keep_survey, keep_wish
from server.cleaning import clean
from server.clock import clock
from server.db import reading, take_turn, writing
from server.discovery import discover
from server.flows._telling import Person, Told, finished_at
from server.forms.definition import find_form
from server.forms.questions import Form
from server.guests.linker import take_linker_soon, touch
from server.guests.linking import link_waiting
from server.jobs.queue import enqueue
from server.keys import Key
from server.properties.context import context_of
from server.properties.finding import today_at
from server.properties.models import Property
from server.record import RawRecord
from server.records.arriving import Arrival, Origin, prepare
from server.records.models import CleanRow, Source, SourceRecord
from server.records.storing import store
from server.registration.taking_in import take_in_sheet
from server.release import this_release
from server.vault import CannotOpenVault, Vault

FLOW_NAMES = ("FLOW", "STAY_KIND", "read", "text_version")
SOURCE_KINDS = {"kiosk": "tablet", "phone": "link", "sms": "reply", "email": "reply", "desk": "typed"}


def read_capture(engine: Engine, capture_id: str, vault: Vault | None = None) -> None:
    """Read a finished form once: it becomes a source record linked to its guest, or a problem with a reason.

    The form itself was stored and acknowledged before; whatever happens here, it is not lost. Record and link
    come with one commit; only in a house where nothing was linked yet, the first bulk run follows.
    """
    with writing(engine) as session:
        take_linker_soon(session)
        capture = session.get(Capture, capture_id)
        if capture is None:  # it was read and cut from its guest, or erased, before
            return
        waits = _read(session, [capture], vault)
    if waits:
        _link_first(engine)


def open_forms(engine: Engine, keys: Sequence[Key], most: int, vault: Vault | None = None) -> int:
    """Open and read so many of the forms that tablets sealed, oldest first; how many were looked at.

    All with one commit: a run that is killed finds them sealed as before. Where they cannot be read together
    each is read by itself, so that one which cannot be read holds up none. It is tried again by another
    release, or when a colleague asks for it.
    """
    with reading(engine) as session:
        is_due = has_new_chance(session, keys, release=this_release())
    if is_due:
        with writing(engine) as session:
            wait_again(session, keys, release=this_release())
    try:
        looked_at, waits = _open_some(engine, keys, most, vault)
    except (DBAPIError, OSError):
        raise  # the store is to blame, and says the same of each
    except Exception:
        if most == 1:
            return give_up_first_form(engine)
        return sum(open_forms(engine, keys, 1, vault) for _ in range(most))
    if waits:
        _link_first(engine)
    return looked_at


def _open_some(engine: Engine, keys: Sequence[Key], most: int, vault: Vault | None) -> tuple[int, bool]:
    with writing(engine) as session:
        take_linker_soon(session)
        opened = open_waiting(session, keys, most, vault=vault, release=this_release(), now=clock())
        return opened.looked_at, _read(session, opened.captures, vault)


def give_up_first_form(engine: Engine) -> int:
    """The form that waits longest could not even be looked at: it becomes a problem; 0: none waits."""
    with writing(engine) as session:
        return give_up_first(session, release=this_release(), now=clock())


def _read(session: Session, captures: Sequence[Capture], vault: Vault | None) -> bool:
    """Make records of finished forms and link them; whether they wait, since nothing was linked here yet.

    Forms for registration go another way, which ends in the vault: no record comes of them.
    """
    stored = [capture for capture in captures if capture.state == "stored"]
    for_vault = [capture for capture in stored if is_for_vault(capture.form, capture.form_version)]
    for capture in for_vault:
        _take_into_vault(session, capture, vault)
    record_ids = _take_in(session, [capture for capture in stored if capture not in for_vault])
    waits = bool(record_ids) and touch(session, record_ids, cause="arrival", now=clock()).model is None
    if not waits:
        attach_handed(session, now=clock())
        attach_walk_ins(session, now=clock())
    if captures:
        enqueue(session, "count_day", {}, now=clock(), dedup_key="count_day")
    return waits


def _link_first(engine: Engine) -> None:
    link_waiting(engine)
    with writing(engine) as session:
        attach_handed(session, now=clock())
        attach_walk_ins(session, now=clock())


def _take_into_vault(session: Session, capture: Capture, vault: Vault | None) -> None:
    """A form becomes a kept sheet, or a problem that says nothing of what it holds."""
    if vault is None:
        raise ValueError("a form is for the vault, and there is none")
    release, now = this_release(), clock()
    place = session.get_one(Property, capture.property_id)
    form = find_form(capture.form, capture.form_version)
    if form is None:
        keep_unread(session, capture, "capture.unknown_form", release=release, now=now)
        return
    try:
        with session.begin_nested():
            take_in_sheet(
                session, vault, capture, form, place, today=today_at(place, now=finished_at(capture))
            )
    except (ValueError, KeyError, TypeError, CannotOpenVault) as error:
        fault = type(error).__name__
        keep_unread(session, capture, "capture.unreadable", release=release, now=now, fault=fault)
        return
    capture.state = "kept"
    was_read(session, [capture.id], now=now)


def _take_in(session: Session, captures: Sequence[Capture]) -> list[int]:
    """The records that forms became: together, which costs half, else each by itself, so that one that cannot
    be read is told from the others."""
    ids = [capture.id for capture in captures]
    if len(ids) > 1:
        try:
            with session.begin_nested():
                return _read_together(session, captures)
        except (ValueError, KeyError, TypeError):
            captures = [session.get_one(Capture, id_) for id_ in ids]  # as they were
    return [record_id for capture in captures for record_id in _take_in_one(session, capture)]


def _take_in_one(session: Session, capture: Capture) -> list[int]:
    """The records that a form became, the main guest's first; none when it is a problem now, or a survey."""
    if _flow_of(capture) is None:
        keep_unread(session, capture, "capture.unknown_form", release=this_release(), now=clock())
        return []
    try:
        with session.begin_nested():
            return _read_together(session, [capture])
    except (ValueError, KeyError, TypeError) as error:
        fault = type(error).__name__
        keep_unread(session, capture, "capture.unreadable", release=this_release(), now=clock(), fault=fault)
        return []


def _flow_of(capture: Capture) -> tuple[Form, ModuleType] | None:
    """The form as it was published, and what it does once finished; None where this release knows neither."""
    form = find_form(capture.form, capture.form_version)
    flow = flows().get(form.flow) if form else None
    return None if form is None or flow is None else (form, flow)


class _Reading(NamedTuple):
    """A finished form as its flow understands it."""

    capture: Capture
    flow: ModuleType
    place: Property
    day: date
    told: Told


def _read_together(session: Session, captures: Sequence[Capture]) -> list[int]:
    """The records that these forms became, form by form, each form's main guest first. Raises what reading
    the first that cannot be read raises."""
    places = {id_: session.get_one(Property, id_) for id_ in {capture.property_id for capture in captures}}
    readings = [_understood(capture, places[capture.property_id]) for capture in captures]
    people = [(one, person) for one in readings for person in one.told.people]
    record_ids = _records_of(session, people) if people else []
    first = dict(zip([id(one) for one, _ in reversed(people)], reversed(record_ids), strict=True))
    for one in readings:
        capture, told = one.capture, one.told
        if told.surveyed is None:
            capture.record_id, capture.state = first[id(one)], "read"
            if told.wished is not None:
                keep_wish(session, capture, first[id(one)], told.wished)
    surveys = [one.capture.id for one in readings if one.told.surveyed is not None]
    was_read(session, {one.capture.id for one in readings} - {*surveys}, now=clock())
    was_cut_off(session, surveys)
    for one in readings:  # last: it takes the form away
        if one.told.surveyed is not None:
            keep_survey(session, one.capture, one.told.surveyed, day=one.day)
    return record_ids


def _understood(capture: Capture, place: Property) -> _Reading:
    found = _flow_of(capture)
    if found is None:
        raise KeyError(capture.form)
    form, flow = found
    day = today_at(place, now=finished_at(capture))
    return _Reading(capture, flow, place, day, flow.read(capture, form, today=day))


def _records_of(session: Session, people: Sequence[tuple[_Reading, Person]]) -> list[int]:
    """The record of each person of some forms. Whoever is in it beside the main guest was only typed."""
    now, sources = clock(), dict[tuple[str, int], Source]()
    arriving: dict[Origin, list[Arrival]] = defaultdict(list)
    named: list[tuple[int, str]] = []
    for (capture, flow, place, _, _), person in people:
        if (capture.surface, place.id) not in sources:
            sources[capture.surface, place.id] = _source(session, capture, place)
        source = sources[capture.surface, place.id]
        values = dict(person.values)
        booking = _booking(session, capture) if person.of_booking else None
        if booking is not None and booking.rest.get("references"):
            values["reference"] = str(booking.rest["references"][0])
        if booking is not None and person.named_by_booking:
            values = {**_told_by(booking), **values}
        cleaned = clean(values, context_of(place, {}, today_at(place, now=now)))
        key = f"{capture.id}/{person.part}" if person.part else capture.id
        origin = Origin(
            source_id=source.id,
            source_name=source.name,
            stay_kind=flow.STAY_KIND,
            proof="typed" if person.part else capture.proof,  # type: ignore[arg-type]  # the table holds one of record.Proof
            text_version=flow.text_version(capture),
        )
        raw = RawRecord(key=key, row=dict(values), values=values, line=1)
        arriving[origin].append(Arrival(raw, cleaned, place.id, place.legal_entity_id, place.currency))
        named.append((source.id, key))
    for origin, arrivals in arriving.items():
        store(session, origin, prepare(origin, arrivals), now=now)
    of_source: dict[int, list[str]] = defaultdict(list)
    for source_id, key in named:
        of_source[source_id].append(key)
    stored = {
        (source_id, key): record_id
        for source_id, keys in of_source.items()
        for key, record_id in session.execute(
            select(SourceRecord.key, SourceRecord.id).where(
                SourceRecord.source_id == source_id, SourceRecord.key.in_(keys)
            )
        )
    }
    return [stored[name] for name in named]


def _source(session: Session, capture: Capture, place: Property) -> Source:
    """The tablets of a property are one source, its links another, and replies to its messages."""
    kind = SOURCE_KINDS[capture.surface]
    name = f"{kind}@{place.code}"
    take_turn(session, "sources")
    found = session.scalar(select(Source).where(Source.name == name))
    if found is None:
        found = Source(name=name, layout=capture.form, kind=kind, property_id=place.id)
        session.add(found)
        session.flush()
    return found


def _booking(session: Session, capture: Capture) -> CleanRow | None:
    """The booking that a form is bound to, by its link, by the reception or by the question it answers,
    whatever the guest typed."""
    ways = (
        select(GuestLink.record_id).where(GuestLink.id == capture.guest_link_id),
        select(Handover.record_id).where(Handover.capture_id == capture.id),
        select(Bound.record_id).where(Bound.capture_id == capture.id),
    )
    record_id = session.scalar(union_all(*ways).limit(1))
    return session.get(CleanRow, record_id) if record_id is not None else None


def _told_by(booking: CleanRow) -> dict[str, str]:
    """The guest's name as the booking has it; of one without a number of its own also the telephone, by which
    the two are seen to be one guest."""
    told = {"first_name": booking.first_name, "last_name": booking.last_name}
    if not booking.rest.get("references"):
        told["mobile" if booking.mobile else "phone"] = booking.mobile or booking.phone
    return {field: value for field, value in told.items() if value}


@cache
def flows() -> Mapping[str, ModuleType]:
    """What a form does once it is finished, by the flow that its definition names."""
    return {module.FLOW: module for module in discover("server.flows", FLOW_NAMES).values()}
