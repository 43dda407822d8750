"""Unified values: for each field of a guest the best known value, where it comes from, and why it won.

The order: an address that can be written to beats one that cannot (real and relayed, then disposable, OTA
alias, shared); who stands behind it (verified, booking-bound, the guest's own word, a house system, an OTA);
then what most records agree on, for names; then the newest. A recaptured address is therefore never displaced
by a later alias: the alias may be newer, but newer comes last.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
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
_PHONE_CLASSES = {"mobile": 0, "landline": 1, "unverifiable": 2, "shared": 3}


class Member(NamedTuple):
    """One record of a guest, with what decides between its values and the others'."""

    record_id: int
    name: str  # source and key, the last tie-break
    clean: CleanRecord
    proof: Proof
    kind: str  # of its source
    known_on: date  # when the source knew it


@dataclass(frozen=True, slots=True)
class Best:
    """The chosen value of a field."""

    field: str
    value: str
    value_class: str
    record_id: int
    on: date
    rule: str  # only, class (usable, in full, complete), proof, agreed, newest


class _Claim(NamedTuple):
    """A value a record claims, with its ranks: smaller is better, but for `on`."""

    value: str
    value_class: str
    same_as: str  # equal values under other spellings count as one
    ranks: tuple[int, ...]  # class, proof, quality
    member: Member


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
    found = [_choose(field, list(claims(members))) for field, claims in _FIELDS.items()]
    return [best for best in found if best is not None] + _best_address(members)


def _choose(field: str, claims: list[_Claim]) -> Best | None:
    if not claims:
        return None
    agreed = Counter(c.same_as for c in claims)
    counts_agreement = field in _AGREED

    def order(claim: _Claim) -> tuple[Any, ...]:
        votes = -agreed[claim.same_as] if counts_agreement else 0
        return (*claim.ranks, votes, -claim.member.known_on.toordinal(), claim.member.name)

    ranked = sorted(claims, key=order)
    best = ranked[0]
    rival = next((c for c in ranked if c.same_as != best.same_as), None)
    return Best(
        field,
        best.value,
        best.value_class,
        best.member.record_id,
        best.member.known_on,
        _rule(best, rival, agreed if counts_agreement else None),
    )


def _rule(best: _Claim, rival: _Claim | None, agreed: Counter[str] | None) -> str:
    if rival is None:
        return "only"
    for rule, mine, other in zip(("class", "proof"), best.ranks, rival.ranks, strict=False):
        if mine != other:
            return rule
    if agreed and agreed[best.same_as] != agreed[rival.same_as]:
        return "agreed"
    return "newest"


def _emails(members: Iterable[Member]) -> Iterable[_Claim]:
    for m in members:
        rank = _EMAIL_CLASSES.get(m.clean.email_class)
        if m.clean.email and rank is not None:
            yield _Claim(m.clean.email, m.clean.email_class, m.clean.email, (rank, proof_rank(m)), m)


def _numbers(which: str) -> Callable[[Iterable[Member]], Iterable[_Claim]]:
    def claims(members: Iterable[Member]) -> Iterable[_Claim]:
        for m in members:
            number, number_class = getattr(m.clean, which), getattr(m.clean, f"{which}_class")
            rank = _PHONE_CLASSES.get(number_class)
            if number and rank is not None:
                yield _Claim(number, number_class, number, (rank, proof_rank(m)), m)

    return claims


def _names(which: str) -> Callable[[Iterable[Member]], Iterable[_Claim]]:
    def claims(members: Iterable[Member]) -> Iterable[_Claim]:
        for m in members:
            name = getattr(m.clean, which)
            if name and m.clean.is_person:
                poor = len(name.rstrip(".")) < 2 or m.clean.lost_letters
                unsure = not m.clean.name_order_sure
                yield _Claim(name, "real", fold(name), (2 * poor + unsure,), m)

    return claims


def _plain(which: str) -> Callable[[Iterable[Member]], Iterable[_Claim]]:
    def claims(members: Iterable[Member]) -> Iterable[_Claim]:
        for m in members:
            value = getattr(m.clean, which)
            if value is not None:
                text = value.isoformat() if isinstance(value, date) else str(value)
                yield _Claim(text, "real", text, (0, proof_rank(m)), m)

    return claims


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
}
_AGREED = frozenset({"first_name", "last_name", "title", "birth_date", "nationality", "language"})
_ADDRESS = ("street", "postal_code", "city", "country")


def _best_address(members: Sequence[Member]) -> list[Best]:
    """One record's address as a whole: a street of one town and the postal code of another is nobody's."""
    claims = []
    for m in members:
        parts = [getattr(m.clean, name) for name in _ADDRESS]
        if any(parts):
            missing = sum(part is None for part in parts)
            text = "\x1f".join(part or "" for part in parts)
            claims.append(_Claim(text, "real", fold(text), (missing, proof_rank(m)), m))
    best = _choose("address", claims)
    if best is None:
        return []
    parts = best.value.split("\x1f")
    return [
        Best(name, part, "real", best.record_id, best.on, best.rule)
        for name, part in zip(_ADDRESS, parts, strict=True)
        if part
    ]
