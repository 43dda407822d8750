"""What a guest said about news and offers: the strictest of all their records, channel by channel.

Nothing is written down: consents stand on their records, so a split gives each guest its own back.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.consents.models import Consent
from server.guests.models import Link
from server.properties.reach import EVERYWHERE, Reach
from server.records.models import SourceRecord

Said = Literal["yes", "no", "unknown"]

CHANNELS = ("email", "sms")
_PART = 500


def strictest(
    session: Session,
    guest_ids: Collection[str],
    entity_id: int | None = None,
    *,
    reach: Reach = EVERYWHERE,
) -> dict[str, dict[str, Said]]:
    """By guest and channel: yes, no, or unknown where no record says anything.

    One no among all records outweighs every yes, to whichever legal entity it was said; a yes counts for the
    legal entity that it was given to (`entity_id`; None: for any), because consent names who may write.
    `reach`: of whose records; what somebody is shown must not tell of other houses.
    """
    found: dict[str, dict[str, Said]] = {g: dict.fromkeys(CHANNELS, "unknown") for g in guest_ids}
    ids = sorted(found)
    for start in range(0, len(ids), _PART):
        query = (
            select(Link.guest_id, Consent.channel, Consent.given, Consent.legal_entity_id)
            .join(Consent, Consent.record_id == Link.record_id)
            .join(SourceRecord, SourceRecord.id == Link.record_id)
            .where(Link.guest_id.in_(ids[start : start + _PART]), reach.limit(SourceRecord.property_id))
        )
        for guest_id, channel, given, entity in session.execute(query):
            if not given:
                found[guest_id][channel] = "no"
            elif found[guest_id].get(channel) != "no" and entity_id in (None, entity):
                found[guest_id][channel] = "yes"
    return found


def strictest_of(said: Collection[Said]) -> Said:
    """One answer for several guests, such as a household: a no of one is a no, a yes needs everybody's."""
    if "no" in said:
        return "no"
    return "yes" if said and set(said) == {"yes"} else "unknown"
