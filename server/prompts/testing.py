"""A test on oneself: what a guest would get, sent to a number or an address that a colleague names.

Only somebody who is signed in and may send to many names a number here: a page that sends a text to any
number that is typed is what fraudsters look for (requirement S-10), so a house has five of them a day.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import phonenumbers
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.journal import note
from server.prompts.asking import asking_of
from server.prompts.models import Message
from server.prompts.putting import put_answer
from server.properties.models import Property
from server.refusal import Refused

MOST = 5
"""Tests of a house in a day, one that slides."""

LONGEST = 254


def send_test(
    session: Session,
    house: Property,
    to: str,
    *,
    language: str,
    actor: str,
    secret: bytes,
    house_address: str,
    now: datetime,
) -> Message:
    """Write the test; the worker sends it. Refused where it is neither a number nor an address, where no
    sender is set for it, where they asked us to stop, and after five in a day."""
    channel, contact = _read(to, house)
    asking_of(session, house)  # held to the end: two at once would both be the fifth
    tests = select(func.count(Message.id)).where(Message.property_id == house.id, Message.kind == "test")
    if (session.scalar(tests.where(Message.made_at > now - timedelta(days=1))) or 0) >= MOST:
        raise Refused("asking.tests_spent", {"most": str(MOST)})
    message = put_answer(
        session,
        "test",
        to=contact,
        channel=channel,
        property_id=house.id,
        language=language,
        prompt_id=None,
        once_key=f"test:{house.id}:{session.scalar(tests) or 0}:{now.timestamp():.0f}",
        secret=secret,
        now=now,
        house_address=house_address,
    )
    if message is None:
        raise Refused("asking.test_not_sent")
    note(session, actor, "asking.test_sent", f"property:{house.id}", now=now, property_id=house.id)
    return message


def _read(to: str, house: Property) -> tuple[str, str]:
    """The channel and the contact of what was typed."""
    text = to.strip()
    local, _, domain = text.partition("@")
    if (
        local
        and "." in domain
        and len(text) <= LONGEST
        and not any(c.isspace() or c in "@<>," for c in domain)
    ):
        if local.isascii() and local.isprintable() and not any(c in ' <>,"' for c in local):
            return "email", text.lower()
        raise Refused("asking.test_to")
    try:
        number = phonenumbers.parse(text[:40], house.country or None)
    except phonenumbers.NumberParseException:
        raise Refused("asking.test_to") from None
    if not phonenumbers.is_possible_number(number):
        raise Refused("asking.test_to")
    return "sms", phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
