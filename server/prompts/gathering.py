"""What the rules go by, for many stays at once: some fifteen queries for a thousand of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from server.captures.models import FIRST_FORM, Capture
from server.consents.models import Consent
from server.guests.loading import parts
from server.guests.models import GuestValue, HouseholdMember, Link
from server.prompts.chances import Chance
from server.prompts.contacts import contact_key
from server.prompts.hours import hours_of
from server.prompts.models import Asking, DeadContact, Declined, Sender
from server.prompts.opting import opted_out
from server.prompts.senders import country_of, is_mobile, mode_for, sender_for
from server.prompts.speaking import language_for
from server.properties.models import HouseMark, Property
from server.records.models import CleanRow
from server.stays.models import Stay, StaySource, ToldStay

Contact = tuple[str, str]
"""A channel, and an address or a number."""

MOST_TO_A_NUMBER = 4
"""Guests of one household that share a number; more are a company or an agency."""


@dataclass(slots=True)
class _Guests:
    """What is known of guests beyond their stays, by their ids."""

    values: dict[str, dict[str, tuple[str, str]]] = field(default_factory=lambda: defaultdict(dict))
    households: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    chosen: dict[str, str] = field(default_factory=dict)  # the language of their last form
    bearers: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))  # of a number
    dead: set[tuple[str, bytes]] = field(default_factory=set)
    opted_out: set[tuple[bytes, str, int]] = field(default_factory=set)
    declined: dict[str, list[Declined]] = field(default_factory=lambda: defaultdict(list))
    said_no: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))


@dataclass(slots=True)
class _Told:
    """What is known of stays, by their ids."""

    members: set[str] = field(default_factory=set)
    checked_in: set[str] = field(default_factory=set)


def gather(session: Session, stays: Collection[Stay], *, secret: bytes) -> list[Chance]:
    """The chances of these stays, in their order; of one without a guest, a record or days there is
    none."""
    known = [stay for stay in stays if stay.guest_id and stay.record_id and _has_days(stay)]
    if not known:
        return []
    houses = {house.id: house for house in session.scalars(select(Property))}
    askings = {asking.property_id: asking for asking in session.scalars(select(Asking))}
    senders: dict[int, dict[str, Sender]] = defaultdict(dict)
    for sender in session.scalars(select(Sender)):
        senders[sender.property_id][sender.country] = sender
    mark = session.get(HouseMark, 1)
    guests = _guests(session, {str(stay.guest_id) for stay in known}, secret)
    told = _told(session, [stay.id for stay in known])
    rows = _rows(session, {int(stay.record_id or 0) for stay in known})
    return [
        _chance(
            stay,
            houses[stay.property_id],
            askings.get(stay.property_id),
            senders[stay.property_id],
            guests,
            told,
            rows.get(int(stay.record_id or 0), (True, None)),
            secret=secret,
            is_demo=mark is not None and mark.kind == "demo",
        )
        for stay in known
        if houses[stay.property_id].kind == "hotel"
    ]


def _chance(
    stay: Stay,
    house: Property,
    asking: Asking | None,
    senders: Mapping[str, Sender],
    guests: _Guests,
    told: _Told,
    row: tuple[bool, str | None],
    *,
    secret: bytes,
    is_demo: bool,
) -> Chance:
    guest_id = str(stay.guest_id)
    values = guests.values[guest_id]
    email, email_class = values.get("email", (None, "missing"))
    mobile, mobile_class = values.get("mobile", (None, "missing"))
    country = country_of(mobile)
    of_country = sender_for(house, country, senders) if country is not None else None
    contacts = [("email", email), ("sms", mobile)]
    keys = {channel: contact_key(secret, channel, text) for channel, text in contacts if text}
    # numbers of the demo ring nowhere, so their ranges tell nothing
    textable = mobile is not None and (
        is_mobile(mobile) or (is_demo and mobile_class in ("mobile", "unverifiable"))
    )
    return Chance(
        stay_id=stay.id,
        property_id=stay.property_id,
        guest_id=guest_id,
        record_id=int(stay.record_id or 0),
        status=stay.status,
        arrives=stay.arrives or date.max,
        departs=stay.departs or date.max,
        source_channel=stay.channel,
        hours=hours_of(house, is_demo=is_demo),
        is_person=row[0],
        email=email,
        email_class=email_class,
        mobile=mobile,
        is_mobile=textable,
        mobile_country=country,
        is_shared_number=mobile_class == "shared" or _is_shared(guest_id, mobile, guests),
        language=language_for(guests.chosen.get(guest_id), row[1], country, house.languages),
        households=frozenset(guests.households[guest_id]) or frozenset({guest_id}),
        is_group_member=stay.id in told.members,
        declined=_declined(stay, guests.declined[guest_id]),
        opted_out=frozenset(
            channel
            for channel, key in keys.items()
            if (key, channel, house.legal_entity_id) in guests.opted_out
        ),
        dead=frozenset(channel for channel, key in keys.items() if (guest_id, key) in guests.dead),
        mode=mode_for(house, asking, country),
        sender=of_country[0] if of_country else None,
        reasons=frozenset(house.email_reasons),
        is_checked_in=stay.id in told.checked_in,
        said_no=frozenset(guests.said_no[guest_id]),
    )


def _has_days(stay: Stay) -> bool:
    return stay.kind == "stay" and stay.arrives is not None and stay.departs is not None


def _is_shared(guest_id: str, number: str | None, guests: _Guests) -> bool:
    others = guests.bearers[number] - {guest_id} if number else set()
    own = guests.households[guest_id]
    return len(others) >= MOST_TO_A_NUMBER or any(own.isdisjoint(guests.households[one]) for one in others)


def _declined(stay: Stay, said: Iterable[Declined]) -> frozenset[str]:
    """The purposes that the guest said no to, at this house, for this stay or for good."""
    found: set[str] = set()
    for no in said:
        if no.property_id == stay.property_id and (
            no.until is None or stay.arrives is None or stay.arrives <= no.until
        ):
            found |= {"email", "invoice", "stay_info", "survey"} if no.answer == "dont_ask" else {no.purpose}
    return frozenset(found)


def _guests(session: Session, guest_ids: set[str], secret: bytes) -> _Guests:
    found = _Guests()
    for part in parts(sorted(guest_ids)):
        chosen = select(GuestValue.guest_id, GuestValue.field, GuestValue.value, GuestValue.value_class)
        wanted = GuestValue.guest_id.in_(part), GuestValue.field.in_(("email", "mobile"))
        for guest_id, name, value, value_class in session.execute(chosen.where(*wanted)):
            found.values[guest_id][name] = (value, value_class)
        forms = select(Link.guest_id, Capture.language).join(Capture, Capture.record_id == Link.record_id)
        forms = forms.where(Link.guest_id.in_(part)).order_by(Capture.received_at)
        found.chosen |= dict(session.execute(forms).all())
        noes = select(Link.guest_id, Declined).join(Declined, Declined.record_id == Link.record_id)
        for guest_id, no in session.execute(noes.where(Link.guest_id.in_(part), Declined.ended_at.is_(None))):
            found.declined[guest_id].append(no)
        consents = select(Link.guest_id, Consent.channel).join(Consent, Consent.record_id == Link.record_id)
        for guest_id, channel in session.execute(
            consents.where(Link.guest_id.in_(part), Consent.given.is_(False))
        ):
            found.said_no[guest_id].add(channel)
    _contacts(session, guest_ids, found, secret)
    everybody = guest_ids.union(*found.bearers.values())
    for part in parts(sorted(everybody)):
        living = select(HouseholdMember.guest_id, HouseholdMember.household_id)
        for guest_id, household in session.execute(living.where(HouseholdMember.guest_id.in_(part))):
            found.households[guest_id].add(household)
    return found


def _contacts(session: Session, guest_ids: set[str], found: _Guests, secret: bytes) -> None:
    numbers = {values["mobile"][0] for values in found.values.values() if "mobile" in values}
    for part in parts(sorted(numbers)):
        bearing = select(CleanRow.mobile, Link.guest_id).join(Link, Link.record_id == CleanRow.record_id)
        for number, guest_id in session.execute(bearing.where(CleanRow.mobile.in_(part)).distinct()):
            found.bearers[str(number)].add(guest_id)
    keys = {contact_key(secret, "sms", number) for number in numbers}
    for values in found.values.values():
        if "email" in values:
            keys.add(contact_key(secret, "email", values["email"][0]))
    found.opted_out = opted_out(session, keys)
    for some in parts(sorted(keys)):
        dead = select(Link.guest_id, DeadContact.contact_key).join(
            DeadContact, DeadContact.record_id == Link.record_id
        )
        is_so = DeadContact.contact_key.in_(some), DeadContact.ended_at.is_(None)
        found.dead |= {(guest_id, key) for guest_id, key in session.execute(dead.where(*is_so))}


def _told(session: Session, stay_ids: list[str]) -> _Told:
    found, leaders = _Told(), set[str]()
    for part in parts(sorted(stay_ids)):
        of_stay: ColumnElement[bool] = (ToldStay.record_id == StaySource.record_id) & (
            ToldStay.version == StaySource.version
        )
        groups = select(StaySource.stay_id, ToldStay.is_leader).join(ToldStay, of_stay)
        for stay_id, leads in session.execute(
            groups.where(StaySource.stay_id.in_(part), ToldStay.group_reference.is_not(None))
        ):
            (leaders if leads else found.members).add(stay_id)
        forms = select(StaySource.stay_id).join(Capture, Capture.record_id == StaySource.record_id)
        found.checked_in |= set(
            session.scalars(forms.where(StaySource.stay_id.in_(part), Capture.form == FIRST_FORM))
        )
    found.members -= leaders
    return found


def _rows(session: Session, record_ids: set[int]) -> dict[int, tuple[bool, str | None]]:
    """Of each stay's own record: whether it is a person, and the language the reservation tells."""
    found: dict[int, tuple[bool, str | None]] = {}
    for part in parts(sorted(record_ids)):
        query = select(CleanRow.record_id, CleanRow.is_person, CleanRow.language)
        for record_id, is_person, language in session.execute(query.where(CleanRow.record_id.in_(part))):
            found[record_id] = (is_person, language)
    return found
