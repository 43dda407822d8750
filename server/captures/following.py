"""What follows from a reservation follows it at once: the stay's status and days, and the guest's link.

A link that its stay ended is a function of the stay: it opens again when the stay lives again, as after an
import that was undone, and dies for good only by a colleague's hand or by wrong answers.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from server.captures.links import LONGEST_LIFE, expiry, stay_of
from server.captures.models import GuestLink
from server.guests.loading import parts
from server.guests.staying import recount_stays
from server.journal import note
from server.properties.models import Property
from server.records.models import SourceRecord
from server.stays.models import StaySource
from server.stays.told import CAME_TO_NOTHING

ACTOR = "worker"


def follow_rows(session: Session, record_ids: Collection[int], *, cause: str, now: datetime) -> None:
    """After rows were stored, in their transaction: count the stays anew that they told of before, and let
    the links follow. Stays that are told of for the first time are counted when their guest is known."""
    known: set[int] = set()
    for part in parts(sorted(record_ids)):
        told = select(StaySource.record_id).where(StaySource.record_id.in_(part))
        known |= set(session.scalars(told))
    if known:
        session.flush()
        recount_stays(session, (), known, cause=cause, now=now)
        follow_links(session, known, now=now)


def follow_links(session: Session, record_ids: Collection[int] | None, *, now: datetime) -> int:
    """Let the links of these records' stays (None: all links) follow them; returns how many were changed."""
    query = select(GuestLink).where(
        GuestLink.created_at > now - LONGEST_LIFE,
        or_(GuestLink.revoked_at.is_(None), GuestLink.ended_with_stay.is_(True)),
    )
    links = session.scalars(query.order_by(GuestLink.id)).all()
    if links and record_ids is not None:
        together = _in_one_stay(session, record_ids)
        links = [link for link in links if link.record_id in together]
    return sum(_follow(session, link, now) for link in links)


def _in_one_stay(session: Session, record_ids: Collection[int]) -> set[int]:
    found = set(record_ids)
    for part in parts(sorted(record_ids)):
        stays = select(StaySource.stay_id).where(StaySource.record_id.in_(part))
        found |= set(session.scalars(select(StaySource.record_id).where(StaySource.stay_id.in_(stays))))
    return found


def _follow(session: Session, link: GuestLink, now: datetime) -> bool:
    stay = stay_of(session, session.get_one(SourceRecord, link.record_id))
    if stay is None or stay.arrives is None:
        return False
    is_over = stay.status in CAME_TO_NOTHING
    zone = session.get_one(Property, link.property_id).zone
    days = stay.arrives, expiry(link.created_at, stay.departs, zone, form=link.leads_to)
    if is_over == link.ended_with_stay and days == (link.arrives, link.expires_at):
        return False
    if is_over != link.ended_with_stay:
        link.ended_with_stay, link.revoked_at = is_over, now if is_over else None
        act = "link.ended_with_stay" if is_over else "link.came_back"
        note(session, ACTOR, act, link.subject, now=now, property_id=link.property_id)
    else:
        note(session, ACTOR, "link.moved", link.subject, now=now, property_id=link.property_id)
    link.arrives, link.expires_at = days
    return True
