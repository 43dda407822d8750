"""How many messages may go out at most: to one contact, to one block of numbers, from one house in a day.

Counted over what was sent and what waits to be, in windows that slide, so that midnight opens no gate. To
one block of numbers a burst is what somebody does who is paid for texts that others send there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from server.prompts.models import Message

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
COUNTED = ("ready", "sending", "sent", "delivered", "failed", "unknown")
A_PART = Decimal("0.10")
"""What a part of a text is taken to cost until the provider says it: more than most countries take."""
PREFIX = 8
"""A plus and seven digits: a block that one operator, or one fraudster, holds."""


@dataclass(frozen=True, slots=True)
class Caps:
    """The most of each. `money` is in whatever currency the provider bills."""

    number: int = 3
    prefix: int = 10
    day: int = 300
    money: Decimal = Decimal(30)


LARGEST = Caps(number=10, prefix=100, day=5000, money=Decimal(1000))
"""What a house can set at most: a slip of a key must not cost a fortune."""


def caps_of(said: Mapping[str, str]) -> Caps:
    """As a house set them; what it did not set, or not so that it can be read, is as usual."""
    usual, found = Caps(), dict[str, int]()
    for name in ("number", "prefix", "day"):
        text = said.get(name, "")
        found[name] = int(text) if text.isascii() and text.isdecimal() else getattr(usual, name)
    try:
        money = Decimal(said.get("money", "") or usual.money)
    except InvalidOperation:
        money = usual.money
    return Caps(**found, money=money if money.is_finite() else usual.money)


def prefix_of(number: str) -> str:
    """The block a number stands in: what `Message.prefix` holds."""
    return number[:PREFIX] if number.startswith("+") else ""


def why_capped(
    session: Session,
    caps: Caps,
    *,
    property_id: int,
    to_key: bytes | None,
    prefix: str,
    now: datetime,
    but_prompt: int | None = None,
) -> str | None:
    """Which cap is reached, as a code; None: one more may go. `but_prompt`: the question the message would
    be of, whose own messages are not in its way."""
    others = or_(Message.prompt_id.is_(None), Message.prompt_id != but_prompt) if but_prompt else None

    def count(*which: ColumnElement[bool], within: timedelta) -> int:
        query = select(func.count(Message.id)).where(_counted(now - within), *which)
        return session.scalar(query if others is None else query.where(others)) or 0

    if to_key is not None and count(Message.to_key == to_key, within=DAY) >= caps.number:
        return "cap_number"
    of_house = Message.property_id == property_id
    if prefix and count(Message.prefix == prefix, within=HOUR) >= caps.prefix:
        return "cap_prefix"
    if count(of_house, Message.kind != "test", within=DAY) >= caps.day:
        return "cap_day"
    spent = select(Message.currency, func.sum(Message.cost)).where(_counted(now - DAY), of_house)
    known = [abs(cost or Decimal(0)) for _, cost in session.execute(spent.group_by(Message.currency))]
    guess = select(func.sum(Message.parts)).where(
        _counted(now - DAY), of_house, Message.cost.is_(None), Message.channel == "sms"
    )
    guessed = A_PART * (session.scalar(guess) or 0)
    if max(known, default=Decimal(0)) + guessed >= caps.money:
        return "cap_money"
    return None


def _counted(since: datetime) -> ColumnElement[bool]:
    """Went out since then, or waits to."""
    waits = Message.sending_at.is_(None) & (Message.state == "ready")
    return Message.state.in_(COUNTED) & or_(Message.sending_at >= since, waits)
