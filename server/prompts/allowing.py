"""Who is asked whether a question may go out, and by which sender texts go to a country."""

from __future__ import annotations

from sqlalchemy.orm import Session

from server.prompts.allowed import WAITS, why_not
from server.prompts.carrying import Allowing
from server.prompts.senders import sender_for, senders_of
from server.properties.models import Property

ALLOWING = Allowing(why_not, WAITS)


def sender_to_country(session: Session, property_id: int, country: str) -> str | None:
    """The number or name that a house set for a country, else the one of its settings."""
    house = session.get_one(Property, property_id)
    found = sender_for(house, country, senders_of(session, property_id))
    return None if found is None else found[1]
