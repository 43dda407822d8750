"""A source is shown by its export's title and its property, and evidence in the way people write it."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient

from server.db import writing
from server.desk.words import readable, tells_staff
from server.guests.linking import link_waiting
from server.properties.setup import ensure_properties
from tests.builders import PATRICK, take_in
from tests.desk.filled import guest_of


def test_reception_reads_titles_and_properties_never_our_own_names(house: Flask, desk: FlaskClient) -> None:
    engine = house.config["ENGINE"]
    with writing(engine) as session:
        ensure_properties(session, [{"code": "main"}])
    take_in(engine, PATRICK | {"key": "7781"}, source="shopify_customers", kind="shop")
    take_in(engine, PATRICK | {"key": "b1"}, source="Bar till", kind="till")

    link_waiting(engine)

    page = desk.get(f"/desk/guests/{guest_of(engine, '7781')}").get_data(as_text=True)

    assert "Shopify customers" in page
    assert "shopify_customers" not in page


def test_days_and_numbers_in_a_reason_are_written_as_people_write_them(house: Flask) -> None:
    with house.test_request_context():
        said = readable(
            {"phone": "+33652527272", "day": "1956-12-28", "odd": "2026-99-99", "name": "P Martin"}
        )

    assert said == {
        "phone": "+33 6 52 52 72 72",
        "day": "28 Dec 1956",
        "odd": "2026-99-99",
        "name": "P Martin",
    }


def test_only_a_number_that_staff_can_look_up_is_shown() -> None:
    assert tells_staff("A000901")
    assert not tells_staff("#d1gest")
    assert not tells_staff("01a20506-4f32-72e9-83aa-20fda163e544")
