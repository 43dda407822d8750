"""May these questions go out now? Everything is asked again at the moment of sending, not only when planned.

The facts are gathered for many questions at once; of each it is then decided by them alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.guests.loading import parts
from server.guests.models import HouseholdMember
from server.prompts.caps import Caps, Tally, caps_of, prefix_of, tally
from server.prompts.chances import Chance
from server.prompts.contacts import contact_key
from server.prompts.feed_age import is_old
from server.prompts.gathering import gather
from server.prompts.hours import is_open
from server.prompts.judging import never
from server.prompts.models import Asking, Message, Prompt
from server.prompts.rules import Setting, settings_of
from server.prompts.written import Written, written_to
from server.properties.finding import today_at
from server.properties.models import Property
from server.stays.models import Stay

WAITS = frozenset(
    {
        *("not_approved", "not_tested", "not_yet", "quiet_hours", "feed_old", "household_today"),
        *("no_sender", "cap_number", "cap_prefix", "cap_day", "cap_money", "contact_changed"),
    }
)
"""Codes that pass, or that the next planning settles; whatever else is met closes the question."""


def is_approved(asking: Asking | None) -> bool:
    """Whether somebody approved that this house asks, and nobody stopped it since."""
    return asking is not None and asking.approved_at is not None


def why_not_from(session: Session, house: Property, *, now: datetime) -> str | None:
    """Why nothing goes out from a house just now, as a code; None: nothing is in its way."""
    if not is_approved(session.get(Asking, house.id)):
        return "not_approved"
    if house.test_arrived_at is None:
        return "not_tested"
    return "feed_old" if is_old(session, house.id, now=now) else None


@dataclass(frozen=True, slots=True)
class Asked:
    """Some questions, and all that decides whether each may go out, gathered at one moment."""

    now: datetime
    secret: bytes
    houses: Mapping[int, Property]
    in_the_way: Mapping[int, str | None]
    """By house: why nothing goes out from it."""
    settings: Mapping[int, tuple[Setting, ...]]
    caps: Mapping[int, Caps]
    chances: Mapping[str, Chance]
    circles: Mapping[int, frozenset[str]]
    """By question: its guest, and those they live with."""
    tally: Tally
    written_to: Written

    def why_not(self, prompt: Prompt) -> str | None:
        """Why this question may not go out now, as a code; None: it may. Of WAITS: not yet."""
        now = self.now
        if prompt.state not in ("planned", "asked"):  # asked: its message is written, and about to go
            return "not_planned"
        if now >= prompt.until_at:
            return "too_late"
        chance = self.chances.get(prompt.stay_id)
        if chance is None:
            return "gone"
        own = self.settings[prompt.property_id]
        setting = next((one for one in own if one.name == prompt.rule), None)
        if setting is None:
            return "rule_off"
        span = never(chance, prompt.purpose) or setting.plan(chance)
        if isinstance(span, str):
            return span
        if why := self.in_the_way[prompt.property_id]:
            return why
        if now < max(span.first, prompt.due_at):
            return "not_yet"
        if not is_open(now, chance.hours, keeps_sundays=setting.rule.KEEPS_SUNDAYS):
            return "quiet_hours"
        if _contact(prompt, chance, self.secret) != prompt.contact_key:
            return "contact_changed"
        if prompt.channel == "sms" and chance.sender is None:
            return "no_sender"
        house, is_written = self.houses[prompt.property_id], prompt.state == "asked"
        since = datetime.combine(today_at(house, now=now), time(), ZoneInfo(house.zone)).astimezone(UTC)
        if self.written_to.is_any(self.circles[prompt.id], since=since, waits=not is_written):
            return "household_today"
        return self.tally.why_capped(
            self.caps[house.id],
            property_id=house.id,
            to_key=prompt.contact_key,
            prefix=_prefix(prompt, chance),
            is_written=is_written,
        )

    def goes(self, message: Message) -> None:
        """One was written, or leaves: it counts for those that are asked about after it."""
        self.tally.add(message)
        if message.kind == "question" and message.prompt_id is not None:
            self.written_to.add(self.circles.get(message.prompt_id, ()), message)


def ask(session: Session, prompts: Sequence[Prompt], *, secret: bytes, now: datetime) -> Asked:
    """Gather what decides about these questions, in some thirty queries however many they are."""
    stays: list[Stay] = []
    for part in parts(sorted({prompt.stay_id for prompt in prompts})):
        stays += session.scalars(select(Stay).where(Stay.id.in_(part)))
    chances = {chance.stay_id: chance for chance in gather(session, stays, secret=secret)}
    ids = {prompt.property_id for prompt in prompts}
    houses = {house.id: house for house in session.scalars(select(Property).where(Property.id.in_(ids)))}
    of_house = {id_: session.get(Asking, id_) for id_ in ids}
    circles = _circles(session, prompts, chances)
    known = [(prompt, chances[prompt.stay_id]) for prompt in prompts if prompt.stay_id in chances]
    return Asked(
        now=now,
        secret=secret,
        houses=houses,
        in_the_way={id_: why_not_from(session, house, now=now) for id_, house in houses.items()},
        settings={id_: settings_of(asking) for id_, asking in of_house.items()},
        caps={id_: caps_of(asking.caps if asking else {}) for id_, asking in of_house.items()},
        chances=chances,
        circles=circles,
        tally=tally(
            session,
            to_keys={prompt.contact_key for prompt in prompts if prompt.contact_key},
            prefixes={_prefix(prompt, chance) for prompt, chance in known},
            property_ids=ids,
            now=now,
        ),
        written_to=written_to(session, frozenset[str]().union(*circles.values()), now=now),
    )


def _contact(prompt: Prompt, chance: Chance, secret: bytes) -> bytes:
    contact = chance.mobile if prompt.channel == "sms" else chance.email
    return contact_key(secret, prompt.channel, contact or "")


def _prefix(prompt: Prompt, chance: Chance) -> str:
    return prefix_of(chance.mobile or "") if prompt.channel == "sms" else ""


def _circles(
    session: Session, prompts: Sequence[Prompt], chances: Mapping[str, Chance]
) -> dict[int, frozenset[str]]:
    """By question: the guest it was planned for and the one it is for now, and all they live with."""
    own = {prompt.id: {prompt.guest_id} for prompt in prompts}
    for prompt in prompts:
        if prompt.stay_id in chances:
            own[prompt.id].add(chances[prompt.stay_id].guest_id)
    homes, living = defaultdict[str, set[str]](set), defaultdict[str, set[str]](set)
    for part in parts(sorted(set[str]().union(*own.values()))):
        theirs = select(HouseholdMember.household_id).where(HouseholdMember.guest_id.in_(part))
        query = select(HouseholdMember.household_id, HouseholdMember.guest_id)
        for household, guest in session.execute(query.where(HouseholdMember.household_id.in_(theirs))):
            living[household].add(guest)
            homes[guest].add(household)
    return {
        id_: frozenset(guests).union(*(living[home] for guest in guests for home in homes[guest]))
        for id_, guests in own.items()
    }
