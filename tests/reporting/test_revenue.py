"""Revenue: each euro once, whichever systems tell of it, within reach, by day and currency."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import Engine, select

from server.db import reading
from server.guests.linking import link_waiting
from server.properties.models import Property
from server.properties.reach import EVERYWHERE, Reach
from server.reporting.revenue import Month, revenue, revenue_lately
from tests.builders import PATRICK, take_in

MAY = {"stay_from": "2026-05-01", "stay_to": "2026-05-03", "amount": "280"}


@pytest.fixture
def house(engine: Engine) -> Engine:
    """A stay that two systems tell of, one at the lake in francs, a cancelled one, a gift card sold."""
    take_in(engine, PATRICK | MAY | {"key": "A1", "room": "12"}, stay_kind="stay", of="profile")
    channel = PATRICK | MAY | {"key": "o1", "reference": "4817985054", "amount": "300"}
    take_in(engine, channel, source="ota", kind="channel", stay_kind="stay")
    take_in(
        engine,
        PATRICK | {"key": "L1", "stay_from": "2026-06-01", "stay_to": "2026-06-03"}
        | {"amount": "410.50", "currency": "CHF"},
        source="lake",
        stay_kind="stay",
        at="lake",
    )  # fmt: skip
    take_in(
        engine,
        PATRICK
        | MAY
        | {"key": "A2", "stay_from": "2026-05-10", "status": "cancelled", "stay_to": "2026-05-12"},
        stay_kind="stay",
    )
    take_in(
        engine,
        PATRICK | {"key": "g1", "reference": "GC132793", "amount": "100", "created_at": "2026-05-20"},
        source="gift",
        kind="gift",
        stay_kind="purchase",
    )
    link_waiting(engine)
    return engine


@pytest.mark.parametrize(
    ("since", "until", "spent"),
    [
        (None, None, {"EUR": Decimal(380), "CHF": Decimal("410.50")}),
        (date(2026, 5, 1), date(2026, 5, 31), {"EUR": Decimal(380)}),
        (date(2026, 5, 3), date(2026, 5, 3), {"EUR": Decimal(280)}),
        (date(2026, 5, 4), None, {"EUR": Decimal(100), "CHF": Decimal("410.50")}),
        (None, date(2026, 5, 2), {}),
    ],
)
def test_a_stay_counts_on_the_day_of_departure_and_each_currency_for_itself(
    house: Engine, since: date | None, until: date | None, spent: dict[str, Decimal]
) -> None:
    with reading(house) as session:
        assert revenue(session, EVERYWHERE, since, until) == spent


def test_a_house_sees_its_own_revenue(house: Engine) -> None:
    with reading(house) as session:
        lake = session.scalars(select(Property.id).where(Property.code == "lake")).one()
        assert revenue(session, Reach(frozenset({lake})), None, None) == {"CHF": Decimal("410.50")}


@pytest.mark.parametrize(
    ("today", "months"),
    [
        (date(2026, 6, 2), [(date(2026, 5, 31), {"EUR": Decimal(380)})]),
        (
            date(2026, 6, 3),
            [(date(2026, 6, 3), {"CHF": Decimal("410.50")}), (date(2026, 5, 31), {"EUR": Decimal(380)})],
        ),
        (date(2027, 6, 30), [(date(2026, 5, 31), {"EUR": Decimal(380)})]),
        (date(2030, 2, 28), []),
    ],
)
def test_a_month_is_seen_beside_the_one_before_and_that_of_a_year_ago(
    house: Engine, today: date, months: list[tuple[date, dict[str, Decimal]]]
) -> None:
    with reading(house) as session:
        assert revenue_lately(session, EVERYWHERE, today=today) == tuple(
            Month(day, spent) for day, spent in months
        )
