"""Walk-ins: the form first or the stay first, one guest and one stay; and nobody by an address alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count, permutations

import pytest
from sqlalchemy import Engine, select

from server.captures.attaching import attach_walk_ins, waiting_walk_ins
from server.captures.identifiers import new_capture_id
from server.captures.receiving import receive
from server.db import reading, writing
from server.guests.deeds import deeds_within
from server.guests.linking import link_waiting
from server.guests.undoing import undo
from server.intake import read_capture
from server.privacy.check import check
from server.properties.reach import EVERYWHERE
from server.properties.setup import default_property
from server.stays.models import Stay
from tests.builders import guests_by_key, make_source, take_in
from tests.stores import open_store

EVENING = datetime(2026, 6, 2, 19, tzinfo=UTC)
GIVEN = {"given_name": "María", "family_name": "de la Cruz", "email": "maria.cruz@posteo.example"}
ROW = {"first_name": "Maria", "last_name": "DE LA CRUZ", "stay_from": "2026-06-02", "stay_to": "2026-06-04"}
numbers = count()


@pytest.fixture(autouse=True)
def evening(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("server.intake", "server.guests.linking"):
        monkeypatch.setattr(f"{module}.clock", lambda: EVENING)


def fill_in(engine: Engine, **answers: str) -> str:
    """Somebody fills in the tablet's form; the record's key."""
    make_source(engine)
    capture_id = new_capture_id(EVENING + timedelta(milliseconds=next(numbers)))
    with writing(engine) as session:
        receive(
            session,
            id=capture_id,
            form="pre_check_in",
            version=1,
            language="es",
            surface="kiosk",
            proof="typed",
            property_id=default_property(session).id,
            answers=GIVEN | answers,
            now=EVENING,
        )
    read_capture(engine, capture_id)
    return capture_id


def tell(engine: Engine, key: str, **changed: str) -> None:
    """The reservation system's file brings a row."""
    take_in(engine, ROW | {"key": key, "status": "in_house"} | changed, stay_kind="stay")
    link_waiting(engine)
    with writing(engine) as session:
        attach_walk_ins(session, now=EVENING)


def waiting(engine: Engine) -> list[tuple[str, int]]:
    with reading(engine) as session:
        found = waiting_walk_ins(session, EVERYWHERE, now=EVENING)
        return [(one.name, len(one.offers)) for one in found]


def test_who_came_without_a_booking_waits_until_the_next_file_tells_of_the_stay(engine: Engine) -> None:
    form = fill_in(engine)
    assert waiting(engine) == [("María de la Cruz", 0)]

    tell(engine, "A1")

    guests = guests_by_key(engine)
    assert guests[form] == guests["A1"]
    assert waiting(engine) == []
    with reading(engine) as session:
        assert session.scalars(select(Stay.guest_id)).all() == [guests[form]]
        assert check(session) == []


def steps(engine: Engine) -> list[Callable[[], object]]:
    return [
        lambda: fill_in(engine),
        lambda: tell(engine, "A1"),
        lambda: tell(engine, "B1", first_name="Mario", last_name="Cruz"),
        lambda: tell(engine, "C1", stay_from="2026-06-03"),
    ]


@pytest.mark.parametrize("order", list(permutations(range(4)))[::5])
def test_the_order_in_which_forms_and_rows_come_does_not_matter(
    sqlite_url: str, order: tuple[int, ...]
) -> None:
    engine = open_store(sqlite_url)
    make_source(engine)
    did = {number: steps(engine)[number]() for number in order}

    guests = guests_by_key(engine)
    assert guests[str(did[0])] == guests["A1"]
    assert len(set(guests.values())) == len(guests) - 1


@pytest.mark.parametrize("second", ["row", "form"])
def test_two_of_one_name_on_one_day_are_asked_about_even_if_one_was_attached_before(
    engine: Engine, second: str
) -> None:
    form = fill_in(engine)
    tell(engine, "A1", room="12")
    if second == "row":
        tell(engine, "A2", room="14", birth_date="1980-01-01", email="another@posteo.example")
    else:
        fill_in(engine, email="somebody@posteo.example")

    guests = guests_by_key(engine)
    assert guests[form] != guests["A1"]
    assert all(offers for _, offers in waiting(engine))


def test_a_word_that_a_colleague_took_back_is_not_said_again(engine: Engine) -> None:
    form = fill_in(engine)
    tell(engine, "A1")
    with writing(engine) as session:
        deed = deeds_within(session, EVERYWHERE, page=1).deeds[0]
        undo(session, deed.id, author="staff:1", now=EVENING)

    tell(engine, "A1", room="12")

    guests = guests_by_key(engine)
    assert guests[form] != guests["A1"]
    assert waiting(engine) == [("María de la Cruz", 1)]


def test_a_cancelled_stay_and_one_of_another_day_are_nobodys(engine: Engine) -> None:
    form = fill_in(engine)
    tell(engine, "A1", status="cancelled")
    tell(engine, "A2", stay_from="2026-06-03")

    guests = guests_by_key(engine)
    assert guests[form] not in (guests["A1"], guests["A2"])
    assert waiting(engine) == [("María de la Cruz", 0)]


@pytest.mark.parametrize(
    "typed",
    [
        {"given_name": "Eve", "family_name": "Mallory"},
        {"given_name": "Maria", "family_name": "Mallory"},
        {"family_name": "de la Cruz", "given_name": "M"},
        {},  # the victim's own full name, who does not arrive today
    ],
)
def test_who_types_a_victims_address_and_number_is_never_linked_by_itself(
    engine: Engine, typed: dict[str, str]
) -> None:
    contact = {"email": "maria.cruz@posteo.example", "mobile": "+34600123456"}
    tell(engine, "V1", **contact, stay_from="2026-06-01" if not typed else "2026-06-02")

    form = fill_in(engine, mobile="600123456", mobile_country="ES", **typed)

    guests = guests_by_key(engine)
    assert guests[form] != guests["V1"]
    assert [name for name, _ in waiting(engine)] != []


def test_two_guests_with_a_past_are_not_united_by_a_name(engine: Engine) -> None:
    past = {"birth_date": "1980-03-04", "email": "maria.cruz@posteo.example"}
    take_in(engine, {**ROW, **past, "key": "n1", "stay_from": ""}, source="newsletter", kind="newsletter")
    other = {"birth_date": "1951-07-08", "email": "mcruz1951@posteo.example"}
    take_in(engine, {**ROW, **other, "key": "n2", "stay_from": ""}, source="newsletter", kind="newsletter")
    link_waiting(engine)

    form = fill_in(engine, birth_date_year="1980", birth_date_month="3", birth_date_day="4")
    tell(engine, "A1", **other)

    guests = guests_by_key(engine)
    assert guests[form] != guests["A1"]
