"""Told stays in a hotel's words, showing only what matters to a test."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from server.stays.told import Counted, Told

KINDS = {
    "pms": "pms",
    "folio": "folio",
    "booking.com": "channel",
    "expedia": "channel",
    "cards": "cards",
    "table": "restaurant",
    "till": "till",
    "spa": "spa",
    "gift": "gift",
}
MAY, TOLD_AT = date(2026, 5, 1), datetime(2026, 1, 1, tzinfo=UTC)


def told(record: int, source: str = "pms", days: tuple[int, int] | None = (1, 3), **said: Any) -> Told:
    """What a record of a source tells; `days` are of May 2026, from arrival to departure.

    Record 7 of a channel is keyed before record 1 of the reservation system: names do not follow numbers.
    """
    given: dict[str, Any] = {"version": 1, "kind": "stay", "property_id": 1, "told_at": TOLD_AT, **said}
    arrives, departs = (None, None) if days is None else (MAY.replace(day=d) for d in days)
    if isinstance(given.get("amount"), str):
        given["amount"] = Decimal(given["amount"])
    if given.get("amount") is not None:
        given.setdefault("currency", "EUR")
    name = f"{source}/{record}"
    return Told(
        record_id=record,
        name=name,
        source=source,
        source_kind=KINDS[source],
        arrives=arrives,
        departs=departs,
        **given,
    )


def visit(record: int, source: str = "table", day: int = 2, **said: Any) -> Told:
    """A meal, a treatment or a purchase on a day of May."""
    return told(record, source, (day, day), **{"kind": "visit", **said})


def records(stays: list[Counted]) -> list[list[int]]:
    """Which records tell of each stay."""
    return sorted(sorted({source.record_id for source in stay.sources}) for stay in stays)


def revenue(stays: list[Counted], currency: str = "EUR") -> Decimal:
    """What the stays brought in one currency."""
    return sum((stay.money.get(currency, Decimal(0)) for stay in stays), Decimal(0))
