"""Unified values: for each field of a guest the best known value, where it comes from, and why it won.

The order, for every field: what a colleague pinned; then what can be used at all (an address that is real or
relayed before a disposable one, an OTA's alias, a shared one; a number before a shared one; a name before an
initial or a damaged one; an address with street and town before a part of one); then who stands behind it
(verified, booking-bound, the guest's own word, a house system, an OTA); then the fuller one; then what most
records agree on, for what does not change in a life; then the newest. A recaptured value is therefore never
displaced by what an OTA sends later: that may be newer, but newer comes last.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple

from server.cleaning import fold
from server.record import CleanRecord, Proof

USABLE_EMAIL = frozenset({"real", "relay"})
"""Classes of addresses that reach the guest after the stay; a relay forwards for as long as it exists."""

USABLE_PHONE = frozenset({"mobile", "landline", "unverifiable"})

OWN_WORD_KINDS = frozenset({"newsletter", "wifi", "cards", "shop"})
"""Kinds of sources whose values the guest typed."""

OTHERS_WORD_KINDS = frozenset({"channel"})
"""Kinds of sources that pass on what an OTA gave."""

_EMAIL_CLASSES = {"real": 0, "relay": 0, "disposable": 1, "alias": 2, "shared": 3}
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
        found += [replace(best, field=name, value=part) for name, part in parts if part]
    return found


def value_of(field: str, member: Member) -> tuple[str, str] | None:
    """The value of a field, and its class, as one record tells it, pins apart; None when it tells none that
    could be the guest's. An address is one text, its parts with BETWEEN between them."""
    claim = next(iter(_FIELDS[field]((member,))), None)
    return None if claim is None else (claim.value, claim.value_class)


def field_of(name: str) -> str | None:
    """The field that a value stands for by itself: `address` for its parts; None for what is none."""
    name = "address" if name in ADDRESS else name
    return name if name in _FIELDS else None


def _choose(field: str, members: Sequence[Member]) -> Best | None:
    claims = [*_FIELDS[field](members), *_pinned(field, members)]
    if not claims:
        return None
    if len(claims) == 1:  # as of most guests: of a million records, eight of ten are alone
        return _best(field, claims[0], "pinned" if claims[0].pin else "only")
    agreed = Counter(c.same_as for c in claims if not c.pin and field in _AGREED)

    def order(claim: _Claim) -> tuple[Any, ...]:
        votes = -agreed[claim.same_as]
        return (-claim.pin, *claim.ranks, votes, -claim.member.known_on.toordinal(), claim.member.name)

    best = min(claims, key=order)
    rival = min((c for c in claims if c.same_as != best.same_as), key=order, default=None)
    return _best(field, best, _rule(best, rival, agreed))


def _best(field: str, claim: _Claim, rule: str) -> Best:
    return Best(field, claim.value, claim.value_class, claim.member.record_id, claim.member.known_on, rule)


def _pinned(field: str, members: Iterable[Member]) -> Iterable[_Claim]:
    for m in members:
        for pin in m.pins:
            if pin.field == field:
                yield _Claim(pin.value, pin.value_class, fold(pin.value), (0, 0, 0), m, pin.number)


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


def _emails(members: Iterable[Member]) -> Iterable[_Claim]:
    for m in members:
        rank = _EMAIL_CLASSES.get(m.clean.email_class)
        if m.clean.email and rank is not None:
            yield _Claim(m.clean.email, m.clean.email_class, m.clean.email, (rank, proof_rank(m), 0), m)


def _numbers(which: str) -> Callable[[Iterable[Member]], Iterable[_Claim]]:
    def claims(members: Iterable[Member]) -> Iterable[_Claim]:
        for m in members:
            number, number_class = getattr(m.clean, which), getattr(m.clean, f"{which}_class")
            rank = _PHONE_CLASSES.get(number_class)
            if number and rank is not None:
                surer = _SURER_PHONES.index(number_class)
                yield _Claim(number, number_class, number, (rank, proof_rank(m), surer), m)

    return claims


def _names(which: str) -> Callable[[Iterable[Member]], Iterable[_Claim]]:
    def claims(members: Iterable[Member]) -> Iterable[_Claim]:
        for m in members:
            name = getattr(m.clean, which)
            if name and m.clean.is_person:
                poor = len(name.rstrip(".")) < 2 or m.clean.lost_letters
                unsure = not m.clean.name_order_sure
                # among full names who tells it comes first: a guest's own spelling before a tidier stranger's
                damage = 1 + unsure if poor else 0
                yield _Claim(name, "real", fold(name), (damage, proof_rank(m), int(unsure)), m)

    return claims


def _plain(which: str) -> Callable[[Iterable[Member]], Iterable[_Claim]]:
    def claims(members: Iterable[Member]) -> Iterable[_Claim]:
        for m in members:
            value = getattr(m.clean, which)
            if value is not None:
                text = value.isoformat() if isinstance(value, date) else str(value)
                yield _Claim(text, "real", text, (0, proof_rank(m), 0), m)

    return claims


def _addresses(members: Iterable[Member]) -> Iterable[_Claim]:
    """One record's address as a whole: a street of one town and the postal code of another is nobody's."""
    for m in members:
        parts = [getattr(m.clean, name) for name in ADDRESS]
        if any(parts):
            text = BETWEEN.join(part or "" for part in parts)
            reaches = m.clean.street and (m.clean.city or m.clean.postal_code)
            missing = sum(part is None for part in parts)
            yield _Claim(text, "real", fold(text), (0 if reaches else 1, proof_rank(m), missing), m)


_FIELDS: dict[str, Callable[[Iterable[Member]], Iterable[_Claim]]] = {
    "first_name": _names("first_name"),
    "last_name": _names("last_name"),
    "title": _plain("title"),
    "email": _emails,
    "mobile": _numbers("mobile"),
    "phone": _numbers("phone"),
    "birth_date": _plain("birth_date"),
    "nationality": _plain("nationality"),
    "language": _plain("language"),
    "company": _plain("company"),
    "loyalty_id": _plain("loyalty_id"),
    "address": _addresses,
}
_AGREED = frozenset({"first_name", "last_name", "title", "birth_date", "nationality", "language"})
"""What does not change in a life, or seldom; of what does, the newest is right however many say otherwise."""
