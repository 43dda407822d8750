"""Guest ids: minted once, kept through merges and splits, and leading to where their records are."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, delete, select

from server.db import writing
from server.guests.erasing import erase_records
from server.guests.linker import Changes, take_linker, touch
from server.guests.linking import link_waiting
from server.guests.models import Decision, Guest, GuestEvent
from server.guests.within import current_id
from server.privacy.check import check
from server.properties.reach import EVERYWHERE
from server.records.models import SourceRecord
from tests.builders import NOON, guests_by_key, take_in

ANNA = {"first_name": "Anna", "last_name": "Bergström", "email": "anna.bergstrom@telia.se"}
OLGA = {"first_name": "Olga", "last_name": "Ivanova", "email": "olga.ivanova@mail.ru"}
TOM = {"first_name": "Tom", "last_name": "Hughes", "mobile": "+447700900123"}


@pytest.fixture
def three(engine: Engine) -> Engine:
    """A house of three guests: Anna with three records, Olga and Tom with one."""
    take_in(engine, ANNA | {"key": "a1"}, ANNA | {"key": "a2", "city": "Lund"}, ANNA | {"key": "a3"})
    take_in(engine, OLGA | {"key": "o1"}, TOM | {"key": "t1"})
    link_waiting(engine)
    guests = guests_by_key(engine)
    assert guests["a1"] == guests["a2"]
    assert len(set(guests.values())) == 3
    return engine


def say_same(engine: Engine, one: str, other: str) -> Changes:
    """Staff say that the records of two keys are one person."""
    with writing(engine) as session:
        take_linker(session)
        of = dict(session.execute(select(SourceRecord.key, SourceRecord.id)).all())
        a, b = sorted((of[one], of[other]))
        session.add(Decision(record_a=a, record_b=b, verdict="same", author="desk", reason="", at=NOON))
        session.flush()
        return touch(session, [a, b], cause="deed:1", now=NOON)


def take_back(engine: Engine, one: str, other: str) -> Changes:
    """They take it back."""
    with writing(engine) as session:
        take_linker(session)
        of = dict(session.execute(select(SourceRecord.key, SourceRecord.id)).all())
        a, b = sorted((of[one], of[other]))
        session.execute(delete(Decision).where(Decision.record_a == a, Decision.record_b == b))
        return touch(session, [a, b], cause="deed:2", now=NOON)


def leads_to(engine: Engine, guest_id: str) -> str | None:
    with writing(engine) as session:
        assert check(session) == []
        return current_id(session, guest_id, EVERYWHERE)


def kinds_since(engine: Engine, before: int) -> list[str]:
    with writing(engine) as session:
        return list(
            session.scalars(
                select(GuestEvent.kind)
                .where(GuestEvent.id > before, GuestEvent.record_id.is_(None))
                .order_by(GuestEvent.id)
            )
        )


def newest_event(engine: Engine) -> int:
    with writing(engine) as session:
        return session.scalars(select(GuestEvent.id).order_by(GuestEvent.id.desc()).limit(1)).one()


def test_a_guest_that_went_into_another_stands_for_itself_again_when_the_two_are_parted(
    three: Engine,
) -> None:
    before, seen = guests_by_key(three), newest_event(three)

    say_same(three, "a1", "o1")
    assert leads_to(three, before["o1"]) == before["a1"]
    assert kinds_since(three, seen) == ["merged"]

    take_back(three, "a1", "o1")
    assert guests_by_key(three) == before
    assert leads_to(three, before["o1"]) == before["o1"]
    assert kinds_since(three, seen) == ["merged", "revived"]


def test_an_id_leads_straight_to_the_guest_that_holds_its_records_through_any_chain(three: Engine) -> None:
    before = guests_by_key(three)
    say_same(three, "a1", "a2")
    say_same(three, "a2", "a3")
    say_same(three, "o1", "t1")  # two guests of one record: the older id stays
    stays = guests_by_key(three)["o1"]
    went = next(before[key] for key in ("o1", "t1") if before[key] != stays)

    say_same(three, "a1", "o1")
    with writing(three) as session:
        into = dict(session.execute(select(Guest.id, Guest.merged_into)).all())
    assert into[went] == into[stays] == before["a1"]

    take_back(three, "a1", "o1")  # both leave Anna together
    after = guests_by_key(three)
    assert after["o1"] == after["t1"] != before["a1"]
    assert leads_to(three, before["o1"]) == after["o1"]
    assert leads_to(three, before["t1"]) == after["t1"]


def test_an_id_leads_to_whoever_has_what_is_left_when_most_of_its_records_are_erased(three: Engine) -> None:
    take_in(three, TOM | {"key": "t2"}, TOM | {"key": "t3"})
    link_waiting(three)
    before = guests_by_key(three)
    take_in(three, ANNA | {"key": "t1"}, ANNA | {"key": "t2"}, OLGA | {"key": "t3"})  # none of them is Tom
    link_waiting(three)
    assert leads_to(three, before["t1"]) == before["a1"]

    with writing(three) as session:
        of_anna = session.scalars(select(SourceRecord.id).where(SourceRecord.key.in_(("t1", "t2")))).all()
        erase_records(session, of_anna, cause="erasure", now=NOON)

    assert leads_to(three, before["t1"]) == before["o1"]


def test_a_part_that_never_was_a_guest_of_its_own_is_a_new_one_that_knows_where_it_came_from(
    three: Engine,
) -> None:
    before, seen = guests_by_key(three), newest_event(three)
    take_in(three, TOM | {"key": "a2"})  # the source says somebody else under Anna's second key

    link_waiting(three)
    assert guests_by_key(three)["a2"] == before["t1"]

    take_in(three, {"key": "a2", "first_name": "Ines", "last_name": "Silva", "email": "ines@sapo.pt"})
    link_waiting(three)

    new = guests_by_key(three)["a2"]
    assert new not in before.values()
    with writing(three) as session:
        assert session.get_one(Guest, new).split_from == before["t1"]
    assert kinds_since(three, seen) == ["split"]


def test_every_event_says_what_caused_it_and_names_only_ids(three: Engine) -> None:
    seen = newest_event(three)

    say_same(three, "a1", "o1")

    with writing(three) as session:
        events = session.scalars(select(GuestEvent).where(GuestEvent.id > seen)).all()
        assert {event.cause for event in events} == {"deed:1"}
        assert [event.id for event in events] == sorted(event.id for event in events)


def test_untouched_guests_keep_their_ids_through_a_fresh_model(three: Engine) -> None:
    before = guests_by_key(three)
    take_in(three, {"key": "n1", "first_name": "Ines", "last_name": "Silva", "email": "ines@sapo.pt"})

    link_waiting(three, bulk=True)

    after = guests_by_key(three)
    assert {key: after[key] for key in before} == before
    with writing(three) as session:
        assert check(session) == []


def test_nobody_is_given_the_number_or_the_guest_id_of_somebody_who_was_erased(three: Engine) -> None:
    before = guests_by_key(three)
    say_same(three, "a1", "t1")
    with writing(three) as session:
        newest = session.scalars(select(SourceRecord.id).where(SourceRecord.key == "t1")).one()
        erase_records(session, [newest], cause="erasure", now=NOON)

    take_in(three, {"key": "n1", "first_name": "Ines", "last_name": "Silva", "email": "ines@sapo.pt"})
    link_waiting(three)

    with writing(three) as session:
        assert session.scalars(select(SourceRecord.id).where(SourceRecord.key == "n1")).one() > newest
    assert leads_to(three, before["t1"]) != guests_by_key(three)["n1"]
