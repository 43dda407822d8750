"""A survey is cut from whoever answered it; a new one is one file."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, LargeBinary, String, cast, func, select

from server.captures.models import Capture, SealedForm, SurveyAnswer
from server.captures.wishes import low_scores
from server.db import Base, reading, writing
from server.devices.models import Device
from server.forms import definition
from server.intake import read_capture
from server.privacy.check import check
from server.properties.reach import EVERYWHERE
from server.records.models import Problem, SourceRecord
from tests.flows.forms import EVENING, send
from tests.house import app, client

__all__ = ["app", "client"]

UNHAPPY = {"overall": "4", "team": "2", "room_way_out": "skipped", "comment": "The lift was slow"}


def answers_kept(engine: Engine) -> list[SurveyAnswer]:
    with reading(engine) as session:
        return list(session.scalars(select(SurveyAnswer)))


def test_a_survey_becomes_no_record_and_leaves_no_form(engine: Engine) -> None:
    send(engine, "survey", 1, UNHAPPY)

    (kept,) = answers_kept(engine)
    assert (kept.day, kept.language, kept.score, kept.lowest) == (EVENING.date(), "it", 75, 25)
    assert kept.answers == {"overall": "4", "team": "2"}
    assert (kept.comment, kept.reply_to) == ("The lift was slow", None)
    with reading(engine) as session:
        for table in (Capture, SourceRecord, Problem):
            assert session.scalar(select(func.count()).select_from(table)) == 0


def test_nothing_in_the_house_leads_back_from_an_answer_to_its_form(engine: Engine) -> None:
    """Neither the id of the form nor its words stand anywhere else, in any column of any table."""
    capture_id = send(engine, "survey", 1, UNHAPPY)

    with reading(engine) as session:
        for table in Base.metadata.sorted_tables:
            for column in table.columns:
                if isinstance(column.type, LargeBinary):
                    continue
                text = cast(column, String)
                found = session.scalar(select(func.count()).where(text.contains(capture_id)))
                assert not found or table.name == "job", (table.name, column.name)
                words = session.scalar(select(func.count()).where(text.contains("lift was slow")))
                assert not words or table.name == "survey_answer", (table.name, column.name)


def test_the_order_of_the_answers_tells_nothing(engine: Engine) -> None:
    for score in "12345":
        for _ in range(3):
            send(engine, "survey", 1, {"overall": score})

    in_order = [kept.answers["overall"] for kept in sorted(answers_kept(engine), key=lambda kept: kept.id)]
    assert len(in_order) == 15
    assert in_order != sorted(in_order)


def test_reading_one_twice_counts_it_once(engine: Engine) -> None:
    capture_id = send(engine, "survey", 1, UNHAPPY)

    read_capture(engine, capture_id)  # as after a worker that was killed before it could say that it had read

    assert len(answers_kept(engine)) == 1


def test_whoever_stops_early_counts_with_what_was_answered(engine: Engine) -> None:
    send(engine, "survey", 1, {"overall": "2"})

    (kept,) = answers_kept(engine)
    assert (kept.score, kept.comment) == (25, None)


def test_the_desk_reads_low_scores_and_who_wants_an_answer(engine: Engine) -> None:
    send(engine, "survey", 1, {"overall": "5", "room": "5", "reply": "no", "reply_email": "typed@before.de"})
    send(engine, "survey", 1, {"overall": "5", "reply": "yes", "reply_email": "anna@gmail.com"})
    send(engine, "survey", 1, UNHAPPY)

    with reading(engine) as session:
        shown = low_scores(session, EVERYWHERE, since=EVENING.date())
    assert sorted((answer.lowest, answer.reply_to or "") for answer in shown) == [
        (25, ""),
        (100, "anna@gmail.com"),
    ]


@pytest.fixture
def spa_survey(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A file is put into the folder of definitions; nothing else is done."""
    folder = tmp_path / "definitions"
    shutil.copytree(definition.DEFINITIONS, folder)
    invented = Path(__file__).parents[1] / "forms" / "everything.v1.toml"
    shutil.copy(invented, folder)
    monkeypatch.setattr(definition, "DEFINITIONS", folder)
    definition.published_forms.cache_clear()
    yield
    definition.published_forms.cache_clear()


def test_a_new_survey_is_one_file(spa_survey: None, client: FlaskClient, engine: Engine) -> None:
    page = client.get("/kiosk/everything/en")
    send(engine, "everything", 1, {"likely": "4", "went": "once", "at": "21:30", "late": "yes"})

    assert page.status_code == 200
    assert "Would you come again?" in page.get_data(as_text=True)
    (kept,) = answers_kept(engine)
    assert (kept.form, kept.score, kept.answers) == (
        "everything",
        40,
        {"likely": "4", "went": "once", "late": "yes"},
    )


def test_a_tablets_sealed_survey_leaves_its_number_and_nothing_to_open(engine: Engine) -> None:
    capture_id = send(engine, "survey", 1, UNHAPPY, read=False)
    with writing(engine) as session:
        place = session.get_one(Capture, capture_id).property_id
        tablet = Device(
            property_id=place, name="Lobby", token_hash=b"1" * 32, enrolled_by="staff:1", enrolled_at=EVENING
        )
        session.add(tablet)
        session.flush()
        session.add(
            SealedForm(
                capture_id=capture_id,
                copy=0,
                digest=b"2" * 32,
                device_id=tablet.id,
                number=1,
                form="survey",
                form_version=1,
                key_id="k",
                sealed=b"sealed",
                state="opened",
                skew_seconds=0,
                received_at=EVENING,
            )
        )
    read_capture(engine, capture_id)

    with reading(engine) as session:
        left = session.scalars(select(SealedForm)).one()
        assert check(session) == []
    assert (left.sealed, left.state) == (None, "erased")
    assert (left.form, left.form_version) == ("", 0), "it is not told from the form of a guest who was erased"
    assert len(answers_kept(engine)) == 1
