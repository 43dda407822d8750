"""The plan: which questions are to be put to some guests, told from all that is known, and written down.

It says the same however often it is made. Guests of one household are planned together, since one of them is
asked; what was asked already goes before what is to be asked, and that before what is new.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from server.guests.loading import parts
from server.guests.models import HouseholdMember
from server.prompts.chances import Chance
from server.prompts.contacts import contact_key
from server.prompts.gathering import gather
from server.prompts.judging import Wanted, is_held_back, judge, purposes
from server.prompts.models import Asking, Prompt
from server.prompts.replanning import (
    PENDING,
    close,
    is_reopened_by_plan,
    may_close_asked,
    renew,
    reopen,
)
from server.prompts.rules import settings_of
from server.stays.models import Stay

AHEAD, BEHIND = timedelta(days=15), timedelta(days=31)
"""Days of stays that are planned: two weeks ahead and a month behind, and a day for the zones."""
OPEN = ("planned", "held_back", "asked", "answered")
LARGEST_CIRCLE = 400
"""Guests that are planned together at most; a household has a few."""


@dataclass(slots=True)
class Planned:
    """What a planning changed."""

    made: int = 0
    moved: int = 0
    closed: int = 0

    def add(self, other: Planned) -> None:
        """Both together."""
        self.made += other.made
        self.moved += other.moved
        self.closed += other.closed


class _Case(NamedTuple):
    """One stay and purpose: what is wanted or why not, and the question there is."""

    chance: Chance
    purpose: str
    wanted: Wanted | str
    prompt: Prompt | None


def plan_guests(session: Session, guest_ids: Collection[str], *, secret: bytes, now: datetime) -> Planned:
    """Plan for these guests and those who live with them, in the caller's transaction."""
    circle = _circle(session, set(guest_ids))
    prompts = _prompts(session, circle)
    stays = _stays(session, circle, {prompt.stay_id for prompt in prompts if prompt.state in OPEN}, now)
    known = {stay.id for stay in stays}
    of_stay: dict[tuple[str, str], Prompt] = {(one.stay_id, one.purpose): one for one in prompts}
    for part in parts(sorted(known)):  # of a guest that went into another
        for one in session.scalars(select(Prompt).where(Prompt.stay_id.in_(part))):
            of_stay[one.stay_id, one.purpose] = one
    askings = {asking.property_id: asking for asking in session.scalars(select(Asking))}
    settings = {property_id: settings_of(asking) for property_id, asking in askings.items()}
    usual = settings_of(None)
    cases = []
    chances = gather(session, stays, secret=secret)
    for chance in chances:
        own = settings.get(chance.property_id, usual)
        for purpose in purposes(own):
            prompt = of_stay.get((chance.stay_id, purpose))
            is_old = prompt is not None and prompt.state in PENDING
            since = prompt.planned_at if prompt is not None and is_old else now
            cases.append(_Case(chance, purpose, judge(chance, own, purpose, since=since), prompt))
    done = Planned()
    gone = {prompt.stay_id for prompt in of_stay.values()} - {chance.stay_id for chance in chances}
    for prompt in of_stay.values():
        if prompt.stay_id in gone and prompt.state in (*PENDING, "asked"):
            done.closed += close(prompt, "gone", now=now)
    held = {property_id: asking.held_back for property_id, asking in askings.items()}
    _settle(session, _one_each(cases), held, done, secret=secret, now=now)
    session.flush()
    return done


def _settle(
    session: Session,
    cases: Iterable[_Case],
    held: Mapping[int, int],
    done: Planned,
    *,
    secret: bytes,
    now: datetime,
) -> None:
    asked = []
    for case in cases:
        prompt, wanted = case.prompt, case.wanted
        if isinstance(wanted, str):
            if prompt is not None and prompt.state in PENDING:
                done.closed += close(prompt, wanted, now=now)
            elif prompt is not None and prompt.state == "asked":
                asked.append((prompt, wanted))
            continue
        facts = _facts(case.chance, wanted, secret)
        share = held.get(case.chance.property_id, HELD_BACK)
        is_held = wanted.setting.rule.ASKS_ADDRESS and is_held_back(
            case.chance.guest_id, share, secret=secret
        )
        state = "held_back" if is_held else "planned"
        if prompt is None:
            own = {"stay_id": case.chance.stay_id, "property_id": case.chance.property_id}
            session.add(Prompt(purpose=case.purpose, state=state, why="", planned_at=now, **own, **facts))
            done.made += 1
        elif prompt.state in PENDING:
            done.moved += renew(prompt, facts | {"state": state})
        elif is_reopened_by_plan(prompt):
            reopen(prompt, facts | {"state": state}, now=now)
            done.made += 1
    closable = may_close_asked(session, [prompt for prompt, _ in asked])
    for prompt, why in asked:
        if prompt.id in closable:
            done.closed += close(prompt, why, now=now, was_asked=True)


HELD_BACK = 10
"""Percent of a house that set nothing, as of one that did."""


def _facts(chance: Chance, wanted: Wanted, secret: bytes) -> dict[str, object]:
    channel: str = wanted.setting.rule.CHANNEL
    contact = chance.mobile if channel == "sms" else chance.email
    return {
        "guest_id": chance.guest_id,
        "record_id": chance.record_id,
        "rule": wanted.setting.name,
        "channel": channel,
        "mode": wanted.mode,
        "language": chance.language,
        "source_channel": chance.source_channel,
        "due_at": wanted.due_at,
        "until_at": wanted.until_at,
        "contact_key": contact_key(secret, channel, contact or ""),
    }


def _one_each(cases: Sequence[_Case]) -> list[_Case]:
    """One open question per guest and purpose, and one per household, house and purpose at a time: the
    others are told why they are not asked."""
    guests: set[tuple[str, str]] = set()
    taken: dict[tuple[str, str, int], list[tuple[datetime, datetime]]] = {}
    found = []
    for case in sorted(cases, key=_first_come):
        chance, wanted, prompt = case.chance, case.wanted, case.prompt
        own = (chance.guest_id, case.purpose)
        keys = [(one, case.purpose, chance.property_id) for one in chance.households]
        is_out = prompt is not None and prompt.state in ("asked", "answered")
        is_over = prompt is not None and (
            prompt.state in ("given", "declined")
            or (prompt.state == "closed" and not is_reopened_by_plan(prompt))
        )
        if is_out and prompt is not None:
            span = (prompt.due_at, prompt.until_at)
        elif isinstance(wanted, str) or is_over:
            found.append(case)
            continue
        else:
            span = (wanted.due_at, wanted.until_at)
            if own in guests:
                found.append(case._replace(wanted="open_question"))
                continue
            if any(span[0] < end and start < span[1] for key in keys for start, end in taken.get(key, ())):
                found.append(case._replace(wanted="household"))
                continue
        guests.add(own)
        for key in keys:
            taken.setdefault(key, []).append(span)
        found.append(case)
    return found


def _first_come(case: _Case) -> tuple[int, datetime, str]:
    """What was asked goes before what is planned, and that before what is new; then the earlier."""
    state = case.prompt.state if case.prompt is not None else ""
    rank = 0 if state in ("asked", "answered") else 1 if state in PENDING else 2
    due = case.wanted.due_at if isinstance(case.wanted, Wanted) else _LAST
    return rank, due, case.chance.stay_id


_LAST = datetime.max.replace(tzinfo=UTC)


def stays_around(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """What a stay must be to be planned: it has days, and these are not far from today."""
    first, last = (now - BEHIND).date(), (now + AHEAD).date()
    return Stay.kind == "stay", Stay.arrives <= last, Stay.departs >= first


def _circle(session: Session, guest_ids: set[str]) -> set[str]:
    """These guests and those who live with them, and with these."""
    found, new = set(guest_ids), set(guest_ids)
    while new and len(found) - len(guest_ids) < LARGEST_CIRCLE:
        near: set[str] = set()
        for part in parts(sorted(new)):
            homes = select(HouseholdMember.household_id).where(HouseholdMember.guest_id.in_(part))
            living = select(HouseholdMember.guest_id).where(HouseholdMember.household_id.in_(homes))
            near |= set(session.scalars(living))
        new = near - found
        found |= new
    return found


def _prompts(session: Session, guest_ids: set[str]) -> list[Prompt]:
    found: list[Prompt] = []
    for part in parts(sorted(guest_ids)):
        found += session.scalars(select(Prompt).where(Prompt.guest_id.in_(part)).order_by(Prompt.id))
    return found


def _stays(session: Session, guest_ids: set[str], stay_ids: set[str], now: datetime) -> list[Stay]:
    """The stays of these guests around today, and those that something is open about."""
    found: dict[str, Stay] = {}
    around = stays_around(now)
    for part in parts(sorted(guest_ids)):
        for stay in session.scalars(select(Stay).where(Stay.guest_id.in_(part), *around)):
            found[stay.id] = stay
    for part in parts(sorted(stay_ids - found.keys())):
        for stay in session.scalars(select(Stay).where(Stay.id.in_(part))):
            found[stay.id] = stay
    return sorted(found.values(), key=lambda stay: stay.id)
