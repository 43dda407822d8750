"""A guest's page: each stay once however many systems tell of it, and money never added across currencies."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import Engine, select

from server.db import reading
from server.guests.cardex import how_sure, life, reasons, side_by_side, spent
from server.guests.finding import GuestSeen, see_guest
from server.guests.linking import link_waiting
from server.guests.models import Link
from server.properties.reach import EVERYWHERE
from tests.builders import PATRICK, take_in

STAY = {"stay_from": "2026-05-01", "stay_to": "2026-05-03"}


def see_patrick(engine: Engine) -> GuestSeen:
    link_waiting(engine)
    with reading(engine) as session:
        seen = see_guest(session, session.scalars(select(Link.guest_id)).first() or "", reach=EVERYWHERE)
    assert seen is not None
    return seen


def test_a_stay_that_two_systems_tell_of_stands_once_in_the_pms_words(engine: Engine) -> None:
    channel = PATRICK | STAY | {"key": "o1", "amount": "300", "channel": "Booking.com"}
    take_in(engine, channel, source="ota", kind="channel", stay_kind="stay")
    take_in(engine, PATRICK | STAY | {"key": "A1", "amount": "280", "room": "12"}, stay_kind="stay")

    moments = life(see_patrick(engine))

    assert [(m.room, m.channel, m.money, m.nights) for m in moments] == [
        ("12", "Booking.com", {"EUR": Decimal("280")}, 2)
    ]
    assert set(moments[0].sources) == {"ota", "pms_a"}


def test_what_came_to_nothing_is_shown_and_not_counted(engine: Engine) -> None:
    take_in(
        engine,
        PATRICK | STAY | {"key": "A1", "amount": "280"},
        PATRICK
        | {"key": "A2", "stay_from": "2025-05-01", "stay_to": "2025-05-03"}
        | {"amount": "500", "status": "cancelled"},
        stay_kind="stay",
    )

    moments = life(see_patrick(engine))

    assert len(moments) == 2
    assert spent(moments) == {"EUR": Decimal("280")}


def test_amounts_of_two_currencies_are_never_added_up(engine: Engine) -> None:
    take_in(
        engine,
        PATRICK | STAY | {"key": "A1", "amount": "280", "currency": "EUR"},
        PATRICK | {"key": "A2", "stay_from": "2025-05-01", "amount": "90", "currency": "CHF"},
        stay_kind="visit",
    )

    assert spent(life(see_patrick(engine))) == {"EUR": Decimal("280"), "CHF": Decimal("90")}


def test_spelling_alone_makes_no_difference_and_another_town_does(engine: Engine) -> None:
    take_in(engine, PATRICK | {"key": "A1", "last_name": "MARTIN", "city": "Lyon"})
    take_in(engine, PATRICK | {"key": "n1", "city": "Nice"}, source="n", kind="newsletter")
    seen = see_patrick(engine)

    rows = {row.field: row for row in side_by_side(seen.records, seen.values)}

    assert rows["last_name"].agrees
    assert rows["city"].differs
    assert sum(cell.is_best for cell in rows["city"].cells) == 1
    assert "company" not in rows


def test_two_records_nearest_to_each_other_give_one_reason(engine: Engine) -> None:
    take_in(engine, PATRICK | {"key": "A1"}, PATRICK | {"key": "A2"})

    (reason,) = reasons(see_patrick(engine))

    assert reason.nearest is not None
    assert {code for code, _ in reason.speaks_for} >= {"email_same", "phone_same"}
    assert reason.how_sure in ("certain", "very_likely")


@pytest.mark.parametrize(
    ("probability", "words"),
    [(None, ""), (1.0, "certain"), (0.995, "very_likely"), (0.95, "likely"), (0.86, "perhaps")],
)
def test_a_probability_is_told_in_words(probability: float | None, words: str) -> None:
    assert how_sure(probability) == words
