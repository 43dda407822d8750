"""Being the guest: the real pages for a stay that there is not; nothing of it is ever a guest's."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from server.captures.links import find_link
from server.captures.models import Capture, Rehearsal
from server.captures.rehearsing import begin_rehearsal, drop_old_rehearsals, rehearsal_token
from server.clock import clock
from server.db import reading, writing
from server.jobs.models import Job
from server.journal.models import JournalEntry
from server.privacy.check import check
from server.privacy.dump import dump
from server.properties.beginning import STEPS
from server.properties.setup import default_property
from server.records.models import Problem, SourceRecord
from server.reporting.beginning import beginning, rehearsed
from server.reporting.counting import count_house
from tests.door import Clock
from tests.house import app, client, token_of

__all__ = ["app", "client"]

ANSWERS = {"given_name": "Nadia", "family_name": "Haddad", "email": "nadia@gmail.com", "news": "yes"}
ANSWERS |= {"staying": "self", "mobile_way_out": "skipped", "wishes_way_out": "skipped"}
ANSWERS |= {"stay_way_out": "skipped"}


@pytest.fixture
def token(app: Flask) -> str:
    """The token of a rehearsal that was just begun."""
    secret = app.config["INDEX_KEY"]
    with writing(app.config["ENGINE"]) as session:
        made = begin_rehearsal(
            session, default_property(session), secret=secret, actor="staff:1", now=clock()
        )
        return rehearsal_token(secret, made)


def right_answers(app: Flask) -> dict[str, str]:
    with reading(app.config["ENGINE"]) as session:
        arrives = session.scalars(select(Rehearsal.arrives)).one()
        assert arrives is not None
    return {
        "last_name": "test",
        "day": str(arrives.day),
        "month": str(arrives.month),
        "year": str(arrives.year),
    }


def fill_in(app: Flask, client: FlaskClient, token: str, **changed: str) -> str:
    """Walk through the form as a guest does; the page that says it arrived."""
    csrf = token_of(client, f"/g/{token}")
    client.post(f"/g/{token}", data=right_answers(app) | {"csrf_token": csrf})
    csrf = token_of(client, "/g/form")
    data = {"csrf_token": csrf, "language": "en", "step": "check", "go": "next"}
    answer = client.post("/g/form", data=data | ANSWERS | changed, follow_redirects=True)
    page = answer.get_data(as_text=True)
    assert 'class="question thanks"' in page
    return page


def test_every_page_of_it_says_rehearsal(app: Flask, client: FlaskClient, token: str) -> None:
    door = client.get(f"/g/{token}").get_data(as_text=True)
    csrf = token_of(client, f"/g/{token}")
    client.post(f"/g/{token}", data=right_answers(app) | {"csrf_token": csrf})
    form = client.get("/g/form").get_data(as_text=True)

    arrived = fill_in(app, client, token)

    assert all("Rehearsal: you are the guest." in page for page in (door, form, arrived))


def test_a_phone_that_opened_a_deleted_rehearsal_does_not_open_the_next(
    app: Flask, client: FlaskClient, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite gives the number of the last row again once the row is deleted."""
    csrf = token_of(client, f"/g/{token}")
    client.post(f"/g/{token}", data=right_answers(app) | {"csrf_token": csrf})
    assert client.get("/g/form").status_code == 200
    Clock(monkeypatch).passes(seconds=2)

    with writing(app.config["ENGINE"]) as session:
        begin_rehearsal(session, default_property(session), secret=b"k" * 32, actor="staff:2", now=clock())

    assert client.get("/g/form").status_code == 303


def test_a_real_guests_pages_never_say_so(client: FlaskClient) -> None:
    assert "Rehearsal" not in client.get("/g/unknown").get_data(as_text=True)


def test_the_finished_form_ticks_the_step_and_shows_what_reception_would_have(
    app: Flask, client: FlaskClient, token: str
) -> None:
    fill_in(app, client, token)

    with reading(app.config["ENGINE"]) as session:
        place = default_property(session)
        read = rehearsed(session.scalars(select(Rehearsal)).one(), place)
        assert beginning(session, place).steps["guest"] == "done"
    assert read is not None
    assert (read.first_name, read.last_name, read.email, read.email_class, read.email_consent) == (
        "Nadia",
        "Haddad",
        "nadia@gmail.com",
        "real",
        True,
    )


def test_it_becomes_no_record_counts_nowhere_and_links_to_nobody(
    app: Flask, client: FlaskClient, token: str
) -> None:
    engine = app.config["ENGINE"]
    with reading(engine) as session:
        before, numbers = dump(session), count_house(session, clock().date())

    fill_in(app, client, token)

    with reading(engine) as session:
        assert dump(session) == before
        assert count_house(session, clock().date()) == numbers
        assert check(session) == []
        for table in (Capture, SourceRecord, Problem, Job):
            assert session.scalar(select(func.count()).select_from(table)) == 0, table


def test_what_must_not_be_held_is_taken_out_of_it_too(app: Flask, client: FlaskClient, token: str) -> None:
    fill_in(app, client, token, given_name="4111 1111 1111 1111")

    with reading(app.config["ENGINE"]) as session:
        kept = session.scalars(select(Rehearsal.answers)).one()
    assert kept is not None
    assert "4111" not in str(kept)


def test_after_a_day_it_opens_no_more_and_is_deleted_with_all_it_holds(
    app: Flask, client: FlaskClient, token: str
) -> None:
    fill_in(app, client, token)
    tomorrow = clock() + timedelta(days=1)

    with writing(app.config["ENGINE"]) as session:
        assert find_link(session, token, now=tomorrow) is None
        drop_old_rehearsals(session, now=tomorrow)
        assert session.scalars(select(Rehearsal)).all() == []
        assert beginning(session, default_property(session)).steps["guest"] == "done"
        assert len(beginning(session, default_property(session)).steps) == len(STEPS)


def test_a_new_rehearsal_ends_the_one_before(app: Flask, token: str) -> None:
    engine, secret = app.config["ENGINE"], app.config["INDEX_KEY"]

    with writing(engine) as session:
        again = begin_rehearsal(
            session, default_property(session), secret=secret, actor="staff:1", now=clock()
        )
        fresh = rehearsal_token(secret, again)

    with reading(engine) as session:
        assert find_link(session, token, now=clock()) is None
        assert find_link(session, fresh, now=clock()) is not None
        assert fresh != token
        assert session.scalar(select(func.count()).select_from(Rehearsal)) == 1


def test_the_journal_names_it_by_its_number_only(app: Flask, client: FlaskClient, token: str) -> None:
    fill_in(app, client, token)

    with reading(app.config["ENGINE"]) as session:
        entries = session.execute(
            select(JournalEntry.act, JournalEntry.subject, JournalEntry.detail).order_by(JournalEntry.id)
        ).all()
    assert ("rehearsal.begun", "rehearsal:1", {}) in entries
    assert ("link.opened", "rehearsal:1", {}) in entries


def test_guessing_is_stopped_as_at_a_guests_link(app: Flask, client: FlaskClient, token: str) -> None:
    csrf = token_of(client, f"/g/{token}")
    wrong = right_answers(app) | {"last_name": "Nobody", "csrf_token": csrf}

    for _ in range(5):
        client.post(f"/g/{token}", data=wrong)

    answer = client.post(f"/g/{token}", data=right_answers(app) | {"csrf_token": csrf})
    assert "/g/form" not in answer.headers.get("Location", "")
