"""Whoever follows the events of stays has each stay there is, whose it is, and whether it came to nothing."""

from __future__ import annotations

import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from server.db import reading, writing
from server.guests.erasing import erase_records
from server.guests.events import KINDS, events_after
from server.guests.linking import link_waiting
from server.guests.stay_events import STAY_KINDS, Row, StayEvent, stay_events
from server.properties.models import Property
from server.properties.reach import EVERYWHERE, Reach
from server.stays.models import Stay
from server.stays.told import CAME_TO_NOTHING, Place
from tests.builders import NOON, take_in
from tests.guests.deciding_house import ids, take_back, take_out
from tests.guests.test_one_stay import fill, join, part
from tests.guests.test_staying import BOOKING, book, busy_house

Stays = dict[str, tuple[str | None, bool]]


def replayed(engine: Engine) -> Stays:
    """The stays that somebody knows who read every event, a page at a time."""
    known: Stays = {}
    after = 0
    with reading(engine) as session:
        while events := events_after(session, after, 40, EVERYWHERE).events:
            for event in events:
                after = event.id
                if event.stay_id is None:
                    continue
                if event.kind in ("stay.made", "stay.parted"):
                    assert event.stay_id not in known
                    assert event.kind == "stay.made" or event.other_stay_id in known
                    known[event.stay_id] = (event.guest_id, False)
                elif event.kind == "stay.gone":
                    del known[event.stay_id]
                elif event.kind == "stay.moved":
                    assert known[event.stay_id][0] == event.from_guest_id
                    known[event.stay_id] = (event.guest_id, known[event.stay_id][1])
                elif event.kind in ("stay.cancelled", "stay.revived"):
                    known[event.stay_id] = (event.guest_id, event.kind == "stay.cancelled")
                elif event.kind == "stay.joined":
                    assert event.stay_id in known
                    del known[str(event.other_stay_id)]
                else:
                    assert event.stay_id in known
    return known


def present(engine: Engine) -> Stays:
    with reading(engine) as session:
        stays = session.scalars(select(Stay)).all()
        return {stay.id: (stay.guest_id, stay.status in CAME_TO_NOTHING) for stay in stays}


def kinds(engine: Engine, after: int = 0) -> list[str]:
    with reading(engine) as session:
        return [e.kind for e in events_after(session, after, 500, EVERYWHERE).events if e.stay_id]


def test_a_day_at_the_house_is_replayed(engine: Engine) -> None:
    fill(engine)
    deed = join(engine, "A1", "A2")
    assert replayed(engine) == present(engine)
    take_back(engine, deed)
    deed = part(engine, "4817985054")
    book(engine, BOOKING | {"status": "cancelled"})
    assert replayed(engine) == present(engine)
    book(engine, BOOKING | {"stay_to": "2026-05-02"})
    take_back(engine, deed)
    taken = take_out(engine, "A2")
    assert replayed(engine) == present(engine)
    take_back(engine, taken)
    link_waiting(engine, bulk=True)
    with writing(engine) as session:
        erase_records(session, ids(engine, "A2"), cause="erasure", now=NOON)

    assert replayed(engine) == present(engine)
    assert set(kinds(engine)) == set(STAY_KINDS)


def test_a_busy_house_is_replayed_whatever_came_first(engine: Engine) -> None:
    rows = busy_house()
    random.Random(11).shuffle(rows)
    for start in range(0, len(rows), 6):
        for source, kind, row in rows[start : start + 6]:
            take_in(engine, row, source=source, kind=kind, stay_kind="purchase" if kind == "till" else "stay")
        link_waiting(engine)
    many = [f"K{n:02d}" for n in range(0, 30, 4)]
    with writing(engine) as session:
        erase_records(session, ids(engine, *many), cause="erasure", now=NOON)

    assert replayed(engine) == present(engine)


def test_nothing_is_told_where_nothing_changed(engine: Engine) -> None:
    fill(engine)
    with reading(engine) as session:
        before = events_after(session, 0, 500, EVERYWHERE).next

    link_waiting(engine, bulk=True)
    book(engine)

    assert kinds(engine, before) == []


def test_a_reader_of_another_house_hears_of_no_stay(engine: Engine) -> None:
    fill(engine)
    with reading(engine) as session:
        elsewhere = Reach(frozenset({max(session.scalars(select(Property.id))) + 1}))
        here = Reach(frozenset(session.scalars(select(Property.id))))
        assert events_after(session, 0, 500, elsewhere).events == []
        assert any(event.stay_id for event in events_after(session, 0, 500, here).events)


def stay(number: str, **changed: Any) -> Row:
    blank = dict.fromkeys(("arrives", "departs", "room", "reference", "channel"))
    return (
        blank | {"id": number, "property_id": 1, "kind": "stay", "status": "left", "guest_id": "g"} | changed
    )


def telling(stay_id: str, amount: int | None = None) -> Row:
    paid = None if amount is None else Decimal(amount)
    return {"stay_id": stay_id, "counts": amount is not None, "amount": paid, "currency": "EUR"}


BECAME: dict[str, tuple[list[Row], list[Row], dict[Place, Row], dict[Place, Row], list[str]]] = {
    "new": ([], [stay("s")], {}, {(1, 1): telling("s")}, ["made s"]),
    "new and cancelled": ([], [stay("s", status="no_show")], {}, {}, ["made s", "cancelled s"]),
    "the same": ([stay("s")], [stay("s")], {(1, 1): telling("s")}, {(1, 1): telling("s")}, []),
    "another room": ([stay("s")], [stay("s", room="12")], {}, {}, ["changed s"]),
    "more is counted": (
        [stay("s")],
        [stay("s")],
        {(1, 1): telling("s", 280)},
        {(1, 1): telling("s", 300)},
        ["changed s"],
    ),
    "a newer version tells the same": (
        [stay("s")],
        [stay("s")],
        {(1, 1): telling("s", 280)},
        {(1, 2): telling("s", 280)},
        [],
    ),
    "another guest's, and cancelled": (
        [stay("s")],
        [stay("s", guest_id="h", status="cancelled")],
        {},
        {},
        ["moved s", "cancelled s"],
    ),
    "to take place after all": ([stay("s", status="cancelled")], [stay("s")], {}, {}, ["revived s"]),
    "two of one": (
        [stay("s")],
        [stay("s"), stay("t")],
        {(1, 1): telling("s"), (2, 1): telling("s")},
        {(1, 1): telling("s"), (2, 1): telling("t")},
        ["parted t s"],
    ),
    "one of two": (
        [stay("s"), stay("t")],
        [stay("s")],
        {(1, 1): telling("s"), (2, 1): telling("t")},
        {(1, 1): telling("s"), (2, 2): telling("s")},
        ["joined s t"],
    ),
    "told no more": ([stay("s")], [], {(1, 1): telling("s")}, {}, ["gone s"]),
}


@pytest.mark.parametrize("case", BECAME)
def test_what_became_of_stays(case: str) -> None:
    before, after, told, tells, expected = BECAME[case]

    events = stay_events({s["id"]: s for s in before}, {s["id"]: s for s in after}, told, tells)

    assert [_line(event) for event in events] == expected


def _line(event: StayEvent) -> str:
    words = (event.kind.removeprefix("stay."), event.stay_id, event.other_stay)
    return " ".join(word for word in words if word)


def test_every_kind_stands_in_the_description() -> None:
    text = Path("docs/events.md").read_text("utf-8")

    assert [kind for kind in KINDS if f"`{kind}`" not in text] == []
