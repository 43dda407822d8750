"""Addresses and numbers that look like the house's own: the desk types its own where a guest gives none.

Such a value stands with many guests of different names. It is nobody's, so it reaches nobody and proves
nothing; but only somebody of the house can say that it is theirs. This suggests, with the evidence; a word
of theirs adds it to the property, or keeps it from ever being suggested again.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, func, literal, select, tuple_, union_all
from sqlalchemy.orm import Session

from server.cleaning import fold
from server.cleaning.lists import under, words
from server.guests.models import Link
from server.journal import note
from server.properties.changing import say_changed
from server.properties.checking import LIST
from server.properties.models import NotOwn, Property
from server.records.models import CleanRow, SourceRecord
from server.records.rereading import ask_to_reread
from server.refusal import Refused

Kind = Literal["email", "phone", "domain"]

AT_THE_HOUSE, AT_A_DESK, NO_HINT = 2, 5, 8
"""How many different names make an address look like the house's: of its own name or domain, of a word for a
desk (an agency's is one too, and reaches no guest either), of neither. A family or a couple has one name or
two; a company that books for its people has a few."""

AT_A_NUMBER = {"landline": 5, "shared": 5}
AT_A_MOBILE = 8
"""The same for numbers: several guests share the switchboard of their company, few a mobile."""

_DESK = (
    "accueil bonjour booking bookings contact frontdesk frontoffice hello hotel info kontakt mail "
    "prenotazioni recepcion recepcao recepcja receptie reception reservas reservation reservations resa "
    "rezeption ricevimento welcome willkommen"
)
DESK_WORDS = frozenset(_DESK.split())
"""First words of a local part that a house's own desk has."""

_MANY = (
    "and auberge boutique das de del della der des di do du el et gasthof grand hostel hotel house il inn "
    "la las le les los maison palace pension residence resort restaurant spa suites the und villa"
)
_COMMON = frozenset(_MANY.split())
"""Words that many houses have in their names: they say nothing of this one."""

_SHORTEST_WORD = 4
MOST = 30
"""Suggestions shown; the rest comes when these are decided."""


@dataclass(frozen=True, slots=True)
class Borne:
    """A value as guests bear it at a house: which of them, under which names (folded)."""

    kind: Kind
    value: str
    value_class: str
    guests: frozenset[str]
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class Known:
    """What a house is known by, and what was already said of its addresses."""

    name: str
    own_domains: frozenset[str] = frozenset()
    own_emails: frozenset[str] = frozenset()
    own_phones: frozenset[str] = frozenset()
    reply_to: str = ""
    reception_phone: str = ""
    not_own: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A value that looks like the house's own. `reasons` are codes, each with a sentence, strongest first."""

    kind: Kind
    value: str
    guests: int
    names: int
    reasons: tuple[str, ...]
    score: float = field(compare=False, default=0.0)


def judge(borne: Iterable[Borne], house: Known) -> list[Suggestion]:
    """Which of these values look like the house's own, the surest first. Pure.

    What is taken already or was said to be somebody else's is left out, and what was never anybody's own:
    aliases and relays of booking sites, and agencies' domains. A free provider's domain is never suggested.
    """
    found: list[Suggestion] = []
    by_domain: dict[str, list[tuple[Borne, Suggestion]]] = defaultdict(list)
    for one in borne:
        if (one.kind, one.value) in house.not_own:
            continue
        suggested = _judge_email(one, house) if one.kind == "email" else _judge_phone(one, house)
        if suggested is None:
            continue
        found.append(suggested)
        if one.kind == "email":
            by_domain[one.value.partition("@")[2]].append((one, suggested))
    found += _domains(by_domain, house)
    return sorted(found, key=lambda one: (-one.score, one.kind, one.value))[:MOST]


def _judge_email(one: Borne, house: Known) -> Suggestion | None:
    local, _, domain = one.value.partition("@")
    if one.value in house.own_emails or under(domain, house.own_domains):
        return None
    if one.value_class not in ("real", "shared") or under(domain, words("agency_domains")):
        return None
    reasons = []
    is_free = domain in words("known_providers")
    if one.value == house.reply_to.lower() or (not is_free and domain == _domain_of(house.reply_to)):
        reasons.append("own.reply_to")
    if _bears_name(local if is_free else domain.partition(".")[0], house.name):
        reasons.append("own.name")
    at_the_house = bool(reasons)
    if _first_word(local) in DESK_WORDS:
        reasons.append("own.desk_word")
    if not reasons and one.value_class == "shared":
        return None  # nobody's already, and nothing points to this house: an agency, most likely
    least = AT_THE_HOUSE if at_the_house else AT_A_DESK if reasons else NO_HINT
    return _suggestion(one, reasons, least, weight=3 if at_the_house else 2 if reasons else 1)


def _judge_phone(one: Borne, house: Known) -> Suggestion | None:
    if one.value in house.own_phones or one.value_class not in (
        "landline",
        "mobile",
        "shared",
        "unverifiable",
    ):
        return None
    if one.value == house.reception_phone:
        return _suggestion(one, ["own.reception_phone"], AT_THE_HOUSE, weight=3)
    reasons = ["own.landline"] if one.value_class == "landline" else []
    return _suggestion(
        one, reasons, AT_A_NUMBER.get(one.value_class, AT_A_MOBILE), weight=2 if reasons else 1
    )


def _suggestion(one: Borne, reasons: Sequence[str], least: int, *, weight: int) -> Suggestion | None:
    if len(one.names) < least:
        return None
    score = float(weight * len(one.names))
    return Suggestion(one.kind, one.value, len(one.guests), len(one.names), tuple(reasons), score)


def _domains(by_domain: dict[str, list[tuple[Borne, Suggestion]]], house: Known) -> list[Suggestion]:
    """The domains whose every address would be the house's: by its name, or by several desks on it."""
    found = []
    for domain, members in by_domain.items():
        is_closed = domain in words("known_providers") or ("domain", domain) in house.not_own
        if is_closed or under(domain, house.own_domains):
            continue
        told = [reason for _, suggested in members for reason in suggested.reasons]
        reasons: list[str] = [code for code in ("own.reply_to", "own.name") if code in told]
        if not reasons and told.count("own.desk_word") >= 2:
            reasons.append("own.several_desks")
        if reasons:
            guests = frozenset[str]().union(*(one.guests for one, _ in members))
            names = frozenset[str]().union(*(one.names for one, _ in members))
            score = 1 + max(suggested.score for _, suggested in members)  # first: it settles its addresses
            found.append(Suggestion("domain", domain, len(guests), len(names), tuple(reasons), score))
    return found


def _domain_of(address: str) -> str:
    domain = address.lower().partition("@")[2]
    return "" if domain in words("known_providers") else domain


def _first_word(local: str) -> str:
    return re.split(r"[._+\d-]", local, maxsplit=1)[0]


def _bears_name(text: str, name: str) -> bool:
    """Whether every word that tells this house from others stands in a domain or a local part."""
    squeezed = re.sub(r"[^a-z0-9]", "", text.lower())
    telling = [
        word
        for word in re.split(r"[^a-z0-9]+", fold(name).lower())
        if word not in _COMMON and len(word) >= _SHORTEST_WORD
    ]
    return bool(telling) and all(word in squeezed for word in telling)


def suggest_own(session: Session, place: Property) -> list[Suggestion]:
    """What looks like a property's own among the values of its guests. One query; nothing is written."""
    said = session.execute(select(NotOwn.kind, NotOwn.value).where(NotOwn.property_id == place.id))
    house = Known(
        name=place.name,
        own_domains=frozenset(place.own_domains),
        own_emails=frozenset(place.own_emails),
        own_phones=frozenset(place.own_phones),
        reply_to=place.reply_to,
        reception_phone=place.reception_phone,
        not_own=frozenset((kind, value) for kind, value in said),
    )
    return judge(_borne(session, place.id), house)


def _borne(session: Session, property_id: int) -> list[Borne]:
    """Values that at least two last names bear at a property, with their guests and different names."""
    kinds: tuple[tuple[Kind, ColumnElement[str | None], ColumnElement[str]], ...] = (
        ("email", CleanRow.email.expression, CleanRow.email_class.expression),
        ("phone", CleanRow.phone.expression, CleanRow.phone_class.expression),
        ("phone", CleanRow.mobile.expression, CleanRow.mobile_class.expression),
    )
    values = union_all(*(_values(kind, column, cls, property_id) for kind, column, cls in kinds)).subquery()
    several = (
        select(values.c.kind, values.c.value)
        .group_by(values.c.kind, values.c.value)
        .having(func.count(values.c.name.distinct()) >= AT_THE_HOUSE)
    )
    query = select(
        values.c.kind, values.c.value, values.c.value_class, values.c.name, values.c.guest_id
    ).where(tuple_(values.c.kind, values.c.value).in_(several))
    guests: dict[tuple[Kind, str], set[str]] = defaultdict(set)
    names: dict[tuple[Kind, str], set[str]] = defaultdict(set)
    classes: dict[tuple[Kind, str], str] = {}
    for kind, value, value_class, name, guest_id in session.execute(query):
        guests[kind, value].add(guest_id)
        names[kind, value].add(fold(name or ""))
        classes[kind, value] = value_class
    return [
        Borne(kind, value, classes[kind, value], frozenset(bearers), frozenset(names[kind, value] - {""}))
        for (kind, value), bearers in guests.items()
    ]


def _values(
    kind: Kind, column: ColumnElement[str | None], value_class: ColumnElement[str], property_id: int
) -> Select[*tuple[Any, ...]]:
    return (
        select(
            literal(kind).label("kind"),
            column.label("value"),
            value_class.label("value_class"),
            func.coalesce(CleanRow.last_name, CleanRow.first_name).label("name"),
            Link.guest_id.label("guest_id"),
        )
        .join(SourceRecord, SourceRecord.id == CleanRow.record_id)
        .join(Link, Link.record_id == CleanRow.record_id)
        .where(SourceRecord.property_id == property_id, column.is_not(None))
    )


OWN_LISTS: dict[str, str] = {"email": "own_emails", "phone": "own_phones", "domain": "own_domains"}
"""The list of a property that each kind of value belongs to."""


def accept_own(
    session: Session, place: Property, kind: str, value: str, *, actor: str, now: datetime
) -> None:
    """It is the house's: keep it with the property, and have the records that bear it read again.

    Refused when it is not among what is suggested (whole lists are edited on the settings page), and when the
    list is as long as that page can save.
    """
    _take_turn_on(session, place)
    _refuse_unless(kind, value, {(one.kind, one.value) for one in suggest_own(session, place)})
    kept = getattr(place, OWN_LISTS[kind])
    if len(kept) >= LIST:
        raise Refused("own.list_full", {"limit": str(LIST)})
    _set_own(place, kind, {*kept, value}, actor=actor, now=now)
    ask_to_reread(session, place, "own", now=now)
    note(
        session, actor, "own_address.taken", f"property:{place.id}", now=now, property_id=place.id, kind=kind
    )


def take_own_back(
    session: Session, place: Property, kind: str, value: str, *, actor: str, now: datetime
) -> None:
    """It was not the house's after all: what bears it reads as before. Refused when it is not kept."""
    _take_turn_on(session, place)
    _refuse_unless(kind, value, {(k, v) for k, name in OWN_LISTS.items() for v in getattr(place, name)})
    _set_own(place, kind, {*getattr(place, OWN_LISTS[kind])} - {value}, actor=actor, now=now)
    ask_to_reread(session, place, "own", now=now)
    note(
        session,
        actor,
        "own_address.taken_back",
        f"property:{place.id}",
        now=now,
        property_id=place.id,
        kind=kind,
    )


def refuse_own(
    session: Session, place: Property, kind: str, value: str, *, actor: str, now: datetime
) -> None:
    """It is a guest's: never suggested again. Refused when it is not among what is suggested."""
    _take_turn_on(session, place)
    _refuse_unless(kind, value, {(one.kind, one.value) for one in suggest_own(session, place)})
    session.add(NotOwn(property_id=place.id, kind=kind, value=value, at=now, by=actor))
    note(
        session,
        actor,
        "own_address.refused",
        f"property:{place.id}",
        now=now,
        property_id=place.id,
        kind=kind,
    )


def _refuse_unless(kind: str, value: str, among: Collection[tuple[str, str]]) -> None:
    if (kind, value) not in among:
        raise Refused("own.not_suggested")


def _take_turn_on(session: Session, place: Property) -> None:
    """Wait for whoever changes this house, then see it as they left it: a button is easily pressed twice."""
    session.flush()  # refreshing drops what is not written yet
    session.refresh(place, with_for_update=True)


def _set_own(place: Property, kind: str, values: set[str], *, actor: str, now: datetime) -> None:
    setattr(place, OWN_LISTS[kind], sorted(values))
    say_changed(place, "own", actor=actor, now=now)
