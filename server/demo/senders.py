"""By what the invented hotels write: a name in France, a number that is answered elsewhere."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.demo.group import HOUSES
from server.prompts.asking import asking_of
from server.prompts.models import Asking, Sender
from server.prompts.senders import senders_of
from server.properties.models import Property

NAME = "CORVANE"
LONG = "+447700900123"
"""Reserved for drama by Ofcom, as the guests' own numbers are."""
ANSWERED = ("AT", "BE", "CH", "DE", "ES", "FI", "GB", "IE", "IT", "NL", "PL", "PT", "SE")


def seat_senders(session: Session) -> None:
    """Give each hotel its senders and the countries it asks; not where somebody said already how it asks.

    Nothing goes out by it: that is for a colleague to approve, at the desk.
    """
    for house in HOUSES:
        place = session.scalar(select(Property).where(Property.code == house.code))
        if place is None or house.kind != "hotel" or session.get(Asking, place.id) is not None:
            continue
        place.senders = {"sms": NAME, "email_name": house.name} | place.senders
        place.reply_to = place.reply_to or f"reception@{house.own_domains[0]}"
        asking_of(session, place).countries = {"FR": "link", **dict.fromkeys(ANSWERED, "reply")}
        known = senders_of(session, place.id)
        for country in ANSWERED:
            if country not in known:
                session.add(Sender(property_id=place.id, country=country, kind="long", value=LONG))
