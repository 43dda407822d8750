"""How many messages may go out at most: to one contact, to one block of numbers, from one house in a day.

Counted over what was sent and what waits to be, in windows that slide, so that midnight opens no gate. To
one block of numbers a burst is what somebody does who is paid for texts that others send there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from server.guests.loading import parts
from server.prompts.models import Message
from server.properties.models import Property

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
WENT = ("sending", "sent", "delivered", "failed", "unknown")
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


@dataclass(slots=True)
class _Counted:
    """Messages by what a cap goes by."""

    numbers: Counter[bytes] = field(default_factory=Counter)
    prefixes: Counter[str] = field(default_factory=Counter)
    houses: Counter[int] = field(default_factory=Counter)
    parts: Counter[int] = field(default_factory=Counter)
    """Of texts whose price is not known yet."""
    costs: dict[tuple[int, str], Decimal] = field(default_factory=dict)
    """By house and currency; Twilio writes what a text cost below zero."""

    def spent(self, property_id: int) -> Decimal:
        """What a house spent, in the currency it spent the most of."""
        own = (abs(cost) for (house, _), cost in self.costs.items() if house == property_id)
        return max(own, default=Decimal(0))


@dataclass(slots=True)
class Tally:
    """What counts towards the caps of some contacts and houses, as of one moment: what went out within the
    windows, and what is written and waits to."""

    went: _Counted = field(default_factory=_Counted)
    waits: _Counted = field(default_factory=_Counted)

    def add(self, message: Message) -> None:
        """One more, written or gone just now."""
        to = self.waits if message.state == "ready" else self.went
        to.numbers[message.to_key] += 1
        to.prefixes[message.prefix] += 1
        to.houses[message.property_id] += message.kind != "test"
        if message.channel == "sms" and message.cost is None:
            to.parts[message.property_id] += message.parts

    def why_capped(
        self, caps: Caps, *, property_id: int, to_key: bytes | None, prefix: str, is_written: bool
    ) -> str | None:
        """Which cap is reached, as a code; None: one more may go. A message that is written already waits
        itself, and others that wait are not in its way: else those would hold up each other."""
        counted = (self.went,) if is_written else (self.went, self.waits)
        if to_key is not None and sum(one.numbers[to_key] for one in counted) >= caps.number:
            return "cap_number"
        if prefix and sum(one.prefixes[prefix] for one in counted) >= caps.prefix:
            return "cap_prefix"
        if sum(one.houses[property_id] for one in counted) >= caps.day:
            return "cap_day"
        guessed = A_PART * sum(one.parts[property_id] for one in counted)
        if self.went.spent(property_id) + guessed >= caps.money:
            return "cap_money"
        return None


def tally(
    session: Session,
    *,
    to_keys: Collection[bytes],
    prefixes: Collection[str],
    property_ids: Collection[int],
    now: datetime,
) -> Tally:
    """What counts just now towards the caps of these."""
    found = Tally()
    of_any_house = Message.property_id.in_(select(Property.id))  # so that the index by time is used
    is_waiting: ColumnElement[bool] = Message.state == "ready"
    for counted, in_a_day, in_an_hour in (
        (found.went, _went(now - DAY), _went(now - HOUR) & of_any_house),
        (found.waits, is_waiting, is_waiting),
    ):
        for keys in parts(sorted(to_keys)):
            to_them = select(Message.to_key, func.count()).where(in_a_day, Message.to_key.in_(keys))
            counted.numbers.update(dict(session.execute(to_them.group_by(Message.to_key)).all()))
        for blocks in parts(sorted(set(prefixes) - {""})):
            there = select(Message.prefix, func.count()).where(in_an_hour, Message.prefix.in_(blocks))
            counted.prefixes.update(dict(session.execute(there.group_by(Message.prefix)).all()))
        _count_houses(session, counted, property_ids, in_a_day)
    return found


def _count_houses(
    session: Session, counted: _Counted, property_ids: Collection[int], which: ColumnElement[bool]
) -> None:
    pieces = func.sum(case((Message.kind != "test", 1), else_=0))
    has_no_price = Message.cost.is_(None) & (Message.channel == "sms")
    unpriced = func.sum(case((has_no_price, Message.parts), else_=0))
    query = (
        select(Message.property_id, Message.currency, pieces, unpriced, func.sum(Message.cost))
        .where(which, Message.property_id.in_(sorted(property_ids)))
        .group_by(Message.property_id, Message.currency)
    )
    for property_id, currency, number, of_texts, cost in session.execute(query):
        counted.houses[property_id] += number
        counted.parts[property_id] += of_texts
        if cost is not None:
            counted.costs[property_id, currency or ""] = cost


def _went(since: datetime) -> ColumnElement[bool]:
    """Went out since then, or may have."""
    return Message.state.in_(WENT) & (Message.sending_at >= since)
