"""What is asked once more when a message is about to leave, and the caps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, select

from server.db import reading, writing
from server.feeds.models import Feed
from server.prompts.allowed import WAITS, ask
from server.prompts.asking import approve
from server.prompts.caps import Caps, tally
from server.prompts.contacts import contact_key
from server.prompts.models import Message, OptOut, Prompt
from server.prompts.senders import why_refused
from server.properties.models import Property
from server.properties.setup import default_property, mark_house
from tests.prompts.hotel import ANNA, FRIDAY, SECRET, book, nobody_held_back, plan_all, prompts

DUE = datetime(2026, 5, 7, 8, tzinfo=UTC)
KEY = b"k" * 32


def may_go(engine: Engine, now: datetime = DUE) -> str | None:
    with reading(engine) as session:
        prompt = session.scalars(select(Prompt).where(Prompt.purpose == "email")).one()
        return ask(session, [prompt], secret=SECRET, now=now).why_not(prompt)


def approved(engine: Engine) -> None:
    nobody_held_back(engine)
    book(engine, ANNA)
    plan_all(engine)
    with writing(engine) as session:
        place = default_property(session)
        place.test_arrived_at = FRIDAY
        approve(session, place, actor="staff:1", now=FRIDAY)


def message(place: Property, n: int, **changed: Any) -> Message:
    usual: dict[str, Any] = {
        "property_id": place.id,
        "kind": "question",
        "once_key": f"m{n}",
        "channel": "sms",
        "sender": "Arcades",
        "to_key": KEY,
        "prefix": "+3361234",
        "language": "de",
        "state": "sent",
        "made_at": DUE,
        "due_at": DUE,
        "until_at": DUE,
        "sending_at": DUE - timedelta(minutes=5),
        "parts": 1,
    }
    return Message(**(usual | changed))


def test_a_question_goes_out_when_it_is_due_and_approved(engine: Engine) -> None:
    approved(engine)

    assert may_go(engine) is None


def test_nothing_goes_out_of_a_house_that_approved_nothing(engine: Engine) -> None:
    nobody_held_back(engine)
    book(engine, ANNA)
    plan_all(engine)

    assert may_go(engine) == "not_approved"
    assert may_go(engine, DUE - timedelta(hours=1)) in WAITS


@pytest.mark.parametrize(
    ("now", "why"),
    [
        (DUE - timedelta(minutes=1), "not_yet"),
        (datetime(2026, 5, 7, 18, tzinfo=UTC), "quiet_hours"),  # eight in the evening
        (datetime(2026, 5, 13, 10, tzinfo=UTC), "too_late"),
    ],
)
def test_not_before_not_at_night_and_not_after(engine: Engine, now: datetime, why: str) -> None:
    approved(engine)

    assert may_go(engine, now) == why


def test_the_demo_may_be_tried_at_night(engine: Engine) -> None:
    approved(engine)
    with writing(engine) as session:
        mark_house(session, "demo")

    assert may_go(engine, datetime(2026, 5, 7, 23, tzinfo=UTC)) is None


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"status": "cancelled"}, "cancelled"),
        ({"email": "anna.bauer@gmx.de"}, "known"),
        ({"mobile": "+33 6 98 76 54 32"}, "contact_changed"),
        ({"stay_from": "2026-05-12"}, "not_yet"),
    ],
)
def test_what_changed_since_the_plan_is_seen_at_once(
    engine: Engine, change: dict[str, str], why: str
) -> None:
    approved(engine)

    book(engine, ANNA | change)

    assert may_go(engine) == why


def test_a_stop_a_minute_ago_counts(engine: Engine) -> None:
    approved(engine)
    with writing(engine) as session:
        entity = default_property(session).legal_entity_id
        key = contact_key(SECRET, "sms", "+33612345678")
        session.add(OptOut(contact_key=key, channel="sms", legal_entity_id=entity, at=DUE, how="stop"))

    assert may_go(engine) == "opted_out"
    assert "opted_out" not in WAITS


def test_nothing_goes_out_on_an_old_feed(engine: Engine) -> None:
    approved(engine)
    with writing(engine) as session:
        place = default_property(session)
        long_ago = DUE - timedelta(days=3)
        session.add(
            Feed(property_id=place.id, kind="folder", name="A", place="a", made_at=long_ago, made_by="x")
        )

    assert may_go(engine) == "feed_old"


def test_one_message_a_day_to_a_guest(engine: Engine) -> None:
    approved(engine)
    (info,) = prompts(engine, "stay_info")
    with writing(engine) as session:
        session.add(message(default_property(session), 1, prompt_id=info.id, channel="email"))

    assert may_go(engine) == "household_today"


@pytest.mark.parametrize(
    ("sent", "changed", "why"),
    [
        (3, {}, "cap_number"),
        (10, {"to_key": b"o" * 32}, "cap_prefix"),
        (12, {"to_key": b"o" * 32, "prefix": "+4915112"}, "cap_day"),
        (1, {"to_key": b"o" * 32, "prefix": "", "cost": Decimal("-5"), "currency": "USD"}, "cap_money"),
        (10, {"to_key": b"o" * 32, "sending_at": DUE - timedelta(hours=2)}, None),
    ],
)
def test_caps(engine: Engine, sent: int, changed: dict[str, Any], why: str | None) -> None:
    nobody_held_back(engine)
    with writing(engine) as session:
        place = default_property(session)
        session.add_all([message(place, n, **changed) for n in range(sent)])
        session.flush()
        caps = Caps(number=3, prefix=10, day=12, money=Decimal(5))

        counted = tally(session, to_keys={KEY}, prefixes={"+3361234"}, property_ids={place.id}, now=DUE)
        found = counted.why_capped(
            caps, property_id=place.id, to_key=KEY, prefix="+3361234", is_written=False
        )

    assert found == why


def test_messages_that_wait_are_in_the_way_of_new_ones_and_not_of_each_other(engine: Engine) -> None:
    nobody_held_back(engine)
    caps = Caps(number=2)
    with writing(engine) as session:
        place = default_property(session)
        waiting = [message(place, n, state="ready", sending_at=None) for n in range(3)]
        session.add_all(waiting)
        session.flush()
        counted = tally(session, to_keys={KEY}, prefixes=(), property_ids={place.id}, now=DUE)

        def why(*, is_written: bool) -> str | None:
            return counted.why_capped(
                caps, property_id=place.id, to_key=KEY, prefix="", is_written=is_written
            )

        assert (why(is_written=False), why(is_written=True)) == ("cap_number", None)
        for one in waiting[:2]:
            one.state = "sending"
            counted.add(one)
        assert why(is_written=True) == "cap_number"


@pytest.mark.parametrize(
    ("kind", "mode", "country", "why"),
    [
        ("name", "link", "FR", None),
        ("name", "reply", "FR", "sender.name_not_answered"),
        ("long", "link", "FR", "sender.no_long"),
        ("short", "reply", "FR", None),
        ("name", "link", "US", "sender.no_names"),
        ("long", "reply", "US", None),
        ("long", "reply", "GB", None),
        ("long", "reply", "DE", None),
        ("long", "nothing", "FR", None),
    ],
)
def test_what_a_sender_can_do_in_a_country(kind: str, mode: str, country: str, why: str | None) -> None:
    assert why_refused(kind, mode, country) == why
