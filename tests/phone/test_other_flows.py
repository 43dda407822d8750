"""Wishes and a survey by a link: each with its own door, and a survey that nobody can lead back to a stay."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from server.captures.links import find_link, issue_link
from server.captures.models import Capture, GuestLink, SealedForm, SurveyAnswer, Wish
from server.clock import clock
from server.db import reading, writing
from server.intake import read_capture
from server.journal.models import JournalEntry
from server.records.models import SourceRecord
from server.refusal import Refused
from tests.house import Expected, expect_guest, token_of

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.fixture
def expected(app: Flask) -> Expected:
    return expect_guest(app.config["ENGINE"], now=clock())


def link_to(app: Flask, expected: Expected, form: str, *, now: datetime | None = None) -> str:
    """The address of a link of the same stay that leads to another form."""
    with writing(app.config["ENGINE"]) as session:
        record = session.get_one(SourceRecord, expected.record_id)
        return f"/g/{issue_link(session, record, form=form, actor='test', now=now or clock()).token}"


def open_door(client: FlaskClient, address: str, **answers: str) -> None:
    given = answers | {"csrf_token": token_of(client, address)}
    answer = client.post(address, data=given)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/g/form")


def answer_all(client: FlaskClient, given: dict[str, dict[str, str]], *steps: str) -> str:
    """Walk through a form without JavaScript; the last page."""
    said = {"csrf_token": token_of(client, "/g/form"), "language": "en", "version": "1"}
    page = ""
    for step in steps:
        own = given.get(step)
        go = "next" if own is not None or step in ("check", "contact") else "out:skipped"
        said |= (own or {}) | {"step": step, "go": go}
        page = client.post("/g/form", data=said, follow_redirects=True).get_data(as_text=True)
        if go != "next":
            said |= {f"{step}_way_out": "skipped"}
    return page


def read_all(app: Flask) -> None:
    with reading(app.config["ENGINE"]) as session:
        ids = session.scalars(select(Capture.id)).all()
    for id_ in ids:
        read_capture(app.config["ENGINE"], id_)


def test_wishes_come_by_a_link_and_stand_with_the_booking(
    app: Flask, client: FlaskClient, expected: Expected
) -> None:
    open_door(client, link_to(app, expected, "wishes"), **expected.right_answers)

    page = answer_all(
        client,
        {"name": {"given_name": "María", "family_name": "de la Cruz"}, "comfort": {"cot": "yes"}},
        *("name", "stay", "comfort", "occasion", "wish", "check"),
    )

    assert "We have your wishes" in page
    read_all(app)
    with reading(app.config["ENGINE"]) as session:
        assert session.scalars(select(Wish)).one().kinds == ["cot"]
        assert session.scalars(select(Capture)).one().proof == "booking-bound"


def test_a_survey_asks_for_no_name_before_it_says_that_it_keeps_none(
    app: Flask, client: FlaskClient, expected: Expected
) -> None:
    address = link_to(app, expected, "survey")

    door = client.get(address).get_data(as_text=True)

    assert "How was your stay?" in door
    assert "last_name" not in door
    open_door(client, address)
    assert "The link to your stay is cut" in client.get("/g/form").get_data(as_text=True)


def test_a_survey_by_a_link_is_cut_from_the_stay(app: Flask, client: FlaskClient, expected: Expected) -> None:
    address = link_to(app, expected, "survey", now=clock() - timedelta(hours=9))
    open_door(client, address)
    steps = ("overall", "team", "room", "food", "comment", "contact")
    page = answer_all(client, {"overall": {"overall": "2"}, "contact": {"reply": "no"}}, *steps)
    assert "we read every one of them" in page
    read_all(app)

    with reading(app.config["ENGINE"]) as session:
        answer = session.scalars(select(SurveyAnswer)).one()
        link = session.scalars(select(GuestLink).where(GuestLink.leads_to == "survey")).one()
        columns = {column.key for column in inspect(SurveyAnswer).column_attrs}
        assert answer.score == 25
        assert session.scalars(select(Capture)).all() == []
        assert session.scalars(select(SealedForm)).all() == []
        assert not columns & {"guest_link_id", "record_id", "received_at", "capture_id", "device_id"}
        assert link.used_at == link.created_at  # that it was used, not when
        acts = session.scalars(
            select(JournalEntry.act).where(JournalEntry.subject == link.subject).order_by(JournalEntry.id)
        ).all()
        assert acts == ["link.issued"]
    assert client.post(address, data={"csrf_token": token_of(client, address)}).headers["Location"] == (
        "/g/received"
    )


def test_of_a_survey_counts_what_was_answered_until_the_guest_leaves(
    app: Flask, client: FlaskClient, expected: Expected
) -> None:
    address = link_to(app, expected, "survey")
    open_door(client, address)
    asked = {"csrf_token": token_of(client, "/g/form"), "language": "en", "version": "1", "step": "overall"}
    assert "data-partial" in client.get("/g/form").get_data(as_text=True)

    assert client.post("/g/form", data=asked | {"go": "leave"}).status_code == 204  # nothing was answered yet
    assert client.get("/g/form").status_code == 200
    said = asked | {"step": "team", "overall": "1", "go": "leave"}
    assert client.post("/g/form", data=said).status_code == 204

    read_all(app)
    with reading(app.config["ENGINE"]) as session:
        assert session.scalars(select(SurveyAnswer)).one().answers == {"overall": "1"}
    assert client.post("/g/form", data=said).headers["Location"] == "/g/received"  # counted once


def test_of_wishes_nothing_is_kept_before_they_are_sent(
    app: Flask, client: FlaskClient, expected: Expected
) -> None:
    open_door(client, link_to(app, expected, "wishes"), **expected.right_answers)
    asked = {"csrf_token": token_of(client, "/g/form"), "language": "en", "version": "1", "step": "name"}

    assert client.post("/g/form", data=asked | {"given_name": "Anna", "go": "leave"}).status_code == 204

    with reading(app.config["ENGINE"]) as session:
        assert session.scalars(select(Capture)).all() == []


@pytest.mark.parametrize(("form", "days"), [("pre_check_in", 3), ("wishes", 3), ("survey", 23)])
def test_a_surveys_link_outlives_the_stay(app: Flask, expected: Expected, form: str, days: int) -> None:
    token = link_to(app, expected, form).removeprefix("/g/")

    with reading(app.config["ENGINE"]) as session:
        link = find_link(session, token, now=clock())
        assert link is not None
        assert (link.expires_at.date() - expected.arrives).days == days


def test_a_survey_can_be_asked_once_the_stay_is_over(app: Flask, expected: Expected) -> None:
    later = clock() + timedelta(days=10)

    assert link_to(app, expected, "survey", now=later)
    with pytest.raises(Refused, match=r"link\.stay_is_over"):
        link_to(app, expected, "wishes", now=later)


def test_a_newer_link_ends_the_older_one_to_the_same_form_only(app: Flask, expected: Expected) -> None:
    first, second = link_to(app, expected, "wishes"), link_to(app, expected, "survey")
    newer = link_to(app, expected, "wishes")

    def opens(session: Session, address: str) -> bool:
        return find_link(session, address.removeprefix("/g/"), now=clock()) is not None

    with reading(app.config["ENGINE"]) as session:
        assert find_link(session, expected.token, now=clock()) is not None
        assert [opens(session, address) for address in (first, second, newer)] == [False, True, True]


def test_a_form_that_there_is_not_is_said_by_its_name(app: Flask, expected: Expected) -> None:
    with pytest.raises(Refused) as refused:
        link_to(app, expected, "passport")

    assert refused.value.code == "link.no_form"
    assert "survey" in refused.value.params["known"]


def test_a_guest_who_closes_a_survey_has_answered_so_far(
    app: Flask, served: str, page: Page, expected: Expected
) -> None:
    page.goto(f"{served}{link_to(app, expected, 'survey')}")
    page.locator(".actions .primary").click()
    page.locator("#f-overall-2, [name=overall][value='2']").first.locator("xpath=..").click()
    page.locator("[name=team]").first.wait_for(state="attached")

    page.goto("about:blank")

    for _ in range(100):
        with reading(app.config["ENGINE"]) as session:
            found = session.scalars(select(Capture)).all()
        if found:
            break
        page.wait_for_timeout(100)
    assert [capture.answers for capture in found] == [{"overall": "2"}]
