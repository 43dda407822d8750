"""Linking: records become guests, again when they change, in bulk or one by one."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import Engine, select, update

from server.clock import clock
from server.db import reading, writing
from server.guests import rematching
from server.guests.finding import search_guests, see_guest
from server.guests.linker import newest_model, touch
from server.guests.linking import link_waiting
from server.guests.models import Decision, Guest, GuestEvent, GuestValue, Link, Model
from server.guests.within import current_id
from server.jobs.models import Job, Lease
from server.matching import Partition, match
from server.privacy.check import check
from server.properties.reach import EVERYWHERE
from server.records.models import SourceRecord
from tests.builders import NOON, PATRICK, guests_by_key, take_in

TILL = {"key": "t1", "full_name": "P MARTIN", "mobile": "+33652527272"}
STRANGER = {"key": "s1", "first_name": "Olga", "last_name": "Ivanova", "email": "olga.ivanova@mail.ru"}


@pytest.fixture
def linked(engine: Engine) -> Engine:
    take_in(engine, PATRICK | {"key": "A1"}, STRANGER)
    link_waiting(engine)
    return engine


def test_every_record_is_linked_and_the_house_is_in_order(linked: Engine) -> None:
    guests = guests_by_key(linked)

    assert len(set(guests.values())) == 2
    with reading(linked) as session:
        assert check(session) == []
        assert not session.scalars(select(SourceRecord.id).where(SourceRecord.needs_linking)).all()


def test_a_record_that_arrives_later_joins_its_guest_with_a_reason(linked: Engine) -> None:
    take_in(linked, PATRICK | {"key": "n1"}, source="newsletter", kind="newsletter")
    before = guests_by_key(linked)

    link_waiting(linked)

    after = guests_by_key(linked)
    assert after["n1"] == after["A1"] == before["A1"]
    assert after["s1"] == before["s1"]
    with reading(linked) as session:
        link = session.scalar(
            select(Link).join(SourceRecord, SourceRecord.id == Link.record_id).where(SourceRecord.key == "n1")
        )
        assert link is not None
        assert link.reason == "evidence"
        assert link.evidence
        assert check(session) == []


MODELS_THAT_CANNOT_BE_GONE_BY = [
    ("another engine's", {"engine": "1"}),
    ("one that links at a coin's toss", {"cut": 0.3}),
    ("one that lacks its tables", {"tables": None}),
    ("one that does not say which keys are crowded", {"crowds": None}),
]


@pytest.mark.parametrize(
    "broken",
    [change for _, change in MODELS_THAT_CANNOT_BE_GONE_BY],
    ids=[name for name, _ in MODELS_THAT_CANNOT_BE_GONE_BY],
)
def test_a_model_that_cannot_be_gone_by_makes_way_for_a_fresh_one(
    linked: Engine, broken: dict[str, Any]
) -> None:
    with writing(linked) as session:
        kept = session.scalars(select(Model)).one()
        kept.content = json.dumps(json.loads(kept.content) | broken)
        kept.version = "3-torn"  # a version names its content
    take_in(linked, PATRICK | {"key": "n1"}, source="newsletter", kind="newsletter")

    link_waiting(linked)

    guests = guests_by_key(linked)
    assert guests["n1"] == guests["A1"]
    with reading(linked) as session:
        model = newest_model(session)
        assert model is not None
        assert model.records == 3


def test_a_record_that_changes_its_person_moves_to_another_guest(linked: Engine) -> None:
    take_in(linked, STRANGER | {"key": "n1"}, source="newsletter", kind="newsletter")
    link_waiting(linked)
    assert guests_by_key(linked)["n1"] == guests_by_key(linked)["s1"]

    take_in(linked, PATRICK | {"key": "n1"}, source="newsletter", kind="newsletter")
    link_waiting(linked)

    guests = guests_by_key(linked)
    assert guests["n1"] == guests["A1"]
    with reading(linked) as session:
        kinds = session.scalars(select(GuestEvent.kind).order_by(GuestEvent.id)).all()
        assert "moved" in kinds
        assert check(session) == []


def test_two_records_that_staff_called_the_same_are_one_guest(linked: Engine) -> None:
    with writing(linked) as session:
        a, b = sorted(session.scalars(select(SourceRecord.id)))
        session.add(
            Decision(record_a=a, record_b=b, verdict="same", author="desk", reason="she married", at=NOON)
        )
    before = guests_by_key(linked)

    link_waiting(linked, bulk=True)

    after = guests_by_key(linked)
    assert after["A1"] == after["s1"]
    with reading(linked) as session:
        assert check(session) == []
        gone = next(guest for guest in before.values() if guest != after["A1"])
        assert current_id(session, gone, EVERYWHERE) == after["A1"]
        assert {value.guest_id for value in session.scalars(select(GuestValue))} == {after["A1"]}


def test_the_guest_page_shows_every_value_with_its_source_and_every_reason(linked: Engine) -> None:
    take_in(linked, PATRICK | {"key": "n1"}, source="newsletter", kind="newsletter")
    link_waiting(linked)

    with reading(linked) as session:
        seen = see_guest(session, guests_by_key(linked)["A1"], reach=EVERYWHERE)

    assert seen is not None
    assert {r.source for r in seen.records} == {"pms_a", "newsletter"}
    assert seen.values["email"].value == "patrick.martin@orange.fr"
    assert seen.record(seen.values["email"].record_id) is not None


@pytest.mark.parametrize(
    "words",
    ["martin", "Patrick MARTIN", "patrick.martin@orange", "0652527272", "+33 6 52 52 72 72", "652527272"],
)
def test_a_guest_is_found_by_name_address_or_number(linked: Engine, words: str) -> None:
    with reading(linked) as session:
        found = search_guests(session, words, reach=EVERYWHERE)

    assert [g.values["last_name"] for g in found.guests] == ["Martin"]


def test_nothing_is_done_when_nothing_waits(linked: Engine) -> None:
    assert link_waiting(linked) is None


def test_a_recaptured_address_is_not_displaced_by_a_later_alias(linked: Engine) -> None:
    alias = {
        "key": "o1",
        "first_name": "Patrick",
        "last_name": "Martin",
        "mobile": "0652527272",
        "email": "pmarti.347203@guest.booking.com",
        "created_at": "2026-12-01 10:00:00",
    }
    take_in(linked, alias, source="ota", kind="channel")

    link_waiting(linked)

    guests = guests_by_key(linked)
    assert guests["o1"] == guests["A1"]
    with reading(linked) as session:
        email = session.get_one(GuestValue, (guests["A1"], "email"))
        assert (email.value, email.rule) == ("patrick.martin@orange.fr", "class")
        assert session.scalar(select(Guest.id).where(Guest.merged_into.is_not(None))) is None


def test_a_guest_that_a_record_leaves_keeps_no_value_of_it(linked: Engine) -> None:
    take_in(
        linked,
        PATRICK | {"key": "n1"},
        PATRICK | {"key": "n2"},
        PATRICK | {"key": "n3", "city": "Lyon", "postal_code": "69002", "street": "3 rue Mercière"},
        source="newsletter",
        kind="newsletter",
    )
    link_waiting(linked)
    assert len({guests_by_key(linked)[key] for key in ("A1", "n1", "n2", "n3")}) == 1

    take_in(linked, STRANGER | {"key": "n3"}, source="newsletter", kind="newsletter")
    link_waiting(linked)

    guests = guests_by_key(linked)
    assert guests["n3"] == guests["s1"]
    with reading(linked) as session:
        assert session.get(GuestValue, (guests["A1"], "city")) is None
        assert check(session) == []


@pytest.mark.parametrize("words", ["müller", "muller", "Mueller", "sabine müller", "sabine_m"])
def test_a_name_is_found_however_its_letters_are_typed(engine: Engine, words: str) -> None:
    take_in(
        engine,
        {"key": "a", "first_name": "Sabine", "last_name": "Müller", "email": "sabine_m@posteo.de"},
        {"key": "b", "first_name": "Sabine", "last_name": "Mueller", "city": "Kiel"},
    )
    link_waiting(engine)

    with reading(engine) as session:
        assert search_guests(session, words, reach=EVERYWHERE).total >= 1
        assert search_guests(session, "zzmüller", reach=EVERYWHERE).total == 0


def test_records_are_linked_under_the_model_that_was_made_last_though_the_clock_was_set_back(
    linked: Engine,
) -> None:
    with time_machine.travel("2020-01-01"):  # long before the first model was made
        take_in(linked, PATRICK | {"key": "n1"}, source="newsletter", kind="newsletter")
        link_waiting(linked, bulk=True)
    with reading(linked) as session:
        models = session.scalars(select(Model).order_by(Model.number)).all()
        assert [m.made_at.year == 2020 for m in models] == [False, True]

    take_in(linked, PATRICK | {"key": "n2"}, source="newsletter", kind="newsletter")
    report = link_waiting(linked)

    assert report is not None
    assert report.model == models[1].version


def test_a_linker_that_another_clock_put_out_writes_nothing_more_and_begins_again(
    linked: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_in(linked, PATRICK | {"key": "n1"}, source="newsletter", kind="newsletter")
    runs = []

    def overtaken(*given: Any) -> Partition:
        runs.append(len(guests_by_key(linked)))
        if len(runs) == 1:
            with writing(linked) as session:
                session.execute(update(Lease).values(holder="other", until=clock() + timedelta(seconds=1)))
        return match(*given)

    monkeypatch.setattr(rematching, "match", overtaken)
    link_waiting(linked, bulk=True)

    assert runs == [2, 2]  # what the first run found was not written
    guests = guests_by_key(linked)
    assert guests["n1"] == guests["A1"]
    with reading(linked) as session:
        assert check(session) == []


def test_a_record_is_linked_in_the_transaction_that_brings_it_with_what_caused_it(linked: Engine) -> None:
    take_in(linked, PATRICK | {"key": "n1"}, source="newsletter", kind="newsletter")
    with writing(linked) as session:
        record = session.scalars(select(SourceRecord).where(SourceRecord.key == "n1")).one()

        changes = touch(session, [record.id], cause="import:7", now=NOON)

        event = session.scalars(select(GuestEvent).order_by(GuestEvent.id.desc()).limit(1)).one()
        assert (event.kind, event.record_id, event.cause, event.at) == ("linked", record.id, "import:7", NOON)
        assert changes.moved == {record.id: (None, event.guest_id)}
        assert changes.made == 0
    assert guests_by_key(linked)["n1"] == guests_by_key(linked)["A1"]
    with reading(linked) as session:
        assert check(session) == []


def test_where_nothing_was_linked_yet_touched_records_wait_and_a_bulk_run_is_due(engine: Engine) -> None:
    take_in(engine, PATRICK | {"key": "A1"})
    with writing(engine) as session:
        changes = touch(session, session.scalars(select(SourceRecord.id)).all(), cause="form", now=NOON)

        assert changes.model is None
        assert session.scalars(select(SourceRecord.needs_linking)).all() == [True]
        assert session.scalars(select(Job.kind)).all() == ["link_records"]


def test_a_record_that_goes_leaves_its_guest_and_takes_its_values_along(linked: Engine) -> None:
    take_in(linked, PATRICK | {"key": "n1", "city": "Lyon"}, source="newsletter", kind="newsletter")
    link_waiting(linked)
    guest = guests_by_key(linked)["A1"]
    with writing(linked) as session:
        record = session.scalars(select(SourceRecord).where(SourceRecord.key == "n1")).one()

        changes = touch(session, [], cause="erasure", now=NOON, gone=[record.id])

        assert guest in changes.guests
        assert session.get(Link, record.id) is None
        assert not session.scalars(select(GuestValue).where(GuestValue.record_id == record.id)).all()
