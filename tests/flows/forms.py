"""Finished forms for the tests of what they become."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count

from sqlalchemy import Engine

from server.captures.identifiers import new_capture_id
from server.captures.receiving import receive
from server.db import writing
from server.intake import read_capture
from server.properties.setup import default_property
from tests.builders import make_source

EVENING = datetime(2026, 5, 4, 21, 30, tzinfo=UTC)
TODAY = "2026-05-04"
_numbers = count()

FAMILY = {
    "staying": "self",
    "given_name": "Anna",
    "family_name": "Rossi",
    "arrives": "today",
    "arrival_time": "18:30",
    "reference": "BK-2040",
    "companion_1": "yes",
    "companion_1_given_name": "Luca",
    "companion_1_reach": "same",
    "companion_2": "yes",
    "companion_2_given_name": "Mia",
    "companion_2_family_name": "Bianchi",
    "companion_2_reach": "own",
    "companion_2_email": "mia.bianchi@gmail.com",
    "companion_4": "yes",
    "companion_4_given_name": "Leo",
    "companion_4_reach": "child",
    "email": "anna.rossi@gmail.com",
    "mobile_country": "FR",
    "mobile": "06 52 52 72 72",
    "wish": "A quiet room, please",
    "news": "yes",
}


def send(engine: Engine, form: str, version: int, answers: dict[str, str], *, read: bool = True) -> str:
    """A tablet's form comes in and is read; its id."""
    make_source(engine)
    capture_id = new_capture_id(EVENING.replace(microsecond=next(_numbers) * 1000))
    with writing(engine) as session:
        receive(
            session,
            id=capture_id,
            form=form,
            version=version,
            language="it",
            surface="kiosk",
            proof="typed",
            property_id=default_property(session).id,
            answers=answers,
            now=EVENING,
        )
    if read:
        read_capture(engine, capture_id)
    return capture_id
