"""Today's arrivals, and who of them still owes a sheet."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy import Engine, event, select

from server.db import reading, writing
from server.guests.linking import link_waiting
from server.properties.reach import EVERYWHERE, Reach
from server.properties.setup import default_property
from server.records.models import SourceRecord
from server.registration.arriving import ArrivingStay, Guest, arriving, count_states, house_of_record
from server.registration.houses import house_that_keeps, set_house
from server.registration.keeping import Origin, correct_sheet, keep_sheet, void_sheet
from server.registration.models import KeptSheet
from server.registration.owing import give_key, say_owed
from server.registration.signing import Signature
from tests.builders import make_source, take_in
from tests.prompts.asked import guest
from tests.registration.sheets import ARRIVES, AT_THE_TABLET, NOON, SHEET, VAULT, signed
from tests.stores import open_store

_ids = count(1)


def switch_on(engine: Engine, *, is_on: bool = True) -> None:
    make_source(engine)
    with writing(engine) as session:
        keeps = house_that_keeps(session, default_property(session).id, EVERYWHERE)
        assert keeps is not None
        set_house(session, keeps, is_on=is_on, ids={}, actor="staff:1", now=NOON)


def book(engine: Engine, *names: str, **changed: str) -> None:
    """Bookings of guests by name, who arrive on the day."""
    for name in names:
        days = {"stay_from": str(ARRIVES), "stay_to": str(ARRIVES + timedelta(days=2)), "status": "booked"}
        values = guest(name) | {"key": name, "reference": f"BK-{name}"} | days | changed
        take_in(engine, values, stay_kind="stay", now=NOON)
    link_waiting(engine)


def record(engine: Engine, key: str) -> int:
    with reading(engine) as session:
        return session.scalars(select(SourceRecord.id).where(SourceRecord.key == key)).one()


def keep(engine: Engine, key: str, signature: Signature | None = None, *, people: int = 1) -> str:
    """A sheet of the guest of a record."""
    record_id = record(engine, key)
    with writing(engine) as session:
        return keep_sheet(
            session,
            VAULT,
            replace(SHEET, people=SHEET.people * people),
            AT_THE_TABLET,
            id=f"sheet-{next(_ids)}",
            property_id=default_property(session).id,
            country="FR",
            record_id=record_id,
            signature=signature,
            today=ARRIVES,
            now=NOON,
        ).id


def say(engine: Engine, key: str, state: str) -> None:
    record_id = record(engine, key)
    with writing(engine) as session:
        house = default_property(session).id
        say_owed(session, record_id, state, property_id=house, actor="staff:1", now=NOON)


def listed(engine: Engine, reach: Reach = EVERYWHERE) -> list[ArrivingStay]:
    with reading(engine) as session:
        return arriving(session, reach, now=NOON)


def states(engine: Engine) -> dict[str, str]:
    return {one.name: one.state for stay in listed(engine) for one in stay.guests}


@pytest.fixture(autouse=True)
def _it_is_on(request: pytest.FixtureRequest) -> None:
    if "engine" in request.fixturenames:
        switch_on(request.getfixturevalue("engine"))


def test_each_arrival_stands_there_with_what_is_known(engine: Engine) -> None:
    book(engine, "Anna Aigner", "Berta Owes", "Carla Conti", "Dora Filled", "Emma Signed", "Flora Refused")
    say(engine, "Berta Owes", "owed")
    say(engine, "Carla Conti", "none")
    say(engine, "Flora Refused", "refused")
    keep(engine, "Dora Filled")
    keep(engine, "Emma Signed", signed())

    found = states(engine)

    assert found == {
        "Anna Aigner": "unknown",
        "Berta Owes": "owed",
        "Carla Conti": "none",
        "Dora Filled": "filled",
        "Emma Signed": "signed",
        "Flora Refused": "refused",
    }
    assert count_states(listed(engine))["signed"] == 1


def test_who_has_the_key_and_owes_a_form_stands_first(engine: Engine) -> None:
    book(engine, "Anna Aigner", "Zoe Key", "Emma Signed")
    record_id = record(engine, "Zoe Key")
    with writing(engine) as session:
        house = default_property(session).id
        give_key(session, record_id, property_id=house, actor="staff:1", now=NOON)
    keep(engine, "Emma Signed", signed())

    order = [stay.main.name for stay in listed(engine)]

    assert order == ["Zoe Key", "Anna Aigner", "Emma Signed"]
    assert listed(engine)[0].main.has_key


def test_a_sheet_changed_after_it_was_signed_is_told_loudly_and_a_void_one_counts_no_more(
    engine: Engine,
) -> None:
    book(engine, "Anna Changed", "Berta Void")
    changed, void = keep(engine, "Anna Changed", signed()), keep(engine, "Berta Void", signed())
    with writing(engine) as session:
        other, desk = replace(SHEET, people=SHEET.people * 2), Origin("desk", "f.v1", "fr", "staff:1")
        kept = session.get_one(KeptSheet, changed)
        correct_sheet(session, VAULT, kept, other, desk, reason="a child more", now=NOON)
        void_sheet(session, session.get_one(KeptSheet, void), reason="twice", actor="staff:1", now=NOON)

    found = states(engine)

    assert found == {"Anna Changed": "broken", "Berta Void": "unknown"}


def test_companions_are_asked_too_and_the_least_finished_sheet_speaks(engine: Engine) -> None:
    book(engine, "Anna Maier", "Bruno Maier", reference="BK-1", room="12", party="3")
    keep(engine, "Anna Maier", signed(), people=2)

    stay = listed(engine)[0]

    assert len(listed(engine)) == 1
    assert {one.name: one.state for one in stay.guests} == {"Anna Maier": "signed", "Bruno Maier": "unknown"}
    assert (stay.room, stay.party, stay.on_sheets) == ("12", 3, 2)


def test_another_day_another_house_and_a_house_that_is_off_show_nothing(engine: Engine) -> None:
    book(engine, "Anna Aigner")
    with reading(engine) as session:
        tomorrow = arriving(session, EVERYWHERE, day=ARRIVES + timedelta(days=1), now=NOON)
    record_id = record(engine, "Anna Aigner")
    elsewhere = Reach(frozenset({987}))

    assert (tomorrow, listed(engine, elsewhere)) == ([], [])
    with reading(engine) as session:
        assert house_of_record(session, record_id, elsewhere) is None
        assert house_of_record(session, record_id, EVERYWHERE) is not None
    switch_on(engine, is_on=False)
    assert listed(engine) == []


def test_forty_arrivals_cost_as_many_questions_to_the_database_as_one(sqlite_url: str) -> None:
    engine = open_store(sqlite_url)
    switch_on(engine)
    asked: list[str] = []
    book(engine, "Anna Eins")

    def count_listing() -> int:
        asked.clear()
        listed(engine)
        return len(asked)

    event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    one = count_listing()
    book(engine, *(f"Gast Nr{number}" for number in range(40)))

    assert count_listing() == one


def test_a_guest_is_open_until_a_form_is_finished_or_none_is_needed() -> None:
    for state, is_open in (("owed", True), ("filled", True), ("signed", False), ("none", False)):
        assert Guest(1, "", True, state).is_open is is_open  # type: ignore[arg-type]
