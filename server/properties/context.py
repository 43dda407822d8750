"""What a reader of records must know of a property."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from server.properties.models import Property
from server.record import Context, DateOrder


def context_of(place: Property, date_orders: Mapping[str, DateOrder], today: date) -> Context:
    """The cleaner's context: the property's country and own addresses, the orders found in a file."""
    return Context(
        country=place.country,
        date_orders=dict(date_orders),
        own_domains=frozenset(place.own_domains),
        own_emails=frozenset(place.own_emails),
        own_phones=frozenset(place.own_phones),
        today=today,
    )
