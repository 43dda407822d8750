"""The addresses that houses have of some guests today: whether proven, whether any still works."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.guests.loading import parts
from server.guests.models import Link
from server.guests.values import BOUNCED_EMAIL, USABLE_EMAIL
from server.prompts.models import AddressProof, DeadContact
from server.properties.reach import Reach
from server.records.models import CleanRow, SourceRecord


class _Address(NamedTuple):
    """A usable address of a guest in a house's own records."""

    is_verified: bool
    is_dead: bool


class Known:
    """Of the guests concerned, by guest and house: what addresses they have now."""

    def __init__(self) -> None:
        self.guest_of: dict[int, str] = {}
        self.addresses: dict[tuple[str, int], list[_Address]] = defaultdict(list)

    def guest(self, record_id: int | None) -> str | None:
        """The guest that a record is linked to today."""
        return self.guest_of.get(record_id or 0)

    def is_verified(self, record_id: int | None, property_id: int) -> bool:
        """Whether the guest of a record proved an address there."""
        return any(one.is_verified for one in self._of(record_id, property_id))

    def is_reachable(self, record_id: int | None, property_id: int) -> bool:
        """Whether an address of the guest of a record still works there."""
        return any(not one.is_dead for one in self._of(record_id, property_id))

    def _of(self, record_id: int | None, property_id: int) -> Iterable[_Address]:
        return self.addresses.get((self.guest(record_id) or "", property_id), ())


def known_addresses(session: Session, record_ids: Collection[int], reach: Reach) -> Known:
    """What the houses within reach know of the guests of these records."""
    known = Known()
    for part in parts(sorted(record_ids)):
        links = select(Link.record_id, Link.guest_id).where(Link.record_id.in_(part))
        known.guest_of |= dict(session.execute(links).all())
    dead = (
        select(DeadContact.id)
        .where(
            DeadContact.record_id == CleanRow.record_id,
            DeadContact.how == "bounced",
            DeadContact.ended_at.is_(None),
        )
        .exists()
    )
    for theirs in parts(sorted(set(known.guest_of.values()))):
        query = (
            select(Link.guest_id, SourceRecord.property_id, AddressProof.state, dead)
            .join(SourceRecord, SourceRecord.id == Link.record_id)
            .join(CleanRow, CleanRow.record_id == Link.record_id)
            .outerjoin(AddressProof, AddressProof.record_id == Link.record_id)
            .where(
                Link.guest_id.in_(theirs),
                reach.limit(SourceRecord.property_id),
                CleanRow.email_class.in_((*USABLE_EMAIL, *BOUNCED_EMAIL.values())),
            )
        )
        for guest_id, property_id, proof, is_dead in session.execute(query):
            address = _Address(proof == "verified", bool(is_dead) or proof in ("bounced", "undone"))
            known.addresses[guest_id, property_id].append(address)
    return known
