"""A tablet is handed a stay: it is told the named fields once, and whoever guesses codes learns nothing."""

from __future__ import annotations

import logging

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from server.captures.handing import hand_over
from server.captures.identifiers import new_capture_id
from server.clock import clock
from server.db import reading, writing
from server.devices.enrolling import revoke_device
from server.devices.models import Device
from server.journal.models import JournalEntry
from server.keys import read_key
from server.records.models import SourceRecord
from tests.captures.tablet import Tablet
from tests.house import expect_guest
from tests.surfaces.test_tablets import code_of, say


@pytest.fixture
def tablet(app: Flask, client: FlaskClient) -> Tablet:
    told = say(client, "enrol", code=code_of(app)).get_json()
    return Tablet(told["device"], told["token"], read_key(app.config["ONEGUEST"].keys_dir, "sealing"))


@pytest.fixture
def code(app: Flask, tablet: Tablet) -> str:
    """María's stay, handed over to the tablet; the code for any other."""
    record_id = expect_guest(app.config["ENGINE"], now=clock(), last_name="Xyzarella").record_id
    with writing(app.config["ENGINE"]) as session:
        record, device = session.get_one(SourceRecord, record_id), session.get_one(Device, tablet.device)
        secret = app.config["INDEX_KEY"]
        return hand_over(session, record, device, secret=secret, actor="staff:1", now=clock()).text


def look(client: FlaskClient, tablet: Tablet) -> object:
    answer = client.get("/api/v1/handover", headers={"Authorization": f"Bearer {tablet.token}"})
    assert answer.status_code == 200
    return answer.get_json()["handover"]


def test_what_waits_tells_nothing_of_the_guest_and_the_stay_is_told_once(
    app: Flask, client: FlaskClient, tablet: Tablet, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    waits = look(client, tablet)
    assert waits == {"id": 1, "form": "pre_check_in", "language": "en"}

    first = say(client, "handover/take", tablet.token, handover=1, capture=new_capture_id(clock()))
    other = say(client, "handover/take", tablet.token, handover=1, capture=new_capture_id(clock()))

    assert first.get_json()["answers"]["family_name"] == "Xyzarella"
    assert first.headers["Cache-Control"] == "no-store"
    assert (other.status_code, other.get_json()["error"]) == (403, "handover.none")
    assert look(client, tablet) is None
    assert "xyzarella" not in caplog.text.lower()
    with reading(app.config["ENGINE"]) as session:
        acts = session.execute(select(JournalEntry.actor, JournalEntry.act).order_by(JournalEntry.id)).all()
        entries = " ".join(str(entry.__dict__) for entry in session.scalars(select(JournalEntry)))
    assert (f"device:{tablet.device}", "handover.taken") in acts
    assert "xyzarella" not in entries.lower()


def test_a_code_typed_on_the_tablet_leads_to_the_stay(client: FlaskClient, tablet: Tablet, code: str) -> None:
    claimed = say(client, "handover/claim", tablet.token, code=f"{code[:3]} {code[3:].lower()}")

    assert claimed.get_json()["handover"]["id"] == 1
    assert say(client, "handover/claim", tablet.token, code=code).status_code == 403


def test_whoever_guesses_codes_waits_after_five_and_the_tablets_forms_go_on_coming(
    client: FlaskClient, tablet: Tablet, code: str
) -> None:
    guesses = [say(client, "handover/claim", tablet.token, code=f"AAAA{n}") for n in range(7)]

    assert [answer.status_code for answer in guesses] == [403] * 5 + [429] * 2
    assert guesses[-1].headers["Retry-After"] == "60"
    assert say(client, "handover/claim", tablet.token, code=code).status_code == 429
    assert say(client, "sync", tablet.token, items=[tablet.item()]).status_code == 200


def test_no_stay_is_told_without_the_token_of_a_tablet_in_use(
    app: Flask, client: FlaskClient, tablet: Tablet, code: str
) -> None:
    capture = new_capture_id(clock())
    assert say(client, "handover/take", "ogd_guessed", handover=1, capture=capture).status_code == 401
    with writing(app.config["ENGINE"]) as session:
        revoke_device(session, tablet.device, actor="staff:1", now=clock())

    for what in ("handover/claim", "handover/take"):
        answer = say(client, what, tablet.token, handover=1, capture=capture, code=code)
        assert (answer.status_code, answer.get_json()["error"]) == (401, "device.revoked")
        assert "Xyzarella" not in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"handover": "1"},
        {"handover": True},
        {"handover": 1, "capture": "17"},
        {"handover": 1, "capture": 7},
    ],
)
def test_what_is_no_question_of_ours_is_told_so(
    client: FlaskClient, tablet: Tablet, said: dict[str, object]
) -> None:
    assert say(client, "handover/take", tablet.token, **said).status_code == 422


def test_a_number_that_no_handover_has_is_no_fault(client: FlaskClient, tablet: Tablet) -> None:
    capture = new_capture_id(clock())

    answers = [
        say(client, "handover/take", tablet.token, handover=n, capture=capture) for n in (0, -1, 10**20)
    ]

    assert [answer.status_code for answer in answers] == [403] * 3
