"""Whether an address can be a guest's: not the house's own, a booking site's, or several guests'."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.cleaning.email import read_email
from server.guests.deeds import fellows_of
from server.guests.models import Link
from server.guests.values import USABLE_EMAIL
from server.properties.models import Property
from server.records.models import CleanRow

SEVERAL = 2
"""Other guests with the same address, from which on it is a desk's, an agency's or a company's."""


def why_not_theirs(session: Session, place: Property, address: str, *, record_id: int | None) -> str | None:
    """Why an address is not taken for the guest of this record, as a code; None: it is taken."""
    read = read_email(address, frozenset(place.own_domains), frozenset(place.own_emails))
    if read.kind == "shared" or read.address == place.reply_to.strip().lower():
        return "own"
    if read.kind not in USABLE_EMAIL or read.address is None:
        return "unusable"
    mine = fellows_of(session, record_id) if record_id is not None else []
    bear = (
        select(Link.guest_id)
        .join(CleanRow, CleanRow.record_id == Link.record_id)
        .where(CleanRow.email == read.address, Link.record_id.not_in(mine))
        .distinct()
    )
    return "several" if len(session.scalars(bear.limit(SEVERAL)).all()) >= SEVERAL else None
