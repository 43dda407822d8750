"""Who asks us to stop is in no plan a moment later, and their page says so."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from server.clock import clock
from server.db import reading, writing
from server.jobs.models import Job
from server.jobs.worker import Task
from server.keys import ensure_keys, read_key
from server.prompts.asked_of import asked_of
from server.prompts.contacts import contact_key
from server.prompts.following import guests_around
from server.prompts.models import Message, Prompt
from server.prompts.opting import PLAN, opt_in, opt_out
from server.prompts.planning import plan_guests
from server.properties.reach import EVERYWHERE
from server.properties.setup import default_property
from server.records.models import SourceRecord
from server.work.plan_prompts import run
from tests.house import make_settings
from tests.prompts.hotel import ANNA, book, nobody_held_back

MOBILE = "+33612345678"


def planned(engine: Engine) -> list[str]:
    with reading(engine) as session:
        query = select(Prompt.purpose).where(Prompt.state == "planned", Prompt.channel == "sms")
        return sorted(session.scalars(query))


def let_the_plan_follow(engine: Engine, task: Task) -> None:
    with writing(engine) as session:
        jobs = session.scalars(select(Job).where(Job.kind == PLAN, Job.state == "ready")).all()
        payloads = [dict(job.payload) for job in jobs]
        for job in jobs:
            session.delete(job)
    for payload in payloads:
        run(Task(engine, task.settings, payload, lambda: False))


@pytest.fixture
def task(engine: Engine, database_url: str, tmp_path: Path) -> Task:
    """A house that planned to ask Anna by text."""
    ensure_keys(tmp_path / "keys")
    settings = make_settings(tmp_path, database_url)
    secret, now = read_key(settings.keys_dir, "index").secret, clock()
    nobody_held_back(engine)
    arrives = now.date() + timedelta(days=9)
    book(engine, ANNA | {"stay_from": str(arrives), "stay_to": str(arrives + timedelta(days=2))}, now=now)
    with writing(engine) as session:
        plan_guests(session, guests_around(session, now=now), secret=secret, now=now)
        asked = session.scalars(select(Prompt).where(Prompt.purpose == "email")).one()
        session.add(
            Message(
                property_id=asked.property_id,
                prompt_id=asked.id,
                kind="question",
                once_key=f"prompt:{asked.id}",
                state="delivered",
                to_key=contact_key(secret, "sms", MOBILE),
                sender="Arcades",
                channel="sms",
                language="de",
                made_at=now,
                due_at=now,
                until_at=now,
                sending_at=now,
            )
        )
    return Task(engine, settings, {}, lambda: False)


def test_a_stop_takes_a_guest_out_of_the_plan_and_a_start_puts_them_back(engine: Engine, task: Task) -> None:
    key = contact_key(read_key(task.settings.keys_dir, "index").secret, "sms", MOBILE)
    before = planned(engine)
    assert before

    with writing(engine) as session:
        company = default_property(session).legal_entity_id
        opt_out(session, key, "sms", company, how="stop", now=clock())
    let_the_plan_follow(engine, task)

    assert planned(engine) == []
    with writing(engine) as session:
        opt_in(session, key, "sms", company, now=clock())
    let_the_plan_follow(engine, task)
    assert planned(engine) == before


def test_the_guests_page_says_who_asked_to_stop(engine: Engine, task: Task) -> None:
    secret, now = read_key(task.settings.keys_dir, "index").secret, clock()
    with writing(engine) as session:
        company = default_property(session).legal_entity_id
        opt_out(session, contact_key(secret, "sms", MOBILE), "sms", company, how="stop", now=now)

    with reading(engine) as session:
        ids = session.scalars(select(SourceRecord.id)).all()
        guest = session.scalars(select(Prompt.guest_id)).first() or ""
        told = asked_of(session, guest, ids, EVERYWHERE, secret=secret, now=now).stopped

    assert [(one.channel, one.how, one.at) for one in told] == [("sms", "stop", now)]
