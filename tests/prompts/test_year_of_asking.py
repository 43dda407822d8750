"""A year of questions of twelve hotels in twelve zones: none at night, none lost, none doubled."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, select

from server.db import reading
from server.guests.models import HouseholdMember, Link
from server.privacy.check import check
from server.prompts.hours import hours_of, is_open
from server.prompts.models import Message, Prompt
from server.prompts.rules import all_rules
from server.properties.models import Property
from tests.prompts.asking_year import Post, live_through


def look_at(engine: Engine, post: Post) -> Counter[str]:
    """What a year came to; whatever is wrong with it is said at once."""
    with reading(engine) as session:
        prompts = {prompt.id: prompt for prompt in session.scalars(select(Prompt))}
        messages = {message.id: message for message in session.scalars(select(Message))}
        houses = {house.id: house for house in session.scalars(select(Property))}
        guest_of = dict(session.execute(select(Link.record_id, Link.guest_id)).all())
        homes = dict(session.execute(select(HouseholdMember.guest_id, HouseholdMember.household_id)).all())
        broken = check(session)
    assert broken == []
    _assert_none_lost(prompts, messages)
    days = Counter[tuple[str, int, date]]()
    asked, found = Counter[int](), Counter[str]()
    for at, message_id in post.carried:
        message = messages[message_id]
        prompt, house = prompts[message.prompt_id or 0], houses[message.property_id]
        there = at.astimezone(ZoneInfo(house.zone))
        keeps = all_rules()[prompt.rule].KEEPS_SUNDAYS
        assert 8 <= there.hour < 20, (house.zone, there)
        assert not (keeps and there.weekday() == 6), (house.zone, there)
        assert is_open(at, hours_of(house), keeps_sundays=keeps)
        guest = guest_of[prompt.record_id or 0]
        days[homes.get(guest, guest), house.id, there.date()] += 1
        asked[prompt.id] += 1
        found[prompt.purpose] += 1
        found[house.zone] += 1
    assert max(asked.values()) == 1
    assert max(days.values()) == 1
    assert len({(prompts[one].stay_id, prompts[one].purpose) for one in asked}) == len(asked)
    found["prompts"] = len(prompts)
    found.update(prompt.state for prompt in prompts.values())
    return found


def _assert_none_lost(prompts: dict[int, Prompt], messages: dict[int, Message]) -> None:
    """Each question ended, with a reason or an answer, and what was asked has its message that went out."""
    went = {one.prompt_id: one.state for one in messages.values()}
    assert len(went) == len(messages)
    for prompt in prompts.values():
        assert prompt.state in ("held_back", "closed"), (prompt.id, prompt.state)
        assert prompt.state == "held_back" or (prompt.why and prompt.settled_at), prompt.id
        state = went.get(prompt.id)
        if prompt.asked_at is None:
            assert state is None, (prompt.id, state)
        elif prompt.why == "no_answer":
            assert state == "sent", (prompt.id, state)
        else:
            assert state in ("sent", "failed", "dropped"), (prompt.id, state)


def test_a_year_of_a_few_guests(engine: Engine) -> None:
    post = live_through(engine, 30, looks_every=timedelta(days=4), rests=timedelta(hours=2))

    found = look_at(engine, post)
    assert min(found["email"], found["survey"], found["stay_info"]) > 3


@pytest.mark.soak
def test_a_year_of_many_guests(engine: Engine) -> None:
    post = live_through(engine, 2_000, looks_every=timedelta(hours=12), rests=timedelta(minutes=15))

    found = look_at(engine, post)
    print(dict(sorted(found.items())))
    assert min(found["email"], found["survey"], found["stay_info"]) > 300
    assert len([name for name in found if "/" in name]) == 12
