"""What tablets offer, and links to other forms, arrive in a house that runs and can be taken out again."""

from __future__ import annotations

from sqlalchemy import Engine, select, text

from server.captures.models import GuestLink
from server.db import reading, writing
from server.migrating import migrate_engine
from server.properties.models import Property
from tests.house import NOON, expect_guest

BEFORE = "0029_wishes"


def test_tablets_of_yesterday_offer_the_pre_check_in_and_links_lead_to_it(engine: Engine) -> None:
    expect_guest(engine, now=NOON)
    migrate_engine(engine, BEFORE)
    migrate_engine(engine, "head")

    with reading(engine) as session:
        place = session.scalars(select(Property)).one()
        assert (place.flows, place.good_to_know) == (["pre_check_in"], {})
        assert session.scalars(select(GuestLink)).one().leads_to == "pre_check_in"


def test_taking_it_out_ends_the_links_that_would_lead_elsewhere(engine: Engine) -> None:
    link_id = expect_guest(engine, now=NOON).link_id
    expect_guest(engine, now=NOON, last_name="Berg")
    with writing(engine) as session:
        session.get_one(GuestLink, link_id).leads_to = "survey"

    migrate_engine(engine, BEFORE)

    with engine.connect() as connection:
        left = connection.execute(text("SELECT id FROM guest_link")).scalars().all()
    assert len(left) == 1
    assert link_id not in left
    migrate_engine(engine, "head")
