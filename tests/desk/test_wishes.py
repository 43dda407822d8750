"""What guests wish and what they were not content with is seen on Today, and somebody sees to it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from server.captures.identifiers import new_capture_id
from server.captures.models import SurveyAnswer, Wish
from server.captures.receiving import receive
from server.captures.settling import surveys_for_somebody, wishes_of_day
from server.clock import clock
from server.db import reading, writing
from server.guests.linking import link_waiting
from server.intake import read_capture
from server.journal.models import JournalEntry
from server.properties.models import Property
from server.properties.reach import EVERYWHERE, Reach
from server.properties.setup import default_property, ensure_properties
from tests.builders import make_source
from tests.house import seated_client, token_of

COT = {"given_name": "Anna", "family_name": "Rossi", "cot": "yes", "occasion": "birthday", "arrives": "today"}
LATE = COT | {"arrival_time": "22:30", "wish": "A <b>quiet</b> room"}
POOR = {"overall": "1", "team": "4", "comment": "The shower was cold"}


def fill_in(app: Flask, form: str, answers: dict[str, str], *, at: str = "", days_ago: int = 0) -> None:
    """A form comes in and is read, at the main house or at another."""
    engine = app.config["ENGINE"]
    make_source(engine)
    now = clock() - timedelta(days=days_ago)
    with writing(engine) as session:
        place = ensure_properties(session, [{"code": at}])[0] if at else default_property(session)
        id_ = new_capture_id(clock())
        how: dict[str, Any] = {"language": "en", "surface": "kiosk", "proof": "typed"}
        receive(session, id=id_, form=form, version=1, property_id=place.id, answers=answers, now=now, **how)
    read_capture(engine, id_)
    link_waiting(engine)


def today_of(client: FlaskClient) -> str:
    page = client.get("/").get_data(as_text=True)
    return re.sub(r"\s+", " ", page)


Row = TypeVar("Row", Wish, SurveyAnswer)


def only(app: Flask, table: type[Row]) -> Row:
    with reading(app.config["ENGINE"]) as session:
        return session.scalars(select(table)).one()


@pytest.fixture
def desk(app: Flask) -> FlaskClient:
    return seated_client(app, "reception")


def press(client: FlaskClient, address: str) -> int:
    return client.post(address, data={"csrf_token": token_of(client, "/")}).status_code


def test_reception_sees_which_arrivals_have_wishes(app: Flask, desk: FlaskClient) -> None:
    fill_in(app, "wishes", LATE)

    page = today_of(desk)

    assert "about 22:30 · A cot for a baby · A birthday" in page
    assert "<q>A &lt;b&gt;quiet&lt;/b&gt; room</q>" in page
    assert "Anna Rossi" in page


def test_who_saw_to_a_wish_stands_there_and_can_be_taken_back(app: Flask, desk: FlaskClient) -> None:
    fill_in(app, "wishes", COT)
    wish = only(app, Wish)

    assert press(desk, f"/desk/wishes/{wish.id}/settle") == 303
    page = today_of(desk)
    assert 'class="badge good">seen to<' in page
    assert "Nadia" in page

    assert press(desk, f"/desk/wishes/{wish.id}/back") == 303
    assert 'class="badge good">seen to<' not in today_of(desk)
    with reading(app.config["ENGINE"]) as session:
        acts = session.scalars(
            select(JournalEntry.act).where(JournalEntry.act.like("wish.%")).order_by(JournalEntry.id)
        ).all()
    assert acts == ["wish.settled", "wish.open_again"]


def test_the_first_who_saw_to_it_stays(app: Flask, desk: FlaskClient) -> None:
    fill_in(app, "survey", POOR)
    number = only(app, SurveyAnswer).id
    press(desk, f"/desk/wishes/surveys/{number}/settle")
    first = only(app, SurveyAnswer).settled_by

    press(seated_client(app, "manager"), f"/desk/wishes/surveys/{number}/settle")

    assert first is not None
    assert only(app, SurveyAnswer).settled_by == first


def test_a_low_score_calls_for_somebody_until_the_day_after_it_was_seen_to(
    app: Flask, desk: FlaskClient
) -> None:
    fill_in(app, "survey", POOR)
    fill_in(app, "survey", {"overall": "5"})

    page = today_of(desk)
    assert "Your stay: 1 / 5" in page
    assert "The shower was cold" in page
    assert "Your stay: 5 / 5" not in page

    with reading(app.config["ENGINE"]) as session:
        number = next(a.id for a in session.scalars(select(SurveyAnswer)) if a.lowest == 0)
    press(desk, f"/desk/wishes/surveys/{number}/settle")
    with reading(app.config["ENGINE"]) as session:
        today = surveys_for_somebody(session, EVERYWHERE, now=clock())
        tomorrow = surveys_for_somebody(session, EVERYWHERE, now=clock() + timedelta(days=1))
    assert [answer.id for answer in today] == [number]
    assert tomorrow == []


def test_a_survey_nobody_saw_to_asks_no_more_after_a_fortnight(app: Flask) -> None:
    fill_in(app, "survey", POOR, days_ago=16)

    with reading(app.config["ENGINE"]) as session:
        assert surveys_for_somebody(session, EVERYWHERE, now=clock()) == []


def test_the_day_is_each_houses_own(app: Flask) -> None:
    fill_in(app, "wishes", COT)
    with writing(app.config["ENGINE"]) as session:
        session.get_one(Property, only(app, Wish).property_id).zone = "Pacific/Kiritimati"
    late = datetime.combine(only(app, Wish).day, datetime.min.time(), ZoneInfo("Pacific/Kiritimati"))

    with reading(app.config["ENGINE"]) as session:
        assert len(wishes_of_day(session, EVERYWHERE, ahead=0, now=late)) == 1
        assert wishes_of_day(session, EVERYWHERE, ahead=0, now=late - timedelta(minutes=1)) == []
        assert len(wishes_of_day(session, EVERYWHERE, ahead=1, now=late - timedelta(minutes=1))) == 1


def test_what_another_house_must_see_to_is_not_seen_and_cannot_be_pressed(app: Flask) -> None:
    fill_in(app, "wishes", LATE, at="spa")
    fill_in(app, "survey", POOR, at="spa")
    with reading(app.config["ENGINE"]) as session:
        main = default_property(session).id
    client = seated_client(app, "reception", property_id=main)

    assert "22:30" not in today_of(client)
    assert "shower" not in client.get("/desk/wishes/sheet").get_data(as_text=True)
    assert press(client, f"/desk/wishes/{only(app, Wish).id}/settle") == 404
    assert press(client, f"/desk/wishes/surveys/{only(app, SurveyAnswer).id}/settle") == 404
    assert only(app, Wish).settled_at is None
    with reading(app.config["ENGINE"]) as session:
        assert wishes_of_day(session, Reach(frozenset({main})), ahead=0, now=clock()) == []


@pytest.mark.parametrize("number", [0, 2**31, 2**62 + 1, 10**30])
def test_a_number_that_nothing_has_is_not_found(desk: FlaskClient, number: int) -> None:
    assert press(desk, f"/desk/wishes/{number}/settle") == 404
    assert press(desk, f"/desk/wishes/surveys/{number}/settle") == 404


@pytest.mark.parametrize(("role", "sees", "settles"), [("privacy", 200, 403), ("auditor", 403, 403)])
def test_whoever_may_only_look_settles_nothing(app: Flask, role: str, sees: int, settles: int) -> None:
    fill_in(app, "wishes", COT)
    client = seated_client(app, role)

    assert client.get("/desk/wishes/sheet").status_code == sees
    token = token_of(client, "/desk/me" if role == "auditor" else "/")
    address = f"/desk/wishes/{only(app, Wish).id}/settle"
    assert client.post(address, data={"csrf_token": token}).status_code == settles


def test_the_sheet_prints_what_is_to_do_and_the_journal_tells_whose_it_was(
    app: Flask, desk: FlaskClient
) -> None:
    fill_in(app, "wishes", LATE)
    fill_in(app, "survey", POOR | {"reply": "yes", "reply_email": "anna@posteo.example"})

    sheet = desk.get("/desk/wishes/sheet")
    page = re.sub(r"\s+", " ", sheet.get_data(as_text=True))

    assert "about 22:30 · A cot for a baby" in page
    assert "The shower was cold" in page
    assert "anna@posteo.example" in page
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page)
    sheet.close()
    with reading(app.config["ENGINE"]) as session:
        entry = session.scalars(select(JournalEntry).where(JournalEntry.act == "guest.opened")).one()
        assert entry.subject.startswith("guest:")
    tomorrow = desk.get("/desk/wishes/sheet?day=tomorrow").get_data(as_text=True)
    assert "Anna" not in tomorrow
    assert "Nobody who arrives tomorrow has told a wish yet." in tomorrow


def test_a_page_that_is_open_hears_of_it(app: Flask, desk: FlaskClient) -> None:
    seen = re.search(r'If-None-Match&#34;: &#34;\\&#34;(\w+)|"If-None-Match": "\\"(\w+)', today_of(desk))
    assert seen
    tag = f'"{seen[1] or seen[2]}"'
    assert desk.get("/desk/today", headers={"If-None-Match": tag}).status_code == 304

    fill_in(app, "wishes", COT)

    assert desk.get("/desk/today", headers={"If-None-Match": tag}).status_code == 200
