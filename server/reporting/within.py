"""Numbers as the records within a reach fulfil them: for one house's eyes, its counts and its lists alike.

Only the whole group's numbers know the whole group. A house's count must not tell, by one guest more than its
list holds, that another house knows somebody's address. So for a house, `after` means: with all that the
records within reach hold.

For a list, each condition is a set of guests, found once; asked anew for each row it took six times as long.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select

from server.consents.models import Consent
from server.guests.models import Link
from server.guests.values import USABLE_EMAIL, USABLE_PHONE
from server.properties.reach import EVERYWHERE, Reach
from server.records.models import CleanRow, SourceRecord
from server.reporting.numbers import FULFILLED

_WORTH = {"real": 0, "relay": 1, "disposable": 2, "alias": 3, "bounced": 4, "lapsed": 5, "shared": 6}
"""E-mail classes that become a guest's value, the best first."""


_HOLDS: Mapping[str, ColumnElement[bool]] = {
    "email.filled": CleanRow.email_class.in_(_WORTH),
    "email.reachable": CleanRow.email_class.in_(USABLE_EMAIL),
    "phone": or_(CleanRow.phone_class.in_(USABLE_PHONE), CleanRow.mobile_class.in_(USABLE_PHONE)),
    "address": and_(
        CleanRow.city.is_not(None), or_(CleanRow.street.is_not(None), CleanRow.postal_code.is_not(None))
    ),
    "birth_date": CleanRow.birth_date.is_not(None),
    "language": CleanRow.language.is_not(None),
}
"""For each number, what a record must hold to give it to its guest."""


def fulfils_within(code: str, guest_id: ColumnElement[str], reach: Reach) -> ColumnElement[bool]:
    """Whether some record within reach gives the guest what a number asks for."""
    return guest_id.in_(_guests(reach).where(_HOLDS[code]))


def email_class_within(name: str, guest_id: ColumnElement[str], reach: Reach) -> ColumnElement[bool]:
    """Whether a class is that of the guest's best e-mail address within reach."""
    at_best = {**_WORTH, "missing": len(_WORTH)}.get(name, -1)  # placeholders and the like are nobody's value
    return guest_id.in_(_guests(reach).group_by(Link.guest_id).having(_best_worth() == at_best))


def _best_worth() -> ColumnElement[int]:
    worth = case(*((CleanRow.email_class == c, n) for c, n in _WORTH.items()), else_=len(_WORTH))
    return func.min(worth)


def facts_of_houses() -> Select[*tuple[Any, ...]]:
    """One row a guest and house: guest_id, property_id, the numbers that the house's own records fulfil (bits
    in the order of FULFILLED), and the worth of the best e-mail address there (class_of_worth)."""
    fulfilled: ColumnElement[int] = literal(0)
    for bit, code in enumerate(FULFILLED):
        fulfilled = fulfilled + literal(1 << bit) * func.max(case((_HOLDS[code], 1), else_=0))
    by = (Link.guest_id, SourceRecord.property_id)
    return _guests(EVERYWHERE).with_only_columns(*by, fulfilled, _best_worth()).group_by(*by)


def class_of_worth(worth: int) -> str:
    """The class of an e-mail address by its worth; `missing` where no record has one."""
    return [*_WORTH, "missing"][worth]


def who_said_yes() -> Select[*tuple[Any, ...]]:
    """guest_id, property_id: in which houses' records a guest said yes to news."""
    given = and_(Consent.record_id == SourceRecord.id, Consent.channel == "email", Consent.given)
    query = _guests(EVERYWHERE).join(Consent, given)
    return query.with_only_columns(Link.guest_id, SourceRecord.property_id).distinct()


def said_yes_within(guest_id: ColumnElement[str], reach: Reach) -> ColumnElement[bool]:
    """Whether a record within reach said yes to news; that none says no is asked of all houses."""
    given = and_(Consent.record_id == SourceRecord.id, Consent.channel == "email", Consent.given)
    return guest_id.in_(_guests(reach).join(Consent, given))


def _guests(reach: Reach) -> Select[str]:
    return (
        select(Link.guest_id)
        .join(SourceRecord, SourceRecord.id == Link.record_id)
        .join(CleanRow, CleanRow.record_id == SourceRecord.id)
        .where(reach.limit(SourceRecord.property_id))
    )
