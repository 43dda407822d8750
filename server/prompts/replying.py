"""Take what came back: an answer that is certain is taken, one that is not is asked back once, the rest waits
for a person.

A reply is one more finished form: the address in it goes through intake, bound to the stay that was asked
about, and the guest changes at once. Nothing is taken by itself from an unknown number, to a question that
has ended, from a number that several guests share, or of a guest whose address is proven: a colleague looks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from server.captures.identifiers import new_capture_id
from server.captures.models import Bound
from server.captures.receiving import receive
from server.guests.deeds import fellows_of
from server.guests.models import Link
from server.prompts.closing import ANSWER, EMAIL, settle_prompt
from server.prompts.disowning import disown
from server.prompts.models import AddressProof, Message, Prompt, Reply
from server.prompts.opting import opt_in, opt_out
from server.prompts.refusing import decline
from server.prompts.theirs import why_not_theirs
from server.properties.models import LegalEntity, Property
from server.records.models import CleanRow, SourceRecord
from server.stays.models import Stay

ANSWERED_WITHIN = timedelta(days=14)
"""An answer that comes later is looked at by a person."""

AFTER_A_WORD = frozenset({"nothing"})
"""What needs nobody: thanks, a greeting, a smile."""


class Meaning(Protocol):
    """What a text was understood as: see understanding.py."""

    @property
    def outcome(self) -> str: ...
    @property
    def addresses(self) -> tuple[str, ...]: ...
    @property
    def stops(self) -> bool: ...
    @property
    def asks(self) -> bool: ...


Understand = Callable[..., Meaning]
"""understand(text, *, channel, asked_about)"""

Say = Callable[..., Message | None]
"""put_answer(session, kind, *, to, channel, property_id, language, prompt_id, once_key, secret, now, …);
None: it may not be said."""


@dataclass(frozen=True, slots=True)
class _Hearing:
    """A reply, the question it answers if that is sure, and how to answer it."""

    session: Session
    reply: Reply
    prompt: Prompt | None
    doubt: str  # why nothing is taken from it by itself; empty: it may be
    secret: bytes
    now: datetime
    say: Say
    house_address: str

    def answer(self, kind: str, address: str | None = None) -> bool:
        """Say something back, once; whether it may be said."""
        reply, prompt = self.reply, self.prompt
        property_id = prompt.property_id if prompt else reply.property_id
        if property_id is None:
            return False
        house = self.session.get_one(Property, property_id)
        said = self.say(
            self.session,
            kind,
            to=reply.sent_from,
            channel=reply.channel,
            property_id=property_id,
            language=prompt.language if prompt else house.languages[0],
            prompt_id=prompt.id if prompt else None,
            once_key=f"{kind}:reply:{reply.id}",
            secret=self.secret,
            now=self.now,
            house_address=self.house_address,
            address=address,
        )
        return said is not None

    def end(self, state: str, *, outcome: str | None = None) -> str:
        """Where the reply stands now."""
        self.reply.state = state
        if outcome is not None:
            self.reply.outcome = outcome[:20]
        if state in ("taken", "settled"):
            self.reply.settled_at = self.now
        return state

    def leave(self, outcome: str, why: str) -> str:
        """A person looks at it; `why` stands behind what it was understood as."""
        if self.prompt is not None and self.prompt.state == "asked":
            self.prompt.state, self.prompt.answered_at = "answered", self.now
        return self.end("at_desk", outcome=f"{outcome}/{why}")


def take_reply(
    session: Session,
    reply_id: int,
    *,
    secret: bytes,
    house_address: str,
    now: datetime,
    understand: Understand,
    say: Say,
) -> str:
    """Act on a stored reply, once, in the caller's transaction; the state that it is in then.

    `secret` hashes contacts; `house_address` is where our links lead, `say` is putting.put_answer.
    """
    reply = session.get(Reply, reply_id, with_for_update=True)
    if reply is None or reply.state != "stored":
        return reply.state if reply else "gone"
    prompts = answered_by(session, reply, now=now)
    prompt = prompts[0] if len({one.guest_id for one in prompts}) == 1 else None
    if prompt is not None:
        reply.prompt_id, reply.property_id = prompt.id, prompt.property_id
    doubt = _doubt(session, reply, prompts, prompt)
    asked_about = _asked_about(session, reply, prompt, understand)
    meant = understand(reply.text, channel=reply.channel, asked_about=asked_about)
    hearing = _Hearing(session, reply, prompt, doubt, secret, now, say, house_address)
    if meant.stops or meant.outcome == "stop":
        _stop(hearing)
    match str(meant.outcome):
        case "stop":
            return hearing.end("settled", outcome="stop")
        case "start":
            for company in _companies(session, reply):
                opt_in(session, reply.from_key, reply.channel, company, now=now)
            hearing.answer("started")
            return hearing.end("settled", outcome="start")
        case "help":
            hearing.answer("help")
            return hearing.end("settled", outcome="help")
        case outcome if outcome in AFTER_A_WORD:
            return hearing.end("settled", outcome=outcome)
        case outcome if doubt:
            return hearing.leave(outcome, doubt)
        case outcome if prompt is not None:
            state = _act(hearing, prompt, outcome, meant.addresses)
            return hearing.end("at_desk", outcome=f"{outcome}/asks") if meant.asks else state
    return hearing.leave(str(meant.outcome), "no_prompt")


def answered_by(session: Session, reply: Reply, *, now: datetime) -> list[Prompt]:
    """The questions of the last fourteen days to this contact that are not answered, the newest first."""
    if not reply.from_key:
        return []
    to_them: ColumnElement[bool] = Prompt.contact_key == reply.from_key
    if reply.channel == "email" and reply.prompt_id is not None:  # its headers name our message
        to_them = or_(to_them, Prompt.id == reply.prompt_id)
    query = select(Prompt).where(
        to_them,
        Prompt.channel == reply.channel,
        Prompt.state.in_(("asked", "answered")),
        Prompt.asked_at > now - ANSWERED_WITHIN,
        Prompt.record_id.is_not(None),
    )
    # the address is what a text can answer: a survey and a pre-check-in are asked by their links only
    return sorted(session.scalars(query), key=lambda one: (one.purpose == EMAIL, one.id), reverse=True)


def _doubt(session: Session, reply: Reply, prompts: Sequence[Prompt], prompt: Prompt | None) -> str:
    """Why a person must look at what this reply says; empty where it may be taken by itself."""
    if not prompts:
        return "no_prompt"
    if prompt is None or prompt.record_id is None or _is_shared(session, reply):
        return "shared"
    return "verified" if has_proven_address(session, prompt.record_id) else ""


def _is_shared(session: Session, reply: Reply) -> bool:
    """Whether records of several guests bear the contact that this came from."""
    if not reply.sent_from:
        return False
    bears = (
        CleanRow.email == reply.sent_from.strip().lower()
        if reply.channel == "email"
        else or_(CleanRow.mobile == reply.sent_from, CleanRow.phone == reply.sent_from)
    )
    guests = (
        select(Link.guest_id).join(CleanRow, CleanRow.record_id == Link.record_id).where(bears).distinct()
    )
    return len(session.scalars(guests.limit(2)).all()) > 1


def has_proven_address(session: Session, record_id: int) -> bool:
    """Whether the guest of a record proved an address to be theirs."""
    fellows = fellows_of(session, record_id)
    proven = select(AddressProof.id).where(
        AddressProof.record_id.in_(fellows), AddressProof.state == "verified"
    )
    return session.scalar(proven.limit(1)) is not None


def _asked_about(session: Session, reply: Reply, prompt: Prompt | None, understand: Understand) -> str | None:
    """The address that we asked back about, as it stood in the reply before this one."""
    before = _asked_back(session, reply, prompt)
    if before is None or not before.text:
        return None
    return next(iter(understand(before.text, channel=before.channel, asked_about=None).addresses), None)


def _asked_back(session: Session, reply: Reply, prompt: Prompt | None) -> Reply | None:
    if prompt is None:
        return None
    query = select(Reply).where(
        Reply.prompt_id == prompt.id, Reply.state == "asked_back", Reply.id != reply.id
    )
    return session.scalars(query.order_by(Reply.id.desc()).limit(1)).first()


def _stop(hearing: _Hearing) -> None:
    """STOP holds for whoever sends it, at once: for the house that asked, for all where that is not known."""
    session, reply = hearing.session, hearing.reply
    for company in _companies(session, reply):
        opt_out(session, reply.from_key, reply.channel, company, how="stop", now=hearing.now)
    hearing.answer("stopped")


def _companies(session: Session, reply: Reply) -> list[int]:
    if reply.property_id is not None:
        return [session.get_one(Property, reply.property_id).legal_entity_id]
    return list(session.scalars(select(LegalEntity.id)))


def _act(hearing: _Hearing, prompt: Prompt, outcome: str, addresses: tuple[str, ...]) -> str:
    session, now = hearing.session, hearing.now
    match outcome:
        case "address" if len(addresses) == 1 and prompt.purpose == EMAIL:
            place = session.get_one(Property, prompt.property_id)
            why = why_not_theirs(session, place, addresses[0], record_id=prompt.record_id)
            if why is not None:
                return hearing.leave(outcome, why)
            become_capture(session, hearing.reply, prompt, addresses[0], now=now)
            hearing.answer("confirmation", addresses[0])
            return hearing.end("taken", outcome=outcome)
        case "ask_back" if addresses and prompt.purpose == EMAIL:
            if _asked_back(session, hearing.reply, prompt) is not None:
                return hearing.leave(outcome, "again")
            if not hearing.answer("ask_back", addresses[0]):
                return hearing.leave(outcome, "silent")
            return hearing.end("asked_back", outcome=outcome)
        case "declined" | "has_none":
            decline(
                session,
                prompt.record_id or 0,
                answer=outcome,
                purpose=prompt.purpose,
                property_id=prompt.property_id,
                until=last_day(session, prompt),
                by="guest",
                now=now,
            )
            settle_prompt(prompt, "declined", why=outcome, now=now)
            return hearing.end("taken", outcome=outcome)
        case "not_me":
            key = hearing.reply.from_key
            disown(session, prompt.record_id or 0, key, by="guest", secret=hearing.secret, now=now)
            settle_prompt(prompt, "closed", why="not_me", now=now)
            hearing.answer("apology")
            return hearing.end("taken", outcome=outcome)
    return hearing.leave(outcome, "unclear")


def become_capture(
    session: Session,
    reply: Reply,
    prompt: Prompt,
    address: str,
    *,
    surface: str | None = None,
    now: datetime,
) -> str:
    """Let the address of a reply go through intake, bound to the stay that was asked about; the form's id."""
    id_ = new_capture_id(now)
    if prompt.record_id is not None and session.get(SourceRecord, prompt.record_id) is not None:
        session.add(Bound(capture_id=id_, record_id=prompt.record_id))
    receive(
        session,
        id=id_,
        form=ANSWER.name,
        version=ANSWER.version,
        language=prompt.language,
        surface=surface or reply.channel,
        proof="booking-bound",
        property_id=prompt.property_id,
        answers={"email": address},
        now=now,
    )
    reply.capture_id, reply.prompt_id, reply.property_id = id_, prompt.id, prompt.property_id
    settle_prompt(prompt, "given", now=now)
    return id_


def last_day(session: Session, prompt: Prompt) -> date | None:
    """Until when a No to this question holds: the end of its stay; for good where that is not known."""
    stay = session.get(Stay, prompt.stay_id)
    return stay.departs if stay else None
