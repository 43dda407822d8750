"""A whole house linked at once: seen before or after, killed at any commit, and nobody waits for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import Engine, delete, event, func, select, update

from server.db import reading, writing
from server.guests import rematching
from server.guests.circles import let_wait
from server.guests.erasing import erase_records
from server.guests.linker import newest_model, take_house, take_linker, take_linker_soon, touch
from server.guests.linking import link_waiting
from server.guests.models import Guest, GuestEvent, Link, LinkAgain
from server.jobs.models import Lease
from server.matching import Partition, match
from server.privacy.check import check
from server.privacy.dump import dump
from server.properties.models import LegalEntity
from server.records.models import SourceRecord
from tests.builders import NOON, PATRICK, guests_by_key, take_in
from tests.guests.any_order import seen

HOME = {"street": "12 rue des Lilas", "postal_code": "69001", "city": "Lyon", "last_name": "Martin"}
MAY = {"stay_from": "2026-05-01", "stay_to": "2026-05-03", "room": "12", "amount": "280", "currency": "EUR"}
HOUSE = (
    PATRICK | HOME | MAY | {"key": "A1", "reference": "B-4817"},
    PATRICK | HOME | {"key": "A2", "stay_from": "2026-07-01", "stay_to": "2026-07-02"},
    HOME | {"key": "A3", "first_name": "Anne", "birth_date": "1958-01-02", "email": "anne@mail.example"},
    HOME | {"key": "A4", "first_name": "Louis", "birth_date": "1990-01-02", "mobile": "+33652527272"},
    {"key": "A5", "first_name": "P.", "last_name": "Martin", "mobile": "+33652527272"},
    {"key": "A6", "last_name": "Ivanova", "first_name": "Olga", "email": "olga.ivanova@mail.example"},
)
BOOKING = PATRICK | MAY | {"key": "B-4817", "reference": "B-4817", "amount": "300"}
OLGA = {"key": "n1", "last_name": "Ivanova", "first_name": "Olga", "email": "olga.ivanova@mail.example"}


def move_in(engine: Engine) -> None:
    take_in(engine, *HOUSE, stay_kind="stay", of="profile")
    take_in(engine, BOOKING, source="ota", kind="channel", stay_kind="stay")


class Killed(BaseException):
    """What a test throws in the place of a signal: nothing may catch it and go on."""


@contextmanager
def killed_at(engine: Engine, nth: int) -> Iterator[None]:
    """Kill whoever commits for the nth time, before it is committed; and all commits after."""
    counted = 0

    def commit(_connection: object) -> None:
        nonlocal counted
        counted += 1
        if counted >= nth:
            raise Killed

    event.listen(engine, "commit", commit)
    try:
        yield
    finally:
        event.remove(engine, "commit", commit)


def is_killed(engine: Engine, nth: int) -> bool:
    """Link the whole house, and be killed at the nth commit; False when it ended before."""
    try:
        with killed_at(engine, nth):
            link_waiting(engine, bulk=True, cause="rematch")
    except Killed:
        with writing(engine) as session:
            session.execute(delete(Lease))  # as of a process that is gone, which this one is not
        return True
    return False


def state(engine: Engine) -> tuple[list[str], int]:
    with reading(engine) as session:
        return dump(session), session.scalar(select(func.count()).select_from(GuestEvent)) or 0


def test_a_new_house_is_what_its_guests_written_one_by_one_would_be(engine: Engine) -> None:
    move_in(engine)
    link_waiting(engine, bulk=True)
    at_once = seen(engine)
    guests = guests_by_key(engine)
    with writing(engine) as session:
        let_wait(session, session.scalars(select(LegalEntity.id)).all())

    link_waiting(engine, bulk=True)

    assert seen(engine) == at_once
    assert guests_by_key(engine) == guests
    assert guests["A1"] == guests["A2"] == guests["B-4817"] != guests["A3"]
    assert any('"household"' in line for line in at_once["dump"])


def test_a_rematch_of_what_did_not_change_changes_nothing(engine: Engine) -> None:
    move_in(engine)
    link_waiting(engine, bulk=True)
    before = state(engine)

    for _ in range(2):
        report = link_waiting(engine, bulk=True, cause="rematch")
        assert report is not None
        assert report.changed == 0

    assert state(engine) == before


def test_a_first_link_killed_at_any_commit_ends_as_an_uninterrupted_one(engine: Engine) -> None:
    move_in(engine)
    found = [state(engine)]
    nth = 1
    while is_killed(engine, nth):
        nth += 1
        found.append(state(engine))

    assert nth > 4
    if engine.dialect.name == "postgresql":
        assert [one for one in found if one not in (found[0], state(engine))] == []
    ended = seen(engine)
    with writing(engine) as session:
        let_wait(session, session.scalars(select(LegalEntity.id)).all())
    link_waiting(engine, bulk=True)
    assert seen(engine) == ended


def test_a_rematch_killed_at_any_commit_leaves_the_old_house_or_the_new_one(engine: Engine) -> None:
    move_in(engine)
    link_waiting(engine, bulk=True)
    take_in(engine, OLGA | {"street": "1 rue Longue"}, source="newsletter", kind="newsletter")
    take_in(engine, HOUSE[4] | {"first_name": "Patrick", "birth_date": "1956-12-28"}, of="profile")
    before = state(engine)
    found = [before]
    nth = 1
    while is_killed(engine, nth):
        nth += 1
        found.append(state(engine))
    after = state(engine)

    assert nth > 4
    assert after[0] != before[0]
    assert [one for one in found if one not in (before, after)] == []
    with reading(engine) as session:
        assert check(session) == []
    guests = guests_by_key(engine)
    assert guests["n1"] == guests["A6"]


def test_two_workers_that_link_the_whole_house_link_it_one_after_the_other(engine: Engine) -> None:
    move_in(engine)
    workers = [Thread(target=link_waiting, args=(engine,), kwargs={"bulk": True}) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    with reading(engine) as session:
        assert check(session) == []
        assert session.scalar(select(func.count()).select_from(Guest)) == len(
            set(guests_by_key(engine).values())
        )
        assert session.scalars(select(Lease)).all() == []


def test_a_record_that_arrives_while_the_new_house_is_written_waits_and_keeps_nobody_waiting(
    engine: Engine,
) -> None:
    if engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer: a bulk run is written there in portions")
    move_in(engine)
    link_waiting(engine, bulk=True)
    take_in(engine, OLGA)
    with reading(engine) as session:
        olga = session.scalars(select(SourceRecord.id).where(SourceRecord.key == "n1")).one()

    with writing(engine) as house:
        take_house(house)
        with writing(engine) as session:
            assert not take_linker_soon(session)
            changes = touch(session, [olga], cause="arrival", now=NOON)
        assert changes.model is None
        with reading(engine) as session:
            assert session.scalars(select(LinkAgain.record_id)).all() == [olga]
            assert session.get_one(SourceRecord, olga).needs_linking

    link_waiting(engine, bulk=True)
    guests = guests_by_key(engine)
    assert guests["n1"] == guests["A6"]
    with reading(engine) as session:
        assert session.scalars(select(LinkAgain.record_id)).all() == []


def test_a_colleague_who_decides_is_waited_for_by_the_new_house(engine: Engine) -> None:
    move_in(engine)
    link_waiting(engine, bulk=True)
    with reading(engine) as session:
        anybody = session.scalars(select(SourceRecord.id).order_by(SourceRecord.id)).first()
    assert anybody is not None

    with writing(engine) as session:
        take_linker(session)
        run = Thread(target=link_waiting, args=(engine,), kwargs={"bulk": True})
        run.start()
        changes = touch(session, [anybody], cause="deed:1", now=NOON)
    run.join()

    assert changes.model is not None
    with reading(engine) as session:
        assert check(session) == []


def test_a_record_erased_while_a_new_house_is_read_leaves_nothing_behind(engine: Engine) -> None:
    move_in(engine)
    gone: list[int] = []

    def erase(stage: str, done: int, total: int) -> None:
        if stage == "matching" and not gone:
            with writing(engine) as session:
                gone.append(session.scalars(select(SourceRecord.id).where(SourceRecord.key == "A3")).one())
                session.execute(update(Link).where(Link.record_id == gone[0]).values(author="nobody"))
                session.execute(delete(SourceRecord).where(SourceRecord.id == gone[0]))

    link_waiting(engine, bulk=True, progress=erase)

    assert gone
    assert "A3" not in guests_by_key(engine)
    with reading(engine) as session:
        assert check(session) == []
        assert not any("anne@mail.example" in line for line in dump(session))


def test_two_whom_an_erased_record_joined_are_two_when_the_house_is_linked_anew(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    jonas, email = (
        {"first_name": "Jonas", "last_name": "Feldkamp"},
        {"email": "jonas.feldkamp@posteo.example"},
    )
    rest = {"mobile": "+4915112345678", "birth_date": "1980-01-02"}
    move_in(engine)
    take_in(engine, jonas | email | {"key": "F1"})
    take_in(engine, jonas | email | rest | {"key": "F2"}, source="shop", kind="shop")
    take_in(engine, jonas | rest | {"key": "F3"}, source="newsletter", kind="newsletter")
    link_waiting(engine, bulk=True)
    joined = guests_by_key(engine)
    with reading(engine) as session:
        model = newest_model(session)
        joining = session.scalars(select(SourceRecord.id).where(SourceRecord.key == "F2")).all()

    def match_before_the_erasure(*given: Any) -> Partition:
        found = match(*given)
        with writing(engine) as session:
            erase_records(session, joining, cause="erasure", now=NOON)
        return found

    monkeypatch.setattr(rematching, "match", match_before_the_erasure)
    link_waiting(engine, bulk=True, model=model)

    parted = guests_by_key(engine)
    assert joined["F1"] == joined["F3"]
    assert parted["F1"] != parted["F3"], "nothing that they say themselves joins them"
