"""Unified values: for each field of a guest the best known value, where it comes from, and why it won.

The order, for every field: what a colleague pinned; then what can be used at all (an address that is real or
relayed before a disposable one, an OTA's alias, one that bounces, a shared one; a number before a shared one;
a name before an initial or a damaged one; an address with street and town before a part of one); then who
stands behind it (verified, booking-bound, the guest's own word, a house system, an OTA); then the fuller one;
then what most records agree on, for what does not change in a life; then the newest. A recaptured value is
therefore never displaced by what an OTA sends later: that may be newer, but newer comes last.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from server.cleaning import fold
from server.record import CleanRecord, Proof

USABLE_EMAIL = frozenset({"real", "relay"})
"""Classes of addresses that reach the guest after the stay; a relay forwards for as long as it exists."""

BOUNCED_EMAIL: Mapping[str, str] = {"real": "bounced", "relay": "lapsed"}
"""What such an address becomes when it bounces for good: who bears it is still the one who bears it."""

USABLE_PHONE = frozenset({"mobile", "landline", "unverifiable"})

OWN_WORD_KINDS = frozenset({"newsletter", "wifi", "cards", "shop"})
"""Kinds of sources whose values the guest typed."""

OTHERS_WORD_KINDS = frozenset({"channel"})
"""Kinds of sources that pass on what an OTA gave."""

_EMAIL_CLASSES = {"real": 0, "relay": 0, "disposable": 1, "alias": 2, "bounced": 3, "lapsed": 3, "shared": 4}
_PHONE_CLASSES = {"mobile": 0, "landline": 0, "unverifiable": 0, "shared": 1}
_SURER_PHONES = ("mobile", "landline", "unverifiable", "shared")

ADDRESS = ("street", "postal_code", "city", "country")
"""Fields that are one value together: `address`."""

BETWEEN = "\x1f"
"""Between the parts of an address where it is held as one text."""


class Pinned(NamedTuple):
    """A colleague's word: this value, as one record told it, is the guest's, whatever else is told."""

    field: str
    value: str
    value_class: str
    number: int  # of the pin: among several the newest counts


class Member(NamedTuple):
    """One record of a guest, with what decides between its values and the others'."""

    record_id: int
    name: str  # source and key, the last tie-break
    clean: CleanRecord
    proof: Proof
    kind: str  # of its source
    known_on: date  # when the source knew it
    pins: tuple[Pinned, ...] = ()


@dataclass(frozen=True, slots=True)
class Best:
    """The chosen value of a field."""

    field: str
    value: str
    value_class: str
    record_id: int
    on: date
    rule: str  # pinned, only, class (can be used), proof, full, agreed, newest


class _Claim(NamedTuple):
    """A value a record claims, with its ranks: smaller is better, but for `on`."""

    value: str
    value_class: str
    same_as: str  # equal values under other spellings count as one
    ranks: tuple[int, ...]  # class, proof, fullness
    member: Member
    pin: int = 0  # the pin's number


_RANKED = ("class", "proof", "full")
"""The rules behind a claim's ranks, in their order."""


def proof_rank(member: Member) -> int:
    """Who stands behind a value: 0 verified, 1 booking-bound, 2 the guest, 3 the house, 4 an OTA."""
    if member.proof == "verified":
        return 0
    if member.proof == "booking-bound":
        return 1
    if member.proof == "typed" or member.kind in OWN_WORD_KINDS:
        return 2
    return 4 if member.kind in OTHERS_WORD_KINDS else 3


def best_values(members: Sequence[Member]) -> list[Best]:
    """The best known value of every field that any of the guest's records holds."""
    found = []
    for field in _FIELDS:
        best = _choose(field, members)
        if best is None:
            continue
        if field != "address":
            found.append(best)
            continue
        parts = zip(ADDRESS, best.value.split(BETWEEN), strict=True)
        found += [
            Best(name, part, best.value_class, best.record_id, best.on, best.rule)
            for name, part in parts
            if part
        ]
    return found


def value_of(field: str, member: Member) -> tuple[str, str] | None:
    """The value of a field, and its class, as one record tells it, pins apart; None when it tells none that
    could be the guest's. An address is one text, its parts with BETWEEN between them."""
    return _FIELDS[field].told(member.clean)


def field_of(name: str) -> str | None:
    """The field that a value stands for by itself: `address` for its parts; None for what is none."""
    name = "address" if name in ADDRESS else name
    return name if name in _FIELDS else None


def _choose(field: str, members: Sequence[Member]) -> Best | None:
    if len(members) == 1 and not members[0].pins:  # as most guests are: nothing to weigh
        told = _FIELDS[field].told(members[0].clean)
        return told and Best(field, *told, members[0].record_id, members[0].known_on, "only")
    claims = [*_claims(field, members), *_pinned(field, members)]
    if not claims:
        return None
    agreed = Counter(c.same_as for c in claims if not c.pin and field in _AGREED)

    def order(claim: _Claim) -> tuple[Any, ...]:
        votes = -agreed[claim.same_as]
        return (-claim.pin, *claim.ranks, votes, -claim.member.known_on.toordinal(), claim.member.name)

    best = min(claims, key=order)
    rival = min((c for c in claims if c.same_as != best.same_as), key=order, default=None)
    return Best(
        field,
        best.value,
        best.value_class,
        best.member.record_id,
        best.member.known_on,
        _rule(best, rival, agreed),
    )


def _claims(field: str, members: Iterable[Member]) -> Iterable[_Claim]:
    told, weigh = _FIELDS[field]
    for m in members:
        if (value := told(m.clean)) is not None:
            same_as, usable, full = weigh(m.clean, *value)
            yield _Claim(*value, same_as, (usable, proof_rank(m), full), m)


def _pinned(field: str, members: Iterable[Member]) -> Iterable[_Claim]:
    for m in members:
        for pin in m.pins:
            if pin.field == field:
                yield _Claim(pin.value, _class_of(pin, m), fold(pin.value), (0, 0, 0), m, pin.number)


def _class_of(pin: Pinned, member: Member) -> str:
    """As it was pinned; but an address that has bounced since reaches nobody."""
    clean = member.clean
    if pin.field == "email" and pin.value == clean.email and clean.email_class in BOUNCED_EMAIL.values():
        return clean.email_class
    return pin.value_class


def _rule(best: _Claim, rival: _Claim | None, agreed: Counter[str]) -> str:
    if best.pin:
        return "pinned"
    if rival is None:
        return "only"
    for rule, mine, other in zip(_RANKED, best.ranks, rival.ranks, strict=True):
        if mine != other:
            return rule
    if agreed[best.same_as] != agreed[rival.same_as]:
        return "agreed"
    return "newest"


Told = tuple[str, str] | None
Weight = tuple[str, int, int]
"""What a value is the same as under other spellings, and two of its ranks: can it be used, is it full."""


class _Field(NamedTuple):
    """How a field is read: the value and class that a record tells, if any, and how they are weighed."""

    told: Callable[[CleanRecord], Told]
    weigh: Callable[[CleanRecord, str, str], Weight]


def _email(clean: CleanRecord) -> Told:
    return (clean.email, clean.email_class) if clean.email and clean.email_class in _EMAIL_CLASSES else None


def _weigh_email(clean: CleanRecord, value: str, value_class: str) -> Weight:
    return value, _EMAIL_CLASSES[value_class], 0


def _mobile(clean: CleanRecord) -> Told:
    return (
        (clean.mobile, clean.mobile_class) if clean.mobile and clean.mobile_class in _PHONE_CLASSES else None
    )


def _phone(clean: CleanRecord) -> Told:
    return _number(clean.phone, clean.phone_class)


def _number(number: str | None, number_class: str) -> Told:
    return (number, number_class) if number and number_class in _PHONE_CLASSES else None


def _weigh_number(clean: CleanRecord, value: str, value_class: str) -> Weight:
    return value, _PHONE_CLASSES[value_class], _SURER_PHONES.index(value_class)


def _first_name(clean: CleanRecord) -> Told:
    return (clean.first_name, "real") if clean.first_name and clean.is_person else None


def _last_name(clean: CleanRecord) -> Told:
    return (clean.last_name, "real") if clean.last_name and clean.is_person else None


def _weigh_name(clean: CleanRecord, value: str, value_class: str) -> Weight:
    poor = len(value.rstrip(".")) < 2 or clean.lost_letters
    unsure = not clean.name_order_sure
    # among full names who tells it comes first: a guest's own spelling before a tidier stranger's
    return fold(value), 1 + unsure if poor else 0, int(unsure)


def _plain(which: str) -> _Field:
    def told(clean: CleanRecord) -> Told:
        value = getattr(clean, which)
        if value is None:
            return None
        return value.isoformat() if isinstance(value, date) else str(value), "real"

    return _Field(told, lambda clean, value, value_class: (value, 0, 0))


def _address(clean: CleanRecord) -> Told:
    """One record's address as a whole: a street of one town and the postal code of another is nobody's."""
    parts = (clean.street, clean.postal_code, clean.city, clean.country)
    return (BETWEEN.join(part or "" for part in parts), "real") if any(parts) else None


def _weigh_address(clean: CleanRecord, value: str, value_class: str) -> Weight:
    reaches = clean.street and (clean.city or clean.postal_code)
    missing = sum(getattr(clean, name) is None for name in ADDRESS)
    return fold(value), 0 if reaches else 1, missing


_FIELDS: dict[str, _Field] = {
    "first_name": _Field(_first_name, _weigh_name),
    "last_name": _Field(_last_name, _weigh_name),
    "title": _plain("title"),
    "email": _Field(_email, _weigh_email),
    "mobile": _Field(_mobile, _weigh_number),
    "phone": _Field(_phone, _weigh_number),
    "birth_date": _plain("birth_date"),
    "nationality": _plain("nationality"),
    "language": _plain("language"),
    "company": _plain("company"),
    "loyalty_id": _plain("loyalty_id"),
    "address": _Field(_address, _weigh_address),
}
_AGREED = frozenset({"first_name", "last_name", "title", "birth_date", "nationality", "language"})
"""What does not change in a life, or seldom; of what does, the newest is right however many say otherwise."""
