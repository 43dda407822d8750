"""Forms that come together are read together; one that cannot be read is told from the others."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine, select

from server.captures.models import Capture
from server.db import reading
from server.flows import pre_check_in
from server.intake import open_forms
from server.records.models import Problem, SourceRecord
from server.release import this_release
from tests.captures.tablet import KEY, hand_over, new_tablet

NAMES = [f"Guest {number}" for number in range(6)]


def read_all(engine: Engine) -> dict[str, tuple[str, str | None]]:
    """Of each guest by name: the state of the form, and the key of the record that it became."""
    while open_forms(engine, [KEY], 50):
        pass
    with reading(engine) as session:
        query = select(Capture, SourceRecord.key).outerjoin(
            SourceRecord, SourceRecord.id == Capture.record_id
        )
        found = {
            capture.answers["given_name"]: (capture, key) for capture, key in session.execute(query).all()
        }
        assert all(key in (None, capture.id) for capture, key in found.values())
        return {name: (capture.state, key) for name, (capture, key) in found.items()}


def hand_all_over(engine: Engine) -> None:
    tablets = [new_tablet(engine), new_tablet(engine)]
    for number, name in enumerate(NAMES):
        tablet = tablets[number % 2]
        answers = {"given_name": name, "family_name": "Berg", "email": f"guest.{number}@posteo.example"}
        hand_over(engine, tablet, tablet.item(answers))


def test_each_of_the_forms_that_are_read_together_becomes_its_own_record(engine: Engine) -> None:
    hand_all_over(engine)

    found = read_all(engine)

    assert {name: state for name, (state, _) in found.items()} == dict.fromkeys(NAMES, "read")
    assert len({key for _, key in found.values()}) == len(NAMES)


def test_one_that_cannot_be_read_keeps_none_of_the_others_from_being_read(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_all_over(engine)
    read = pre_check_in.read

    def fails(capture: Capture, *args: Any, **kwargs: Any) -> Any:
        if capture.answers["given_name"] == NAMES[3]:
            raise ValueError("nobody foresaw it")
        return read(capture, *args, **kwargs)

    monkeypatch.setattr(pre_check_in, "read", fails)

    found = read_all(engine)

    assert found.pop(NAMES[3]) == ("problem", None)
    assert {state for state, _ in found.values()} == {"read"}
    assert len(found) == len(NAMES) - 1
    with reading(engine) as session:
        (problem,) = session.scalars(select(Problem)).all()
        told = {"fault": "ValueError", "release": this_release()}
        assert (problem.code, problem.params) == ("capture.unreadable", told)
