"""After an upgrade the engine digests otherwise: keys are made anew, and no guest is missed meanwhile."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from sqlalchemy import Engine, delete, func, select, update

from server.db import reading, writing
from server.guests.linking import link_waiting
from server.guests.models import Model
from server.jobs.models import Job
from server.jobs.worker import Task, run_due
from server.matching import ENGINE
from server.privacy.check import check
from server.records import rekeying
from server.records.models import CleanRow, KeyEngine, RecordKey, SourceRecord
from server.records.rekeying import Rekeyed, keys_are_present, rekey
from server.settings import read_settings
from server.work import rekey_records
from tests.builders import PATRICK, guests_by_key, take_in

OLGA = {"first_name": "Olga", "last_name": "Ivanova", "email": "olga.ivanova@mail.ru"}
AGAIN = {"first_name": "Patrick", "last_name": "Martin", "mobile": "+33652527272"}


@pytest.fixture
def upgraded(engine: Engine) -> Engine:
    """A house whose guests were linked by the engine before this one, which digested otherwise."""
    take_in(engine, PATRICK | {"key": "A1"}, OLGA | {"key": "A2"})
    link_waiting(engine)
    with writing(engine) as session:
        session.execute(delete(RecordKey))
        for row in session.scalars(select(CleanRow)):
            old = np.frombuffer(row.keys, dtype="<i8") ^ 0x5EED
            row.keys = old.astype("<i8").tobytes()
            session.add_all(RecordKey(key=key, record_id=row.record_id) for key in old.tolist())
        session.execute(update(KeyEngine).values(engine="1"))
        session.execute(update(Model).values(content='{"engine":"1"}', version="1-0123456789abcdef"))
    return engine


def keys(engine: Engine) -> list[tuple[int, int]]:
    with reading(engine) as session:
        found = session.execute(select(RecordKey.key, RecordKey.record_id)).all()
        return sorted((key, record) for key, record in found)


def models(engine: Engine) -> list[str]:
    with reading(engine) as session:
        return list(session.scalars(select(Model.version).order_by(Model.number)))


def work(engine: Engine) -> None:
    run_due(engine, read_settings({}), {"rekey_records": rekey_records}, once=True, stop=threading.Event())


def test_a_known_guest_is_found_before_the_keys_are_made_anew(upgraded: Engine) -> None:
    take_in(upgraded, AGAIN | {"key": "n1"}, source="web", kind="web")

    link_waiting(upgraded)

    guests = guests_by_key(upgraded)
    assert guests["n1"] == guests["A1"] != guests["A2"]


def test_a_known_guest_is_looked_up_once_the_keys_are_made_anew(upgraded: Engine) -> None:
    before = guests_by_key(upgraded)
    work(upgraded)
    made = models(upgraded)
    take_in(upgraded, AGAIN | {"key": "n1"}, source="web", kind="web")

    link_waiting(upgraded)

    guests = guests_by_key(upgraded)
    assert guests["n1"] == guests["A1"] == before["A1"]
    assert models(upgraded) == made, "no bulk run was needed"
    with reading(upgraded) as session:
        assert check(session) == []


def test_the_worker_notices_an_upgrade_and_makes_the_keys_as_a_new_house_would(
    upgraded: Engine,
) -> None:
    work(upgraded)
    anew = keys(upgraded)
    with writing(upgraded) as session:
        session.execute(delete(RecordKey))
        session.execute(delete(CleanRow))
        session.execute(delete(SourceRecord))
    take_in(upgraded, PATRICK | {"key": "A1"}, OLGA | {"key": "A2"})

    assert len(anew) == len(keys(upgraded))
    assert {key for key, _ in anew} == {key for key, _ in keys(upgraded)}


def test_the_guests_are_linked_anew_under_a_model_of_this_engine(upgraded: Engine) -> None:
    before = guests_by_key(upgraded)

    work(upgraded)

    assert models(upgraded)[-1].startswith(f"{ENGINE}-")
    assert guests_by_key(upgraded) == before


def test_a_killed_run_goes_on_where_it_was(upgraded: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rekeying, "BATCH", 1)
    asked = iter([False, True])
    first = rekey(upgraded, stopping=lambda: next(asked))
    with reading(upgraded) as session:
        half_way = keys_are_present(session)

    second = rekey(upgraded)

    assert first == Rekeyed(1, 1, is_finished=False)
    assert half_way is False
    assert second == Rekeyed(1, 1, is_finished=True)
    assert rekey(upgraded) == Rekeyed(0, 0, is_finished=True)


def test_work_that_is_asked_to_stop_leaves_the_rest_to_be_done(upgraded: Engine) -> None:
    rekey_records.run(Task(upgraded, read_settings({}), {}, lambda: True))

    with reading(upgraded) as session:
        assert session.scalars(select(Job.kind).where(Job.state == "ready")).all() == ["rekey_records"]
        assert keys_are_present(session) is False


def test_a_record_that_comes_meanwhile_keeps_its_keys(upgraded: Engine) -> None:
    take_in(upgraded, AGAIN | {"key": "n1"}, source="web", kind="web")

    done = rekey(upgraded)

    assert done == Rekeyed(3, 2, is_finished=True)


def test_a_new_house_has_nothing_to_make_anew(engine: Engine) -> None:
    take_in(engine, PATRICK | {"key": "A1"})
    link_waiting(engine)

    work(engine)

    with reading(engine) as session:
        assert keys_are_present(session) is True
        assert session.scalar(select(func.count()).select_from(Model)) == 1
