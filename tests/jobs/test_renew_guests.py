"""After the upgrade all guests are looked at once: their values by the new rules, and their households."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine, delete, select, update

from server.db import reading, writing
from server.guests.linking import link_waiting
from server.guests.models import GuestValue, HouseholdKey, HouseholdLink, HouseholdMember, ValueChange
from server.jobs.models import Job
from server.jobs.worker import Task
from server.migrating import migrate_engine
from server.privacy.dump import dump
from server.work import renew_guests
from tests.builders import PATRICK, take_in
from tests.house import make_settings

HOME = {"street": "12 rue des Lilas", "postal_code": "69003", "city": "Lyon"}
ANNE = {"key": "anne", "first_name": "Anne", "last_name": "Roux", "birth_date": "1980-03-04", **HOME}
LUC = {"key": "luc", "first_name": "Luc", "last_name": "Roux", "birth_date": "1979-08-21", **HOME}


def fill(engine: Engine) -> list[str]:
    take_in(engine, ANNE, LUC, PATRICK | {"key": "A1"})
    link_waiting(engine)
    with reading(engine) as session:
        return dump(session)


def task(engine: Engine, *, stopping: bool) -> Task:
    settings = make_settings(Path("unused"), str(engine.url))
    return Task(engine, settings, {}, lambda: stopping)


def test_a_house_that_was_linked_before_ends_as_one_linked_today(engine: Engine) -> None:
    as_today = fill(engine)
    with writing(engine) as session:
        for table in (HouseholdKey, HouseholdLink, HouseholdMember):
            session.execute(delete(table))
        session.execute(update(GuestValue).where(GuestValue.field == "first_name").values(rule="old"))

    for _ in range(2):  # begun again it changes nothing
        renew_guests.run(task(engine, stopping=False))
        with reading(engine) as session:
            assert dump(session) == as_today
            assert session.scalars(select(ValueChange)).all() == []


def test_asked_to_stop_it_leaves_the_rest_to_whoever_comes_next(engine: Engine) -> None:
    fill(engine)

    renew_guests.run(task(engine, stopping=True))

    with reading(engine) as session:
        assert session.scalars(select(Job.payload).where(Job.kind == "renew_guests")).all() == [{"after": ""}]


def test_the_upgrade_makes_it_due_where_there_are_guests(engine: Engine) -> None:
    fill(engine)
    migrate_engine(engine, "0016_pairs")
    migrate_engine(engine, "head")

    with reading(engine) as session:
        assert session.scalars(select(Job.kind).where(Job.kind == "renew_guests")).all() == ["renew_guests"]
