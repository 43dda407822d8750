"""Numbers as the records within a reach fulfil them: who stands behind a number, for one house's eyes.

The counts of a day know the whole group, as every number does; a list of persons must not tell that another
house knows somebody's address. So for a list, `after` means: with all that the records within reach hold.

Each condition is a set of guests, found once; asked anew for each row it took six times as long.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select

from server.consents.models import Consent
from server.guests.models import Link
from server.guests.values import USABLE_EMAIL, USABLE_PHONE
from server.properties.reach import Reach
from server.records.models import CleanRow, SourceRecord

_WORTH = {"real": 0, "relay": 1, "disposable": 2, "alias": 3, "shared": 4}
"""E-mail classes that become a guest's value, the best first."""


def fulfils_within(code: str, guest_id: ColumnElement[str], reach: Reach) -> ColumnElement[bool]:
    """Whether some record within reach gives the guest what a number asks for."""
    conditions: dict[str, ColumnElement[bool]] = {
        "email.filled": CleanRow.email_class.in_(_WORTH),
        "email.reachable": CleanRow.email_class.in_(USABLE_EMAIL),
        "phone": or_(CleanRow.phone_class.in_(USABLE_PHONE), CleanRow.mobile_class.in_(USABLE_PHONE)),
        "address": and_(
            CleanRow.city.is_not(None), or_(CleanRow.street.is_not(None), CleanRow.postal_code.is_not(None))
        ),
        "birth_date": CleanRow.birth_date.is_not(None),
        "language": CleanRow.language.is_not(None),
    }
    return guest_id.in_(_guests(reach).where(conditions[code]))


def email_class_within(name: str, guest_id: ColumnElement[str], reach: Reach) -> ColumnElement[bool]:
    """Whether a class is that of the guest's best e-mail address within reach."""
    nothing = len(_WORTH)
    worth = case(*((CleanRow.email_class == c, n) for c, n in _WORTH.items()), else_=nothing)
    at_best = {**_WORTH, "missing": nothing}.get(name, -1)  # placeholders and the like are nobody's value
    return guest_id.in_(_guests(reach).group_by(Link.guest_id).having(func.min(worth) == at_best))


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
