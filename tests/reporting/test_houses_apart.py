"""A house's figures are its own: no count, not by one guest, tells that another house knows somebody."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from server.clock import clock
from server.db import reading
from server.guests.linking import link_waiting
from server.properties.models import Property
from server.properties.reach import EVERYWHERE, Reach
from server.reporting.behind import Asked, count_behind, counted_as
from server.reporting.completeness import completeness
from server.reporting.counting import count_house
from server.reporting.numbers import EMAIL_CLASSES, NUMBERS
from tests.builders import PATRICK, guests_by_key, take_in
from tests.desk.filled import count
from tests.desk.two_houses import fill_two

LEFT = {"stay_from": "2026-05-01", "stay_to": "2026-05-03"}
WHO = {name: PATRICK[name] for name in ("first_name", "last_name")}


@pytest.fixture
def lake(engine: Engine) -> Engine:
    """A house that knows Patrick by his mobile number only, and Olga by her name."""
    take_in(
        engine,
        WHO | LEFT | {"key": "l1", "mobile": "06 52 52 72 72"},
        LEFT | {"key": "l2", "first_name": "Olga", "last_name": "Ivanova"},
        source="pms lake",
        stay_kind="stay",
        at="lake",
    )
    link_waiting(engine)
    return engine


def told_elsewhere(engine: Engine) -> None:
    """Another house of the same company has all of Patrick, and his yes to news."""
    row = PATRICK | {"key": "h1", "mobile": "06 52 52 72 72", "language": "fr", "email_consent": "yes"}
    row |= {"street": "1 rue Haute", "city": "Lyon", "postal_code": "69001"}
    take_in(engine, row, source="news hill", kind="newsletter", at="hill")
    link_waiting(engine)


def figures(engine: Engine, code: str) -> dict[tuple[str, str], int]:
    """All that is counted of a house, or of the group."""
    with reading(engine) as session:
        place = session.scalar(select(Property.id).where(Property.code == code)) if code else 0
        rows = count_house(session, clock().date())
    return {(row["cut"], row["measure"]): row["value"] for row in rows if row["property_id"] == place}


def test_what_another_house_learns_of_a_guest_moves_no_figure_of_ours(lake: Engine) -> None:
    before, group_before = figures(lake, "lake"), figures(lake, "")

    told_elsewhere(lake)

    assert guests_by_key(lake)["l1"] == guests_by_key(lake)["h1"], "they are one guest"
    assert figures(lake, "lake") == before
    assert before["", "guests.after.email.reachable"] == before["", "stays.after.email.marketable"] == 0
    group = figures(lake, "")
    assert group_before["", "stays.after.email.reachable"] == 0
    assert group["", "stays.after.email.reachable"] == group["", "stays.after.email.marketable"] == 1


def test_a_no_to_news_at_any_house_still_outweighs_a_yes_at_ours(lake: Engine) -> None:
    told_elsewhere(lake)
    assert figures(lake, "hill")["", "guests.after.email.marketable"] == 1

    take_in(lake, PATRICK | {"key": "l3", "email_consent": "no"}, source="desk lake", at="lake")
    link_waiting(lake)

    assert figures(lake, "hill")["", "guests.after.email.marketable"] == 0


def asked_of(property_id: int) -> list[Asked]:
    """Every figure that the page of a house shows, with those who lack it."""
    numbers = [*NUMBERS, *(f"class:{name}" for name in EMAIL_CLASSES)]
    kinds = [("stays", "before"), ("stays", "after"), ("records", "before"), ("guests", "after")]
    return [
        Asked(population, when, number, lacking, property_id)
        for (population, when), number, lacking in product(kinds, numbers, (False, True))
        if not (number.startswith("class:") and (population == "stays" or lacking))
        and not (number == "all" and lacking)
    ]


def test_behind_every_figure_of_a_house_stand_just_as_many_guests_whoever_looks(
    engine: Engine, tmp_path: Path
) -> None:
    for house in fill_two(engine, tmp_path):
        own = Reach(frozenset({house.property_id}))
        with reading(engine) as session:
            for asked in asked_of(house.property_id):
                day = clock().date()
                seen = count_behind(session, asked, day, own).number
                kept = counted_as(session, asked)
                assert count_behind(session, asked, day, EVERYWHERE).number == seen, asked
                assert kept is None or kept.value == seen, asked


def test_the_page_of_a_house_says_what_its_own_records_say(lake: Engine) -> None:
    told_elsewhere(lake)
    count(lake, clock().date())

    with reading(lake) as session:
        place = session.scalar(select(Property.id).where(Property.code == "lake")) or 0
        ours, group = completeness(session, property_id=place), completeness(session)

    assert ours.main_after.reachable.part == 0
    assert ours.classes_after == {"missing": 2}
    assert [(line.name, line.after.part) for line in ours.by_source] == [("pms lake", 0)]
    assert [(line.name, line.after.part) for line in ours.by_month] == [("2026-05", 0)]
    assert group.main_after.reachable.part == 1
