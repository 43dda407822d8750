"""May this question go out now? Everything is asked again at the moment of sending, not only when planned."""

from __future__ import annotations

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from server.guests.models import HouseholdMember
from server.prompts.caps import COUNTED, caps_of, prefix_of, why_capped
from server.prompts.chances import Chance
from server.prompts.contacts import contact_key
from server.prompts.feed_age import is_old
from server.prompts.gathering import gather
from server.prompts.hours import is_open
from server.prompts.judging import never
from server.prompts.models import Asking, Message, Prompt
from server.prompts.rules import settings_of
from server.properties.finding import today_at
from server.properties.models import Property
from server.stays.models import Stay

WAITS = frozenset(
    {
        *("not_approved", "not_tested", "not_yet", "quiet_hours", "feed_old", "household_today"),
        *("no_sender", "cap_number", "cap_prefix", "cap_day", "cap_money", "contact_changed"),
    }
)
"""Codes that pass, or that the next planning settles; whatever else is met closes the question."""


def is_approved(asking: Asking | None) -> bool:
    """Whether somebody approved that this house asks, and nobody stopped it since."""
    return asking is not None and asking.approved_at is not None


def why_not_from(session: Session, house: Property, *, now: datetime) -> str | None:
    """Why nothing goes out from a house just now, as a code; None: nothing is in its way."""
    if not is_approved(session.get(Asking, house.id)):
        return "not_approved"
    if house.test_arrived_at is None:
        return "not_tested"
    return "feed_old" if is_old(session, house.id, now=now) else None


def why_not(session: Session, prompt: Prompt, *, secret: bytes, now: datetime) -> str | None:
    """Why this question may not go out now, as a code; None: it may. Of WAITS: not yet."""
    if prompt.state not in ("planned", "asked"):  # asked: its message is written, and about to go
        return "not_planned"
    if now >= prompt.until_at:
        return "too_late"
    stay = session.get(Stay, prompt.stay_id)
    chance = next(iter(gather(session, [stay], secret=secret)), None) if stay is not None else None
    if chance is None:
        return "gone"
    asking = session.get(Asking, prompt.property_id)
    setting = next((one for one in settings_of(asking) if one.name == prompt.rule), None)
    if setting is None:
        return "rule_off"
    span = never(chance, prompt.purpose) or setting.plan(chance)
    if isinstance(span, str):
        return span
    house = session.get_one(Property, prompt.property_id)
    return (
        why_not_from(session, house, now=now)
        or ("not_yet" if now < max(span.first, prompt.due_at) else None)
        or (
            "quiet_hours"
            if not is_open(now, chance.hours, keeps_sundays=setting.rule.KEEPS_SUNDAYS)
            else None
        )
        or ("contact_changed" if _contact(prompt, chance, secret) != prompt.contact_key else None)
        or ("no_sender" if prompt.channel == "sms" and chance.sender is None else None)
        or ("household_today" if _wrote_today(session, prompt, house, now) else None)
        or why_capped(
            session,
            caps_of(asking.caps if asking is not None else {}),
            property_id=house.id,
            to_key=prompt.contact_key,
            prefix=prefix_of(chance.mobile or "") if prompt.channel == "sms" else "",
            now=now,
            but_prompt=prompt.id,
        )
    )


def _contact(prompt: Prompt, chance: Chance, secret: bytes) -> bytes:
    contact = chance.mobile if prompt.channel == "sms" else chance.email
    return contact_key(secret, prompt.channel, contact or "")


def _wrote_today(session: Session, prompt: Prompt, house: Property, now: datetime) -> bool:
    """Whether another question went to the guest or to somebody they live with, this day at the house."""
    zone = ZoneInfo(house.zone)
    since = datetime.combine(today_at(house, now=now), time(), zone).astimezone(UTC)
    homes = select(HouseholdMember.household_id).where(HouseholdMember.guest_id == prompt.guest_id)
    living = select(HouseholdMember.guest_id).where(HouseholdMember.household_id.in_(homes))
    query = (
        select(func.count(Message.id))
        .join(Prompt, Prompt.id == Message.prompt_id)
        .where(
            Message.kind == "question",
            Message.state.in_(COUNTED),
            or_(Message.sending_at >= since, Message.sending_at.is_(None) & (Message.state == "ready")),
            Prompt.id != prompt.id,
            or_(Prompt.guest_id == prompt.guest_id, Prompt.guest_id.in_(living)),
        )
    )
    return bool(session.scalar(query))
