"""The demo's houses have papers to print, and one says why it has not."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from server.demo.companies import seat_companies
from server.demo.group import HOUSES
from server.papers.facts import facts_of
from server.papers.shelf import shelf, write
from server.properties.setup import ensure_properties

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_the_french_houses_print_everything_and_the_swiss_ones_say_what_the_notice_waits_for(
    session: Session,
) -> None:
    places = ensure_properties(session, [asdict(house) for house in HOUSES])

    seat_companies(session)

    for place in places:
        facts = facts_of(session, place, now=NOON)
        waiting = {lack.code for paper in shelf(facts) for lack in paper.lacks if lack.stops}
        assert waiting == ({"paper.lacks_authority"} if place.country == "CH" else set()), place.code
        for code in ("register", "desk_card", *(("privacy_notice",) if place.country == "FR" else ())):
            assert write(code, facts, "fr") is not None
