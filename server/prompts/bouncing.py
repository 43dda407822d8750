"""Addresses that bounce for good: other records that bear one, and what shows that it works after all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, exists, select
from sqlalchemy.orm import Session, aliased

from server.db import add_unless_there
from server.guests.loading import parts
from server.guests.values import USABLE_EMAIL
from server.prompts.contacts import contact_key
from server.prompts.models import AddressProof, DeadContact
from server.records.models import CleanRow

BOUNCED = "bounced"


def find_working(session: Session, key: bytes, *, since: datetime | None = None, now: datetime) -> int:
    """The address delivers, answers or is proven: for everybody who bears it, it is dead no more; for how
    many records. `since`: what was sent then arrived, so it says nothing about a later bounce."""
    query = select(DeadContact).where(
        DeadContact.contact_key == key, DeadContact.how == BOUNCED, DeadContact.ended_at.is_(None)
    )
    if since is not None:
        query = query.where(DeadContact.at <= since)
    rows = session.scalars(query.with_for_update()).all()
    for row in rows:
        row.ended_at = now
    believe_again(session, rows, now=now)
    return len(rows)


def believe_again(session: Session, rows: Sequence[DeadContact], *, now: datetime) -> None:
    """What a guest said of an address before it bounced holds again: proven, else claimed."""
    for row in rows:
        of_this = (
            AddressProof.record_id == row.record_id,
            AddressProof.contact_key == row.contact_key,
            AddressProof.state == BOUNCED,
        )
        for proof in session.scalars(select(AddressProof).where(*of_this).with_for_update()):
            proof.state = "verified" if proof.how else "claimed"
            proof.settled_at = now if proof.how else None


def spread_bounces(session: Session, *, secret: bytes, now: datetime) -> int:
    """An address that bounces does so in whatever record it comes next; for how many records that is new.

    A record of whose contact a colleague said that it works is left alone.
    """
    other, known = aliased(CleanRow), aliased(DeadContact)
    bouncing = (
        select(DeadContact.record_id)
        .where(DeadContact.how == BOUNCED, DeadContact.ended_at.is_(None))
        .order_by(DeadContact.record_id)
    )
    spread = 0
    for part in parts(session.scalars(bouncing).all()):
        is_known = exists().where(
            known.record_id == other.record_id, known.contact_key == DeadContact.contact_key
        )
        query = (
            select(other.record_id, other.email, DeadContact.contact_key)
            .select_from(DeadContact)
            .join(CleanRow, CleanRow.record_id == DeadContact.record_id)
            .join(other, and_(other.email == CleanRow.email, other.email_class.in_(USABLE_EMAIL)))
            .where(
                DeadContact.record_id.in_(part),
                DeadContact.how == BOUNCED,
                DeadContact.ended_at.is_(None),
                ~is_known,
            )
            .distinct()
        )
        for record_id, email, key in session.execute(query).all():
            if email and contact_key(secret, "email", email) == key:
                new = DeadContact(record_id=record_id, contact_key=key, at=now, how=BOUNCED)
                spread += add_unless_there(session, new)
    return spread
