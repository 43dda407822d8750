"""What the tablets' earlier releases sealed and sent still arrives: bodies that their own scripts wrote.

`recorded/` holds what the scripts of two releases (commits 88cbd40 and b5f99d2) posted from
a Chromium, sealed to a key that is kept beside it. A release more is one file more.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from server.captures.models import Capture, SurveyAnswer
from server.clock import clock
from server.db import reading, writing
from server.devices.enrolling import enrol, issue_code
from server.devices.models import Device
from server.intake import open_forms
from server.keys import read_all_keys
from server.properties.setup import default_property
from server.records.models import Problem
from tests.house import app, client

__all__ = ["app", "client"]

RECORDED = sorted((Path(__file__).parent / "recorded").glob("*.json"))


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_forms_of_an_earlier_release_are_taken_and_read(app: Flask, client: FlaskClient, path: Path) -> None:
    told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    keys = app.config["ONEGUEST"].keys_dir
    own = json.loads((keys / "sealing.json").read_text())
    (keys / "sealing.json").write_text(json.dumps(own | told["key"]))
    with writing(app.config["ENGINE"]) as session:
        secret, now = app.config["INDEX_KEY"], clock()
        code = issue_code(session, default_property(session), "", secret=secret, actor="command", now=now)
        token = enrol(session, code.text, secret=secret, now=now).token
    headers = {"Authorization": f"Bearer {token}"}

    beat = client.post("/api/v1/beat", json=told["beat"], headers=headers)
    answers = [client.post("/api/v1/sync", json=told["sync"], headers=headers) for _ in range(2)]

    items = told["sync"]["items"]
    assert (beat.status_code, beat.get_json()["protocol"]) == (200, told["beat"]["protocol"])
    for answer, status in zip(answers, ("stored", "duplicate"), strict=True):
        acknowledged = answer.get_json()["items"]
        assert [(one["id"], one["sha256"], one["status"]) for one in acknowledged] == [
            (item["id"], item["sha256"], status) for item in items
        ]
    while open_forms(app.config["ENGINE"], read_all_keys(keys, "sealing"), 20):
        pass
    with reading(app.config["ENGINE"]) as session:
        read = [*session.scalars(select(Capture)), *session.scalars(select(SurveyAnswer))]
        problems = session.scalars(select(Problem)).all()
        device = session.scalars(select(Device)).one()
        assert device.told["browser"] == told["sync"]["browser"]
    for item, answers_given in zip(items, told["answers"], strict=True):
        of_it = [one for one in read if answers_given.items() <= one.answers.items()]
        assert [(one.form, one.form_version) for one in of_it] == [(item["form"], item["version"])]
    assert problems == []


def test_two_releases_are_recorded() -> None:
    assert len(RECORDED) >= 2
