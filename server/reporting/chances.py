"""Every chance to get a contact back, one row each, as the tables tell it: a question that was planned, or a
form that a guest finished without one.

The ledger counts these rows and nothing else, so a number is the same in every cut of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.captures.models import Bound, Capture
from server.devices.models import Device
from server.forms.definition import find_form
from server.guests.loading import parts
from server.guests.values import BOUNCED_EMAIL, USABLE_EMAIL
from server.prompts.models import AddressProof, Message, Prompt, Reply
from server.prompts.ways import way_of_prompt, ways_of_captures
from server.properties.finding import properties_within, today_at
from server.properties.models import Property
from server.properties.reach import Reach
from server.records.models import CleanRow
from server.reporting.known_addresses import Known, known_addresses
from server.reporting.stays_of_forms import came_at, stays_of_forms

KEPT_AFTER = timedelta(days=90)
ASKS_ADDRESS = ("email", "invoice")
"""What is answered by an address and nothing else; a pre-check-in may bring one, a survey never does."""
LEFT_US = ("sent", "delivered", "failed", "unknown")
SHIFTS = ((6, "early"), (14, "late"), (22, "night"))
"""Hours at a house's own clock at which a shift begins."""


@dataclass(frozen=True, slots=True)
class Chance:
    """One question, or one form that came without a question (`rule` is empty then).

    `team`: the tablet's name, or "" for the desk; None where a message asked by itself. `at`: when it was
    due, or came. `given_at`: when the contact came back.
    """

    property_id: int
    rule: str
    purpose: str
    way: str
    source: str
    team: str | None
    shift: str
    at: datetime
    state: str  # of the question; of a form given, declined or answered
    guest_id: str | None
    stay_id: str | None
    record_id: int | None
    is_asked: bool
    is_sent: bool = False
    is_delivered: bool = False
    is_answered: bool = False
    given_at: datetime | None = None
    is_verified: bool = False
    is_kept: bool | None = None  # None: not given, or less than 90 days ago
    cost: Mapping[str, Decimal] = field(default_factory=dict)
    unpriced: int = 0  # texts that went out and have no price yet


def chances(session: Session, reach: Reach, since: date, until: date, *, now: datetime) -> list[Chance]:
    """The chances of a period within reach, by the day at each house: questions due, forms that came."""
    places = {place.id: place for place in properties_within(session, reach)}
    span = _span(since, until)
    prompts = [
        prompt
        for prompt in session.scalars(
            select(Prompt).where(reach.limit(Prompt.property_id), Prompt.due_at.between(*span))
        )
        if since <= today_at(places[prompt.property_id], now=prompt.due_at) <= until
    ]
    captures = [
        capture
        for capture in session.scalars(
            select(Capture).where(
                reach.limit(Capture.property_id),
                Capture.received_at.between(*span),
                Capture.record_id.is_not(None),
            )
        )
        if since <= today_at(places[capture.property_id], now=came_at(capture)) <= until
    ]
    asked_for = _answers_to_questions(session, captures)
    captures = [one for one in captures if one.id not in asked_for and _asks_for_email(one)]
    concerned = [*(one.record_id for one in prompts), *(one.record_id for one in captures)]
    known = known_addresses(session, {one for one in concerned if one is not None}, reach)
    of_prompts = _of_prompts(session, prompts, known, now=now)
    return [*of_prompts, *_of_captures(session, captures, known, places, now=now)]


def _span(since: date, until: date) -> tuple[datetime, datetime]:
    """What surely holds the period in every zone; the day itself is each house's own."""
    day = timedelta(days=1)
    return (
        datetime.combine(since, time.min, UTC) - day,
        datetime.combine(until, time.max, UTC) + day,
    )


def _asks_for_email(capture: Capture) -> bool:
    """Whether a form has a question for the address; of a form that nobody knows any more nothing is said.
    The click that proves an address asks for nothing: its form was counted when the address was given."""
    if capture.proof == "verified":
        return False
    form = find_form(capture.form, capture.form_version)
    return form is not None and any(field.kind == "email" for step in form.steps for field in step.fields)


def _said_no(capture: Capture) -> bool:
    """Whether the guest declined at that question, or has no address; skipping it is no answer."""
    return capture.answers.get("email_way_out") in ("declined", "none")


def _answers_to_questions(session: Session, captures: Collection[Capture]) -> set[str]:
    """The forms that are the answer to a question: by its link, or by a reply. And the clicks that prove an
    address: what was given by one form is not given once more by its proof."""
    found: set[str] = set()
    for part in parts(sorted(capture.id for capture in captures)):
        linked = select(Capture.id).join(Prompt, Prompt.guest_link_id == Capture.guest_link_id)
        found.update(session.scalars(linked.where(Capture.id.in_(part))))
        replied = select(Reply.capture_id).where(Reply.capture_id.in_(part), Reply.prompt_id.is_not(None))
        found.update(id_ for id_ in session.scalars(replied) if id_ is not None)
        proven = select(Bound.capture_id).join(AddressProof, AddressProof.record_id == Bound.record_id)
        found.update(session.scalars(proven.where(Bound.capture_id.in_(part))))
    return found


def _of_prompts(
    session: Session, prompts: Collection[Prompt], known: Known, *, now: datetime
) -> Iterable[Chance]:
    ids = [prompt.id for prompt in prompts]
    sent, replied = _messages(session, ids), _replied(session, ids)
    formed = _forms_of(session, ids)
    for prompt in prompts:
        messages, form = sent.get(prompt.id) or _Messages(), formed.get(prompt.id)
        given_at = prompt.settled_at or prompt.answered_at or prompt.due_at
        state = prompt.state
        if state == "given" and prompt.purpose not in ASKS_ADDRESS:  # it was answered; was an address told?
            state = "answered" if form is None else form
        is_given = state == "given"
        house = prompt.property_id
        yield Chance(
            property_id=house,
            rule=prompt.rule,
            purpose=prompt.purpose,
            way=way_of_prompt(prompt.channel, prompt.mode),
            source=prompt.source_channel or "",
            team=None,
            shift="",
            at=prompt.due_at,
            state=state,
            guest_id=known.guest(prompt.record_id),
            stay_id=prompt.stay_id,
            record_id=prompt.record_id,
            is_asked=prompt.asked_at is not None,
            is_sent=messages.is_sent,
            is_delivered=messages.is_delivered,
            is_answered=prompt.id in replied
            or prompt.answered_at is not None
            or state in ("answered", "given", "declined"),
            given_at=given_at if is_given else None,
            is_verified=is_given and known.is_verified(prompt.record_id, house),
            is_kept=_is_kept(known, prompt.record_id, house, given_at if is_given else None, now=now),
            cost=dict(messages.cost),
            unpriced=messages.unpriced,
        )


def _replied(session: Session, prompt_ids: Collection[int]) -> set[int]:
    """The questions that anything came back to, whatever it says."""
    found: set[int] = set()
    for part in parts(sorted(prompt_ids)):
        query = select(Reply.prompt_id).where(Reply.prompt_id.in_(part))
        found.update(id_ for id_ in session.scalars(query) if id_ is not None)
    return found


def _forms_of(session: Session, prompt_ids: Collection[int]) -> dict[int, str]:
    """Of questions whose link led to a form, what came of the address in it: given, declined or answered."""
    found: dict[int, str] = {}
    for part in parts(sorted(prompt_ids)):
        query = (
            select(Prompt.id, Capture, CleanRow.email_class)
            .join(Capture, Capture.guest_link_id == Prompt.guest_link_id)
            .outerjoin(CleanRow, CleanRow.record_id == Capture.record_id)
            .where(Prompt.id.in_(part))
        )
        for prompt_id, capture, email_class in session.execute(query):
            is_given = email_class in USABLE_EMAIL
            found[prompt_id] = "given" if is_given else "declined" if _said_no(capture) else "answered"
    return found


def _is_kept(
    known: Known, record_id: int | None, property_id: int, given_at: datetime | None, *, now: datetime
) -> bool | None:
    if given_at is None or now - given_at < KEPT_AFTER:
        return None
    return known.is_reachable(record_id, property_id)


@dataclass(slots=True)
class _Messages:
    """What went out for one question."""

    is_sent: bool = False
    is_delivered: bool = False
    unpriced: int = 0
    cost: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))


def _messages(session: Session, prompt_ids: Collection[int]) -> dict[int, _Messages]:
    found: dict[int, _Messages] = defaultdict(_Messages)
    for part in parts(sorted(prompt_ids)):
        query = select(
            Message.prompt_id,
            Message.kind,
            Message.channel,
            Message.state,
            Message.sent_at,
            Message.cost,
            Message.currency,
        ).where(Message.prompt_id.in_(part))
        for prompt_id, kind, channel, state, sent_at, cost, currency in session.execute(query):
            of = found[prompt_id or 0]
            went = sent_at is not None and state in LEFT_US
            if kind == "question":
                of.is_sent |= went
                of.is_delivered |= state == "delivered" or (channel == "email" and state == "sent")
            if cost is not None:
                of.cost[currency or ""] += cost
            elif went and channel == "sms":
                of.unpriced += 1
    return found


def _of_captures(
    session: Session,
    captures: Collection[Capture],
    known: Known,
    places: Mapping[int, Property],
    *,
    now: datetime,
) -> Iterable[Chance]:
    ids = [capture.id for capture in captures]
    ways = ways_of_captures(session, ids)
    stays = stays_of_forms(session, ids, places)
    devices = dict(session.execute(select(Device.id, Device.name)).all())
    usable = _usable(session, [capture.record_id for capture in captures if capture.record_id is not None])
    for capture in captures:
        came, house = came_at(capture), capture.property_id
        is_given = capture.record_id in usable
        stay_id, source = stays.get(capture.id, (None, ""))
        yield Chance(
            property_id=house,
            rule="",
            purpose="email",
            way=ways[capture.id],
            source=source,
            team=_team(capture, ways[capture.id], devices),
            shift=_shift(places[house], came),
            at=came,
            state="given" if is_given else "declined" if _said_no(capture) else "answered",
            guest_id=known.guest(capture.record_id),
            stay_id=stay_id,
            record_id=capture.record_id,
            is_asked=True,
            is_answered=True,
            given_at=came if is_given else None,
            is_verified=is_given and known.is_verified(capture.record_id, house),
            is_kept=_is_kept(known, capture.record_id, house, came if is_given else None, now=now),
        )


def _usable(session: Session, record_ids: Collection[int]) -> set[int]:
    """Records that brought a usable address; what bounced since was given even so."""
    found: set[int] = set()
    for part in parts(sorted(record_ids)):
        query = select(CleanRow.record_id).where(
            CleanRow.record_id.in_(part), CleanRow.email_class.in_((*USABLE_EMAIL, *BOUNCED_EMAIL.values()))
        )
        found.update(session.scalars(query))
    return found


def _team(capture: Capture, way: str, devices: Mapping[int, str]) -> str | None:
    if capture.device_id is not None:
        return devices.get(capture.device_id, "")
    return "" if way in ("tablet", "desk") else None


def _shift(place: Property, moment: datetime) -> str:
    """The shift of a moment at a house; before the first one begins it is still the night."""
    hour = moment.astimezone(ZoneInfo(place.zone)).hour
    return next((name for begins, name in reversed(SHIFTS) if hour >= begins), "night")
