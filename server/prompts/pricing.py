"""What messages cost, by the provider's own word. It says so some time after it carried them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Protocol, runtime_checkable

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.prompts.models import Message

PRICED_WITHIN = timedelta(hours=6)
"""What has no price by then keeps none: the ledger counts it apart."""

AT_MOST = 50
"""Messages of one look: each is a request."""

Price = tuple[Decimal, str]
"""What was paid, and in which currency."""


@runtime_checkable
class Priced(Protocol):
    """A carrier that bills by the message."""

    def price(self, provider_id: str) -> Price | None:
        """What one message cost; None: nobody knows yet."""


def unpriced(session: Session, *, now: datetime) -> Sequence[tuple[int, str]]:
    """The texts of the last hours that ended without a price, the newest first; with their numbers there."""
    query = select(Message.id, Message.provider_id).where(
        Message.channel == "sms",
        Message.cost.is_(None),
        Message.provider_id.is_not(None),
        Message.state.in_(("delivered", "failed")),
        Message.settled_at > now - PRICED_WITHIN,
    )
    found = session.execute(query.order_by(Message.settled_at.desc()).limit(AT_MOST))
    return [(message_id, str(provider_id)) for message_id, provider_id in found]


def ask_prices(asked: Sequence[tuple[int, str]], carrier: Priced) -> Mapping[int, Price]:
    """The prices that are known by now, asked outside any transaction."""
    found = {message_id: carrier.price(provider_id) for message_id, provider_id in asked}
    return {message_id: price for message_id, price in found.items() if price is not None}


def take_prices(session: Session, prices: Mapping[int, Price]) -> None:
    """Write them down."""
    for message_id in sorted(prices):
        message = session.get_one(Message, message_id, with_for_update=True)
        message.cost, message.currency = prices[message_id]
