"""Numbers as the records within a reach fulfil them: who stands behind a number, for one house's eyes.

The counts of a day know the whole group, as every number does; a list of persons must not tell that another
house knows somebody's address. So for a list, `after` means: with all that the records within reach hold.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select
from sqlalchemy.orm import aliased

from server.consents.models import Consent
from server.guests.models import Link
from server.guests.values import USABLE_EMAIL, USABLE_PHONE
from server.properties.reach import Reach
from server.records.models import CleanRow, SourceRecord

_WORTH = {"real": 0, "relay": 1, "disposable": 2, "alias": 3, "shared": 4}
"""E-mail classes that become a guest's value, the best first."""


def fulfils_within(code: str, guest_id: ColumnElement[str], reach: Reach) -> ColumnElement[bool]:
    """Whether some record within reach gives the guest what a number asks for."""
    row = aliased(CleanRow)
    conditions: dict[str, ColumnElement[bool]] = {
        "email.filled": row.email_class.in_(_WORTH),
        "email.reachable": row.email_class.in_(USABLE_EMAIL),
        "phone": or_(row.phone_class.in_(USABLE_PHONE), row.mobile_class.in_(USABLE_PHONE)),
        "address": and_(row.city.is_not(None), or_(row.street.is_not(None), row.postal_code.is_not(None))),
        "birth_date": row.birth_date.is_not(None),
        "language": row.language.is_not(None),
    }
    records = _records(guest_id, reach)
    return records.where(row.record_id == SourceRecord.id, conditions[code]).exists()


def email_class_within(name: str, guest_id: ColumnElement[str], reach: Reach) -> ColumnElement[bool]:
    """Whether a class is that of the guest's best e-mail address within reach."""
    row = aliased(CleanRow)
    nothing = len(_WORTH)
    worth = case(*((row.email_class == c, n) for c, n in _WORTH.items()), else_=nothing)
    records = _records(guest_id, reach).where(row.record_id == SourceRecord.id)
    best = records.with_only_columns(func.coalesce(func.min(worth), nothing)).scalar_subquery()
    return best == _WORTH.get(name, nothing) if name in {*_WORTH, "missing"} else literal(1) == 0


def said_yes_within(guest_id: ColumnElement[str], reach: Reach) -> ColumnElement[bool]:
    """Whether a record within reach said yes to news; that none says no is asked of all houses."""
    given = (Consent.record_id == SourceRecord.id, Consent.channel == "email", Consent.given)
    return _records(guest_id, reach).where(*given).exists()


def _records(guest_id: ColumnElement[str], reach: Reach) -> Select[int]:
    return (
        select(SourceRecord.id)
        .join(Link, Link.record_id == SourceRecord.id)
        .where(Link.guest_id == guest_id, reach.limit(SourceRecord.property_id))
    )
