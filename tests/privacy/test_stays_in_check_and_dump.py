"""`check` finds money counted twice and stays nobody tells of; `dump` names stays by their sources."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from sqlalchemy import Engine, delete, select, update
from sqlalchemy.orm import Session

from server.db import make_engine, reading, writing
from server.guests.linking import link_waiting
from server.migrating import migrate_engine
from server.privacy.check import check
from server.privacy.dump import dump
from server.stays.models import Stay, StaySource, ToldStay
from tests.builders import PATRICK, take_in

MAY = {"stay_from": "2026-05-01", "stay_to": "2026-05-03", "room": "12"}
ROWS = (
    PATRICK | MAY | {"key": "A1", "amount": "280"},
    PATRICK
    | MAY
    | {"key": "A2", "amount": "280", "first_name": "Olga", "email": "olga@mail.ru", "mobile": ""},
)
BOOKING = PATRICK | MAY | {"key": "o1", "reference": "4817985054", "amount": "300", "room": ""}


def house(engine: Engine, *, backwards: bool = False) -> None:
    def book() -> None:
        take_in(engine, BOOKING, source="ota", kind="channel", stay_kind="stay")

    if backwards:
        book()
        link_waiting(engine)
    for row in reversed(ROWS) if backwards else ROWS:
        take_in(engine, row, stay_kind="stay", of="profile")
        link_waiting(engine)
    if not backwards:
        book()
        link_waiting(engine)


def count_the_copy(session: Session) -> None:
    session.execute(update(StaySource).where(StaySource.amount == 280).values(counts=True))


def count_the_channel(session: Session) -> None:
    session.execute(update(StaySource).where(StaySource.amount == 300).values(counts=True))


def leave_one_out(session: Session) -> None:
    session.execute(delete(StaySource).where(StaySource.amount == 300))


def lose_what_was_told(session: Session) -> None:
    session.execute(delete(ToldStay).where(ToldStay.amount == 300))


def lose_the_sources(session: Session) -> None:
    session.execute(delete(StaySource))


def give_it_to_a_stranger(session: Session) -> None:
    session.execute(update(Stay).values(guest_id="0" * 32))


DAMAGES: list[tuple[Callable[[Session], None], str]] = [
    (count_the_copy, "No amount of a room is counted twice"),
    (count_the_channel, "A stay's money is told by one rank"),
    (leave_one_out, "Every stay that a linked record tells of is counted"),
    (lose_what_was_told, "What a stay is counted by is told"),
    (lose_the_sources, "Every stay is told of by a record"),
    (give_it_to_a_stranger, "A stay's guest is the guest"),
]


@pytest.mark.parametrize(("damage", "says"), DAMAGES)
def test_stays_that_were_damaged_are_found_and_named(
    engine: Engine, damage: Callable[[Session], None], says: str
) -> None:
    house(engine)
    with reading(engine) as session:
        assert check(session) == []
    with writing(engine) as session:
        damage(session)

    with reading(engine) as session:
        assert any(broken.says.startswith(says) for broken in check(session))


def test_stays_are_dumped_alike_whatever_came_first(engine: Engine, sqlite_url: str) -> None:
    house(engine)
    other = make_engine(sqlite_url.replace(".db", "-other.db"))
    migrate_engine(other)
    house(other, backwards=True)

    with reading(engine) as one, reading(other) as two:
        assert dump(one) == dump(two)


def test_a_stay_is_dumped_by_its_smallest_source_and_never_by_its_id(engine: Engine) -> None:
    house(engine)

    with reading(engine) as session:
        lines = dump(session)
        (stay_id,) = session.scalars(select(Stay.id))

    things = [json.loads(line) for line in lines]
    (stay,) = (thing for thing in things if thing["type"] == "stay")
    assert (stay["stay"], stay["presence"]) == (["ota", "o1", 1], ["ota", "o1", 1])
    assert sum(thing["type"] == "stay_source" and thing["counts"] for thing in things) == 1
    assert not any(stay_id in line for line in lines)
