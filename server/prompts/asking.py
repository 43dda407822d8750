"""How a house asks: approved and stopped by a colleague, and what can be set of it; each word journalled."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.jobs.queue import enqueue
from server.journal import note
from server.prompts.allowed import is_approved
from server.prompts.caps import LARGEST
from server.prompts.models import Asking, Message, Sender
from server.prompts.rules import all_rules
from server.prompts.senders import MODES, kind_of, sender_for, senders_of, why_refused
from server.properties.models import Property
from server.refusal import Refused

ARRIVED = ("sent", "delivered")
MOST_HELD_BACK = 50

__all__ = ["is_approved"]


def asking_of(session: Session, house: Property) -> Asking:
    """How a house asks; made as usual where nothing was said yet. The caller writes."""
    found = session.get(Asking, house.id, with_for_update=True)
    if found is None:
        found = Asking(property_id=house.id, rules={}, countries={}, caps={}, held_back=10)
        found.asks_through_alias = False
        session.add(found)
        session.flush()
    return found


def last_test(session: Session, property_id: int) -> Message | None:
    """The last message that somebody of the house sent to themselves."""
    query = select(Message).where(Message.property_id == property_id, Message.kind == "test")
    return session.scalar(query.order_by(Message.id.desc()).limit(1))


def confirm_test(session: Session, house: Property, *, actor: str, now: datetime) -> None:
    """A colleague says that the test arrived. Refused when none was sent."""
    test = last_test(session, house.id)
    if test is None or test.state not in ARRIVED:
        raise Refused("asking.no_test_sent")
    house.test_arrived_at = now
    _note(session, house, "asking.tested", actor=actor, now=now)


def approve(session: Session, house: Property, *, actor: str, now: datetime) -> None:
    """From now on the house asks as planned. Refused before a test arrived: a wrong sender is seen by it."""
    if house.test_arrived_at is None:
        raise Refused("asking.no_test")
    asking = asking_of(session, house)
    asking.approved_at, asking.approved_by = now, actor
    house.plan_seen_at = now
    _note(session, house, "asking.approved", actor=actor, now=now)


def stop(session: Session, house: Property, *, actor: str, now: datetime) -> None:
    """Nothing more goes out from this house, from this moment; the plan goes on being made."""
    asking = asking_of(session, house)
    asking.approved_at, asking.approved_by = None, None
    _note(session, house, "asking.stopped", actor=actor, now=now)


def set_rule(
    session: Session, house: Property, name: str, *, is_on: bool, days: str, actor: str, now: datetime
) -> None:
    """Switch a rule on or off, and say how many days before or after."""
    rule = all_rules().get(name)
    if rule is None:
        raise Refused("asking.no_rule")
    _, least, most = rule.DAYS
    if not (days.isascii() and days.isdecimal() and least <= int(days) <= most):
        raise Refused("asking.days", {"least": str(least), "most": str(most)})
    asking = asking_of(session, house)
    asking.rules = {**asking.rules, name: {"on": is_on, "days": int(days)}}
    _note(session, house, "asking.rule_set", actor=actor, now=now, rule=name, on=int(is_on))


def set_through_alias(session: Session, house: Property, *, is_on: bool, actor: str, now: datetime) -> None:
    """Whether guests are asked for their own address through a booking site's: its terms may forbid it."""
    asking_of(session, house).asks_through_alias = is_on
    _note(session, house, "asking.alias_set", actor=actor, now=now, on=int(is_on))


def set_country(
    session: Session,
    house: Property,
    country: str,
    *,
    mode: str,
    sender: str,
    actor: str,
    now: datetime,
) -> None:
    """What is sent to numbers of a country, and by which sender (empty: the one of the settings). Refused,
    with the reason, where that sender cannot do it there."""
    country, sender = country.strip().upper(), " ".join(sender.split())
    if mode not in MODES or len(country) != 2 or not (country.isascii() and country.isalpha()):
        raise Refused("asking.country")
    kind = kind_of(sender) if sender else None
    if sender and kind is None:
        raise Refused("sender.unreadable")
    by = (kind, sender) if kind is not None else sender_for(house, country, {})
    if by is None and mode != "nothing":
        raise Refused("sender.none")
    refused = why_refused(by[0], mode, country) if by is not None else None
    if refused is not None:
        raise Refused(refused)
    asking = asking_of(session, house)
    asking.countries = {**asking.countries, country: mode}
    own = senders_of(session, house.id).get(country)
    if kind is None and own is not None:
        session.delete(own)
    elif kind is not None and own is not None:
        own.kind, own.value = kind, sender
    elif kind is not None:
        session.add(Sender(property_id=house.id, country=country, kind=kind, value=sender))
    _note(session, house, "asking.country_set", actor=actor, now=now, country=country, mode=mode)


def set_caps(session: Session, house: Property, said: dict[str, str], *, actor: str, now: datetime) -> None:
    """The most messages to a number, to a block of numbers, in a day, and the most they may cost."""
    kept: dict[str, str] = {}
    for name in ("number", "prefix", "day"):
        text, largest = said.get(name, "").strip(), int(getattr(LARGEST, name))
        if not (text.isascii() and text.isdecimal() and int(text) <= largest):
            raise Refused("asking.cap", {"most": str(largest)})
        kept[name] = str(int(text))
    try:
        money = Decimal(said.get("money", "").strip().replace(",", "."))
    except InvalidOperation:
        money = Decimal(-1)
    if not (money.is_finite() and 0 <= money <= LARGEST.money):
        raise Refused("asking.cap", {"most": str(LARGEST.money)})
    asking_of(session, house).caps = kept | {"money": str(money)}
    _note(session, house, "asking.caps_set", actor=actor, now=now)


def set_held_back(session: Session, house: Property, percent: str, *, actor: str, now: datetime) -> None:
    """The share of guests that is not asked, to compare with."""
    if not (percent.isascii() and percent.isdecimal() and int(percent) <= MOST_HELD_BACK):
        raise Refused("asking.held_back", {"most": str(MOST_HELD_BACK)})
    asking_of(session, house).held_back = int(percent)
    _note(session, house, "asking.share_set", actor=actor, now=now, percent=int(percent))


def _note(session: Session, house: Property, act: str, *, actor: str, now: datetime, **detail: Any) -> None:
    """Journal it, and have the plan made anew: most of what is set changes who is asked."""
    note(session, actor, act, f"property:{house.id}", now=now, property_id=house.id, **detail)
    enqueue(session, "plan_prompts", {"all": True}, now=now, dedup_key="plan_prompts:all")
